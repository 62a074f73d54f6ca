using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>
/// Scores histories at a cutoff with one model version: the same code for the night run, a single customer and a posted history, so the
/// answer does not depend on who asks. Reuses buffers: one instance a thread.
/// </summary>
public sealed class Scorer
{
    private readonly Currency _currency;
    private readonly RetentionModel _model;
    private readonly MoneyUnit _money;
    private readonly FeatureBuilder _builder;
    private readonly FeatureSchema _schema;
    private readonly float[] _registryRow = new float[FeatureBuilder.Width];
    private float[] _rows = [];
    private readonly bool _withReasons;
    private ModelPrediction[] _answers = [];
    private Reasons[] _reasons = [];

    /// <param name="withReasons">False where nobody will ask why: it saves a third of the scoring.</param>
    public Scorer(RetentionModel model, Currency currency, SourceCoverage coverage, bool withReasons = true)
    {
        (_model, _currency, _withReasons) = (model, currency, withReasons);
        _money = model.MoneyIn(currency);
        _builder = new FeatureBuilder(_money, coverage);
        _schema = new FeatureSchema(model.Features);
    }

    /// <summary>
    /// Scores every customer of the buffers at the cutoff. One whose data breaks the features is told instead, and the others are scored as
    /// if that one were not there.
    /// </summary>
    /// <param name="facts">Receives histories.Count facts.</param>
    /// <param name="scores">Receives histories.Count scores; no meaning where the customer is unscored.</param>
    /// <returns>Whom no score could be made for, by position.</returns>
    public IReadOnlyList<Unscored> Score(ShardHistories histories, Cutoff cutoff, Span<CustomerFacts> facts, Span<CustomerScore> scores)
    {
        Reserve(histories.Count);
        var unscored = new List<Unscored>();
        for (var i = 0; i < histories.Count; i++)
        {
            try
            {
                facts[i] = _builder.Build(histories[i].Before(cutoff), _registryRow);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                facts[i] = default;
                unscored.Add(new Unscored(i, fault is OverflowException ? "its amounts are too large to be added up" : fault.Message));
            }
            _schema.Project(_registryRow, _rows.AsSpan(i * _schema.Width, _schema.Width));
        }
        Predict(facts[..histories.Count], scores);
        return unscored;
    }

    public (CustomerFacts Facts, CustomerScore Score) Score(in CustomerHistory history, Cutoff cutoff)
    {
        Reserve(1);
        var facts = _builder.Build(history.Before(cutoff), _registryRow);
        _schema.Project(_registryRow, _rows.AsSpan(0, _schema.Width));
        Span<CustomerScore> score = [default];
        Predict([facts], score);
        return (facts, score[0]);
    }

    /// <summary>
    /// The model's columns, money in the model's unit, of a customer of the last
    /// <see cref="Score(ShardHistories, Cutoff, Span{CustomerFacts}, Span{CustomerScore})"/>, by position; valid until the next.
    /// </summary>
    public ReadOnlySpan<float> Row(int index) => _rows.AsSpan(index * _schema.Width, _schema.Width);

    private void Predict(ReadOnlySpan<CustomerFacts> facts, Span<CustomerScore> scores)
    {
        var count = facts.Length;
        if (_model.Level != ModelLevel.RecencyRule)
            _model.Predict(_rows.AsSpan(0, count * _schema.Width), _answers.AsSpan(0, count),
                _withReasons ? _reasons.AsSpan(0, count) : default);
        for (var i = 0; i < count; i++)
            scores[i] = _model.Level == ModelLevel.RecencyRule || facts[i].Orders == 0
                ? ByRule(facts[i])
                : Fitted(facts[i], _answers[i], _withReasons ? _reasons[i] : Reasons.None);
    }

    /// <summary>One customer's score, and what it is made of: null where the recency rule made it.</summary>
    public (CustomerFacts Facts, CustomerScore Score, ScoreExplanation? Why) Explain(in CustomerHistory history, Cutoff cutoff)
    {
        var (facts, score) = Score(history, cutoff);
        if (_model.Level == ModelLevel.RecencyRule || facts.Orders == 0) return (facts, score, null);
        var row = _rows.AsSpan(0, _schema.Width);
        return (facts, score, ScoreExplanation.Explain(_model.Explain(row), score, _schema, row, _currency, _money));
    }

    /// <summary>
    /// The members learnt from nobody who was silent for as long as the lost are: there it may not be more hopeful than the recency rule.
    /// </summary>
    private CustomerScore Fitted(in CustomerFacts facts, in ModelPrediction answer, Reasons reasons)
    {
        var unit = _money.InCurrency;
        var score = new CustomerScore(answer.PChurn, answer.Clv * unit, answer.SpendIfOrder * unit, Lost: false,
            reasons.With((feature, value) => _schema.InCurrency(feature, value, _money)))
        { PAlive = answer.PAlive, Range = answer.Range.Times(unit), Next = answer.Next };
        if (!IsLost(facts)) return score;
        var bounded = Math.Max(answer.PChurn, RecencyRule.PChurn(facts.DaysSinceLastOrder, _model.ChurnHorizonDays));
        var left = answer.PChurn < 1 ? (1 - bounded) / (1 - answer.PChurn) : 1;
        return score with
        {
            PChurn = bounded,
            Clv = score.Clv * left,
            Range = score.Range.Times(left),
            Next = bounded > answer.PChurn ? NextOrder.NotWithinHorizon : answer.Next,
            Lost = true,
        };
    }

    /// <summary>Without a fitted model, and for customers who never paid anything: no model has seen their like.</summary>
    private CustomerScore ByRule(in CustomerFacts facts)
    {
        var pChurn = RecencyRule.PChurn(facts.DaysSinceLastOrder, _model.ChurnHorizonDays);
        var net = (double)_currency.FromMinor(facts.NetRevenueMinor);
        return new CustomerScore(
            pChurn,
            RecencyRule.ExpectedSpend(net, facts.DaysSinceFirstOrder, _model.ClvHorizonDays, pChurn),
            facts.Orders > 0 ? Math.Max(0, net) / facts.Orders : 0,
            IsLost(facts));
    }

    private bool IsLost(in CustomerFacts facts) => facts.DaysSinceLastOrder > _model.LostAfterDays;

    private void Reserve(int count)
    {
        if (_answers.Length >= count) return;
        (_rows, _answers, _reasons) = (new float[count * _schema.Width], new ModelPrediction[count], new Reasons[count]);
    }
}

/// <summary>A customer whose data breaks the features, by position in the buffers.</summary>
public readonly record struct Unscored(int Index, string Reason);
