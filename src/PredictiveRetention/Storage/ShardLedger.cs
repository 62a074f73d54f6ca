using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>The parts a run is cut into, who works on each, what it adds to the whole, and the customers who could not be scored.</summary>
public sealed class ShardLedger
{
    private static readonly string s_open = ShardState.Open.Sql();
    private static readonly string s_claimed = ShardState.Claimed.Sql();
    private static readonly string s_done = ShardState.Done.Sql();

    // Between two shards a worker holds none.
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(10);

    // Of the process, that is.
    private const string WorkerOf = "substr(owner, 1, length(@owner) + 1) = @owner || '#'";

    private static readonly RowWriter<(long RunId, int Shard, long[] Part)> s_columns = new(
        ("run_id", (bulk, in of) => bulk.Write(of.RunId)),
        ("shard", (bulk, in of) => bulk.Write(of.Shard)),
        ("from_key", (bulk, in of) => bulk.Write(of.Part[0])),
        ("to_key", (bulk, in of) => bulk.Write(of.Part[^1])),
        ("customers", (bulk, in of) => bulk.Write((long)of.Part.Length)),
        ("state", (bulk, in of) => bulk.Write("open")),
        ("fence", (bulk, in of) => bulk.Write(0L)),
        ("lease_until_ms", (bulk, in of) => bulk.Write(0L)),
        ("attempts", (bulk, in of) => bulk.Write(0)),
        ("quarantined", (bulk, in of) => bulk.Write(0L)),
        ("population", (bulk, in of) => bulk.Write(MemoryMarshal.AsBytes(of.Part.AsSpan()))));
    private const string CountingQuarantine = "SELECT count(*) FROM run_quarantine WHERE run_id = @runId";

    private readonly Engine _engine;

    internal ShardLedger(Engine engine) => _engine = engine;

    /// <summary>The name of one of a process's workers in the ledger.</summary>
    public static string Worker(string owner, int number) => string.Create(CultureInfo.InvariantCulture, $"{owner}#{number}");

    /// <summary>
    /// Takes a shard nobody works on: the lowest open one, or one whose owner fell silent, or one this worker was given before without
    /// hearing of it (a commit whose answer was lost). Null when there is none at the moment; then all are done, or others are at work on
    /// the rest.
    /// </summary>
    /// <param name="worker">One thread, with at most one shard in hand, and none while it asks for one. See <see cref="Worker"/>.</param>
    public ShardClaim? Claim(long runId, string worker)
    {
        using var change = LedgerChange.Begin(_engine);
        var claimed = change.QuerySingleOrDefault<(int Shard, byte[] Population, long Fence)?>(
            $"UPDATE run_shard SET state = {s_claimed}, owner = @worker, fence = fence + 1, attempts = attempts + 1, "
            + $"lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @runId AND shard = ("
            + "SELECT s.shard FROM run_shard s JOIN run r ON r.run_id = s.run_id "
            + $"WHERE s.run_id = @runId AND r.state = {RunState.Scoring.Sql()} "
            + $"AND (s.state = {s_open} OR (s.state = {s_claimed} AND (s.lease_until_ms < {_engine.NowMs} OR s.owner = @worker))) "
            + $"ORDER BY s.shard LIMIT 1{_engine.SkipLocked("s")}) RETURNING shard, population, fence",
            new { runId, worker, lease = WorkerLease.Ms });
        change.Commit();
        if (claimed is not { } shard) return null;
        Failpoint.Pass("shard-claimed");
        return new ShardClaim(runId, shard.Shard, MemoryMarshal.Cast<byte, long>(shard.Population).ToArray(), shard.Fence);
    }

