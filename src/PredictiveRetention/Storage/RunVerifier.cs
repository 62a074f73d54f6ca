using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>One invariant of the night runs, judged on the rows that are there.</summary>
/// <param name="Name">I1 ... I10 as in docs/night-run.md.</param>
/// <param name="Checked">How many runs, shards or rows it was judged on.</param>
/// <param name="Broken">What breaks it; empty when it holds.</param>
public sealed record InvariantCheck(string Name, string Says, long Checked, IReadOnlyList<string> Broken)
{
    public bool Holds => Broken.Count == 0;
}

/// <summary>Judges the invariants of the night runs on the rows that are there.</summary>
public sealed class RunVerifier
{
    private readonly Engine _engine;

    internal RunVerifier(Engine engine) => _engine = engine;

    /// <summary>
    /// Judges the invariants of every run whose rows are there, as one consistent state of the database; nothing is changed. Rows are read
    /// once and shard checksums made anew.
    /// </summary>
    public IReadOnlyList<InvariantCheck> Verify(Shop shop, Action<Run>? reading, CancellationToken cancellation)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        var runs = connection.Query<Run>(
            $"SELECT * FROM run WHERE state IN ({RunState.Published.Sql()}, {RunState.Superseded.Sql()}, {RunState.Held.Sql()}) ORDER BY "
                + $"run_id", transaction: transaction)
            .AsList();
        List<string> complete = [], stamped = [], fenced = [], sums = [], headlines = [];
        long rows = 0, shards = 0;
        foreach (var run in runs)
        {
            cancellation.ThrowIfCancellationRequested();
            reading?.Invoke(run);
            var read = VerifyRows(connection, transaction, run, shop, sums, headlines);
            rows += read.Rows;
            shards += read.Shards;
            var quarantined = connection.ExecuteScalar<long>("SELECT count(*) FROM run_quarantine WHERE run_id = @RunId", new { run.RunId },
                transaction);
            if (read.Rows + quarantined != run.ExpectedCount)
                complete.Add($"run {run.RunId}: {read.Rows} rows and {quarantined} quarantined of {run.ExpectedCount} customers");
            if (run.ModelVersion is null || run.SchemaHash is null || run.RecipeJson is null)
                stamped.Add($"run {run.RunId} does not say what it was made with");
            fenced.AddRange(connection.Query<long>(
                $"SELECT shard FROM run_shard WHERE run_id = @RunId AND (state <> {ShardState.Done.Sql()} OR fence < 1 "
                + "OR fence < attempts)",
                new { run.RunId }, transaction)
                .Select(shard => $"run {run.RunId}, shard {shard}"));
        }
        return
        [
            new("I1", "every customer of a run's population is there exactly once", rows, complete),
            new("I2", "readers are shown one published night", 1, Pointer(connection, transaction)),
            new("I3", "one published run for a date", runs.Count, [.. connection.Query<string>(
                $"SELECT purpose || ' of ' || business_date FROM run WHERE state = {RunState.Published.Sql()} GROUP BY purpose, "
                    + $"business_date HAVING count(*) > 1", transaction: transaction)]),
            new("I4", "every publication of a night is told once", runs.Count, [.. connection.Query<long>(
                $"SELECT r.run_id FROM run r WHERE r.purpose = {RunPurpose.Night.Sql()} AND EXISTS (SELECT 1 FROM run_event e WHERE "
                    + $"e.run_id = r.run_id AND e.what = 'published') "
                + "AND (SELECT count(*) FROM outbox o WHERE o.run_id = r.run_id AND o.kind = 'run.published') <> 1",
                    transaction: transaction)
                    .Select(run => $"run {run}")]),
            new("I5", "a run says which model and settings made it", runs.Count, stamped),
            new("I6", "every shard was committed by its last holder", shards, fenced),
            new("I7", "stored rows are the rows that were scored (SHA-256 by shard)", shards, sums),
            new("I8", "headline numbers are the sums of the rows", runs.Count, headlines),
            new("I9", "what imports keep about orders agrees with the orders", 1, Summaries(connection, transaction)),
            new("I10", "who is left alone for the measure gets no play", runs.Count, [.. connection.Query<string>(
                "SELECT 'run ' || p.run_id || ': ' || count(*) || ' customers' FROM prediction p JOIN assignment a "
                    + "ON a.customer_key = p.customer_key AND a.run_id = p.run_id AND a.arm <> 0 WHERE p.play_id IS NOT NULL "
                    + "GROUP BY p.run_id", transaction: transaction, commandTimeout: 0)]),
        ];
    }

    private (long Rows, long Shards) VerifyRows(DbConnection connection, DbTransaction transaction, Run run, Shop shop, List<string> sums,
        List<string> headlines)
    {
        var shards = connection.Query<(int Shard, long To, long Rows, string Checksum)>(
            $"SELECT shard, to_key, rows, checksum FROM run_shard WHERE run_id = @RunId AND state = {ShardState.Done.Sql()} "
            + "ORDER BY from_key",
            new { run.RunId }, transaction)
            .AsList();
        long all = 0, lost = 0, netMinor = 0, actions = 0;
        double clv = 0, churners = 0, netValue = 0;
        using var checksum = new ShardChecksum();
        using var row = _engine.Rows(connection, transaction, string.Create(CultureInfo.InvariantCulture,
            $"SELECT customer_key, p_churn, clv, expected_net_value, rfm, lost, net_revenue_minor, play_id FROM prediction WHERE run_id "
                + $"= {run.RunId} ORDER BY customer_key"));
        var more = row.Read();
        var key = more ? row.Long() : 0;
        foreach (var shard in shards)
        {
            long rows = 0;
            var isEarlier = ShardChecksum.IsOfEarlierVersion(shard.Checksum);
            while (more && key <= shard.To)
            {
                var (pChurn, rowClv, value, rfm, isLost, net) = (row.Double(), row.Double(), row.Double(), row.Int(), row.Bool(),
                    row.Long());
                checksum.Add(key, pChurn, rowClv, isEarlier ? value : null, rfm);
                rows++;
                clv += rowClv;
                netMinor += net;
                if (isLost) lost++; else churners += pChurn;
                if (!row.SkipNull())
                {
                    row.Text();
                    actions++;
                    netValue += value;
                }
                more = row.Read();
                if (more) key = row.Long();
            }
            all += rows;
            if (rows != shard.Rows || checksum.Text(isEarlier) != shard.Checksum)
                sums.Add($"run {run.RunId}, shard {shard.Shard}: {rows} rows of {shard.Rows}");
        }
        if (more) sums.Add($"run {run.RunId} has rows outside its shards, first of customer key {key}");
        if (run.Headline is { } headline)
        {
            if ((headline.Customers, headline.Lost, headline.Actions) != (all, lost, actions))
                headlines.Add(
                    $"run {run.RunId}: {headline.Customers} customers, {headline.Lost} lost, {headline.Actions} actions; the rows say "
                        + $"{all}, {lost}, {actions}");
            if (!Close(headline.Clv, clv) || !Close(headline.ExpectedChurners, churners)
                || !Close(headline.ExpectedNetValue, netValue)
                || !Close(headline.NetRevenue, (double)netMinor / shop.Currency.MinorPerUnit))
                headlines.Add(string.Create(CultureInfo.InvariantCulture,
                    $"run {run.RunId}: CLV {headline.Clv}, expected churners {headline.ExpectedChurners}, net revenue "
                        + $"{headline.NetRevenue}, expected net value of actions {headline.ExpectedNetValue}; the rows say {clv}, "
                        + $"{churners}, {(double)netMinor / shop.Currency.MinorPerUnit}, {netValue}"));
        }
        return (all, shards.Count);

        // The order of adding differs, and with it the last digits.
        static bool Close(double told, double summed) => Math.Abs(told - summed) <= 1e-9 * Math.Max(1, Math.Abs(summed));
    }

    private static List<string> Pointer(DbConnection connection, DbTransaction transaction) => connection.Query<string>(
        $"SELECT 'the pointer names run ' || c.run_id || ', which is ' || coalesce(r.state, 'not there') FROM current_run c LEFT JOIN "
            + $"run r ON r.run_id = c.run_id WHERE r.state IS NULL OR r.state <> {RunState.Published.Sql()} "
        + $"UNION ALL SELECT 'run ' || r.run_id || ' is published and not what readers see' FROM run r WHERE r.purpose = "
        + $"{RunPurpose.Night.Sql()} AND r.state = {RunState.Published.Sql()} AND r.run_id NOT IN (SELECT run_id FROM current_run)",
        transaction: transaction).AsList();

    private static List<string> Summaries(DbConnection connection, DbTransaction transaction)
    {
        var broken = new List<string>();
        var (kept, counted) = connection.QuerySingle<(long, long)>(
            "SELECT (SELECT CAST(coalesce(sum(orders), 0) AS bigint) FROM order_span), (SELECT count(*) FROM orders WHERE is_valid)",
            transaction: transaction, commandTimeout: 0);
        if (kept != counted) broken.Add($"{counted} valid orders, the summary says {kept}");
        var first = connection.ExecuteScalar<long>(
            "SELECT count(*) FROM customer c LEFT JOIN (SELECT customer_key, min(ordered_at_ms) AS first_ms FROM orders WHERE is_valid "
                + "GROUP BY customer_key) o ON o.customer_key = c.customer_key WHERE c.first_order_at_ms IS DISTINCT FROM o.first_ms",
            transaction: transaction, commandTimeout: 0);
        if (first > 0) broken.Add($"{first} customers whose first order is not the one kept");
        return broken;
    }
}
