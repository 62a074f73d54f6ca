using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// What published nights said of every customer, for 400 days: each night of the last 28 days, before them the first of each week. Stored
/// apart from predictions, which go after a few nights, and less exactly (<see cref="StoredScore"/>).
/// </summary>
public sealed class ScoreHistory
{
    /// <summary>Nights at most this many days before the newest are there.</summary>
    public const int Days = 400;

    private const int EveryNightDays = 28;
    private const int FirstPart = -32;
    private const int EndOfParts = 32;
    private const int PartShift = 58;
    private const int KeySize = 8;

    /// <summary>Customers a batch holds in memory, unless a part has more.</summary>
    private const int AtOnce = 100_000;

    private static readonly RowWriter<(int Number, Cutoff AsOf, Part Part)> s_chunks = new(
        ("part", (bulk, in of) => bulk.Write(of.Number)),
        ("as_of", (bulk, in of) => bulk.Write(of.AsOf.ToString())),
        ("scores", (bulk, in of) => bulk.Write(of.Part.Scores)));

    private static readonly RowWriter<(int Number, Part Part)> s_members = new(
        ("part", (bulk, in of) => bulk.Write(of.Number)),
        ("from_position", (bulk, in of) => bulk.Write(of.Part.Members)),
        ("keys", (bulk, in of) => bulk.Write(of.Part.Arrivals)));

    private readonly Engine _engine;

    internal ScoreHistory(Engine engine) => _engine = engine;

    /// <summary>
    /// Adds the published nights that are not in it and still have their predictions: tonight's, one a person published, one whose process
    /// died before this. A night made again takes the place of the first. Can be repeated.
    /// </summary>
    public void RecordDue(CancellationToken cancellation)
    {
        foreach (var run in Due()) Record(run, cancellation);
    }

