using System.IO.Compression;
using System.Runtime.InteropServices;

namespace PredictiveRetention.Insights;

/// <summary>
/// Everything that is added up over customers for the figures of a run. Shards are counted apart and added: counts and money are whole
/// numbers, so their order does not matter; probabilities and predicted money are added in the order of the shards, and the same shards
/// give the same bits.
/// </summary>
internal sealed class ShopSums
{
    public const int RiskBins = 1000;
    public const int SequenceEnd = 10;
    public const int DeliveryEnd = 366;

    /// <summary>Days within which the second purchase is looked for.</summary>
    public static readonly int[] SecondWithin = [7, 14, 30, 60, 90, 180, 365];

    private readonly Dictionary<string, int> _codes = [];
    private readonly List<string> _texts = [];

    /// <param name="months">Of the grid.</param>
    /// <param name="days">Of the daily figures.</param>
    public ShopSums(int months, int days)
    {
        Cohorts = new Tally(4 * (months + 1));
        QuarterCohorts = new Tally(4 * ((months + 5) / 3 + 1));
        Daily = new Tally(days + 1);
        Code(Dimension.Unknown);
    }

    /// <summary>Code of <see cref="Dimension.Unknown"/>.</summary>
    public const int UnknownText = 0;

    public Tally Total { get; } = new((int)Measure.Count);
    public IReadOnlyList<Tally> Groups { get; } = [.. Dimension.All.Select(_ => new Tally((int)Measure.Count))];

    /// <summary>By slot of the taxonomies x 64 + month; slot 0 is everybody.</summary>
    public Tally Months { get; } = new((int)MonthMeasure.Count);

    /// <summary>
    /// By month, for each followed taxonomy: from x (segments + 1) + to of those who moved; the last is "not yet a customer".
    /// </summary>
    public IReadOnlyList<Tally> Moves { get; } = [.. Taxonomy.Followed.Select(taxonomy => new Tally((taxonomy.Names.Count + 1)
        * (taxonomy.Names.Count + 1)))];

    /// <summary>
    /// By month of the first purchase; four blocks of a value for each period since: purchasers, last purchase, second purchase, paid minor
    /// units.
    /// </summary>
    public Tally Cohorts { get; }
    public Tally QuarterCohorts { get; }

    /// <summary>By engagement segment: how many more (or fewer) are active than on the day before.</summary>
    public Tally Daily { get; }

    /// <summary>By days from order to delivery: orders, reviewed, sum of scores, and orders by score 1..5.</summary>
    public Tally Deliveries { get; } = new(8);

    /// <summary>Customers not lost by business segment: by churn probability in thousandths; the last segment is everybody.</summary>
    public Tally Risk { get; } = new(RiskBins);

    /// <summary>By number of the purchase (from 10 on together): purchases, paid minor units, days since the one before.</summary>
    public Tally Sequence { get; } = new(3);

    /// <summary>By place in <see cref="SecondWithin"/>: observed, converted.</summary>
    public Tally Seconds { get; } = new(2);

    /// <summary>By slot: customers active at as-of minus the horizon, and those of them without a purchase since.</summary>
    public Tally Churn { get; } = new(2);

    /// <summary>Repeaters: n, and sums of x, y, x², y², xy of repeat purchase days x and their mean value y.</summary>
    public Tally Correlation { get; } = new(6);

    public List<long> NetMinor { get; } = [];
    public List<float> Clv { get; } = [];

    /// <summary>Visits and net revenue of 12 months of the customers of the sample.</summary>
    public List<(int Visits, long NetMinor)> Sample { get; } = [];

