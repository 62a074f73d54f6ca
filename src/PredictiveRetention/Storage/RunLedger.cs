using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// Who works on a run and how far it is. Every change of state is one transaction that asks for the state and the fence it expects, so a
/// process that was overtaken changes nothing.
/// </summary>
public sealed class RunLedger
{
    private static readonly string s_open = $"({RunState.Planned.Sql()}, {RunState.Scoring.Sql()}, {RunState.Validating.Sql()})";

    private readonly Engine _engine;
    private readonly RunRows _rows;

    internal RunLedger(Engine engine, RunRows rows) => (_engine, _rows) = (engine, rows);

    /// <summary>
    /// The run of (purpose, business date): a new one, or the one there is. A date that is published is left alone unless
    /// <paramref name="again"/>, which makes a new attempt; so does a failed or discarded one.
    /// </summary>
    public Claim Claim(RunPurpose purpose, DateOnly businessDate, Cutoff asOf, string owner, bool again)
    {
        using var change = LedgerChange.Begin(_engine);
        const string Last = "SELECT * FROM run WHERE purpose = @purpose AND business_date = @businessDate ORDER BY attempt DESC LIMIT 1";
        var asked = new { purpose = purpose.Word(), businessDate };
        var last = change.QueryFirstOrDefault<Run>(Last, asked);
        // Shards are claimed one by one: who joins waits for nobody.
        if (last?.State != RunState.Scoring) last = change.QueryFirstOrDefault<Run>(Last + _engine.ForUpdate, asked);
        var claim = last switch
        {
            { State: RunState.Scoring } => new Claim(ClaimOutcome.Shared, last),
            // Our own claim, whose answer was lost.
            { State: RunState.Planned or RunState.Validating } when last.Owner == owner => new Claim(ClaimOutcome.Claimed, last),
            { State: RunState.Planned or RunState.Validating } => TakeOver(change, last, owner),
            { State: RunState.Published or RunState.Superseded or RunState.Dropped } when !again =>
                new Claim(ClaimOutcome.AlreadyPublished, last),
            { State: RunState.Held } when !again => new Claim(ClaimOutcome.Held, last),
            _ => Begin(change, purpose, businessDate, asOf, owner, (last?.Attempt ?? 0) + 1),
        };
        change.Commit();
        if (claim.Outcome == ClaimOutcome.Claimed) Failpoint.Pass("run-claimed");
        return claim;
    }

