using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>A row of the run ledger.</summary>
public sealed record Run
{
    public long RunId { get; init; }
    public string Purpose { get; init; } = "";
    public string BusinessDate { get; init; } = "";
    public int Attempt { get; init; }

    /// <summary>The cutoff, ISO date: what happened from this business day on is unknown to the run.</summary>
    public string AsOf { get; init; } = "";
    public string State { get; init; } = "";
    public long Fence { get; init; }
    public string? Owner { get; init; }
    public long LeaseUntilMs { get; init; }
    public long? ExpectedCount { get; init; }
    public string? ModelVersion { get; init; }
    public string? SchemaHash { get; init; }

    /// <summary>What the run was made with (cut-offs of the segments, horizons, ...), JSON; fixed at the snapshot.</summary>
    public string? Settings { get; init; }

    /// <summary>Headline numbers, JSON; computed inside the run.</summary>
    public string? Headline { get; init; }
    public long CreatedAtMs { get; init; }
    public long? FinishedAtMs { get; init; }
    public long? PublishedAtMs { get; init; }
    public string? Error { get; init; }
}

/// <summary>Purposes of a run: a night is published to readers, a replay of a past date never is.</summary>
public static class RunPurpose
{
    public const string Night = "night";
    public const string Replay = "replay";
}

/// <summary>planned -> scoring -> validating -> published -> superseded -> dropped; failed from any of the first three.</summary>
public static class RunState
{
    public const string Planned = "planned";
    public const string Scoring = "scoring";
    public const string Validating = "validating";
    public const string Published = "published";
    public const string Superseded = "superseded";

    /// <summary>Its predictions are gone, its ledger entry stays.</summary>
    public const string Dropped = "dropped";
    public const string Failed = "failed";
}

public enum ClaimOutcome
{
    /// <summary>The run is ours to work on, new or taken over.</summary>
    Claimed,

    /// <summary>This date is done; nothing to do.</summary>
    AlreadyPublished,

    /// <summary>Somebody else holds the lease.</summary>
    Busy,
}

public sealed record Claim(ClaimOutcome Outcome, Run Run);

public sealed record RunShard(int Shard, long FromKey, long ToKey, long Customers)
{
    public KeyRange Keys => new(FromKey, ToKey);
}

/// <summary>Somebody took the run over: whoever sees this must stop writing at once.</summary>
public sealed class LeaseLostException(long runId) : Exception($"Run {runId.ToString(CultureInfo.InvariantCulture)} was taken over by another process.");

public sealed partial class RetentionStore
{
    /// <summary>How long a worker may be silent before others take its run over. Judged by the database's clock alone.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static readonly string s_open = $"('{RunState.Planned}', '{RunState.Scoring}', '{RunState.Validating}')";

    /// <summary>
    /// Takes the run of (purpose, business date): a new one, or one whose worker fell silent. A date that is published is left alone
    /// unless <paramref name="again"/>, which makes a new attempt; so does a failed one.
    /// </summary>
    public Claim Claim(string purpose, DateOnly businessDate, Cutoff asOf, string owner, bool again)
    {
        var date = businessDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        var last = connection.QueryFirstOrDefault<Run>(
            $"SELECT * FROM run WHERE purpose = @purpose AND business_date = @date ORDER BY attempt DESC LIMIT 1{_engine.ForUpdate}", new { purpose, date }, transaction);
        var claim = last switch
        {
            { State: RunState.Planned or RunState.Scoring or RunState.Validating } => TakeOver(connection, transaction, last, owner),
            { State: RunState.Published } when !again => new Claim(ClaimOutcome.AlreadyPublished, last),
            _ => Begin(connection, transaction, purpose, date, asOf, owner, (last?.Attempt ?? 0) + 1),
        };
        transaction.Commit();
        return claim;
    }

