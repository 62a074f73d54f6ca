using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Exports;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>Prints figures of a run, and says what they mean.</summary>
internal static class MetricsVerb
{
    private static readonly Argument<string[]> s_metrics = new("METRIC")
    {
        Description = "ids of metrics (default: the headline numbers)",
        Arity = ArgumentArity.ZeroOrMore
    };
    private static readonly Option<string?> s_groupBy =
        new("--group-by") { Description = "lifecycle, month, month,business_segment, ...: retain metrics --list says what there is" };
    private static readonly Option<string?> s_view = new("--view") { Description = "a whole view, or of it the METRICs named" };
    private static readonly Option<string[]> s_where = new("--where")
    {
        Description = "only rows with this label: dimension=value; may be repeated", DefaultValueFactory = _ => []
    };
    private static readonly Option<bool> s_csv = new("--csv") { Description = "print CSV" };
    private static readonly Option<bool> s_list =
        new("--list") { Description = "explain the metrics instead: name, unit, formula, meaning, needed sources, views" };

    public static Command Command() => Verb.Command(
        "metrics",
        "Prints figures of the published night, or of a past day, with what each was divided from and of how many.\n  Example: retain "
            + "metrics aov repeat_rate --group-by lifecycle",
        VerbUses.Store | VerbUses.Models,
        [s_metrics, AskedRun.AsOf, AskedRun.RunId, s_groupBy, s_view, s_where, s_csv, s_list],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        if (verb.Json && verb.Value(s_csv)) throw new RetentionException(Failure.Usage, "--json and --csv cannot both be had.");
        var metrics = verb.Value(s_metrics) ?? [];
        if (verb.Value(s_list))
        {
            List(verb, metrics);
            return;
        }
        var questions = Questions(verb, metrics);
        using var store = verb.RequireStore();
        var run = await AskedRun.OfAsync(verb, store, withoutScores: true);
        var shop = await store.RequireShopAsync(verb.Cancellation);
        var figures = await RunFigures.ReadAsync(store, run, questions.Select(question => question.View.Id), verb.Cancellation);
        var rows = questions.SelectMany(figures.Answer).ToList();
        if (verb.Json)
            verb.PrintJson(new
            {
                AsOf = run.AsOf.ToString(), run.RunId, Purpose = run.Purpose.Word(), run.ModelVersion,
                PublishedAt = run.PublishedAtMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null,
                Currency = shop.Currency.Code, Rows = rows
            });
        else if (verb.Value(s_csv))
            Verb.PrintCsv(FigureFile.Table([.. questions.SelectMany(question => question.View.Dimensions).Distinct()], rows));
        else Print(run, shop.Currency, rows);
    }

    /// <summary>Before anything is opened or replayed: a mistyped name should cost nothing.</summary>
    private static List<FigureQuestion> Questions(Verb verb, string[] metrics)
    {
        var where = verb.Value(s_where)!.Select(Pair).ToList();
        if (verb.Value(s_view) is { } view)
            return verb.Value(s_groupBy) is null
                ? [FigureQuestion.OfView(view, metrics, where)]
                : throw new RetentionException(Failure.Usage, "--view has its groups already: leave --group-by out.");
        if (metrics.Length > 0) return [.. metrics.Select(metric => FigureQuestion.Parse(metric, verb.Value(s_groupBy), where))];
        return verb.Value(s_groupBy) is { } groupBy
            ? [FigureQuestion.OfView(FigureQuestion.Grouped(groupBy).Id, [], where)]
            : [FigureQuestion.OfView("kpis", ViewCatalogue.Headline, where)];
    }