    /// <summary>The newest night in it as of a day or before; null where there is none.</summary>
    public PastRisk? RiskUpTo(Cutoff day)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<string>("SELECT max(as_of) FROM score_night WHERE as_of <= @day", new { day }) is { } asOf
            ? new PastRisk(this, Cutoff.Parse(asOf))
            : null;
    }

    /// <summary>What its nights said of a customer, oldest first.</summary>
    internal async Task<IReadOnlyList<PastScore>> OfAsync(long customerKey, CancellationToken cancellation)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var part = PartOf(customerKey);
        var members = await connection.QueryAsync<(int From, byte[] Keys)>(new CommandDefinition(
            "SELECT from_position, keys FROM score_member WHERE part = @part ORDER BY from_position", new { part },
            cancellationToken: cancellation));
        if (PositionOf(customerKey, members) is not { } position) return [];
        var nights = await connection.QueryAsync<(string AsOf, byte[] Score)>(new CommandDefinition(
            "SELECT as_of, substr(scores, @at, @size) FROM score_chunk WHERE part = @part AND length(scores) > @at ORDER BY as_of",
            new { part, at = position * StoredScore.Size + 1, size = StoredScore.Size }, cancellationToken: cancellation));
        return [.. nights.SelectMany(night => StoredScore.Read(night.Score) is var (pChurn, clv)
            ? new[] { new PastScore(night.AsOf, pChurn, clv) }
            : [])];
    }

    /// <param name="keys">Ascending.</param>
    internal double?[] PChurn(Cutoff asOf, IReadOnlyList<long> keys)
    {
        var risks = new double?[keys.Count];
        if (keys.Count == 0) return risks;
        using var connection = _engine.Open();
        var range = new { asOf, first = PartOf(keys[0]), last = PartOf(keys[^1]) };
        // Scores first: whoever is in them is a member by then.
        var scores = connection.Query<(int Part, byte[] Scores)>(
            "SELECT part, scores FROM score_chunk WHERE as_of = @asOf AND part BETWEEN @first AND @last", range)
            .ToDictionary(chunk => chunk.Part, chunk => chunk.Scores);
        var members = connection.Query<(int Part, int From, byte[] Keys)>(
            "SELECT part, from_position, keys FROM score_member WHERE part BETWEEN @first AND @last", range);
        var asked = new Dictionary<long, int>(keys.Count);
        for (var i = 0; i < keys.Count; i++) asked[keys[i]] = i;
        foreach (var (part, from, some) in members)
        {
            if (!scores.TryGetValue(part, out var chunk)) continue;
            for (var (i, at) = (0, from * StoredScore.Size); i < some.Length && at < chunk.Length; i += KeySize, at += StoredScore.Size)
            {
                if (asked.TryGetValue(BinaryPrimitives.ReadInt64LittleEndian(some.AsSpan(i)), out var customer))
                    risks[customer] = StoredScore.Read(chunk.AsSpan(at))?.PChurn;
            }
        }
        return risks;
    }

    /// <summary>
    /// Which of some nights are kept beside each other: those of the last 28 days, and before them the first of each week (from Monday on),
    /// for 400 days.
    /// </summary>
    internal static IReadOnlySet<Cutoff> Kept(IReadOnlyCollection<Cutoff> nights)
    {
        if (nights.Count == 0) return new HashSet<Cutoff>();
        var newest = nights.Max(night => night.Day);
        // The first day of 1970 was a Thursday.
        return nights.GroupBy(night => (night.Day + 3) / 7)
            .SelectMany(week => week.Where(night => night.Day > newest - EveryNightDays).Append(week.MinBy(night => night.Day)))
            .Where(night => night.Day >= newest - Days)
            .ToHashSet();
    }

    /// <summary>Oldest first: of each as-of the last published run that has its predictions, where the history has not got it.</summary>
    private List<Run> Due()
    {
        using var connection = _engine.Open();
        var recorded = connection.Query<(Cutoff AsOf, long RunId)>("SELECT as_of, run_id FROM score_night")
            .ToDictionary(night => night.AsOf, night => night.RunId);
        var due = connection.Query<Run>(
            $"SELECT * FROM run WHERE purpose = {RunPurpose.Night.Sql()} AND headline IS NOT NULL "
            + $"AND state IN ({RunState.Published.Sql()}, {RunState.Superseded.Sql()}) ORDER BY run_id")
            .GroupBy(run => run.AsOf).Select(night => night.Last())
            .Where(run => !(recorded.GetValueOrDefault(run.AsOf) >= run.RunId))
            .OrderBy(run => run.AsOf.Day).ToList();
        var kept = Kept([.. recorded.Keys.Concat(due.Select(run => run.AsOf)).Distinct()]);
        return [.. due.Where(run => kept.Contains(run.AsOf))];
    }

    private void Record(Run run, CancellationToken cancellation)
    {
        using var change = LedgerChange.Begin(_engine);
        // One at a time: positions are given in the order of arrival.
        change.QuerySingleOrDefault<long?>(Publication.ReadPointer(_engine).Sql);
        var of = new { run.AsOf, run.RunId, run.Headline!.Customers };
        if (change.QuerySingleOrDefault<long?>("SELECT run_id FROM score_night WHERE as_of = @AsOf", of) >= run.RunId) return;
        Forget(change, run.AsOf);
        var parts = (int)Math.Clamp((EndOfParts - FirstPart) * (long)AtOnce / Math.Max(1, of.Customers), 1, EndOfParts - FirstPart);
        var customers = 0L;
        for (var part = FirstPart; part < EndOfParts; part += parts)
        {
            cancellation.ThrowIfCancellationRequested();
            customers += Record(change, run, part, Math.Min(part + parts, EndOfParts) - 1);
        }
        // Its predictions are being dropped.
        if (customers != of.Customers) return;
        change.Execute("INSERT INTO score_night (as_of, run_id, customers) VALUES (@AsOf, @RunId, @Customers)", of);
        var nights = change.Query<Cutoff>("SELECT as_of FROM score_night");
        foreach (var night in nights.Except(Kept(nights))) Forget(change, night);
        Failpoint.Pass("history-recording");
        change.Commit();
    }

    /// <returns>How many customers of these parts the run scored.</returns>
    private static long Record(LedgerChange change, Run run, int first, int last)
    {
        var parts = new Part[last - first + 1];
        for (var i = 0; i < parts.Length; i++) parts[i] = new Part();
        var members = change.Query<(int Part, int From, byte[] Keys)>(
            "SELECT part, from_position, keys FROM score_member WHERE part BETWEEN @first AND @last", new { first, last });
        var positions = new Dictionary<long, int>(members.Sum(some => some.Keys.Length / KeySize));
        foreach (var (part, from, keys) in members)
        {
            parts[part - first].Members += keys.Length / KeySize;
            for (var i = 0; i < keys.Length; i += KeySize)
                positions.Add(BinaryPrimitives.ReadInt64LittleEndian(keys.AsSpan(i)), from + i / KeySize);
        }
        var customers = 0L;
        using (var row = change.Rows(string.Create(CultureInfo.InvariantCulture,
            $"SELECT customer_key, p_churn, clv FROM prediction WHERE run_id = {run.RunId} "
            + $"AND customer_key BETWEEN {(long)first << PartShift} AND {((long)last << PartShift) | ((1L << PartShift) - 1)} "
            + $"ORDER BY customer_key")))
        {
            while (row.Read())
            {
                var key = row.Long();
                var part = parts[PartOf(key) - first];
                var score = part.At(positions.TryGetValue(key, out var position) ? position : part.Arrive(key));
                StoredScore.Write(score, row.Double(), row.Double());
                customers++;
            }
        }
        using (var bulk = change.Bulk("score_chunk", s_chunks.Names))
        {
            for (var i = 0; i < parts.Length; i++) if (parts[i].HasScores) s_chunks.Write(bulk, (first + i, run.AsOf, parts[i]));
            bulk.Complete();
        }
        using (var bulk = change.Bulk("score_member", s_members.Names))
        {
            for (var i = 0; i < parts.Length; i++) if (parts[i].HasArrivals) s_members.Write(bulk, (first + i, parts[i]));
            bulk.Complete();
        }
        return customers;
    }

    private static void Forget(LedgerChange change, Cutoff asOf)
    {
        change.Execute("DELETE FROM score_chunk WHERE as_of = @asOf", new { asOf });
        change.Execute("DELETE FROM score_night WHERE as_of = @asOf", new { asOf });
    }

    private static int PartOf(long customerKey) => (int)(customerKey >> PartShift);

    private static int? PositionOf(long customerKey, IEnumerable<(int From, byte[] Keys)> members)
    {
        foreach (var (from, keys) in members)
            for (var i = 0; i < keys.Length; i += KeySize)
                if (BinaryPrimitives.ReadInt64LittleEndian(keys.AsSpan(i)) == customerKey) return from + i / KeySize;
        return null;
    }

    /// <summary>Customers of a part as they are met in the order of their keys.</summary>
    private sealed class Part
    {
        private readonly List<byte> _arrivals = [];
        private byte[] _scores = [];

        /// <summary>Those who were there before.</summary>
        public int Members { get; set; }

        public bool HasScores => _scores.Length > 0;

        public bool HasArrivals => _arrivals.Count > 0;

        public ReadOnlySpan<byte> Arrivals => CollectionsMarshal.AsSpan(_arrivals);

        public ReadOnlySpan<byte> Scores => _scores.AsSpan(0, (Members + _arrivals.Count / KeySize) * StoredScore.Size);

        /// <returns>The newcomer's position.</returns>
        public int Arrive(long key)
        {
            Span<byte> bytes = stackalloc byte[KeySize];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, key);
            _arrivals.AddRange(bytes);
            return Members + _arrivals.Count / KeySize - 1;
        }

        /// <summary>Where the score at a position goes.</summary>
        public Span<byte> At(int position)
        {
            var (from, needed) = (_scores.Length, Math.Max(position + 1, Members) * StoredScore.Size);
            if (needed > from)
            {
                Array.Resize(ref _scores, Math.Max(needed, 2 * from));
                StoredScore.Clear(_scores.AsSpan(from));
            }
            return _scores.AsSpan(position * StoredScore.Size, StoredScore.Size);
        }
    }
}
