using System.Globalization;
using Dapper;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>
/// What nights assigned to customers and what became of it: written before its night is published, counted from then on, kept for
/// <see cref="KeptDays"/> days; what no night asks for any more is packed (<see cref="ClosedAssignments"/>).
/// </summary>
public sealed class AssignmentLedger
{
    public const int KeptDays = 400;

    // Of nights readers have seen; the others are about to be, or were given up.
    private const string Seen = "SELECT r.run_id FROM run r WHERE r.published_at_ms IS NOT NULL AND r.purpose = 'night'";

    private const string OfOne = "SELECT a.*, p.play_id FROM assignment a JOIN play p ON p.play_no = a.play_no "
        + $"WHERE a.customer_key = @customerKey AND a.run_id IN ({Seen}) ORDER BY a.run_id DESC";

    private static readonly string s_counting =
        "SELECT p.play_id, a.arm, a.state, CAST(sum(a.customers) AS bigint) AS customers FROM ("
        + $"SELECT play_no, arm, state, count(*) AS customers FROM assignment WHERE run_id IN ({Seen}) GROUP BY play_no, arm, state "
        + $"UNION ALL {ClosedAssignments.Counting}) a JOIN play p ON p.play_no = a.play_no "
        + "GROUP BY p.play_id, a.arm, a.state ORDER BY p.play_id, a.arm, a.state";

    private readonly Engine _engine;

    internal AssignmentLedger(Engine engine) => _engine = engine;