    private static (string, string) Pair(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (text[..at], text[(at + 1)..])
            : throw new RetentionException(Failure.Usage, $"--where {text}: write dimension=value, such as lifecycle=Active.");

    private static void Print(Run run, Currency currency, List<FigureRow> rows)
    {
        Line($"As of {run.AsOf}, run {run.RunId}{(run.Purpose == RunPurpose.Replay ? " (replay)" : "")}, "
            + $"{(run.Recipe?.NoScores is null ? "model " + run.ModelVersion : "no model may speak about this day")}");
        // One metric, many groups: its name stands above. Else a line a metric.
        var single = rows.Select(row => row.Metric).Distinct().Count() == 1;
        var byMetric = rows.All(row => row.Labels.Count == 0)
            ? [("", rows)]
            : rows.GroupBy(row => row.Metric).Select(group => (group.First().Name, group.ToList())).ToList();
        foreach (var (heading, of) in byMetric)
        {
            if (heading.Length > 0) Line($"{(single ? "" : "\n")}{heading} ({of[0].Metric})");
            string Name(FigureRow row) =>
                heading.Length == 0 ? row.Name : row.Labels.Count == 0 ? "all" : string.Join(" | ", row.Labels.Values);
            var cells = of.Select(row =>
                (Name: Name(row), Value: (row.Value ?? SeenSoFar(row)) is { } value ? FigureText.Write(row.Unit, value, currency) : "-",
                Made: Made(row), Note: SeenSoFar(row) is null ? row.Note : row.Note + ": the sum of what was seen"))
                .ToList();
            var (name, value, made) = (cells.Max(cell => cell.Name.Length), cells.Max(cell => cell.Value.Length),
                cells.Max(cell => cell.Made.Length));
            foreach (var cell in cells)
                Console.Out.WriteLine(
                    $"  {cell.Name.PadRight(name)}  {cell.Value.PadLeft(value)}  {cell.Made.PadRight(made)}  {cell.Note}".TrimEnd());
        }
        if (rows.Count == 0) Console.Out.WriteLine("  no rows");
    }

    /// <summary>A sum of a month that has begun, or whose beginning is before the data; null for all else.</summary>
    private static double? SeenSoFar(FigureRow row) =>
        row is { State: "incomplete", Value: null, Numerator: { } sum, Denominator: null } ? sum : null;

    /// <summary>What it was divided from, and of how many; "small" where that is few.</summary>
    private static string Made(FigureRow row)
    {
        var parts = row is { Numerator: { } above, Denominator: { } below } ? $"{FigureText.Part(above)} / {FigureText.Part(below)}" : "";
        var n = row.Customers is { } customers ? string.Create(CultureInfo.InvariantCulture, $"n {customers:N0}") : "";
        return string.Join("  ", new[] { parts, n, row.State == "small" ? "small" : "" }.Where(part => part.Length > 0));
    }

    private static void List(Verb verb, string[] metrics)
    {
        foreach (var metric in metrics) FigureQuestion.Parse(metric, null, []); // says which is not known
        var entries = GlossaryEntry.All.Where(entry => metrics.Length == 0 || metrics.Contains(entry.Id)).ToList();
        if (verb.Json)
        {
            verb.PrintJson(entries);
            return;
        }
        foreach (var entry in entries)
        {
            Line($"{entry.Id}: {entry.Name}, {entry.Unit}");
            Line($"  {entry.Meaning}");
            Line($"  = {entry.Formula}; {Words(entry.Aggregation)}");
            Line($"  of {entry.Filter}");
            Line($"  for {string.Join(", ", entry.Teams)}{(entry.Needs.Count > 0 ? "; needs " + string.Join(" and ", entry.Needs) : "")}");
            Line($"  in {string.Join(", ", entry.Views)}");
        }
        if (metrics.Length > 0) return;
        Line($"");
        Line($"Views (--view), and what to group by:");
        foreach (var view in ViewCatalogue.All) Line($"  {view.Id,-28} {view.GroupBy,-40} {view.Title}");
    }

    private static string Words(string aggregation) => aggregation switch
    {
        "sum" => "parts add up",
        "ratioOfSums" => "of a larger group: sum of numerators over sum of denominators",
        _ => "does not add up from parts",
    };
}
