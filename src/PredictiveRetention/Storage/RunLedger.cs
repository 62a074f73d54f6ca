using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// Who works on a run and how far it is. Every change of state is one transaction that asks for the state and the fence it expects, so a
/// process that was overtaken changes nothing. Rows are locked in the order run, shard, data.
/// </summary>
public sealed partial class RetentionStore
{
    /// <summary>How long a worker may be silent before others take its work over. Judged by the database's clock alone.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static readonly string s_open = $"('{RunState.Planned}', '{RunState.Scoring}', '{RunState.Validating}')";

    /// <summary>
    /// The run of (purpose, business date): a new one, or the one there is. A date that is published is left alone unless
    /// <paramref name="again"/>, which makes a new attempt; so does a failed or discarded one.
    /// </summary>
    public Claim Claim(string purpose, DateOnly businessDate, Cutoff asOf, string owner, bool again)
    {
        var date = businessDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        const string Last = "SELECT * FROM run WHERE purpose = @purpose AND business_date = @date ORDER BY attempt DESC LIMIT 1";
        var last = connection.QueryFirstOrDefault<Run>(Last, new { purpose, date }, transaction);
        // Shards are claimed one by one: who joins waits for nobody.
        if (last?.State != RunState.Scoring) last = connection.QueryFirstOrDefault<Run>(Last + _engine.ForUpdate, new { purpose, date }, transaction);
        var claim = last switch
        {
            { State: RunState.Scoring } => new Claim(ClaimOutcome.Shared, last),
            // Our own claim, whose answer was lost.
            { State: RunState.Planned or RunState.Validating } when last.Owner == owner => new Claim(ClaimOutcome.Claimed, last),
            { State: RunState.Planned or RunState.Validating } => TakeOver(connection, transaction, last, owner),
            { State: RunState.Published or RunState.Superseded or RunState.Dropped } when !again => new Claim(ClaimOutcome.AlreadyPublished, last),
            { State: RunState.Held } when !again => new Claim(ClaimOutcome.Held, last),
            _ => Begin(connection, transaction, purpose, date, asOf, owner, (last?.Attempt ?? 0) + 1),
        };
        transaction.Commit();
        if (claim.Outcome == ClaimOutcome.Claimed) Failpoint.Pass("run-claimed");
        return claim;
    }

