using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>Who works on which recommended action and how far it is; every change is recorded with who made it.</summary>
public sealed class ActionLedger
{
    private const int KeysAtOnce = 500;

    private readonly Engine _engine;

    internal ActionLedger(Engine engine) => _engine = engine;

    /// <summary>The work on a customer's plays, also those no longer recommended.</summary>
    public IReadOnlyList<ActionWork> OfCustomer(string customerId)
    {
        using var connection = _engine.Open();
        return connection.Query<ActionWork>("SELECT * FROM action_work WHERE customer_key = @key ORDER BY play_id", new { key = CustomerKey.Of(customerId) }).AsList();
    }

    /// <summary>The work to be shown beside predictions, by customer key: on the recommended play, else what is unfinished of another, changed last. Whom nobody has worked on is not there.</summary>
    public IReadOnlyDictionary<long, ActionWork> Beside(IEnumerable<PredictionRow> rows)
    {
        var plays = rows.ToDictionary(row => row.CustomerKey, row => row.PlayId ?? ActionWork.ByHand);
        var found = new Dictionary<long, ActionWork>();
        using var connection = _engine.Open();
        foreach (var keys in plays.Keys.Chunk(KeysAtOnce))
            foreach (var work in connection.Query<ActionWork>($"SELECT * FROM action_work WHERE customer_key IN ({string.Join(", ", keys.Select(key => key.ToString(CultureInfo.InvariantCulture)))})"))
                if (!found.TryGetValue(work.CustomerKey, out var other) ? IsShown(work) : IsRecommended(work) || (!IsRecommended(other) && IsShown(work) && work.ChangedAtMs > other.ChangedAtMs))
                    found[work.CustomerKey] = work;
        return found;

        bool IsRecommended(ActionWork work) => plays[work.CustomerKey] == work.PlayId;
        bool IsShown(ActionWork work) => IsRecommended(work) || work.Status is ActionStatus.Open or ActionStatus.InProgress;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ActionEvent> Events(string customerId)
    {
        using var connection = _engine.Open();
        return connection.Query<ActionEvent>("SELECT * FROM action_event WHERE customer_key = @key ORDER BY at_ms DESC, play_id, version DESC", new { key = CustomerKey.Of(customerId) }).AsList();
    }

    public IReadOnlyList<ActionCount> Counts()
    {
        using var connection = _engine.Open();
        return connection.Query<ActionCount>("SELECT play_id, status, count(*) AS customers FROM action_work GROUP BY play_id, status ORDER BY play_id, status").AsList();
    }

    /// <summary>Names of owners there are, for filters.</summary>
    public IReadOnlyList<string> Owners()
    {
        using var connection = _engine.Open();
        return connection.Query<string>("SELECT DISTINCT owner FROM action_work WHERE owner IS NOT NULL ORDER BY owner LIMIT 200").AsList();
    }

    /// <summary>Writes the state of an action and who changed it, if it is still at the version the change was made from (0: nobody has changed it).</summary>
    /// <returns>The new state, or null: somebody was quicker.</returns>
    public ActionWork? Change(ActionWork wanted, string actor, DateTimeOffset now)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        var before = connection.QuerySingleOrDefault<ActionWork>($"SELECT * FROM action_work WHERE customer_key = @CustomerKey AND play_id = @PlayId{_engine.ForUpdate}", wanted, transaction);
        if ((before?.Version ?? 0) != wanted.Version) return null;
        var after = wanted with { Version = wanted.Version + 1, ChangedAtMs = now.ToUnixTimeMilliseconds() };
        var changed = connection.Execute(
            before is null
                ? "INSERT INTO action_work (customer_key, play_id, owner, status, due, note, version, changed_at_ms) VALUES (@CustomerKey, @PlayId, @Owner, @Status, @Due, @Note, @Version, @ChangedAtMs) ON CONFLICT (customer_key, play_id) DO NOTHING"
                : "UPDATE action_work SET owner = @Owner, status = @Status, due = @Due, note = @Note, version = @Version, changed_at_ms = @ChangedAtMs WHERE customer_key = @CustomerKey AND play_id = @PlayId AND version = @Version - 1",
            after, transaction);
        if (changed == 0) return null;
        connection.Execute(
            "INSERT INTO action_event (customer_key, play_id, version, at_ms, actor, what) VALUES (@CustomerKey, @PlayId, @Version, @ChangedAtMs, @actor, @what)",
            new { after.CustomerKey, after.PlayId, after.Version, after.ChangedAtMs, actor, what = WhatChanged(before ?? new ActionWork(), after) }, transaction);
        transaction.Commit();
        return after;
    }

    private static string WhatChanged(ActionWork before, ActionWork after)
    {
        var parts = new (string Name, string? From, string? To)[] { ("status", before.Status, after.Status), ("owner", before.Owner, after.Owner), ("due", before.Due, after.Due), ("note", before.Note, after.Note) }
            .Where(part => part.From != part.To).Select(part => $"{part.Name}: {part.From ?? "none"} -> {part.To ?? "none"}").ToList();
        return parts.Count == 0 ? "nothing" : string.Join("; ", parts);
    }
}
