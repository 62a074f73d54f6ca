using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// Something others must be told about a run. (RunId, Kind, Subject, Rule) names it for good: whoever receives it twice can tell.
/// </summary>
public sealed record OutboxEvent
{
    public long RunId { get; init; }

    /// <summary>run.published, run.held, run.failed, run.discarded, run.rolled_back or model.unusable.</summary>
    public string Kind { get; init; } = "";
    public string Subject { get; init; } = "";
    public string Rule { get; init; } = "";

    /// <summary>What to say.</summary>
    public string Payload { get; init; } = "";
    public long CreatedAtMs { get; init; }
    public int Attempts { get; init; }

    /// <summary>Null until it was handed out.</summary>
    public long? DeliveredAtMs { get; init; }
    public string? Error { get; init; }
}

/// <summary>What others are to be told about runs: written with what it tells of, handed out at least once.</summary>
public sealed class Outbox
{
    private readonly Engine _engine;

    internal Outbox(Engine engine) => _engine = engine;

    /// <summary>
    /// Takes undelivered events, oldest first, until the lease passes: whoever took them and fell silent, others deliver again.
    /// </summary>
    public IReadOnlyList<OutboxEvent> Claim(string owner, int limit)
    {
        using var change = LedgerChange.Begin(_engine);
        var events = change.Query<OutboxEvent>(
            $"UPDATE outbox SET owner = @owner, attempts = attempts + 1, lease_until_ms = {_engine.NowMs} + @lease "
            + "WHERE (run_id, kind, subject, rule) IN (SELECT o.run_id, o.kind, o.subject, o.rule FROM outbox o "
            + $"WHERE o.delivered_at_ms IS NULL AND o.lease_until_ms < {_engine.NowMs} "
            + $"ORDER BY o.created_at_ms LIMIT @limit{_engine.SkipLocked("o")}) "
            + "RETURNING run_id, kind, subject, rule, payload, created_at_ms, attempts",
            new { owner, limit, lease = WorkerLease.Ms }).OrderBy(@event => @event.CreatedAtMs).ToList();
        change.Commit();
        if (events.Count > 0) Failpoint.Pass("outbox-claimed");
        return events;
    }

    /// <summary>Delivered, or with an error to be tried again once its lease has passed.</summary>
    public void RecordDelivery(OutboxEvent @event, string owner, string? error = null)
    {
        using var connection = _engine.Open();
        connection.Execute(
            $"UPDATE outbox SET delivered_at_ms = CASE WHEN @error IS NULL THEN {_engine.NowMs} END, error = @error "
            + "WHERE run_id = @RunId AND kind = @Kind AND subject = @Subject AND rule = @Rule AND owner = @owner",
            new { @event.RunId, @event.Kind, @event.Subject, @event.Rule, owner, error });
    }

    /// <summary>What others were or are to be told, newest first.</summary>
    public async Task<IReadOnlyList<OutboxEvent>> RecentAsync(int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<OutboxEvent>(new CommandDefinition(
            "SELECT run_id, kind, subject, rule, payload, created_at_ms, attempts, delivered_at_ms, error FROM outbox "
            + "ORDER BY created_at_ms DESC, run_id DESC, kind LIMIT @limit",
            new { limit }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Written with what it tells of, in one transaction, once.</summary>
    internal static Statement Enqueue(Engine engine, long runId, string kind, string payload, string subject = "") => new(
        "INSERT INTO outbox (run_id, kind, subject, rule, payload, created_at_ms) "
        + $"VALUES (@runId, @kind, @subject, '', @payload, {engine.NowMs}) ON CONFLICT DO NOTHING",
        new { runId, kind, subject, payload });
}
