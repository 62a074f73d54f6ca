using DuckDB.NET.Data;
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
    public static long Write(RetentionStore store, Shop shop, Run run, string path)
    {
        var (rows, temporary) = (path + ".rows", path + ".partial");
        try
        {
            long count;
            using (var writer = new StreamWriter(rows)) count = ScoreFile.Write(store, shop, run, writer, forSpreadsheets: false);
            using var connection = new DuckDBConnection("Data Source=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            var columns = ScoreFile.Header.Split(',');
            command.CommandText =
                $"COPY (SELECT {string.Join(", ", columns.Select(Typed))} FROM read_csv({Text(rows)}, header = true, all_varchar = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\n')) TO {Text(temporary)} (FORMAT parquet, COMPRESSION zstd)";
            command.ExecuteNonQuery();
            File.Move(temporary, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(rows);
            File.Delete(temporary);
        }
    }

    private static string Typed(string name) =>
        s_numbers.Contains(name) ? $"CAST({name} AS DOUBLE) AS {name}"
        : s_counts.Contains(name) ? $"CAST({name} AS BIGINT) AS {name}"
        : s_dates.Contains(name) ? $"TRY_CAST({name} AS DATE) AS {name}"
        : name == "lost" ? "lost = 'true' AS lost"
        : name;

    private static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
}
