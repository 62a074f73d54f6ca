using System.Diagnostics;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Insights;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Turns the histories of a shard into its prediction rows: facts, score, segments, action. Reuses its buffers: one instance a worker.
/// </summary>
/// <param name="drift">What the customers are compared with; null where the model has nothing.</param>
/// <param name="drawn">Share of the customers who are.</param>
internal sealed class ShardScorer(RetentionModel model, RunRecipe recipe, Currency currency, Decider decider, InsightContext? insights,
    DriftReference? drift = null, double drawn = 1, Action<string, TimeSpan>? onTiming = null)
{
    private readonly Scorer _scorer = new(model, currency, recipe.Coverage);
    private readonly bool _limited = recipe.Actions.AreLimited(decider.Plays);
    private readonly ShardDecisions _decisions = new();
    private readonly List<Prediction> _predictions = [];
    private readonly List<Quarantined> _quarantined = [];
    private readonly HashSet<int> _setAside = [];
    private readonly CustomerCount? _count = insights is null ? null : new(insights);
    private readonly ShardSum _sum = new(currency);
    private CustomerFacts[] _facts = [];
    private CustomerScore[] _scores = [];
    private long[][]? _drift;

    public ShardHistories Histories { get; } = new();

    /// <summary>What earlier nights assigned to the customers of <see cref="Histories"/>.</summary>
    public PastAssignments Past { get; set; } = PastAssignments.None;

    /// <summary>What earlier nights said of them; null where none says.</summary>
    public EarlierRisk? Earlier { get; set; }

    /// <summary>The rows made by the last <see cref="Predict"/>, in key order; valid until the next.</summary>
    public IReadOnlyList<Prediction> Predictions => _predictions;

    /// <summary>Whom the last <see cref="Predict"/> could not score, and why.</summary>
    public IReadOnlyList<Quarantined> Quarantined => _quarantined;

    /// <summary>What the last <see cref="Predict"/> counted for the figures of the run.</summary>
    public byte[]? Insights() => _count?.Sums.ToBytes();

    /// <summary>What the last <see cref="Predict"/> decided, and left to be chosen.</summary>
    public byte[] Decisions() => _decisions.ToBytes(decider.PlayIds, _count?.Places.Length ?? 0);

    public ShardTotals Totals => _sum.Totals() with { Drift = _drift };

    /// <summary>
    /// Scores everybody in <see cref="Histories"/>. A customer whose data breaks the scoring is set aside with the reason; the others are
    /// scored as if that one were not there.
    /// </summary>
    public void Predict(Cutoff asOf)
    {
        Reserve();
        _predictions.Clear();
        _quarantined.Clear();
        _setAside.Clear();
        _decisions.Clear();
        _sum.Clear();
        _count?.Sums.Clear();
        _drift = drift?.Empty();
        decider.Earlier = Earlier;
        foreach (var (index, reason) in _scorer.Score(Histories, asOf, _facts, _scores)) SetAside(index, reason);
        for (var i = 0; i < Histories.Count; i++)
        {
            if (_setAside.Contains(i)) continue;
            try
            {
                if (Histories[i].Orders.IsEmpty)
                    throw new InvalidOperationException(
                        $"no order before {asOf} any more: an import took it away while the run was working");
                if (Earlier is not null) Earlier.Customer = i;
                var prediction = Row(Histories[i].Profile.CustomerKey, _facts[i], _scores[i]);
                _predictions.Add(prediction);
                _sum.Add(prediction);
                if (_drift is not null && !_scores[i].Lost && _facts[i].Orders > 0 && CustomerKey.IsDrawn(prediction.CustomerKey, drawn))
                    drift!.Count(_scorer.Row(i), _scores[i].PChurn, _scores[i].Clv, _drift);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                SetAside(i, fault.Message);
            }
        }
        var started = Stopwatch.GetTimestamp();
        Count();
        onTiming?.Invoke("insights", Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Counts everybody who has a prediction, as it is written.</summary>
    private void Count()
    {
        if (_count is null) return;
        for (int i = 0, row = 0; i < Histories.Count; i++)
        {
            if (_setAside.Contains(i)) continue;
            var prediction = _predictions[row];
            _count.Add(Histories, Histories[i], prediction.Facts, prediction.Score, prediction.Segments, prediction.RiskRise);
            _decisions.AddPlaces(row++, _count.Places);
        }
    }

    private void SetAside(int index, string reason)
    {
        _setAside.Add(index);
        _quarantined.Add(new Quarantined(Histories[index].Profile.CustomerKey, reason));
    }

    /// <summary>Same rows, same checksum: a night made again on the same data with the same model can be compared shard by shard.</summary>
    public string Checksum()
    {
        using var hash = new ShardChecksum();
        foreach (var prediction in _predictions)
            hash.Add(prediction.CustomerKey, prediction.Score.PChurn, prediction.Score.Clv, null, prediction.Segments.Rfm.Code);
        return hash.Text();
    }

    private void Reserve()
    {
        if (_facts.Length < Histories.Count) (_facts, _scores) = (new CustomerFacts[Histories.Count], new CustomerScore[Histories.Count]);
    }

    private Prediction Row(long key, in CustomerFacts facts, in CustomerScore score)
    {
        if (!double.IsFinite(score.Clv) || !double.IsFinite(score.SpendIfOrder) || score.PChurn is not (>= 0 and <= 1))
            throw new InvalidOperationException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"p_churn {score.PChurn}, CLV {score.Clv} and spend {score.SpendIfOrder} are no scores"));
        var segments = Segmenter.Assign(facts, score, recipe.Cutoffs, recipe.Segments);
        var decision = decider.Decide(key, facts, score, segments, Past.Of(key));
        _decisions.Add(_predictions.Count, key, score, decision);
        var rise = !score.Lost && Earlier?.DaysAgo(RiskRise.Days) is { } then ? (float)(score.PChurn - then) : float.NaN;
        return new Prediction(key, facts, score, segments, Said(decision), rise);
    }

    /// <summary>What is known now: where plays are limited, what is chosen is said at the close.</summary>
    private Recommendation Said(CustomerDecision decision) => decision switch
    {
        { IsControl: false, Kind: DecisionKind.Choice } when _limited => Recommendation.None(NoAction.BeyondLimits),
        _ => decision.Said(decider.PlayIds),
    };

    /// <summary>What the rows of a shard add up to.</summary>
    private sealed class ShardSum(Currency currency)
    {
        private readonly long[] _tenths = new long[10];
        private long _customers, _lost, _highRisk, _orders, _netMinor;
        private double _pChurn, _clv, _atRisk;

        public void Clear()
        {
            Array.Clear(_tenths);
            (_customers, _lost, _highRisk, _orders, _netMinor) = (0, 0, 0, 0, 0);
            (_pChurn, _clv, _atRisk) = (0, 0, 0);
        }

        public void Add(in Prediction row)
        {
            _customers++;
            _orders += row.Facts.Orders;
            _netMinor += row.Facts.NetRevenueMinor;
            _clv += row.Score.Clv;
            _atRisk += row.Money.AtRisk;
            if (row.Score.Lost) _lost++;
            else
            {
                _pChurn += row.Score.PChurn;
                _tenths[Math.Min(9, (int)(10 * row.Score.PChurn))]++;
                if (row.Segments.RiskBand == RiskBand.High) _highRisk++;
            }
        }

        public ShardTotals Totals() => new(
            _customers, _lost, _pChurn, _highRisk, (double)_netMinor / currency.MinorPerUnit, _orders, _clv, _atRisk, [.. _tenths]);
    }
}
