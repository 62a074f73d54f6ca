using System.Reflection;
using NetArchTest.Rules;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>Inside the library a stage uses only the stages before it, in the order a row travels.</summary>
public class StageOrderTests
{
    private static readonly string[] s_stages =
    [
        "Ingestion", "Histories", "Features", "Models", "Evaluation", "Scoring", "Segments", "Playbooks", "Insights", "Storage", "Exports",
        "Runs", "Audit", "Simulation",
    ];

    private static readonly string[] s_files =
    [
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo",
        "System.IO.StreamWriter", "System.IO.RandomAccess",
    ];

    private static readonly string[] s_server = ["Npgsql", "Dapper", "Microsoft.Data.Sqlite", "DbUp"];

    private static readonly string[] s_inMemory = ["DuckDB"];

    // What any database is asked by. Its faults are not here: who goes on without it has to name them.
    private static readonly string[] s_either =
    [
        "System.Data.Common.DbConnection", "System.Data.Common.DbCommand", "System.Data.Common.DbTransaction",
        "System.Data.Common.DbDataReader", "System.Data.Common.DbDataSource", "System.Data.IDbConnection",
    ];

    /// <summary>What of the world a stage touches, as docs/ARCHITECTURE.md says it; a stage that is not here touches nothing.</summary>
    private static readonly Dictionary<string, string[]> s_touches = new()
    {
        ["Ingestion"] = [.. s_files, .. s_inMemory, .. s_either],
        ["Storage"] = [.. s_files, .. s_server, .. s_either],
        ["Exports"] = [.. s_files, .. s_inMemory, .. s_either],
        ["Audit"] = [.. s_files, .. s_inMemory, .. s_either],
        ["Simulation"] = s_files,
    };

    private static readonly Assembly s_library = typeof(RetentionException).Assembly;

    [Fact]
    public void A_stage_uses_only_the_stages_before_it()
    {
        var backward = new List<string>();
        for (var stage = 0; stage < s_stages.Length; stage++)
        {
            var later = s_stages[(stage + 1)..].Select(Namespace).ToArray();
            if (later.Length == 0) continue;
            var result = Types.InAssembly(s_library)
                .That()
                .ResideInNamespace(Namespace(s_stages[stage]))
                .ShouldNot()
                .HaveDependencyOnAny(later)
                .GetResult();
            if (!result.IsSuccessful)
                backward.AddRange(result.FailingTypeNames.Select(type => $"{s_stages[stage]}: {type} uses a later stage"));
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
        var result = Types.InAssembly(s_library)
            .That()
            .ResideInNamespaceMatching("^PredictiveRetention$")
            .ShouldNot()
            .HaveDependencyOnAny([.. s_stages.Select(Namespace)])
            .GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    public static TheoryData<string> EveryStage() => [.. s_stages, ""];

    [Theory]
    [MemberData(nameof(EveryStage))]
    public void A_stage_touches_of_files_and_databases_only_what_the_architecture_says(string stage)
    {
        var types = stage.Length > 0
            ? Types.InAssembly(s_library).That().ResideInNamespace(Namespace(stage))
            : Types.InAssembly(s_library).That().ResideInNamespaceMatching("^PredictiveRetention$").And()
                .DoNotHaveName(nameof(WholeFile)); // by which every stage that touches files writes them
        string[] world = [.. s_files, .. s_server, .. s_inMemory, .. s_either];
        string[] forbidden = [.. world.Except(s_touches.GetValueOrDefault(stage, []))];
        var result = types.ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
        Assert.True(result.IsSuccessful, $"{stage}: {string.Join(", ", result.FailingTypeNames ?? [])} touch the world");
    }

    /// <summary>How long a step took is told by Runs alone.</summary>
    [Fact]
    public void Only_runs_measure_time()
    {
        foreach (var stage in s_stages.Except(["Runs"]))
        {
            var result = Types.InAssembly(s_library).That().ResideInNamespace(Namespace(stage)).ShouldNot()
                .HaveDependencyOnAny("System.Diagnostics.Stopwatch").GetResult();
            Assert.True(result.IsSuccessful, $"{stage}: {string.Join(", ", result.FailingTypeNames ?? [])} measure time");
        }
    }

    /// <summary>The sentence of docs/ARCHITECTURE.md, word for word from the table above.</summary>
    [Fact]
    public void The_architecture_says_which_stages_touch_files_and_databases()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));
        Assert.Contains($"Files are touched by {Listed(s_files)};", text, StringComparison.Ordinal);
        Assert.Contains($"the shop's database by {Listed(s_server)};", text, StringComparison.Ordinal);
        Assert.Contains($"DuckDB, in memory, by {Listed(s_inMemory)}.", text, StringComparison.Ordinal);

        static string Listed(string[] what)
        {
            var stages = s_stages.Where(stage => s_touches.GetValueOrDefault(stage, []).Intersect(what).Any()).ToArray();
            return stages.Length == 1 ? stages[0] : string.Join(", ", stages[..^1]) + " and " + stages[^1];
        }
    }

    private static string Namespace(string stage) => "PredictiveRetention." + stage;
}
