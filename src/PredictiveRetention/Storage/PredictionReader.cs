using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>What runs say of each customer.</summary>
public sealed class PredictionReader
{
    private const string OfRun =
        "SELECT p.*, c.customer_id, c.country FROM prediction p JOIN customer c ON c.customer_key = p.customer_key WHERE p.run_id = @runId";

    private const int ChosenAtOnce = 50_000;

    private readonly Engine _engine;
    private readonly RunLedger _runs;
    private readonly NightReader _nights;
    private readonly ScoreHistory _scores;
    private long _lastSeen;

    internal PredictionReader(Engine engine, RunLedger runs, NightReader nights, ScoreHistory scores) =>
        (_engine, _runs, _nights, _scores) = (engine, runs, nights, scores);

    /// <summary>
    /// A customer's row of the run readers see now: pointer and row are read as one. The run it was last time is tried first, straight in
    /// its own partition: two reads by primary key. The id is not compared again: its key is 64 bits of its SHA-256.
    /// </summary>
    public async Task<PredictionRow?> FindCurrentAsync(string customerId, CancellationToken cancellation = default)
    {
        var key = CustomerKey.Hash(customerId);
        await using var connection = await _engine.OpenAsync(cancellation);
        if (Interlocked.Read(ref _lastSeen) is > 0 and var run)
        {
            try
            {
                var sql = string.Create(
                    CultureInfo.InvariantCulture,
                    $"SELECT p.* FROM {_engine.PredictionTable(run)} p, current_run r WHERE p.customer_key = @key AND p.run_id = {run} "
                    + $"AND r.purpose = {RunPurpose.Night.Sql()} AND r.run_id = {run}");
                if (await connection.QuerySingleOrDefaultAsync<PredictionRow>(
                    new CommandDefinition(sql, new { key }, cancellationToken: cancellation)) is { } row)
                    return row with { CustomerId = customerId };
            }
            catch (DbException) when (!cancellation.IsCancellationRequested)
            {
                // The partition is gone with its run: asked anew below, where a database that is away says so.
            }
        }
        var found = await connection.QuerySingleOrDefaultAsync<PredictionRow>(new CommandDefinition(
            "SELECT p.* FROM current_run r JOIN prediction p ON p.run_id = r.run_id AND p.customer_key = @key "
            + $"WHERE r.purpose = {RunPurpose.Night.Sql()}",
            new { key }, cancellationToken: cancellation));
        if (found is null) return null;
        Interlocked.Exchange(ref _lastSeen, found.RunId);
        return found with { CustomerId = customerId };
    }

