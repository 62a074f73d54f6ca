using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>The store is nouns of a size one can know, each writes its own tables, and nobody waits for a task on a thread.</summary>
public sealed partial class StoreNounsTests
{
    private const int MostPublicMethods = 25;

    /// <summary>Who writes a table. Reading joins what it needs.</summary>
    private static readonly Dictionary<string, string[]> s_writers = new()
    {
        ["action_event"] = ["ActionLedger"],
        ["action_work"] = ["ActionLedger"],
        ["assignment"] = ["AssignmentLedger", "ClosedAssignments"],
        ["assignment_end"] = ["AssignmentLedger"],
        ["assignment_past"] = ["ClosedAssignments"],
        ["assignment_past_count"] = ["ClosedAssignments"],
        ["card"] = ["CardStore"],
        ["chosen_action"] = ["PredictionReader"],
        ["current_run"] = ["Publication"],
        ["customer"] = ["ImportWriter", "ShopChoices"],
        ["figure"] = ["FigureStore"],
        ["import_batch"] = ["ImportWriter"],
        ["metric_name"] = ["NameTables"],
        ["nobody_order"] = ["NobodysOrders", "ShopChoices"],
        ["order_span"] = ["ImportSummaries"],
        ["orders"] = ["ShopChoices"],
        ["outbox"] = ["Outbox"],
        ["play"] = ["PlayRegister"],
        ["prediction"] = ["PredictionReader", "SqliteEngine"],
        ["refund"] = ["OrderMoves"],
        ["run"] = ["LedgerChange", "Publication", "RunDecisions", "RunLedger", "RunRows"],
        ["run_event"] = ["LedgerChange"],
        ["run_quarantine"] = ["ShardLedger"],
        ["run_shard"] = ["ShardLedger"],
        ["score_chunk"] = ["ScoreHistory"],
        ["score_member"] = ["ScoreHistory"],
        ["score_night"] = ["ScoreHistory"],
        ["segment_name"] = ["NameTables"],
        ["shop"] = ["ImportWriter", "NameTables", "ShopChoices"],
        ["source_choice"] = ["ShopChoices"],
        ["source_span"] = ["ImportSummaries"],
    };

    [Fact]
    public void No_source_blocks_a_thread_until_a_task_is_done()
    {
        var blocking = Sources("src").SelectMany(path => File.ReadLines(path)
            .Select((line, i) => (Where: $"{path}:{i + 1}", Line: line))
            .Where(one => Blocks().IsMatch(one.Line)).Select(one => $"{one.Where} {one.Line.Trim()}"));
        Assert.Empty(blocking);
    }

    [Theory]
    [InlineData("var run = store.CurrentAsync().GetAwaiter().GetResult();")]
    [InlineData("return asked.Result;")]
    [InlineData("task.Wait();")]
    [InlineData("Task.WaitAll(tasks);")]
    public void What_blocks_a_thread_is_recognised(string line) => Assert.Matches(Blocks(), line);

    [Fact]
    public void No_type_of_the_library_has_more_public_methods_than_one_can_know()
    {
        var large = typeof(RetentionException).Assembly.GetTypes()
            .Select(type => (type.FullName, Methods: type
                .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Count(method => !method.IsSpecialName
                    && method.Name is not (nameof(IDisposable.Dispose) or nameof(IAsyncDisposable.DisposeAsync)) // everybody knows these
                    && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null)))
            .Where(type => type.Methods > MostPublicMethods).Select(type => $"{type.FullName}: {type.Methods}");
        Assert.Empty(large);
    }

    [Fact]
    public void A_table_is_written_where_it_belongs_and_nowhere_else()
    {
        var written = Sources("src/PredictiveRetention/Storage")
            .SelectMany(path => Writes().Matches(File.ReadAllText(path))
                .Select(match => (Table: match.Groups[1].Value, Writer: Path.GetFileNameWithoutExtension(path))))
            .Where(write => !write.Table.StartsWith("staged_", StringComparison.Ordinal))
            .GroupBy(write => write.Table).OrderBy(table => table.Key, StringComparer.Ordinal)
            .Select(table =>
                $"{table.Key}: {string.Join(", ", table.Select(write => write.Writer).Distinct().Order(StringComparer.Ordinal))}");
        Assert.Equal(s_writers.Select(table => $"{table.Key}: {string.Join(", ", table.Value)}"), written);
        var elsewhere = Sources("src").Where(path => !path.Contains("/Storage/", StringComparison.Ordinal))
            .SelectMany(path => Writes()
                .Matches(File.ReadAllText(path))
                .Where(match => s_writers.ContainsKey(match.Groups[1].Value))
                .Select(match => $"{path}: {match.Value}"));
        Assert.Empty(elsewhere);
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
        .Where(path => Path.GetExtension(path) is ".cs" or ".razor")
        .Select(path => path.Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"\.GetAwaiter\(\)\s*\.GetResult\(\)|\.Result\b(?!\s*[({])|\.Wait\(|Task\.Wait(All|Any)\(")]
    private static partial Regex Blocks();

    /// <summary>Statements, and tables rows are copied into.</summary>
    [GeneratedRegex("(?:INSERT INTO |UPDATE |DELETE FROM |Bulk\\(\\s*\")([a-z_]+)\\b(?=[ \";(])")]
    private static partial Regex Writes();
}
