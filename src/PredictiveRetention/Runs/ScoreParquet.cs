using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>A run as Parquet: the columns of <see cref="ScoreFile"/> with types instead of texts, for pandas, DuckDB, Spark and the like.</summary>
public static class ScoreParquet
{
    private static readonly HashSet<string> s_numbers =
        ["p_churn", "clv", "clv_lo80", "clv_hi80", "clv_lo90", "clv_hi90", "p_alive", "spend_if_order", "revenue_at_risk", "net_revenue", "expected_net_value", "action_cost"];

    private static readonly HashSet<string> s_counts = ["orders", "purchase_days", "days_since_last_order", "days_since_first_order", "rfm", "run_id"];

    private static readonly HashSet<string> s_dates = ["next_order_p10", "next_order_p50", "next_order_p90", "as_of"];

    /// <summary>A next order that is not within the horizon is null, as is a figure that is not available. Written beside and renamed. Returns the number of rows.</summary>
    public static long Write(RetentionStore store, Shop shop, Run run, string path) => ExportFile.Parquet(Table(store, shop, run), path);

    /// <summary>The rows of the score file with the kinds of their columns.</summary>
    public static ExportTable Table(RetentionStore store, Shop shop, Run run) => new(
        [.. ScoreFile.Header.Split(',').Select(name => new SqlColumn(name, KindOf(name), ""))],
        ScoreFile.Rows(store, shop, run).Select(cells => Array.ConvertAll(cells, cell => cell.Length == 0 ? null : cell)));

    private static ColumnKind KindOf(string name) =>
        s_numbers.Contains(name) ? ColumnKind.Number
        : s_counts.Contains(name) ? ColumnKind.Whole
        : s_dates.Contains(name) ? ColumnKind.Date
        : name == "lost" ? ColumnKind.Flag
        : ColumnKind.Text;
}