    /// <summary>
    /// Writes a shard's predictions in one short transaction that only its holder can commit. Written twice (after a crash before the
    /// commit was known), it is the same rows once.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the shard over, or the run has ended.</exception>
    public void Commit(
        ShardClaim shard, IReadOnlyList<Prediction> predictions, IReadOnlyList<Quarantined> quarantined, string checksum,
        ShardTotals totals, byte[]? insights, byte[] decisions)
    {
        using var change = LedgerChange.Begin(_engine, mayBeLost: true);
        // Shared, so that workers commit side by side; whoever ends the run waits for them and they for it.
        var state = change.QuerySingleOrDefault<string>(
            $"SELECT state FROM run WHERE run_id = @RunId{_engine.ForShare}", new { shard.RunId });
        if (state != RunState.Scoring.Word()) throw new LeaseLostException(shard.RunId);
        Failpoint.Pass("shard-begun");
        var held = change.Execute(
            $"UPDATE run_shard SET lease_until_ms = {_engine.NowMs} + @lease "
            + $"WHERE run_id = @RunId AND shard = @Shard AND fence = @Fence AND state = {s_claimed}",
            new { lease = WorkerLease.Ms, shard.RunId, shard.Shard, shard.Fence });
        if (held != 1)
        {
            Failpoint.Pass("shard-fenced");
            throw new LeaseLostException(shard.RunId, shard.Shard);
        }
        PredictionReader.Replace(change, shard, predictions);
        Quarantine(change, shard, quarantined);
        change.Execute(
            $"UPDATE run_shard SET state = {s_done}, lease_until_ms = 0, rows = @rows, quarantined = @quarantined, checksum = @checksum, "
            + "totals = @totals, insights = @insights, decisions = @decisions, "
            + $"finished_at_ms = {_engine.NowMs} WHERE run_id = @RunId AND shard = @Shard",
            new
            {
                rows = predictions.Count,
                quarantined = quarantined.Count,
                checksum,
                totals = JsonSerializer.Serialize(totals, JsonSerializerOptions.Web),
                insights,
                decisions,
                shard.RunId,
                shard.Shard,
            });
        Failpoint.Pass("shard-written");
        change.Commit();
        Failpoint.Pass("shard-committed");
    }

    /// <summary>What became of a claimed shard: after a commit whose answer was lost, only this tells.</summary>
    /// <returns>Done by us, still ours, or taken from us.</returns>
    public (bool DoneByUs, bool StillOurs) WhatBecameOf(ShardClaim shard)
    {
        using var connection = _engine.Open();
        var (state, fence) = connection.QuerySingle<(string, long)>(
            "SELECT state, fence FROM run_shard WHERE run_id = @RunId AND shard = @Shard", new { shard.RunId, shard.Shard });
        return (fence == shard.Fence && state == "done", fence == shard.Fence && state == "claimed");
    }

    /// <summary>True when another process holds a shard, or finished one within the last lease.</summary>
    public bool OthersAreAtWork(long runId, string owner)
    {
        using var connection = _engine.Open();
        return connection.ExecuteScalar<int>(
            $"SELECT CASE WHEN EXISTS (SELECT 1 FROM run_shard WHERE run_id = @runId AND NOT {WorkerOf} "
            + $"AND (lease_until_ms > {_engine.NowMs} OR finished_at_ms > {_engine.NowMs} - @lease)) THEN 1 ELSE 0 END",
            new { runId, owner, lease = WorkerLease.Ms }) == 1;
    }

    public ShardProgress Progress(long runId)
    {
        using var connection = _engine.Open();
        return connection.QuerySingle<Counted>(Counting, new { runId }).Progress;
    }