    /// <summary>One page of a run, after a position.</summary>
    public async Task<IReadOnlyList<PredictionRow>> PageAsync(
        long runId, PredictionFilter filter, PredictionOrder order, PagePosition? after, int limit,
        CancellationToken cancellation = default)
    {
        // Ids are looked up for the page alone: joined before the limit, those of a million customers would be.
        var page = await RestrictedAsync(
            "SELECT p.*, c.customer_id, c.country FROM (SELECT p.* FROM prediction p WHERE p.run_id = @runId", runId, filter, cancellation);
        var column = ColumnOf(order);
        if (after is { } position)
        {
            page.Append(column is null
                ? " AND p.customer_key > @afterKey"
                : $" AND ({column} < @afterValue OR ({column} = @afterValue AND p.customer_key > @afterKey))");
            page.Parameters.Add("afterKey", position.CustomerKey);
            page.Parameters.Add("afterValue", position.Value);
        }
        var sorted = OrderOf(column);
        page.Append(sorted).Append(" LIMIT @limit) p JOIN customer c ON c.customer_key = p.customer_key").Append(sorted);
        page.Parameters.Add("limit", limit);
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<PredictionRow>(
            new CommandDefinition(page.Sql, page.Parameters, cancellationToken: cancellation))).AsList();
    }

    /// <summary>The whole of a list, in its order, some rows at a time: one question, however long it is.</summary>
    public async IAsyncEnumerable<IReadOnlyList<PredictionRow>> StreamAsync(
        long runId, PredictionFilter filter, PredictionOrder order, int atOnce,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var list = (await RestrictedAsync(OfRun, runId, filter, cancellation)).Append(OrderOf(ColumnOf(order)));
        await using var connection = await _engine.OpenAsync(cancellation);
        var rows = new List<PredictionRow>(atOnce);
        await foreach (var row in connection.QueryUnbufferedAsync<PredictionRow>(list.Sql, list.Parameters).WithCancellation(cancellation))
        {
            rows.Add(row);
            if (rows.Count < atOnce) continue;
            yield return rows;
            rows = new List<PredictionRow>(atOnce);
        }
        if (rows.Count > 0) yield return rows;
    }

    /// <summary>How many customers a filter leaves, and their revenue at risk in currency units.</summary>
    public async Task<(long Customers, double RevenueAtRisk)> TotalsAsync(
        long runId, PredictionFilter filter, CancellationToken cancellation = default)
    {
        var all = await RestrictedAsync(
            "SELECT count(*), coalesce(sum(p.revenue_at_risk), 0.0) FROM prediction p WHERE p.run_id = @runId",
            runId, filter, cancellation);
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleAsync<(long, double)>(
            new CommandDefinition(all.Sql, all.Parameters, cancellationToken: cancellation));
    }

    /// <summary>A customer's row of a run; null where it has none.</summary>
    public PredictionRow? Find(long runId, long customerKey)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<PredictionRow>(OfRun + " AND p.customer_key = @customerKey", new { runId, customerKey });
    }

    /// <summary>Every prediction of a run in customer key order, streamed.</summary>
    public IEnumerable<PredictionRow> ReadAll(long runId)
    {
        using var connection = _engine.Open();
        foreach (var row in connection.Query<PredictionRow>(OfRun + " ORDER BY p.customer_key", new { runId }, buffered: false))
            yield return row;
    }

    /// <summary>
    /// Customers whose id begins with a text, of a run, whatever its upper and lower case: who has exactly this id first, then who has it
    /// in another case, then who begins with it as it is written, then the others; each in the order of their ids.
    /// </summary>
    public async Task<IReadOnlyList<PredictionRow>> SearchByIdAsync(
        long runId, string prefix, int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<PredictionRow>(new CommandDefinition(
            OfRun + " AND lower(substr(c.customer_id, 1, @length)) = lower(@prefix) "
            + "ORDER BY CASE WHEN c.customer_id = @prefix THEN 0 WHEN lower(c.customer_id) = lower(@prefix) THEN 1 "
            + "WHEN substr(c.customer_id, 1, @length) = @prefix THEN 2 ELSE 3 END, c.customer_id, p.customer_key LIMIT @limit",
            new { runId, prefix, length = prefix.EnumerateRunes().Count() /* as databases count */, limit },
            cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// Customers whose predicted risk band is High in a run and was lower in an earlier one; the lost are in neither, customers of the
    /// later run only count as new.
    /// </summary>
    public async Task<long> MovedIntoHighRiskAsync(long runId, long earlierRunId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT count(*) FROM prediction p JOIN prediction e ON e.customer_key = p.customer_key AND e.run_id = @earlierRunId "
            + $"WHERE p.run_id = @runId AND {PredictionConditions.IsHigh} AND {PredictionConditions.WasLower}",
            new { runId, earlierRunId, high = (int)RiskBand.High }, cancellationToken: cancellation));
    }

    /// <summary>
    /// What the published nights of the last 400 days said of a customer, oldest first, one score an as-of: of a night whose predictions
    /// are kept as they are, of one before them as the score history has them.
    /// </summary>
    public async Task<IReadOnlyList<PastScore>> PastScoresAsync(long customerKey, CancellationToken cancellation = default)
    {
        // First the history: a night whose predictions go meanwhile is in it.
        var older = await _scores.OfAsync(customerKey, cancellation);
        await using var connection = await _engine.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<(string AsOf, double PChurn, double Clv)>(new CommandDefinition(
            "SELECT r.as_of, p.p_churn, p.clv FROM prediction p JOIN run r ON r.run_id = p.run_id WHERE p.customer_key = @customerKey "
            + $"AND r.purpose = {RunPurpose.Night.Sql()} AND r.state IN ({RunState.Published.Sql()}, {RunState.Superseded.Sql()}) "
            + "ORDER BY r.as_of, r.run_id",
            new { customerKey }, cancellationToken: cancellation));
        return [.. older.Concat(rows.Select(row => new PastScore(row.AsOf, row.PChurn, row.Clv))).GroupBy(score => score.AsOf)
            .Select(night => night.Last()).OrderBy(score => score.AsOf, StringComparer.Ordinal)];
    }

    /// <summary>Writes what a run says of a shard's customers, in place of what may be there.</summary>
    internal static void Replace(LedgerChange change, ShardClaim shard, IReadOnlyList<Prediction> predictions)
    {
        change.Execute(
            "DELETE FROM prediction WHERE run_id = @RunId AND customer_key BETWEEN @First AND @Last",
            new { shard.RunId, First = shard.Population[0], Last = shard.Population[^1] });
        using var bulk = change.Bulk(change.Engine.PredictionTable(shard.RunId), Prediction.Writer.Names);
        for (var i = 0; i < predictions.Count; i++)
        {
            if (i == predictions.Count / 2) Failpoint.Pass("shard-copying");
            Prediction.Writer.Write(bulk, (shard.RunId, predictions[i]));
        }
        bulk.Complete();
    }

    /// <summary>Says in a run's predictions what was chosen for customers once all were scored. Said twice, it is the same.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    internal void Choose(Run run, IEnumerable<ChosenAction> chosen)
    {
        foreach (var part in chosen.Chunk(ChosenAtOnce))
        {
            using var change = LedgerChange.Begin(_engine);
            change.Fence(run, RunState.Validating);
            change.Execute("DROP TABLE IF EXISTS chosen_action");
            change.Execute(
                "CREATE TEMP TABLE chosen_action AS SELECT customer_key, play_id, no_action, expected_net_value, action_cost "
                + "FROM prediction WHERE 1 = 0");
            using (var bulk = change.Bulk("chosen_action", ChosenAction.Writer.Names))
            {
                foreach (var action in part) ChosenAction.Writer.Write(bulk, action);
                bulk.Complete();
            }
            change.Execute(
                $"UPDATE {_engine.PredictionTable(run.RunId)} AS p SET play_id = c.play_id, no_action = c.no_action, "
                + "expected_net_value = c.expected_net_value, action_cost = c.action_cost FROM chosen_action c "
                + "WHERE p.customer_key = c.customer_key AND p.run_id = @RunId",
                new { run.RunId });
            change.Execute("DROP TABLE chosen_action");
            change.Commit();
        }
    }

    private async Task<PredictionConditions> RestrictedAsync(
        string select, long runId, PredictionFilter filter, CancellationToken cancellation)
    {
        var earlier = filter.MovedUp && await _runs.FindAsync(runId, cancellation) is { } run
            ? await _nights.ToCompareAsync(run, 1, cancellation)
            : null;
        return new PredictionConditions(select, runId).Restrict(filter, earlier);
    }

    private static string? ColumnOf(PredictionOrder order) => order switch
    {
        PredictionOrder.RevenueAtRisk => "p.revenue_at_risk",
        PredictionOrder.PChurn => "p.p_churn",
        PredictionOrder.Clv => "p.clv",
        PredictionOrder.ExpectedNetValue => "p.expected_net_value",
        _ => null,
    };

    private static string OrderOf(string? column) => $" ORDER BY {(column is null ? "" : column + " DESC, ")}p.customer_key";
}
