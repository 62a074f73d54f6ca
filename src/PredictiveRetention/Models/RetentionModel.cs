using System.Buffers;
using System.Text.Json.Serialization;
using PredictiveRetention.Features;

namespace PredictiveRetention.Models;

/// <summary>How sound the footing of a model is; the best level the history allows is used.</summary>
public enum ModelLevel
{
    /// <summary>Members fitted on full horizons, blended by what they were worth on customers they had not seen.</summary>
    Blended,

    /// <summary>
    /// The history holds no full earlier horizon: members are fitted on the longest that fits and carried to the one asked for by BTYD.
    /// </summary>
    ShorterHorizon,

    /// <summary>Too little to fit members on: buy-till-you-die models alone.</summary>
    Btyd,

    /// <summary>Nothing could be fitted honestly: the recency rule.</summary>
    RecencyRule,
}

/// <summary>A level as people read it.</summary>
public static class ModelLevels
{
    public static string Words(ModelLevel level) => level switch
    {
        ModelLevel.Blended => "a blend",
        ModelLevel.ShorterHorizon => "a blend learnt from a shorter horizon",
        ModelLevel.Btyd => "buy-till-you-die models alone",
        _ => "the recency rule",
    };
}

/// <summary>
/// One version of what the product knows: who will order within the churn horizon and what everybody will spend within the CLV horizon.
/// An immutable value; <see cref="Features"/> names the columns a row must have, in order.
/// </summary>
/// <param name="Level">How it was made.</param>
/// <param name="ChurnHorizonDays">Churn = no purchase within this many days.</param>
/// <param name="ClvHorizonDays">CLV = expected net spend within this many days.</param>
/// <param name="Features">Feature names in column order; empty for the recency rule.</param>
/// <param name="Churn">Orders and spend within the churn horizon; null for the recency rule.</param>
/// <param name="ChurnTarget">What it is asked.</param>
/// <param name="Value">Spend within the CLV horizon; null where Churn answers for it (equal horizons, or a history too short for the CLV
/// horizon).</param>
/// <param name="ClvTarget">What that one is asked.</param>
/// <param name="Intervals">Of CLV; null where there was nothing to make them from.</param>
public sealed record RetentionModel(
    ModelLevel Level,
    int ChurnHorizonDays,
    int ClvHorizonDays,
    IReadOnlyList<string> Features,
    BlendModel? Churn,
    BlendTarget ChurnTarget,
    BlendModel? Value,
    BlendTarget ClvTarget,
    SpendIntervals? Intervals)
{
    /// <summary>
    /// The shop's median order at training, minor units: rows and answers are in units made of it, see <see cref="MoneyUnit"/>. Null in
    /// versions made before there was one, and for the recency rule: theirs are in currency units.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MedianOrderMinor { get; init; }

    /// <summary>What money is in rows and answers.</summary>
    public MoneyUnit MoneyIn(Currency currency) => MoneyUnit.Of(currency, MedianOrderMinor);

    /// <summary>Customers whose last purchase is longer ago are lost: reported, not counted as risk.</summary>
    [JsonIgnore]
    public int LostAfterDays => LostAfter(ChurnHorizonDays);

    /// <summary>Days of the labels that CLV rests on; fewer than ClvHorizonDays where BTYD carries it further.</summary>
    [JsonIgnore]
    public int ClvFittedDays => (Value ?? Churn)?.FittedDays ?? 0;

    public static int LostAfter(int churnHorizonDays) => Math.Max(365, 4 * churnHorizonDays);

    public static RetentionModel Rule(int churnHorizonDays, int clvHorizonDays) =>
        new(ModelLevel.RecencyRule, churnHorizonDays, clvHorizonDays, [], null, default, null, default, null);

    /// <param name="rows">answers.Length x Features.Count values, all finite.</param>
    /// <param name="reasons">Where given, receives why each customer's churn is what it is.</param>
    /// <exception cref="InvalidOperationException">This is the recency rule, which needs no row.</exception>
    public void Predict(ReadOnlySpan<float> rows, Span<ModelPrediction> answers, Span<Reasons> reasons = default)
    {
        if (Churn is null) throw new InvalidOperationException("The recency rule has no fitted model.");
        var orders = ArrayPool<BlendAnswer>.Shared.Rent(answers.Length);
        var values = ArrayPool<BlendAnswer>.Shared.Rent(Value is null ? 0 : answers.Length);
        Churn.Predict(rows, ChurnTarget, orders.AsSpan(0, answers.Length), Value is null ? ClvTarget : default, reasons);
        Value?.Predict(rows, ClvTarget, values.AsSpan(0, answers.Length));
        for (var i = 0; i < answers.Length; i++)
        {
            var order = orders[i];
            var (pClv, clv) = Value is null ? (order.LaterPOrder, order.LaterSpend) : (values[i].POrder, values[i].Spend);
            var range = Intervals?.RangeFor(Churn.PurchaseDays(rows.Slice(i * Features.Count, Features.Count)), pClv, clv)
                ?? SpendRange.None;
            answers[i] = new ModelPrediction(1 - order.POrder, clv, order.Spend / Math.Max(1e-9, order.POrder), order.PAlive, range,
                order.Next);
        }
        ArrayPool<BlendAnswer>.Shared.Return(orders);
        ArrayPool<BlendAnswer>.Shared.Return(values);
    }

    public ModelPrediction Predict(ReadOnlySpan<float> row)
    {
        Span<ModelPrediction> answer = [default];
        Predict(row, answer);
        return answer[0];
    }

    /// <summary>Why a row's churn is what it is, exactly.</summary>
    /// <param name="row">Features.Count values, all finite.</param>
    /// <exception cref="InvalidOperationException">This is the recency rule, which is its own reason.</exception>
    public Explanation Explain(ReadOnlySpan<float> row) =>
        Churn is null ? throw new InvalidOperationException("The recency rule has no fitted model.") : Churn.Explain(row, ChurnTarget);

    /// <summary>How much each feature moves the log-odds of no purchase: the mean of the absolute contributions over these rows.</summary>
    /// <param name="rows">Rows of Features.Count values, all finite.</param>
    /// <returns>Features.Count values; 0 where there is no row.</returns>
    /// <exception cref="InvalidOperationException">This is the recency rule.</exception>
    public double[] Importance(float[] rows)
    {
        var contributions = new double[rows.Length / Math.Max(1, Features.Count)][];
        Parallel.For(0, contributions.Length,
            i => contributions[i] = Explain(rows.AsSpan(i * Features.Count, Features.Count)).Contributions);
        return [.. Enumerable.Range(0, Features.Count)
            .Select(feature => contributions.Sum(row => Math.Abs(row[feature])) / Math.Max(1, contributions.Length))];
    }
}