    /// <summary>
    /// Freezes who is scored (everybody with a valid order before the run's cutoff) and how the work is cut into shards, and fixes what the
    /// run is made with. From here on anybody may take shards, and a restart resumes instead of starting anew.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Snapshot(Run run, Shop shop, int shardSize, string modelVersion, string schemaHash, string settingsJson, IReadOnlyList<string>? modelFaults = null)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        Fence(connection, transaction, run, RunState.Planned);
        Failpoint.Pass("snapshot-begun");
        var population = new List<long>();
        using (var rows = _engine.Rows(connection, transaction, string.Create(CultureInfo.InvariantCulture,
            $"SELECT customer_key FROM customer WHERE first_order_at_ms < {shop.Calendar.StartOf(Cutoff.Parse(run.AsOf).Day)} ORDER BY customer_key")))
            while (rows.Read()) population.Add(rows.Long());
        var keys = CollectionsMarshal.AsSpan(population);
        using (var bulk = _engine.Bulk(connection, transaction, "run_shard", "run_id", "shard", "from_key", "to_key", "customers", "state", "fence", "lease_until_ms", "attempts", "quarantined", "population"))
        {
            for (var shard = 0; shard * shardSize < keys.Length; shard++)
            {
                var part = keys[(shard * shardSize)..Math.Min(keys.Length, (shard + 1) * shardSize)];
                bulk.StartRow();
                bulk.Write(run.RunId);
                bulk.Write(shard);
                bulk.Write(part[0]);
                bulk.Write(part[^1]);
                bulk.Write((long)part.Length);
                bulk.Write("open");
                bulk.Write(0L);
                bulk.Write(0L);
                bulk.Write(0);
                bulk.Write(0L);
                bulk.Write(MemoryMarshal.AsBytes(part));
            }
            bulk.Complete();
        }
        _engine.CreatePredictionRoom(connection, transaction, run.RunId);
        connection.Execute(
            $"UPDATE run SET state = '{RunState.Scoring}', lease_until_ms = 0, owner = NULL, model_version = @modelVersion, schema_hash = @schemaHash, settings = @settingsJson, "
            + "expected_count = @expected, input_import = (SELECT max(import_id) FROM import_batch) WHERE run_id = @RunId",
            new { run.RunId, modelVersion, schemaHash, settingsJson, expected = (long)population.Count }, transaction);
        foreach (var fault in modelFaults ?? [])
        {
            Record(connection, transaction, run.RunId, run.Owner, "model passed over", fault);
            Tell(connection, transaction, run.RunId, "model.unusable", fault);
        }
        Record(connection, transaction, run.RunId, run.Owner, "snapshot", $"{population.Count.ToString(CultureInfo.InvariantCulture)} customers, model {modelVersion}");
        transaction.Commit();
        Failpoint.Pass("snapshot-committed");
    }

    /// <summary>
    /// Once every shard is done: makes the validation ours. Null while shards are open, or when somebody else was first.
    /// </summary>
    public Run? ClaimValidation(long runId, string owner)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        var claimed = connection.Execute(
            $"UPDATE run SET state = '{RunState.Validating}', fence = fence + 1, owner = @owner, lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @runId AND state = '{RunState.Scoring}' "
            + "AND NOT EXISTS (SELECT 1 FROM run_shard s WHERE s.run_id = run.run_id AND s.state <> 'done')",
            new { runId, owner, lease = (long)Lease.TotalMilliseconds }, transaction);
        if (claimed == 1) Record(connection, transaction, runId, owner, "validating", null);
        var run = claimed == 1 ? connection.QuerySingle<Run>("SELECT * FROM run WHERE run_id = @runId", new { runId }, transaction) : null;
        if (run is not null && connection.ExecuteScalar<long>("SELECT count(*) FROM import_batch WHERE import_id > @after", new { after = run.InputImport ?? 0 }, transaction) is > 0 and var imports)
            Record(connection, transaction, runId, owner, "import meanwhile", $"{imports.ToString(CultureInfo.InvariantCulture)} ended while shards were being scored: those scored before and after it saw different rows");
        transaction.Commit();
        if (run is not null) Failpoint.Pass("validating");
        return run;
    }

    /// <summary>
    /// Makes the run what readers see, in one transaction: every shard done, exactly the expected customers, headline stored, those told who
    /// must be, and for a night the pointer moved, which only goes forward.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Publish(Run run, string headlineJson)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        Fence(connection, transaction, run, RunState.Validating);
        Failpoint.Pass("publish-begun");
        RequireComplete(connection, transaction, run.RunId);
        MakeCurrent(connection, transaction, run, headlineJson, run.Owner);
        Failpoint.Pass("publish-committing");
        transaction.Commit();
        Failpoint.Pass("published");
    }

    /// <summary>Outside its guard bands: the run waits for a person, and readers keep what they have.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Hold(Run run, string headlineJson, string why)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        Fence(connection, transaction, run, RunState.Validating);
        RequireComplete(connection, transaction, run.RunId);
        connection.Execute(
            $"UPDATE run SET state = '{RunState.Held}', headline = @headlineJson, error = @why, finished_at_ms = {_engine.NowMs}, lease_until_ms = 0, owner = NULL WHERE run_id = @RunId",
            new { headlineJson, why, run.RunId }, transaction);
        Record(connection, transaction, run.RunId, run.Owner, "held", why);
        Tell(connection, transaction, run.RunId, "run.held", why);
        transaction.Commit();
    }

    /// <summary>Marks the run failed, with the reason; what was published before stays. Does nothing if the run is no longer as it was.</summary>
    public void Fail(Run run, string error)
    {
        using var connection = _engine.Open();
        using (var transaction = BeginRunChange(connection))
        {
            var failed = connection.Execute(
                $"UPDATE run SET state = '{RunState.Failed}', error = @error, finished_at_ms = {_engine.NowMs}, lease_until_ms = 0, owner = NULL WHERE run_id = @RunId AND fence = @Fence AND state IN {s_open}",
                new { error, run.RunId, run.Fence }, transaction);
            if (failed == 0) return;
            connection.Execute("UPDATE run_shard SET population = NULL, insights = NULL WHERE run_id = @RunId", new { run.RunId }, transaction);
            Record(connection, transaction, run.RunId, run.Owner, "failed", error);
            Tell(connection, transaction, run.RunId, "run.failed", error);
            transaction.Commit();
        }
        ClearRows(connection);
    }

    /// <summary>Lets go of the run and of its shards (cancelled, shutting down): anybody may go on at once.</summary>
    public void Release(long runId, string owner)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        connection.Execute("UPDATE run SET lease_until_ms = 0, owner = NULL WHERE run_id = @runId AND owner = @owner", new { runId, owner }, transaction);
        connection.Execute($"UPDATE run_shard SET state = 'open', lease_until_ms = 0, owner = NULL WHERE run_id = @runId AND {WorkerOf} AND state = 'claimed'", new { runId, owner }, transaction);
        transaction.Commit();
    }

    /// <summary>Says that the owner is alive: its leases on the run and on shards begin anew.</summary>
    public void Renew(long runId, string owner)
    {
        using var connection = _engine.Open();
        var parameters = new { runId, owner, lease = (long)Lease.TotalMilliseconds };
        connection.Execute($"UPDATE run SET lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @runId AND owner = @owner AND state IN {s_open}", parameters);
        connection.Execute($"UPDATE run_shard SET lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @runId AND {WorkerOf} AND state = 'claimed'", parameters);
    }

    /// <summary>Ends transactions of the night run that last longer than they may: those of a frozen process, which would keep their locks.</summary>
    public void EndOverdue()
    {
        using var connection = _engine.Open();
        _engine.EndOverdue(connection);
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

    /// <summary>What happened to a run, oldest first.</summary>
    public IReadOnlyList<RunEvent> Events(long runId)
    {
        using var connection = _engine.Open();
        return connection.Query<RunEvent>("SELECT seq, at_ms, actor, what, detail FROM run_event WHERE run_id = @runId ORDER BY seq", new { runId }).AsList();
    }

    /// <summary>The database's clock, UTC milliseconds.</summary>
    public long NowMs()
    {
        using var connection = _engine.Open();
        return connection.ExecuteScalar<long>("SELECT " + _engine.NowMs);
    }

    private DbTransaction BeginRunChange(DbConnection connection, bool mayBeLost = false)
    {
        var transaction = _engine.BeginWrite(connection);
        _engine.BoundTransaction(connection, transaction, mayBeLost);
        return transaction;
    }

    private Claim Begin(DbConnection connection, DbTransaction transaction, string purpose, string date, Cutoff asOf, string owner, int attempt)
    {
        connection.Execute(
            "INSERT INTO run (run_id, purpose, business_date, attempt, as_of, state, fence, owner, lease_until_ms, created_at_ms) "
            + $"SELECT coalesce(max(run_id), 0) + 1, @purpose, @date, @attempt, @asOf, '{RunState.Planned}', 1, @owner, {_engine.NowMs} + @lease, {_engine.NowMs} FROM run WHERE true "
            + "ON CONFLICT DO NOTHING",
            new { purpose, date, attempt, asOf = asOf.ToString(), owner, lease = (long)Lease.TotalMilliseconds }, transaction);
        var run = connection.QuerySingleOrDefault<Run>("SELECT * FROM run WHERE purpose = @purpose AND business_date = @date AND attempt = @attempt", new { purpose, date, attempt }, transaction);
        if (run is null || run.Owner != owner || run.Fence != 1)
            return new Claim(ClaimOutcome.Busy, run ?? new Run { Purpose = purpose, BusinessDate = date, Attempt = attempt });
        Record(connection, transaction, run.RunId, owner, "claimed", null);
        return new Claim(ClaimOutcome.Claimed, run);
    }

    private Claim TakeOver(DbConnection connection, DbTransaction transaction, Run run, string owner)
    {
        var taken = connection.Execute(
            $"UPDATE run SET fence = fence + 1, owner = @owner, lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @RunId AND fence = @Fence AND lease_until_ms < {_engine.NowMs}",
            new { owner, run.RunId, run.Fence, lease = (long)Lease.TotalMilliseconds }, transaction);
        if (taken == 1) Record(connection, transaction, run.RunId, owner, "taken over", run.Owner is null ? null : "from " + run.Owner);
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

    private static void RequireComplete(DbConnection connection, DbTransaction transaction, long runId)
    {
        var (open, scored, quarantined, expected) = connection.QuerySingle<(long, long, long, long)>(
            "SELECT (SELECT count(*) FROM run_shard WHERE run_id = @runId AND state <> 'done'), (SELECT count(*) FROM prediction WHERE run_id = @runId), "
            + "(SELECT count(*) FROM run_quarantine WHERE run_id = @runId), (SELECT expected_count FROM run WHERE run_id = @runId)", new { runId }, transaction, commandTimeout: 0);
        if (open > 0 || scored + quarantined != expected)
            throw new InvalidOperationException($"Run {runId} has {scored} predictions and {quarantined} quarantined customers of {expected} expected and {open} shards open: not published.");
    }

    /// <summary>The last steps of a publication, by the run itself or by a person; the run's row is locked.</summary>
    private void MakeCurrent(DbConnection connection, DbTransaction transaction, Run run, string? headlineJson, string? actor)
    {
        if (run.Purpose == RunPurpose.Night
            && connection.QuerySingleOrDefault<string>($"SELECT r.business_date FROM current_run c JOIN run r ON r.run_id = c.run_id WHERE c.purpose = '{RunPurpose.Night}'{_engine.ForUpdateOf("c")}", transaction: transaction) is { } current
            && string.CompareOrdinal(current, run.BusinessDate) > 0)
            throw new RetentionException(Failure.Busy, $"The night of {current} is published: run {run.RunId.ToString(CultureInfo.InvariantCulture)} of {run.BusinessDate} would take readers back.");
        var superseded = connection.Query<long>(
            $"UPDATE run SET state = '{RunState.Superseded}' WHERE purpose = @Purpose AND state = '{RunState.Published}' AND (purpose = '{RunPurpose.Night}' OR business_date = @BusinessDate) RETURNING run_id",
            new { run.Purpose, run.BusinessDate }, transaction).AsList();
        foreach (var old in superseded) Record(connection, transaction, old, actor, "superseded", $"by run {run.RunId.ToString(CultureInfo.InvariantCulture)}");
        connection.Execute(
            $"UPDATE run SET state = '{RunState.Published}', headline = coalesce(@headlineJson, headline), published_at_ms = {_engine.NowMs}, finished_at_ms = coalesce(finished_at_ms, {_engine.NowMs}), lease_until_ms = 0, owner = NULL WHERE run_id = @RunId",
            new { headlineJson, run.RunId }, transaction);
        connection.Execute("UPDATE run_shard SET population = NULL, insights = NULL WHERE run_id = @RunId", new { run.RunId }, transaction);
        if (run.Purpose == RunPurpose.Night)
        {
            connection.Execute("INSERT INTO current_run (purpose, run_id) VALUES (@Purpose, @RunId) ON CONFLICT (purpose) DO UPDATE SET run_id = excluded.run_id", new { run.Purpose, run.RunId }, transaction);
            Tell(connection, transaction, run.RunId, "run.published", run.BusinessDate);
        }
        Record(connection, transaction, run.RunId, actor, "published", null);
    }

    /// <summary>The run's row is locked by the caller, so the numbers of its events are in order. Returns the event's.</summary>
    private int Record(DbConnection connection, DbTransaction transaction, long runId, string? actor, string what, string? detail) =>
        connection.QuerySingle<int>(
            $"INSERT INTO run_event (run_id, seq, at_ms, actor, what, detail) SELECT @runId, coalesce(max(seq), 0) + 1, {_engine.NowMs}, @actor, @what, @detail FROM run_event WHERE run_id = @runId RETURNING seq",
            new { runId, actor = actor ?? "", what, detail }, transaction);
}
