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
    public async Task<IReadOnlyList<ActionWork>> OfCustomerAsync(string customerId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<ActionWork>(new CommandDefinition(
            "SELECT * FROM action_work WHERE customer_key = @key ORDER BY play_id",
            new { key = CustomerKey.Hash(customerId) }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// The work to be shown beside predictions, by customer key: what the list asks for, else on the recommended play, else what is
    /// unfinished of another, and where none is recommended what is finished; of equals what was changed last. Whom nobody has worked on is
    /// not there.
    /// </summary>
    /// <param name="filter">Of the list the rows are of.</param>
    public async Task<IReadOnlyDictionary<long, ActionWork>> BesideAsync(
        IEnumerable<PredictionRow> rows, PredictionFilter filter, CancellationToken cancellation = default)
    {
        var plays = rows.ToDictionary(row => row.CustomerKey, row => row.PlayId);
        var found = new Dictionary<long, ActionWork>();
        await using var connection = await _engine.OpenAsync(cancellation);
        foreach (var keys in plays.Keys.Chunk(KeysAtOnce))
        {
            var among = string.Join(", ", keys.Select(key => key.ToString(CultureInfo.InvariantCulture)));
            var works = await connection.QueryAsync<ActionWork>(new CommandDefinition(
                $"SELECT * FROM action_work WHERE customer_key IN ({among})", cancellationToken: cancellation));
            foreach (var work in works)
            {
                if (Rank(work) is { } rank && (!found.TryGetValue(work.CustomerKey, out var other)
                    || (rank, work.ChangedAtMs).CompareTo((Rank(other)!.Value, other.ChangedAtMs)) > 0)) found[work.CustomerKey] = work;
            }
        }
        return found;

        int? Rank(ActionWork work) =>
            filter.IsOfWork && filter.Asks(work) ? 3
            : (plays[work.CustomerKey] ?? ActionWork.ByHand) == work.PlayId ? 2
            : work.Status is ActionStatus.Open or ActionStatus.InProgress ? 1
            : plays[work.CustomerKey] is null ? 0 : null;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ActionEvent>> EventsAsync(string customerId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<ActionEvent>(new CommandDefinition(
            "SELECT * FROM action_event WHERE customer_key = @key ORDER BY at_ms DESC, play_id, version DESC",
            new { key = CustomerKey.Hash(customerId) }, cancellationToken: cancellation))).AsList();
    }

    public async Task<IReadOnlyList<ActionCount>> CountsAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<ActionCount>(new CommandDefinition(
            "SELECT play_id, status, count(*) AS customers FROM action_work GROUP BY play_id, status ORDER BY play_id, status",
            cancellationToken: cancellation))).AsList();
    }

    /// <summary>Names of owners there are, for filters.</summary>
    public async Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT DISTINCT owner FROM action_work WHERE owner IS NOT NULL ORDER BY owner LIMIT 200",
            cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// Writes the state of an action and who changed it, if it is still at the version the change was made from (0: nobody has changed it).
    /// </summary>
    /// <param name="night">As-of of the night that is shown, by which cooldowns are counted.</param>
    /// <returns>The new state, or null: somebody was quicker.</returns>
    public async Task<ActionWork?> ChangeAsync(
        ActionWork wanted, string actor, DateTimeOffset now, Cutoff night, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        await using var transaction = await _engine.BeginWriteAsync(connection, cancellation);
        var before = await connection.QuerySingleOrDefaultAsync<ActionWork>(Command(
            $"SELECT * FROM action_work WHERE customer_key = @CustomerKey AND play_id = @PlayId{_engine.ForUpdate}", wanted));
        if ((before?.Version ?? 0) != wanted.Version) return null;
        var after = wanted with { Version = wanted.Version + 1, ChangedAtMs = now.ToUnixTimeMilliseconds() };
        if (await connection.ExecuteAsync(Command(before is null ? Insert : Update, after)) == 0) return null;
        var what = WhatChanged(before ?? new ActionWork(), after);
        await connection.ExecuteAsync(Command(
            "INSERT INTO action_event (customer_key, play_id, version, at_ms, actor, what) "
            + "VALUES (@CustomerKey, @PlayId, @Version, @ChangedAtMs, @actor, @what)",
            new { after.CustomerKey, after.PlayId, after.Version, after.ChangedAtMs, actor, what }));
        if ((before?.Status ?? ActionStatus.Open) != after.Status)
        {
            // A night may pack the assignment while this waits for its row: it is found there then.
            if (await MoveAsync() == 0) await MoveAsync();
        }
        else if (after.Status == ActionStatus.Open)
        {
            var touching = AssignmentLedger.Touching(after.CustomerKey, after.PlayId, night.Day);
            await connection.ExecuteAsync(Command(touching.Sql, touching.Parameters));
        }
        await transaction.CommitAsync(cancellation);
        return after;

        async Task<int> MoveAsync()
        {
            await ClosedAssignments.TakeOutAsync(_engine, connection, transaction, after.CustomerKey, after.PlayId, cancellation);
            var moving = AssignmentLedger.Moving(
                after.CustomerKey, after.PlayId, ActionStatus.StateOf(after.Status),
                after.Status == ActionStatus.Dismissed ? after.Note : null, night.Day);
            return await connection.ExecuteAsync(Command(moving.Sql, moving.Parameters));
        }

        CommandDefinition Command(string sql, object parameters) => new(sql, parameters, transaction, cancellationToken: cancellation);
    }

    private const string Insert =
        "INSERT INTO action_work (customer_key, play_id, owner, status, due, note, version, changed_at_ms) "
        + "VALUES (@CustomerKey, @PlayId, @Owner, @Status, @Due, @Note, @Version, @ChangedAtMs) "
        + "ON CONFLICT (customer_key, play_id) DO NOTHING";

    private const string Update =
        "UPDATE action_work SET owner = @Owner, status = @Status, due = @Due, note = @Note, version = @Version, "
        + "changed_at_ms = @ChangedAtMs WHERE customer_key = @CustomerKey AND play_id = @PlayId AND version = @Version - 1";

    private static string WhatChanged(ActionWork before, ActionWork after)
    {
        (string Name, string? From, string? To)[] parts =
        [
            ("status", before.Status, after.Status), ("owner", before.Owner, after.Owner), ("due", before.Due, after.Due),
            ("note", before.Note, after.Note),
        ];
        var changed = parts.Where(part => part.From != part.To)
            .Select(part => $"{part.Name}: {part.From ?? "none"} -> {part.To ?? "none"}").ToList();
        return changed.Count == 0 ? "nothing" : string.Join("; ", changed);
    }
}