    /// <summary>What published nights assigned to the customers of a shard.</summary>
    /// <param name="population">Customer keys, ascending.</param>
    /// <param name="asOf">Of the night that asks.</param>
    public PastAssignments Read(ReadOnlySpan<long> population, Cutoff asOf)
    {
        var found = new PastAssignments();
        if (population.IsEmpty) return found;
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        using var row = _engine.Rows(connection, transaction, string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT customer_key, run_id, play_no, arm, state, assigned_day, changed_day, CAST(cost AS double precision) "
            + $"FROM assignment WHERE customer_key BETWEEN {population[0]} AND {population[^1]} AND assigned_day > {asOf.Day - KeptDays} "
            + $"AND run_id IN ({Seen}) ORDER BY customer_key, run_id"));
        while (row.Read())
        {
            found.Add(row.Long(), new PastAssignment(
                row.Long(), row.Int(), (Arm)row.Int(), (AssignmentState)row.Int(), row.Int(), row.MaybeInt(), row.Double()));
        }
        return found;
    }

    /// <summary>
    /// Writes what a night assigns and ends, in place of what may be there. Nobody reads it before the night is published.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Write(Run run, IEnumerable<NewAssignment> assignments, IEnumerable<AssignmentEnding> endings)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Validating);
        foreach (var clearing in Clearing) change.Execute(clearing, new { run.RunId });
        using (var bulk = change.Bulk("assignment", NewAssignment.Writer.Names))
        {
            foreach (var assignment in assignments) NewAssignment.Writer.Write(bulk, (run, assignment));
            bulk.Complete();
        }
        using (var bulk = change.Bulk("assignment_end", AssignmentEnding.Writer.Names))
        {
            foreach (var ending in endings) AssignmentEnding.Writer.Write(bulk, (run, ending));
            bulk.Complete();
        }
        Failpoint.Pass("assignments-written");
        change.Commit();
    }

    /// <summary>
    /// Ends what published nights ended, packs what no night asks for any more, and forgets what is older than <see cref="KeptDays"/> days.
    /// Can be repeated, and is what the next night begins with where this one did not come to it.
    /// </summary>
    /// <param name="askedDays">How long nights ask who was left alone, by the number of the play (<see cref="Decider.AskedDays"/>).</param>
    public void Settle(Cutoff asOf, IReadOnlyDictionary<int, int> askedDays)
    {
        using var change = LedgerChange.Begin(_engine);
        // One at a time, or what is packed would be so twice.
        change.QuerySingleOrDefault<long?>(Publication.ReadPointer(_engine).Sql);
        if (change.QuerySingle<long>($"SELECT count(*) FROM assignment_end WHERE run_id IN ({Seen})") > 0)
        {
            change.Execute(
                $"UPDATE assignment SET state = {Sql(AssignmentState.Expired)}, changed_day = @day, reason = CASE e.why {Reasons} END "
                + "FROM assignment_end e WHERE e.customer_key = assignment.customer_key AND e.assigned_run_id = assignment.run_id "
                + $"AND e.run_id IN ({Seen}) AND (assignment.state = {Sql(AssignmentState.Proposed)} "
                // Taken up while the night was made: only a play that is gone ends that.
                + $"OR (assignment.state = {Sql(AssignmentState.Accepted)} AND e.why = @gone))",
                new { day = asOf.Day, gone = (int)AssignmentEnd.PlayGone });
            // Nor is a second one assigned beside it.
            change.Execute(
                $"DELETE FROM assignment WHERE state = {Sql(AssignmentState.Proposed)} AND EXISTS (SELECT 1 FROM assignment_end e "
                + "JOIN assignment taken ON taken.customer_key = e.customer_key AND taken.run_id = e.assigned_run_id "
                + "WHERE e.customer_key = assignment.customer_key AND e.run_id = assignment.run_id AND e.why <> @gone "
                + $"AND e.run_id IN ({Seen}) AND taken.state IN ({Sql(AssignmentState.Exported)}, {Sql(AssignmentState.Accepted)}, "
                + $"{Sql(AssignmentState.Done)}))",
                new { gone = (int)AssignmentEnd.PlayGone });
            change.Execute($"DELETE FROM assignment_end WHERE run_id IN ({Seen})");
        }
        ClosedAssignments.Put(change, asOf, askedDays, Seen);
        change.Execute("DELETE FROM assignment WHERE assigned_day <= @day", new { day = asOf.Day - KeptDays });
        change.Commit();
    }

    /// <summary>What was assigned to a customer, newest first.</summary>
    public IReadOnlyList<AssignmentRow> OfCustomer(long customerKey)
    {
        using var connection = _engine.Open();
        return NewestFirst(
            connection.Query<AssignmentRow>(OfOne, new { customerKey }), ClosedAssignments.Of(connection, customerKey));
    }

    /// <inheritdoc cref="OfCustomer"/>
    public async Task<IReadOnlyList<AssignmentRow>> OfCustomerAsync(long customerKey, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return NewestFirst(
            await connection.QueryAsync<AssignmentRow>(new CommandDefinition(
                OfOne, new { customerKey }, cancellationToken: cancellation)),
            await ClosedAssignments.OfAsync(connection, customerKey, cancellation));
    }

    /// <summary>Assignments by play, arm and state.</summary>
    public IReadOnlyList<AssignmentCount> Counts()
    {
        using var connection = _engine.Open();
        return connection.Query<AssignmentCount>(s_counting, commandTimeout: 0).AsList();
    }

    /// <inheritdoc cref="Counts"/>
    public async Task<IReadOnlyList<AssignmentCount>> CountsAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<AssignmentCount>(
            new CommandDefinition(s_counting, commandTimeout: 0, cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// What a person made of a play goes on in the newest assignment of it, also where that had ended: who was contacted was contacted.
    /// </summary>
    /// <param name="day">As-of of the night that is shown.</param>
    internal static Statement Moving(long customerKey, string playId, AssignmentState state, string? reason, int day) => new(
        "UPDATE assignment SET state = @state, changed_day = @day, reason = @reason WHERE customer_key = @customerKey "
        + $"AND arm = {((int)Arm.Treated).ToString(CultureInfo.InvariantCulture)} "
        + "AND run_id = (SELECT max(a.run_id) FROM assignment a JOIN play p ON p.play_no = a.play_no "
        + $"WHERE a.customer_key = @customerKey AND p.play_id = @playId AND a.run_id IN ({Seen}))",
        new { customerKey, playId, state = (int)state, reason, day });

    /// <summary>A person has given an open proposal an owner, a day or a note: no other play takes its place meanwhile.</summary>
    /// <param name="day">As-of of the night that is shown.</param>
    internal static Statement Touching(long customerKey, string playId, int day) => new(
        "UPDATE assignment SET changed_day = @day WHERE customer_key = @customerKey "
        + $"AND arm = {((int)Arm.Treated).ToString(CultureInfo.InvariantCulture)} AND state = {Sql(AssignmentState.Proposed)} "
        + $"AND play_no IN (SELECT play_no FROM play WHERE play_id = @playId) AND run_id IN ({Seen})",
        new { customerKey, playId, day });

    private static List<AssignmentRow> NewestFirst(IEnumerable<AssignmentRow> open, IEnumerable<AssignmentRow> closed) =>
        [.. open.Concat(closed).OrderByDescending(row => row.RunId)];

    /// <summary>Of a run nobody will see.</summary>
    internal static IReadOnlyList<string> Clearing { get; } =
        ["DELETE FROM assignment WHERE run_id = @RunId", "DELETE FROM assignment_end WHERE run_id = @RunId"];

    private static string Reasons => string.Join(" ", Enum.GetValues<AssignmentEnd>()
        .Select(why => $"WHEN {((int)why).ToString(CultureInfo.InvariantCulture)} THEN '{PlayNames.Name(why)}'"));

    private static string Sql(AssignmentState state) => ((int)state).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Assignments of the customers of a shard, by customer key, each customer's oldest first.</summary>
public sealed class PastAssignments
{
    private readonly List<PastAssignment> _all = [];
    private readonly Dictionary<long, (int From, int Count)> _of = [];

    public static PastAssignments None { get; } = new();

    public ReadOnlySpan<PastAssignment> Of(long customerKey) => _of.TryGetValue(customerKey, out var place)
        ? System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_all).Slice(place.From, place.Count)
        : default;

    internal void Add(long customerKey, in PastAssignment assignment)
    {
        _of[customerKey] = _of.TryGetValue(customerKey, out var place) ? (place.From, place.Count + 1) : (_all.Count, 1);
        _all.Add(assignment);
    }
}