    /// <inheritdoc cref="Progress"/>
    public async Task<ShardProgress> ProgressAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var asked = new CommandDefinition(Counting, new { runId }, cancellationToken: cancellation);
        return (await connection.QuerySingleAsync<Counted>(asked)).Progress;
    }

    /// <summary>The headline of a run, from what its shards wrote about themselves.</summary>
    /// <param name="actions">What is recommended, which no shard knows alone.</param>
    public RunHeadline Headline(long runId, ActionTotals actions)
    {
        var shards = Totals(runId);
        var active = shards.Sum(shard => shard.Customers - shard.Lost);
        var churners = shards.Sum(shard => shard.PChurnSum);
        return new RunHeadline(
            shards.Sum(shard => shard.Customers), shards.Sum(shard => shard.Lost), active == 0 ? 0 : churners / active, churners,
            shards.Sum(shard => shard.HighRisk), shards.Sum(shard => shard.NetRevenue), shards.Sum(shard => shard.Orders),
            shards.Sum(shard => shard.Clv), shards.Sum(shard => shard.RevenueAtRisk), actions.Actions, actions.ExpectedNetValue,
            actions.Cost, actions.Plays, [.. Enumerable.Range(0, 10).Select(tenth => shards.Sum(shard => shard.PChurnTenths[tenth]))],
            LeftAlone: actions.LeftAlone, ControlGroup: actions.ControlGroup);
    }

    /// <summary>
    /// Bins of the columns the run's model is watched by, shards together; null where it has none, or a shard was made without.
    /// </summary>
    public IReadOnlyList<long[]>? DriftCounts(long runId)
    {
        long[][]? counts = null;
        foreach (var totals in Totals(runId))
        {
            if (totals.Drift is not { } shard) return null;
            counts ??= [.. shard.Select(bins => new long[bins.Length])];
            for (var column = 0; column < counts.Length; column++)
                for (var bin = 0; bin < counts[column].Length; bin++) counts[column][bin] += shard[column][bin];
        }
        return counts;
    }

    /// <summary>What the shards of a run counted for its figures and what they decided, in their order.</summary>
    public IEnumerable<(byte[] Insights, byte[] Decisions)> Parts(long runId)
    {
        using var connection = _engine.Open();
        var parts = connection.Query<(byte[]?, byte[]?)>(
            $"SELECT insights, decisions FROM run_shard WHERE run_id = @runId AND state = {s_done} ORDER BY shard",
            new { runId }, buffered: false);
        foreach (var (insights, decisions) in parts)
        {
            yield return insights is null || decisions is null
                ? throw new InvalidOperationException($"A shard of run {runId} has no sums.")
                : (insights, decisions);
        }
    }

    /// <summary>What the shards of a run decided about their customers, in their order.</summary>
    public IEnumerable<byte[]> Decisions(long runId)
    {
        using var connection = _engine.Open();
        var parts = connection.Query<byte[]?>(
            $"SELECT decisions FROM run_shard WHERE run_id = @runId AND state = {s_done} ORDER BY shard", new { runId }, buffered: false);
        foreach (var part in parts) yield return part ?? throw new InvalidOperationException($"A shard of run {runId} has no decisions.");
    }

    /// <summary>Customers of a run who could not be scored, in key order.</summary>
    public IReadOnlyList<(string CustomerId, string Reason)> Quarantined(long runId, int limit)
    {
        using var connection = _engine.Open();
        return connection.Query<(string, string)>(
            "SELECT c.customer_id, q.reason FROM run_quarantine q JOIN customer c ON c.customer_key = q.customer_key "
            + "WHERE q.run_id = @runId ORDER BY q.customer_key LIMIT @limit",
            new { runId, limit }).AsList();
    }

    public long QuarantinedCount(long runId)
    {
        using var connection = _engine.Open();
        return connection.ExecuteScalar<long>(CountingQuarantine, new { runId });
    }

    public async Task<long> QuarantinedCountAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(CountingQuarantine, new { runId }, cancellationToken: cancellation));
    }

    /// <summary>Cuts a population, in key order, into open shards.</summary>
    internal static void CreateShards(LedgerChange change, long runId, List<long> population, int shardSize)
    {
        var keys = CollectionsMarshal.AsSpan(population);
        using var bulk = change.Bulk("run_shard", s_columns.Names);
        for (var shard = 0; shard * shardSize < keys.Length; shard++)
            s_columns.Write(bulk, (runId, shard, keys[(shard * shardSize)..Math.Min(keys.Length, (shard + 1) * shardSize)].ToArray()));
        bulk.Complete();
    }

    /// <summary>Opens what an owner holds.</summary>
    internal static void Release(LedgerChange change, long runId, string owner) => change.Execute(
        $"UPDATE run_shard SET state = {s_open}, lease_until_ms = 0, owner = NULL WHERE run_id = @runId AND {WorkerOf} "
        + $"AND state = {s_claimed}",
        new { runId, owner });

    /// <summary>The leases of what an owner holds begin anew.</summary>
    internal static void Renew(DbConnection connection, Engine engine, long runId, string owner) => connection.Execute(
        $"UPDATE run_shard SET lease_until_ms = {engine.NowMs} + @lease WHERE run_id = @runId AND {WorkerOf} AND state = {s_claimed}",
        new { runId, owner, lease = WorkerLease.Ms });

    /// <summary>Once a run has ended nobody asks again who was in a shard, nor for its part of the figures.</summary>
    internal static Statement Forgetting(long runId) =>
        new("UPDATE run_shard SET population = NULL, insights = NULL, decisions = NULL WHERE run_id = @runId", new { runId });

    internal const string ClearingQuarantine = "DELETE FROM run_quarantine WHERE run_id = @RunId";

    private static void Quarantine(LedgerChange change, ShardClaim shard, IReadOnlyList<Quarantined> quarantined)
    {
        change.Execute(
            "DELETE FROM run_quarantine WHERE run_id = @RunId AND customer_key BETWEEN @First AND @Last",
            new { shard.RunId, First = shard.Population[0], Last = shard.Population[^1] });
        foreach (var customer in quarantined)
        {
            change.Execute(
                "INSERT INTO run_quarantine (customer_key, run_id, reason) VALUES (@CustomerKey, @RunId, @Reason)",
                new { customer.CustomerKey, shard.RunId, customer.Reason });
        }
    }

    private List<ShardTotals> Totals(long runId)
    {
        using var connection = _engine.Open();
        return connection.Query<string>(
            $"SELECT totals FROM run_shard WHERE run_id = @runId AND state = {s_done} ORDER BY shard", new { runId })
                .Select(totals => JsonSerializer.Deserialize<ShardTotals>(totals, JsonSerializerOptions.Web)!)
                .ToList();
    }

    private string Counting =>
        $"SELECT count(*) FILTER (WHERE state = {s_done}) AS done, count(*) FILTER (WHERE state = {s_claimed}) AS claimed, "
        + "count(*) AS shards, "
        + $"CAST(coalesce(sum(customers) FILTER (WHERE state = {s_done}), 0) AS bigint) AS customers, "
        + "CAST(coalesce(sum(customers), 0) AS bigint) AS expected, "
        + "(SELECT min(e.at_ms) FROM run_event e WHERE e.run_id = @runId AND e.what = 'snapshot') AS since_ms, "
        + $"max(finished_at_ms) AS last_ms, CAST({_engine.NowMs} AS bigint) AS now_ms, max(lease_until_ms) AS lease_until_ms FROM "
        + $"run_shard WHERE run_id = @runId";

    private sealed record Counted
    {
        public long Done { get; init; }
        public long Claimed { get; init; }
        public long Shards { get; init; }
        public long Customers { get; init; }
        public long Expected { get; init; }
        public long? SinceMs { get; init; }
        public long? LastMs { get; init; }
        public long NowMs { get; init; }
        public long? LeaseUntilMs { get; init; }

        public ShardProgress Progress
        {
            get
            {
                var silentFor = NowMs - (LastMs ?? SinceMs ?? NowMs);
                var atWork = LeaseUntilMs > NowMs || silentFor < s_moment.TotalMilliseconds;
                return new ShardProgress((int)Done, (int)Claimed, (int)Shards, Customers, Expected, SinceMs, LastMs, atWork);
            }
        }
    }
}
