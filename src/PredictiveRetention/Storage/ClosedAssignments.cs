using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using Dapper;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>
/// Assignments no night asks for any more, packed: most of what 400 days assign. They count and are shown as the others; whoever was
/// contacted after a proposal had ended is taken out again.
/// </summary>
internal static class ClosedAssignments
{
    /// <summary>Numbers of assignments by play, arm and state, as a table to be added to those that are not closed.</summary>
    public static string Counting { get; } =
        $"SELECT c.play_no, c.arm, CASE WHEN c.arm = 0 THEN {Sql(AssignmentState.Expired)} ELSE {Sql(AssignmentState.Proposed)} END "
        + "AS state, c.customers FROM assignment_past_count c";

    private const int PartShift = 58;
    private const string OfPart = "SELECT number, records FROM assignment_past WHERE part = @part";

    private static readonly Dictionary<string, AssignmentEnd> s_ends =
        Enum.GetValues<AssignmentEnd>().ToDictionary(why => PlayNames.Name(why));

    private static readonly RowWriter<(int Part, int Number, int PutDay, List<byte> Records)> s_parts = new(
        ("part", (bulk, in of) => bulk.Write(of.Part)),
        ("number", (bulk, in of) => bulk.Write(of.Number)),
        ("put_day", (bulk, in of) => bulk.Write(of.PutDay)),
        ("records", (bulk, in of) => bulk.Write(CollectionsMarshal.AsSpan(of.Records))));

    /// <summary>
    /// Takes proposals that ended, and who has been left alone for so long that no night asks, out of the assignments; forgets what was put
    /// here more than <see cref="AssignmentLedger.KeptDays"/> days ago.
    /// </summary>
    /// <param name="askedDays">How long nights ask who was left alone, by the number of the play.</param>
    /// <param name="seen">A question for the runs readers have seen.</param>
    public static void Put(LedgerChange change, Cutoff asOf, IReadOnlyDictionary<int, int> askedDays, string seen)
    {
        var asked = string.Join(" OR ", askedDays.GroupBy(play => play.Value, play => play.Key).Select(plays => string.Create(
            CultureInfo.InvariantCulture, $"assigned_day <= {asOf.Day - plays.Key} AND play_no IN ({string.Join(", ", plays)})")));
        var alone = asked.Length == 0 ? "" : $" OR arm <> {Sql(Arm.Treated)} AND ({asked}) AND run_id IN ({seen})";
        var closed = $"(state = {Sql(AssignmentState.Expired)}{alone})";
        var parts = new SortedDictionary<int, List<byte>>();
        var counts = new SortedDictionary<(int Play, Arm Arm), long>();
        using (var row = change.Rows(
            "SELECT customer_key, run_id, play_no, arm, assigned_day, changed_day, CAST(propensity AS double precision), "
            + "CAST(p_churn AS double precision), CAST(net_value AS double precision), CAST(cost AS double precision), "
            + $"CAST(spend AS double precision), reason FROM assignment WHERE {closed}"))
        {
            while (row.Read()) Add(Read(row), parts, counts);
        }
        if (counts.Count > 0)
        {
            var number = change.QuerySingle<int>("SELECT coalesce(max(number), 0) + 1 FROM assignment_past_count");
            using (var bulk = change.Bulk("assignment_past", s_parts.Names))
            {
                foreach (var (part, records) in parts) s_parts.Write(bulk, (part, number, asOf.Day, records));
                bulk.Complete();
            }
            foreach (var ((play, arm), customers) in counts)
            {
                change.Execute(
                    "INSERT INTO assignment_past_count (number, play_no, arm, put_day, customers) "
                    + "VALUES (@number, @play, @arm, @day, @customers)",
                    new { number, play, arm = (int)arm, day = asOf.Day, customers });
            }
            change.Execute($"DELETE FROM assignment WHERE {closed}");
        }
        foreach (var table in new[] { "assignment_past", "assignment_past_count" })
            change.Execute($"DELETE FROM {table} WHERE put_day <= @day", new { day = asOf.Day - AssignmentLedger.KeptDays });
    }

    /// <param name="connection">Also of a transaction.</param>
    public static async Task<IEnumerable<AssignmentRow>> OfAsync(
        DbConnection connection, long customerKey, CancellationToken cancellation) =>
        Of(customerKey, await connection.QueryAsync<(int Number, byte[] Records)>(
            new CommandDefinition(OfPart, new { part = PartOf(customerKey) }, cancellationToken: cancellation)),
            await connection.QueryAsync<(int No, string Id)>(new CommandDefinition(Plays, cancellationToken: cancellation)));

    /// <inheritdoc cref="OfAsync"/>
    public static IEnumerable<AssignmentRow> Of(DbConnection connection, long customerKey) => Of(
        customerKey, connection.Query<(int Number, byte[] Records)>(OfPart, new { part = PartOf(customerKey) }),
        connection.Query<(int No, string Id)>(Plays));

