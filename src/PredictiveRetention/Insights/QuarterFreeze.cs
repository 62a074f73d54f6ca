using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Insights;

/// <summary>What some customers were like at the start of a quarter.</summary>
internal sealed class QuarterSample
{
    public List<CustomerFacts> Facts { get; } = [];

    public GapTally Gaps { get; } = new();
}

/// <summary>
/// Takes the cut-offs of past quarters from a sample of customers, as each quarter's first day found them. Those that an earlier night
/// froze stay as they are.
/// </summary>
internal sealed class QuarterFreeze
{
    /// <summary>Fewer customers make no cut-offs: those of the next quarter with enough are taken.</summary>
    public const int FewestCustomers = 100;

    private readonly IReadOnlyList<DateOnly> _quarters;
    private readonly Dictionary<DateOnly, QuarterCutoffs> _kept;
    private readonly int[] _openDays;
    private readonly Cutoff _asOf;

    public QuarterFreeze(Cutoff asOf, int firstOrderDay, InsightSettings settings, IReadOnlyList<QuarterCutoffs> frozen)
    {
        var grid = new MonthGrid(asOf, firstOrderDay, settings.Months);
        _asOf = asOf;
        _quarters = [.. Enumerable.Range(1, grid.LastQuarter).Select(grid.QuarterStart)];
        _kept = frozen.Where(quarter => quarter.From == quarter.TakenOn && _quarters.Contains(quarter.From))
            .ToDictionary(quarter => quarter.From);
        _openDays = [.. _quarters.Where(quarter => !_kept.ContainsKey(quarter)).Select(BusinessCalendar.DayNumber)];
    }

    /// <summary>
    /// Some customers as the first day of each quarter that is not frozen yet found them. May be called from several threads.
    /// </summary>
    public QuarterSample[] Read(ShardHistories histories, SourceCoverage coverage)
    {
        var samples = _openDays.Select(_ => new QuarterSample()).ToArray();
        if (samples.Length == 0) return samples;
        var snapshots = new Snapshots(coverage);
        for (var i = 0; i < histories.Count; i++)
        {
            var history = histories[i].Before(_asOf);
            snapshots.Load(history);
            for (var quarter = 0; quarter < _openDays.Length; quarter++)
            {
                var day = Math.Min(_openDays[quarter], _asOf.Day);
                if (!snapshots.At(history, day, out var then)) continue;
                samples[quarter].Facts.Add(then);
                snapshots.AddGaps(history, day, samples[quarter].Gaps);
            }
        }
        return samples;
    }

    /// <param name="parts">What <see cref="Read"/> gave, in key order.</param>
    public IReadOnlyList<QuarterCutoffs> Cutoffs(IReadOnlyList<QuarterSample[]> parts, SegmentSettings settings, int horizonDays,
        Func<CustomerFacts, CustomerScore> score)
    {
        var made = new QuarterCutoffs?[_quarters.Count];
        QuarterCutoffs? later = null;
        for (var quarter = _quarters.Count - 1; quarter >= 0; quarter--)
        {
            var from = _quarters[quarter];
            if (_kept.TryGetValue(from, out var kept)) made[quarter] = kept;
            else
            {
                var open = Array.IndexOf(_openDays, BusinessCalendar.DayNumber(from));
                CustomerFacts[] facts = [.. parts.SelectMany(part => part[open].Facts)];
                if (facts.Length >= FewestCustomers)
                {
                    var gaps = new GapTally();
                    foreach (var part in parts) gaps.Add(part[open].Gaps);
                    made[quarter] = new QuarterCutoffs(from, from, SegmentCutoffs.From(
                        facts, Array.ConvertAll(facts, then => score(then)), settings, horizonDays, gaps.Median()));
                }
                else if (later is not null) made[quarter] = later with { From = from };
            }
            later = made[quarter] ?? later;
        }
        return [.. made.OfType<QuarterCutoffs>()];
    }
}