    /// <summary>Number of a channel, country or category.</summary>
    public int Code(string text)
    {
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes.Add(text, code = _texts.Count);
            _texts.Add(text);
        }
        return code;
    }

    public string Text(int code) => _texts[code];

    public void Clear()
    {
        foreach (var tally in Numbered()) tally.Clear();
        // Texts are forgotten, or memory would grow with all that were ever seen.
        foreach (var (tally, _) in Named()) tally.Forget();
        _codes.Clear();
        _texts.Clear();
        Code(Dimension.Unknown);
        NetMinor.Clear();
        Clv.Clear();
        Sample.Clear();
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var to = new BinaryWriter(new BrotliStream(bytes, CompressionLevel.Fastest)))
        {
            to.Write7BitEncodedInt(_texts.Count);
            foreach (var text in _texts) to.Write(text);
            foreach (var tally in Numbered()) tally.Write(to);
            foreach (var (tally, _) in Named()) tally.Write(to);
            Values(to, NetMinor);
            Values(to, Clv);
            Values(to, Sample);
        }
        return bytes.ToArray();
    }

    /// <returns>The numbers here of the texts there.</returns>
    public int[] AddFrom(byte[] bytes)
    {
        using var from = new BinaryReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress));
        var codes = new int[from.Read7BitEncodedInt()];
        for (var i = 0; i < codes.Length; i++) codes[i] = Code(from.ReadString());
        foreach (var tally in Numbered()) tally.AddFrom(from, static code => code);
        foreach (var (tally, cells) in Named()) tally.AddFrom(from, code => (codes[code / cells] * cells) + (code % cells));
        Values(from, NetMinor);
        Values(from, Clv);
        Values(from, Sample);
        return codes;
    }

    /// <summary>Counts what is recommended to a customer who is counted already: who gets a play is known only in the end.</summary>
    /// <param name="dimensions">Those customers are counted by.</param>
    /// <param name="places">The customer's in each, as the shard numbered them.</param>
    /// <param name="texts">The numbers here of the shard's texts: see <see cref="AddFrom"/>.</param>
    public void AddAction(
        ReadOnlySpan<int> dimensions, ReadOnlySpan<int> places, ReadOnlySpan<int> texts, double netValue, double cost)
    {
        Add(Total[0]);
        for (var i = 0; i < dimensions.Length; i++)
        {
            var (dimension, place) = (Dimension.All[dimensions[i]], places[i]);
            if (IsNamed(dimension)) place = (texts[place / CellsOf(dimension)] * CellsOf(dimension)) + (place % CellsOf(dimension));
            Add(Groups[dimensions[i]][place]);
        }

        void Add(double[] row)
        {
            row[(int)Measure.Actions]++;
            row[(int)Measure.ExpectedNetValue] += netValue;
            row[(int)Measure.ActionCost] += cost;
        }
    }

    private static bool IsNamed(Dimension dimension) => dimension.Kind is DimensionKind.Text or DimensionKind.CombinedText;

    private IEnumerable<Tally> Numbered() =>
        [Total, .. Groups.Where((_,
            i) => !IsNamed(Dimension.All[i])), Months, .. Moves, Cohorts, QuarterCohorts, Daily, Deliveries, Risk, Sequence, Seconds, Churn,
                Correlation];

    /// <summary>Tallies whose codes number texts: text x cells + cell.</summary>
    private IEnumerable<(Tally Tally, int Cells)> Named()
    {
        for (var i = 0; i < Groups.Count; i++)
            if (IsNamed(Dimension.All[i]))
                yield return (Groups[i], CellsOf(Dimension.All[i]));
    }

    private static int CellsOf(Dimension dimension) =>
        dimension.Kind == DimensionKind.CombinedText ? Segments.CombinedSegment.All.Count : 1;

    private static void Values<T>(BinaryWriter to, List<T> values)
        where T : struct
    {
        to.Write7BitEncodedInt(values.Count);
        to.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
    }

    private static void Values<T>(BinaryReader from, List<T> values)
        where T : struct
    {
        var before = values.Count;
        CollectionsMarshal.SetCount(values, before + from.Read7BitEncodedInt());
        from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)[before..]));
    }
}