    /// <summary>
    /// Puts the newest assignment of a play back among those that are not closed, where it is here: a person makes something of it.
    /// </summary>
    public static async Task TakeOutAsync(
        Engine engine, DbConnection connection, DbTransaction transaction, long customerKey, string playId, CancellationToken cancellation)
    {
        var of = new { part = PartOf(customerKey), customerKey, playId };
        var found = (await QueryAsync<(int Number, byte[] Records)>(OfPart + engine.ForUpdate, of))
            .SelectMany(part => At(part.Records, customerKey).Select(at => (part.Number, part.Records, At: at)))
            .Select(one => (one.Number, one.Records, one.At, Row: StoredAssignment.Read(one.Records.AsSpan(one.At))))
            .Where(one => one.Row.Arm == Arm.Treated).ToList();
        if (found.Count == 0) return;
        var playNo = (await QueryAsync<int?>("SELECT play_no FROM play WHERE play_id = @playId", of)).SingleOrDefault();
        var newest = found.Where(one => one.Row.PlayNo == playNo).OrderByDescending(one => one.Row.RunId).FirstOrDefault();
        if (newest.Records is not { } records) return;
        var newer = await QueryAsync<int>(
            "SELECT 1 FROM assignment WHERE customer_key = @customerKey AND play_no = @playNo AND run_id > @runId",
            new { customerKey, playNo, runId = newest.Row.RunId });
        if (newer.Any()) return;
        byte[] rest = [.. records[..newest.At], .. records[(newest.At + StoredAssignment.Size)..]];
        await ExecuteAsync(
            "UPDATE assignment_past SET records = @rest WHERE part = @part AND number = @Number", new { rest, of.part, newest.Number });
        await ExecuteAsync(
            "UPDATE assignment_past_count SET customers = customers - 1 WHERE number = @Number AND play_no = @playNo AND arm = @arm",
            new { newest.Number, playNo, arm = (int)Arm.Treated });
        var row = newest.Row;
        await ExecuteAsync(
            "INSERT INTO assignment (customer_key, run_id, play_no, arm, state, assigned_day, propensity, net_value, cost, p_churn, spend) "
            + "VALUES (@CustomerKey, @RunId, @PlayNo, @arm, @state, @AssignedDay, @Propensity, @NetValue, @Cost, @PChurn, @Spend)",
            new
            {
                row.CustomerKey, row.RunId, row.PlayNo, arm = (int)row.Arm, state = (int)AssignmentState.Proposed, row.AssignedDay,
                row.Propensity, row.NetValue, row.Cost, row.PChurn, row.Spend
            });

        async Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters) => await connection.QueryAsync<T>(
            new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));

        async Task ExecuteAsync(string sql, object parameters) => await connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));
    }

    private const string Plays = "SELECT play_no, play_id FROM play";

    private static IEnumerable<AssignmentRow> Of(
        long customerKey, IEnumerable<(int Number, byte[] Records)> parts, IEnumerable<(int No, string Id)> plays)
    {
        var ids = plays.ToDictionary(play => play.No, play => play.Id);
        foreach (var (_, records) in parts)
        {
            foreach (var at in At(records, customerKey))
            {
                var row = StoredAssignment.Read(records.AsSpan(at));
                yield return new AssignmentRow
                {
                    CustomerKey = row.CustomerKey,
                    RunId = row.RunId,
                    PlayId = ids[row.PlayNo],
                    Arm = row.Arm,
                    State = row.Arm == Arm.Treated ? AssignmentState.Expired : AssignmentState.Proposed,
                    AssignedDay = row.AssignedDay,
                    ChangedDay = row.Arm == Arm.Treated ? row.EndedDay : null,
                    Propensity = row.Propensity,
                    NetValue = row.NetValue,
                    Cost = row.Cost,
                    PChurn = row.PChurn,
                    Spend = row.Spend,
                    Reason = row.Why is { } why ? PlayNames.Name(why) : null,
                };
            }
        }
    }

    private static IEnumerable<int> At(byte[] records, long customerKey)
    {
        for (var at = 0; at < records.Length; at += StoredAssignment.Size)
            if (StoredAssignment.KeyOf(records.AsSpan(at)) == customerKey) yield return at;
    }

    private static ClosedAssignment Read(RowReader row)
    {
        var (key, run, play, arm, day) = (row.Long(), row.Long(), row.Int(), (Arm)row.Int(), row.Int());
        var ended = row.MaybeInt() ?? day;
        var (propensity, pChurn, netValue, cost, spend) = (row.Double(), row.Double(), row.Double(), row.Double(), row.Double());
        AssignmentEnd? why = row.MaybeText() is { } reason && s_ends.TryGetValue(reason, out var named) ? named : null;
        return new ClosedAssignment(
            key, run, play, arm, why, day, ended, (float)propensity, (float)pChurn, (float)netValue, (float)cost, (float)spend);
    }

    private static void Add(
        in ClosedAssignment closed, SortedDictionary<int, List<byte>> parts, SortedDictionary<(int Play, Arm Arm), long> counts)
    {
        var part = PartOf(closed.CustomerKey);
        if (!parts.TryGetValue(part, out var records)) parts.Add(part, records = []);
        CollectionsMarshal.SetCount(records, records.Count + StoredAssignment.Size);
        StoredAssignment.Write(CollectionsMarshal.AsSpan(records)[^StoredAssignment.Size..], closed);
        counts[(closed.PlayNo, closed.Arm)] = counts.GetValueOrDefault((closed.PlayNo, closed.Arm)) + 1;
    }

    private static int PartOf(long customerKey) => (int)(customerKey >> PartShift);

    private static string Sql(Arm arm) => ((int)arm).ToString(CultureInfo.InvariantCulture);

    private static string Sql(AssignmentState state) => ((int)state).ToString(CultureInfo.InvariantCulture);
}
