using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Insights;

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
    /// The facts of some customers on the first day of each quarter that is not frozen yet. May be called from several threads.
    /// </summary>
    public List<CustomerFacts>[] Facts(ShardHistories histories, SourceCoverage coverage)
    {
        var facts = _openDays.Select(_ => new List<CustomerFacts>()).ToArray();
        if (facts.Length == 0) return facts;
        var snapshots = new Snapshots(coverage);
        for (var i = 0; i < histories.Count; i++)
        {
            var history = histories[i].Before(_asOf);
            snapshots.Load(history);
            for (var quarter = 0; quarter < _openDays.Length; quarter++)
                if (snapshots.At(history, Math.Min(_openDays[quarter], _asOf.Day), out var then)) facts[quarter].Add(then);
        }
        return facts;
    }

    /// <param name="parts">What <see cref="Facts"/> gave, in key order.</param>
    public IReadOnlyList<QuarterCutoffs> Cutoffs(IReadOnlyList<List<CustomerFacts>[]> parts, SegmentSettings settings,
        Func<CustomerFacts, CustomerScore> score)
    {
        // The recency rule draws its line at an even chance, wherever the cuts of a fitted model lie.
        var byRule = settings with { HighRiskCut = 0.5, MediumRiskCut = null };
        var made = new QuarterCutoffs?[_quarters.Count];
        QuarterCutoffs? later = null;
        for (var quarter = _quarters.Count - 1; quarter >= 0; quarter--)
        {
            var from = _quarters[quarter];
            if (_kept.TryGetValue(from, out var kept)) made[quarter] = kept;
            else
            {
                var open = Array.IndexOf(_openDays, BusinessCalendar.DayNumber(from));
                CustomerFacts[] facts = [.. parts.SelectMany(part => part[open])];
                if (facts.Length >= FewestCustomers)
                    made[quarter] = new QuarterCutoffs(from, from,
                        SegmentCutoffs.From(facts, Array.ConvertAll(facts, then => score(then)), byRule));
                else if (later is not null) made[quarter] = later with { From = from };
            }
            later = made[quarter] ?? later;
        }
        return [.. made.OfType<QuarterCutoffs>()];
    }
}