    /// <summary>
    /// Freezes who is scored (everybody with a valid order before the run's cutoff) and how the work is cut into shards, and fixes what the
    /// run is made with. From here on anybody may take shards, and a restart resumes instead of starting anew.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Snapshot(
        Run run, Shop shop, int shardSize, string schemaHash, RunRecipe recipe, IReadOnlyList<string>? modelFaults = null)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Planned);
        Failpoint.Pass("snapshot-begun");
        var population = CustomerReader.Population(change, shop, run.AsOf);
        ShardLedger.CreateShards(change, run.RunId, population, shardSize);
        change.CreatePredictionRoom(run.RunId);
        change.Execute(
            $"UPDATE run SET state = {RunState.Scoring.Sql()}, lease_until_ms = 0, owner = NULL, model_version = @ModelVersion, "
            + "schema_hash = @schemaHash, settings = @settings, expected_count = @expected, "
            + "input_import = (SELECT max(import_id) FROM import_batch) WHERE run_id = @RunId",
            new { run.RunId, recipe.ModelVersion, schemaHash, settings = recipe.ToJson(), expected = (long)population.Count });
        foreach (var fault in modelFaults ?? [])
        {
            change.Record(run.RunId, run.Owner, "model passed over", fault);
            change.Execute(Outbox.Enqueue(_engine, run.RunId, "model.unusable", fault));
        }
        change.Record(
            run.RunId, run.Owner, "snapshot",
            $"{population.Count.ToString(CultureInfo.InvariantCulture)} customers, model {recipe.ModelVersion}");
        change.Commit();
        Failpoint.Pass("snapshot-committed");
    }

    /// <summary>
    /// Once every shard is done: makes the validation ours. Null while shards are open, or when somebody else was first.
    /// </summary>
    public Run? ClaimValidation(long runId, string owner)
    {
        using var change = LedgerChange.Begin(_engine);
        var claimed = change.Execute(
            $"UPDATE run SET state = {RunState.Validating.Sql()}, fence = fence + 1, owner = @owner, lease_until_ms = {_engine.NowMs} + "
                + $"@lease "
            + $"WHERE run_id = @runId AND state = {RunState.Scoring.Sql()} "
            + $"AND NOT EXISTS (SELECT 1 FROM run_shard s WHERE s.run_id = run.run_id AND s.state <> {ShardState.Done.Sql()})",
            new { runId, owner, lease = WorkerLease.Ms });
        if (claimed == 1) change.Record(runId, owner, "validating", null);
        var run = claimed == 1 ? change.QuerySingle<Run>("SELECT * FROM run WHERE run_id = @runId", new { runId }) : null;
        if (run is not null && ImportHistory.CountAfter(change, run.InputImport ?? 0) is > 0 and var imports)
        {
            change.Record(
                runId, owner, "import meanwhile",
                imports.ToString(CultureInfo.InvariantCulture)
                + " ended while shards were being scored: those scored before and after it saw different rows");
        }
        change.Commit();
        if (run is not null) Failpoint.Pass("validating");
        return run;
    }

    /// <summary>
    /// Makes the run what readers see, in one transaction: every shard done, exactly the expected customers, headline stored, those told
    /// who must be, and for a night the pointer moved, which only goes forward.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Publish(Run run, RunHeadline headline)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Validating);
        Failpoint.Pass("publish-begun");
        RequireComplete(change, run.RunId);
        MakeCurrent(change, run, headline);
        Failpoint.Pass("publish-committing");
        change.Commit();
        Failpoint.Pass("published");
    }

    /// <summary>Outside its guard bands: the run waits for a person, and readers keep what they have.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Hold(Run run, RunHeadline headline, string why)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Validating);
        RequireComplete(change, run.RunId);
        change.Execute(
            $"UPDATE run SET state = {RunState.Held.Sql()}, headline = @headline, error = @why, finished_at_ms = {_engine.NowMs}, "
            + "lease_until_ms = 0, owner = NULL WHERE run_id = @RunId",
            new { headline = RunRow.Json(headline), why, run.RunId });
        change.Record(run.RunId, run.Owner, "held", why);
        change.Execute(Outbox.Enqueue(_engine, run.RunId, "run.held", why));
        change.Commit();
    }

    /// <summary>
    /// Marks the run failed, with the reason; what was published before stays. Does nothing if the run is no longer as it was.
    /// </summary>
    public void Fail(Run run, string error)
    {
        using (var change = LedgerChange.Begin(_engine))
        {
            var failed = change.Execute(
                $"UPDATE run SET state = {RunState.Failed.Sql()}, error = @error, finished_at_ms = {_engine.NowMs}, lease_until_ms = 0, "
                + $"owner = NULL WHERE run_id = @RunId AND fence = @Fence AND state IN {s_open}",
                new { error, run.RunId, run.Fence });
            if (failed == 0) return;
            change.Execute(ShardLedger.Forgetting(run.RunId));
            change.Record(run.RunId, run.Owner, "failed", error);
            change.Execute(Outbox.Enqueue(_engine, run.RunId, "run.failed", error));
            change.Commit();
        }
        _rows.Clear();
    }

    /// <summary>Lets go of the run and of its shards (cancelled, shutting down): anybody may go on at once.</summary>
    public void Release(long runId, string owner)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Execute("UPDATE run SET lease_until_ms = 0, owner = NULL WHERE run_id = @runId AND owner = @owner", new { runId, owner });
        ShardLedger.Release(change, runId, owner);
        change.Commit();
    }

    /// <summary>Says that the owner is alive: its leases on the run and on shards begin anew.</summary>
    public void Renew(long runId, string owner)
    {
        using var connection = _engine.Open();
        connection.Execute(
            $"UPDATE run SET lease_until_ms = {_engine.NowMs} + @lease WHERE run_id = @runId AND owner = @owner AND state IN {s_open}",
            new { runId, owner, lease = WorkerLease.Ms });
        ShardLedger.Renew(connection, _engine, runId, owner);
    }

    /// <summary>
    /// Ends transactions of the night run that last longer than they may: those of a frozen process, which would keep their locks.
    /// </summary>
    public void EndOverdue()
    {
        using var connection = _engine.Open();
        _engine.EndOverdue(connection);
    }

    public Run? Find(long runId)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<Run>("SELECT * FROM run WHERE run_id = @runId", new { runId });
    }

    public async Task<Run?> FindAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Run>(
            new CommandDefinition("SELECT * FROM run WHERE run_id = @runId", new { runId }, cancellationToken: cancellation));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Run>> NewestAsync(int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<Run>(new CommandDefinition(
            "SELECT * FROM run ORDER BY run_id DESC LIMIT @limit", new { limit }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// The run that speaks for a day: the one readers see where it is of that day, else the newest night or replay that is; null where
    /// there is none.
    /// </summary>
    public async Task<Run?> OfDayAsync(Cutoff asOf, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<Run>(new CommandDefinition(
            "SELECT r.* FROM run r LEFT JOIN current_run c ON c.run_id = r.run_id WHERE r.as_of = @asOf "
            + $"AND r.state IN ({RunState.Published.Sql()}, {RunState.Superseded.Sql()}) "
            + "AND EXISTS (SELECT 1 FROM figure f WHERE f.run_id = r.run_id) "
            + "ORDER BY CASE WHEN c.run_id IS NULL THEN 1 ELSE 0 END, r.run_id DESC LIMIT 1",
            new { asOf }, cancellationToken: cancellation));
    }

    /// <summary>What happened to a run, oldest first.</summary>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<RunEvent>(new CommandDefinition(
            "SELECT seq, at_ms, actor, what, detail FROM run_event WHERE run_id = @runId ORDER BY seq",
            new { runId }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Nights that were begun and not ended, oldest first: what a restart resumes.</summary>
    public IReadOnlyList<Run> UnfinishedNights()
    {
        using var connection = _engine.Open();
        return connection.Query<Run>(
            $"SELECT * FROM run WHERE purpose = {RunPurpose.Night.Sql()} AND state IN {s_open} ORDER BY run_id").AsList();
    }

    private void MakeCurrent(LedgerChange change, Run run, RunHeadline headline)
    {
        var publication = new Publication(change, run, headline, run.Owner);
        if (publication.MovesPointer)
        {
            change.Execute(publication.PointerThere);
            var seen = change.QuerySingle<long>(Publication.ReadPointer(_engine));
            publication.RefuseGoingBack(change.QuerySingle<DateOnly>(Publication.DateOf(seen)));
        }
        foreach (var other in change.Query<long>(publication.Superseding)) change.Execute(publication.Superseded(other));
        foreach (var step in publication.Steps) change.Execute(step);
    }

    private static void RequireComplete(LedgerChange change, long runId) =>
        RunRows.RequireComplete(runId, change.Count<(long, long, long, long)>(RunRows.Counting(runId)));

    private Claim Begin(LedgerChange change, RunPurpose purpose, DateOnly businessDate, Cutoff asOf, string owner, int attempt)
    {
        change.Execute(
            "INSERT INTO run (run_id, purpose, business_date, attempt, as_of, state, fence, owner, lease_until_ms, created_at_ms) "
            + $"SELECT coalesce(max(run_id), 0) + 1, @purpose, @businessDate, @attempt, @asOf, {RunState.Planned.Sql()}, 1, @owner, "
            + $"{_engine.NowMs} + @lease, {_engine.NowMs} FROM run WHERE true ON CONFLICT DO NOTHING",
            new { purpose = purpose.Word(), businessDate, attempt, asOf, owner, lease = WorkerLease.Ms });
        var run = change.QuerySingleOrDefault<Run>(
            "SELECT * FROM run WHERE purpose = @purpose AND business_date = @businessDate AND attempt = @attempt",
            new { purpose = purpose.Word(), businessDate, attempt });
        if (run is null || run.Owner != owner || run.Fence != 1)
            return new Claim(ClaimOutcome.Busy,
                run ?? new Run { Purpose = purpose, BusinessDate = businessDate, AsOf = asOf, Attempt = attempt });
        change.Record(run.RunId, owner, "claimed", null);
        return new Claim(ClaimOutcome.Claimed, run);
    }

    private Claim TakeOver(LedgerChange change, Run run, string owner)
    {
        var taken = change.Execute(
            $"UPDATE run SET fence = fence + 1, owner = @owner, lease_until_ms = {_engine.NowMs} + @lease "
            + $"WHERE run_id = @RunId AND fence = @Fence AND lease_until_ms < {_engine.NowMs}",
            new { owner, run.RunId, run.Fence, lease = WorkerLease.Ms });
        if (taken == 1) change.Record(run.RunId, owner, "taken over", run.Owner is null ? null : "from " + run.Owner);
        var now = change.QuerySingle<Run>("SELECT * FROM run WHERE run_id = @RunId", new { run.RunId });
        return new Claim(taken == 1 ? ClaimOutcome.Claimed : ClaimOutcome.Busy, now);
    }
}
