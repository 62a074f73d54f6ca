using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>
/// What makes a run the one readers see, statement by statement: said by the run itself, and by a person who publishes what was held. The
/// run's row is locked by then.
/// </summary>
internal sealed class Publication(LedgerChange change, Run run, RunHeadline? headline, string? actor)
{
    private static readonly string s_pointer = $"FROM current_run WHERE purpose = {RunPurpose.Night.Sql()}";

    /// <summary>Only nights are shown to readers.</summary>
    public bool MovesPointer => run.Purpose == RunPurpose.Night;

    /// <summary>Before the first night there is no pointer to lock; whoever comes second waits here for the first.</summary>
    public Statement PointerThere => new(
        "INSERT INTO current_run (purpose, run_id) VALUES (@Purpose, @RunId) ON CONFLICT (purpose) DO NOTHING",
        new { Purpose = run.Purpose.Word(), run.RunId });

    /// <summary>The other published runs this one takes the place of; answers with their numbers.</summary>
    public Statement Superseding => new(
        $"UPDATE run SET state = {RunState.Superseded.Sql()} WHERE purpose = @Purpose AND state = {RunState.Published.Sql()} "
        + $"AND (purpose = {RunPurpose.Night.Sql()} OR business_date = @BusinessDate) RETURNING run_id",
        new { Purpose = run.Purpose.Word(), run.BusinessDate });

    /// <summary>The rest, in order.</summary>
    public IEnumerable<Statement> Steps
    {
        get
        {
            var now = change.Engine.NowMs;
            yield return new(
                $"UPDATE run SET state = {RunState.Published.Sql()}, headline = coalesce(@headline, headline), published_at_ms = {now}, "
                + $"finished_at_ms = coalesce(finished_at_ms, {now}), lease_until_ms = 0, owner = NULL WHERE run_id = @RunId",
                new { headline = RunRow.Json(headline), run.RunId });
            yield return ShardLedger.Forgetting(run.RunId);
            if (MovesPointer)
            {
                yield return MovePointer(run.RunId);
                yield return Outbox.Enqueue(change.Engine, run.RunId, "run.published", run.BusinessDate.ToIso());
            }
            yield return change.Recording(run.RunId, actor, "published", null);
        }
    }

    /// <summary>
    /// The run readers see, the pointer locked until the commit. Asked alone: joined to its run, the row would be gone when the pointer has
    /// moved while this waited for it.
    /// </summary>
    public static Statement ReadPointer(Engine engine) => new($"SELECT run_id {s_pointer}{engine.ForUpdate}", new { });

    public static Statement MovePointer(long runId) =>
        new($"UPDATE current_run SET run_id = @runId WHERE purpose = {RunPurpose.Night.Sql()}", new { runId });

    public static Statement DateOf(long runId) => new("SELECT business_date FROM run WHERE run_id = @runId", new { runId });

    public Statement Superseded(long other) =>
        change.Recording(other, actor, "superseded", $"by run {run.RunId.ToString(CultureInfo.InvariantCulture)}");

    /// <param name="published">The date of the night readers see.</param>
    /// <exception cref="RetentionException">It is a later one.</exception>
    public void RefuseGoingBack(DateOnly published)
    {
        if (published <= run.BusinessDate) return;
        var number = run.RunId.ToString(CultureInfo.InvariantCulture);
        throw new RetentionException(
            Failure.Busy,
            $"The night of {published.ToIso()} is published: run {number} of {run.BusinessDate.ToIso()} would take readers back.");
    }
}
