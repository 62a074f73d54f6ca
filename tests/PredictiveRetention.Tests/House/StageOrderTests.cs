using System.Reflection;
using NetArchTest.Rules;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>Inside the library a stage uses only the stages before it, in the order a row travels.</summary>
public class StageOrderTests
{
    private static readonly string[] s_stages =
        ["Ingestion", "Histories", "Features", "Models", "Evaluation", "Scoring", "Segments", "Playbooks", "Insights", "Storage", "Runs", "Simulation"];

    private static readonly Assembly s_library = typeof(RetentionException).Assembly;

    [Fact]
    public void A_stage_uses_only_the_stages_before_it()
    {
        var backward = new List<string>();
        for (var stage = 0; stage < s_stages.Length; stage++)
        {
            var later = s_stages[(stage + 1)..].Select(Namespace).ToArray();
            if (later.Length == 0) continue;
            var result = Types.InAssembly(s_library).That().ResideInNamespace(Namespace(s_stages[stage])).ShouldNot().HaveDependencyOnAny(later).GetResult();
            if (!result.IsSuccessful) backward.AddRange(result.FailingTypeNames.Select(type => $"{s_stages[stage]}: {type} uses a later stage"));
        }
        Assert.Empty(backward);
    }

    [Fact]
    public void Every_type_of_the_library_belongs_to_a_stage_or_to_the_shared_vocabulary()
    {
        var folders = s_library.GetTypes()
            .Select(type => type.Namespace)
            .Where(space => space is not null && space.StartsWith("PredictiveRetention.", StringComparison.Ordinal))
            .Select(space => space!["PredictiveRetention.".Length..].Split('.')[0])
            .Distinct();
        Assert.Empty(folders.Except(s_stages));
    }

    [Fact]
    public void Vocabulary_types_use_no_stage()
    {
        var result = Types.InAssembly(s_library).That().ResideInNamespaceMatching("^PredictiveRetention$").ShouldNot().HaveDependencyOnAny([.. s_stages.Select(Namespace)]).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void Only_ingestion_storage_and_runs_touch_files_or_databases()
    {
        string[] pure = ["Histories", "Features", "Models", "Evaluation", "Scoring", "Segments", "Insights"];
        string[] world = ["System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Data", "Npgsql", "Dapper", "Microsoft.Data.Sqlite", "DuckDB", "System.Diagnostics.Stopwatch"];
        foreach (var stage in pure)
        {
            var result = Types.InAssembly(s_library).That().ResideInNamespace(Namespace(stage)).ShouldNot().HaveDependencyOnAny(world).GetResult();
            Assert.True(result.IsSuccessful, $"{stage}: {string.Join(", ", result.FailingTypeNames ?? [])} touch the world");
        }
    }

    private static string Namespace(string stage) => "PredictiveRetention." + stage;
}