    /// <summary>
    /// Freezes who is scored (everybody with a valid order before the run's cutoff) and how the work is cut into shards, and fixes what the
    /// run is made with. From here on a restart resumes instead of starting anew.
    /// </summary>
    public void Snapshot(Run run, Shop shop, int shardSize, string modelVersion, string schemaHash, string settingsJson)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        Fence(connection, transaction, run, RunState.Planned);
        var before = shop.Calendar.StartOf(Cutoff.Parse(run.AsOf).Day);
        connection.Execute("INSERT INTO run_population (customer_key, run_id) SELECT DISTINCT customer_key, @RunId FROM orders WHERE is_valid AND ordered_at_ms < @before", new { run.RunId, before }, transaction);
        connection.Execute(
            "INSERT INTO run_shard (run_id, shard, from_key, to_key, customers, state) "
            + "SELECT @RunId, shard, min(customer_key), max(customer_key), count(*), 'open' FROM "
            + "(SELECT customer_key, (row_number() OVER (ORDER BY customer_key) - 1) / @shardSize AS shard FROM run_population WHERE run_id = @RunId) AS numbered GROUP BY shard",
            new { run.RunId, shardSize }, transaction);
        _engine.CreatePredictionRoom(connection, transaction, run.RunId);
        connection.Execute(
            $"UPDATE run SET state = '{RunState.Scoring}', model_version = @modelVersion, schema_hash = @schemaHash, settings = @settingsJson, "
            + "expected_count = (SELECT count(*) FROM run_population WHERE run_id = @RunId) WHERE run_id = @RunId",
            new { run.RunId, modelVersion, schemaHash, settingsJson }, transaction);
        transaction.Commit();
    }

    public IReadOnlyList<RunShard> OpenShards(long runId)
    {
        using var connection = _engine.Open();
        return connection.Query<(int Shard, long FromKey, long ToKey, long Customers)>(
                "SELECT shard, from_key, to_key, customers FROM run_shard WHERE run_id = @runId AND state = 'open' ORDER BY shard", new { runId })
            .Select(row => new RunShard(row.Shard, row.FromKey, row.ToKey, row.Customers)).ToList();
    }

    public (int Done, int All) ShardProgress(long runId)
    {
        using var connection = _engine.Open();
        return connection.QuerySingle<(int, int)>("SELECT coalesce(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0), count(*) FROM run_shard WHERE run_id = @runId", new { runId });
    }

    /// <summary>Customers of the shard's frozen population, in key order.</summary>
    public IReadOnlyList<long> Population(long runId, KeyRange keys)
    {
        using var connection = _engine.Open();
        return connection.Query<long>("SELECT customer_key FROM run_population WHERE run_id = @runId AND customer_key BETWEEN @First AND @Last ORDER BY customer_key", new { runId, keys.First, keys.Last }).AsList();
    }

    /// <summary>
    /// Writes a shard's predictions in one short transaction that only the holder of the lease can commit. Written twice (after a crash
    /// before the commit was known), it is the same rows once.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void CommitShard(Run run, RunShard shard, IReadOnlyList<Prediction> predictions, string checksum)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        Fence(connection, transaction, run, RunState.Scoring);
        connection.Execute("DELETE FROM prediction WHERE run_id = @RunId AND customer_key BETWEEN @FromKey AND @ToKey", new { run.RunId, shard.FromKey, shard.ToKey }, transaction);
        using (var bulk = _engine.Bulk(connection, transaction, "prediction", Prediction.Columns))
        {
            foreach (var prediction in predictions) prediction.WriteTo(bulk, run.RunId);
            bulk.Complete();
        }
        connection.Execute(
            $"UPDATE run_shard SET state = 'done', rows = @rows, checksum = @checksum, fence = @Fence, finished_at_ms = {_engine.NowMs} WHERE run_id = @RunId AND shard = @Shard",
            new { rows = predictions.Count, checksum, run.Fence, run.RunId, shard.Shard }, transaction);
        transaction.Commit();
    }

    public void BeginValidation(Run run)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        Fence(connection, transaction, run, RunState.Scoring);
        connection.Execute($"UPDATE run SET state = '{RunState.Validating}' WHERE run_id = @RunId", new { run.RunId }, transaction);
        transaction.Commit();
    }

    /// <summary>
    /// Makes the run what readers see, in one transaction: every shard done, exactly the expected customers, headline stored, and for a
    /// night the pointer moved. Superseded runs beyond the retention lose their rows, never their ledger entry.
    /// </summary>
    public void Publish(Run run, string headlineJson, int keepRuns = 7)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        Fence(connection, transaction, run, RunState.Validating);
        var (open, rows) = connection.QuerySingle<(long, long)>(
            "SELECT (SELECT count(*) FROM run_shard WHERE run_id = @RunId AND state <> 'done'), (SELECT count(*) FROM prediction WHERE run_id = @RunId)", new { run.RunId }, transaction);
        var expected = connection.ExecuteScalar<long>("SELECT expected_count FROM run WHERE run_id = @RunId", new { run.RunId }, transaction);
        if (open > 0 || rows != expected)
            throw new InvalidOperationException($"Run {run.RunId} has {rows} predictions of {expected} expected and {open} shards open: not published.");
        connection.Execute($"UPDATE run SET state = '{RunState.Superseded}' WHERE purpose = @Purpose AND state = '{RunState.Published}' AND (purpose = '{RunPurpose.Night}' OR business_date = @BusinessDate)", new { run.Purpose, run.BusinessDate }, transaction);
        connection.Execute(
            $"UPDATE run SET state = '{RunState.Published}', headline = @headlineJson, published_at_ms = {_engine.NowMs}, finished_at_ms = {_engine.NowMs}, lease_until_ms = 0, owner = NULL WHERE run_id = @RunId",
            new { headlineJson, run.RunId }, transaction);
        if (run.Purpose == RunPurpose.Night)
            connection.Execute("INSERT INTO current_run (purpose, run_id) VALUES (@Purpose, @RunId) ON CONFLICT (purpose) DO UPDATE SET run_id = excluded.run_id", new { run.Purpose, run.RunId }, transaction);
        connection.Execute("DELETE FROM run_population WHERE run_id = @RunId", new { run.RunId }, transaction);
        DropOldPredictions(connection, transaction, run.Purpose, keepRuns);
        transaction.Commit();
    }

    /// <summary>Marks the run failed, with the reason; what was published before stays. Does nothing if the run is no longer ours.</summary>
    public void Fail(Run run, string error)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        var failed = connection.Execute(
            $"UPDATE run SET state = '{RunState.Failed}', error = @error, finished_at_ms = {_engine.NowMs}, lease_until_ms = 0, owner = NULL WHERE run_id = @RunId AND fence = @Fence AND state IN {s_open}",
            new { error, run.RunId, run.Fence }, transaction);
        if (failed == 1)
        {
            connection.Execute("DELETE FROM run_population WHERE run_id = @RunId", new { run.RunId }, transaction);
            _engine.DropPredictionRoom(connection, transaction, run.RunId);
        }
        transaction.Commit();
    }

    /// <summary>Lets go of the lease (cancelled, shutting down): anybody may resume the run at once.</summary>
    public void Release(Run run)
    {
        using var connection = _engine.Open();
        connection.Execute("UPDATE run SET lease_until_ms = 0, owner = NULL WHERE run_id = @RunId AND fence = @Fence", new { run.RunId, run.Fence });
    }

    public Run? Run(long runId)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<Run>("SELECT * FROM run WHERE run_id = @runId", new { runId });
    }

    /// <summary>Nights that were begun and not ended, oldest first: what a restart resumes.</summary>
    public IReadOnlyList<Run> UnfinishedNights()
    {
        using var connection = _engine.Open();
        return connection.Query<Run>($"SELECT * FROM run WHERE purpose = '{RunPurpose.Night}' AND state IN {s_open} ORDER BY run_id").AsList();
    }

    private Claim Begin(DbConnection connection, DbTransaction transaction, string purpose, string date, Cutoff asOf, string owner, int attempt)
    {
        connection.Execute(
            "INSERT INTO run (run_id, purpose, business_date, attempt, as_of, state, fence, owner, lease_until_ms, created_at_ms) "
            + $"SELECT coalesce(max(run_id), 0) + 1, @purpose, @date, @attempt, @asOf, '{RunState.Planned}', 1, @owner, {_engine.NowMs} + @lease, {_engine.NowMs} FROM run WHERE true "
            + "ON CONFLICT DO NOTHING",
            new { purpose, date, attempt, asOf = asOf.ToString(), owner, lease = (long)Lease.TotalMilliseconds }, transaction);
        var run = connection.QuerySingleOrDefault<Run>("SELECT * FROM run WHERE purpose = @purpose AND business_date = @date AND attempt = @attempt", new { purpose, date, attempt }, transaction);
        return run is not null && run.Owner == owner && run.Fence == 1
            ? new Claim(ClaimOutcome.Claimed, run)
            : new Claim(ClaimOutcome.Busy, run ?? new Run { Purpose = purpose, BusinessDate = date, Attempt = attempt });
    }

    private Claim TakeOver(DbConnection connection, DbTransaction transaction, Run run, string owner)
    {
        var taken = connection.Execute(
            $"UPDATE run SET fence = fence + 1, owner = @owner, lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @RunId AND fence = @Fence AND lease_until_ms < {_engine.NowMs}",
            new { owner, run.RunId, run.Fence, lease = (long)Lease.TotalMilliseconds }, transaction);
        var now = connection.QuerySingle<Run>("SELECT * FROM run WHERE run_id = @RunId", new { run.RunId }, transaction);
        return new Claim(taken == 1 ? ClaimOutcome.Claimed : ClaimOutcome.Busy, now);
    }

    /// <summary>Renews the lease and locks the run's row, so that a take-over and this commit cannot both happen.</summary>
    private void Fence(DbConnection connection, DbTransaction transaction, Run run, string state)
    {
        var held = connection.Execute(
            $"UPDATE run SET lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @RunId AND fence = @Fence AND state = @state",
            new { lease = (long)Lease.TotalMilliseconds, run.RunId, run.Fence, state }, transaction);
        if (held != 1) throw new LeaseLostException(run.RunId);
    }

    private void DropOldPredictions(DbConnection connection, DbTransaction transaction, string purpose, int keepRuns)
    {
        var old = connection.Query<long>(
            $"SELECT run_id FROM run WHERE purpose = @purpose AND state IN ('{RunState.Superseded}', '{RunState.Published}') "
            + "AND run_id NOT IN (SELECT run_id FROM current_run) ORDER BY run_id DESC LIMIT 1000 OFFSET @keepRuns",
            new { purpose, keepRuns }, transaction);
        foreach (var runId in old)
        {
            _engine.DropPredictionRoom(connection, transaction, runId);
            connection.Execute($"UPDATE run SET state = '{RunState.Dropped}' WHERE run_id = @runId", new { runId }, transaction);
        }
    }
}
