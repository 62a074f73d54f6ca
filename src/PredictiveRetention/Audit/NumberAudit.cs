using PredictiveRetention.Storage;

namespace PredictiveRetention.Audit;

/// <summary>A figure that was published otherwise than it is recomputed.</summary>
/// <param name="Part">What differs: value, numerator, denominator, customers, state; or that it was not published, or not
/// recomputed.</param>
public sealed record FigureDifference(string View, string Metric, string D1, string D2, string D3, string Part, double? Published,
    double? Recomputed)
{
    public string Labels => string.Join(" / ", new[] { D1, D2, D3 }.Where(label => label.Length > 0));
}

/// <param name="Figures">How many were published.</param>
public sealed record ViewCount(string View, long Figures, long Differ);

/// <param name="NotRecomputed">What could not be checked, and why.</param>
/// <param name="ImportedSince">Rows came into the store after the run began: what differs may be theirs.</param>
public sealed record AuditResult(long RunId, long Figures, IReadOnlyList<ViewCount> Views, IReadOnlyList<FigureDifference> Differences,
    IReadOnlyList<string> NotRecomputed, bool ImportedSince)
{
    public bool Holds => Differences.Count == 0;
}

/// <summary>
/// Recomputes every figure of a run by another path than made it: SQL over the rows of the store and what the model said of each customer,
/// from the written definitions. It shares names with the figures' code, and nothing else.
/// </summary>
public static class NumberAudit
{
    /// <summary>Scripts in the order they build on each other.</summary>
    private static readonly string[] s_scripts = ["base", "segments", "groups", "customers", "months", "cohorts", "concentration",
        "journey", "risk", "experience", "trends", "cutoffs", "compare"];

    /// <param name="view">Only this view; all of them without.</param>
    /// <exception cref="RetentionException">The run has no figures, or its rows are gone.</exception>
    public static AuditResult Check(RetentionStore store, Run run, string? view = null, CancellationToken cancellation = default)
    {
        if (run.Recipe is not { Insights: not null } recipe)
            throw new RetentionException(Failure.NotFound,
                $"Run {run.RunId} has no figures: it was not finished, or made by an earlier version.");
        using var database = new AuditDatabase(cancellation);
        var kept = KeptQuarters(store, run);
        database.Load(store, run, recipe, kept);
        foreach (var script in s_scripts) database.Run(Script(script));

        var missing = new List<string>();
        if (kept.Count > 0) missing.Add($"cut-offs of {kept.Count} quarters: an earlier night froze them as it found them");
        var where = view is null ? "" : $" WHERE view = {AuditDatabase.Text(view)}";
        var views =
            database.Rows(
                $"SELECT view, count(seq), count(part) FROM compared{where} GROUP BY view ORDER BY min(seq) FILTER (WHERE view NOT IN "
                    + $"('predictions', 'cutoffs')) NULLS LAST, view")
            .Select(row => new ViewCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2))).ToList();
        if (view is not null && views.Count == 0) throw new RetentionException(Failure.NotFound, $"Run {run.RunId} has no view '{view}'.");
        var differences =
            database.Rows(
                $"SELECT view, metric, d1, d2, d3, part, published, again FROM compared{(where.Length == 0 ? " WHERE" : where + " AND")} "
                    + $"part IS NOT NULL ORDER BY seq NULLS LAST, view, metric, d1, d2, d3")
            .Select(row => new FigureDifference(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4),
                row.GetString(5), Maybe(row, 6), Maybe(row, 7)))
            .ToList();
        return new AuditResult(run.RunId, views.Where(count => !IsExtra(count.View)).Sum(count => count.Figures), views, differences,
            missing, database.LastImport > (run.InputImport ?? 0));
    }

    /// <summary>Checked beside the figures: the prediction rows and the cut-offs they were made with.</summary>
    public static bool IsExtra(string view) => view is "predictions" or "cutoffs";

    /// <summary>First days of quarters whose cut-offs an earlier night of the shop had frozen.</summary>
    private static HashSet<DateOnly> KeptQuarters(RetentionStore store, Run run)
    {
        var quarters = run.Recipe!.Insights!.Quarters;
        var earlier = store.Nights.SeenBefore(run.RunId)
            .SelectMany(other => other.Recipe?.Insights?.Quarters ?? []).ToHashSet();
        return [.. quarters.Where(earlier.Contains).Select(quarter => quarter.From)];
    }

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(NumberAudit).Assembly.GetManifestResourceStream($"audit/{name}.sql")!);
        return reader.ReadToEnd();
    }

    private static double? Maybe(DuckDB.NET.Data.DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
}
