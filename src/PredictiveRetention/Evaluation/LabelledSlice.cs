using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>The customers at risk at one origin: features from before it, and what they did in the horizon after it.</summary>
/// <param name="Keys">Customer keys, ascending.</param>
/// <param name="Rows">Keys.Length x Width model columns.</param>
/// <param name="Facts">What the naive rules need: days since the last order, tenure, spend of the last horizon, net revenue.</param>
/// <param name="Ordered">Bought in [Origin, Origin + Horizon).</param>
/// <param name="PurchaseDays">Days with a purchase in it.</param>
/// <param name="Net">Net spend in it, in the unit of money of the rows; can be negative.</param>
/// <param name="Groups">What each customer is told apart by in a backtest.</param>
/// <param name="Past">Everybody who had bought before the origin, the lost included.</param>
public sealed record LabelledSlice(
    Cutoff Origin, Horizon Horizon, int Width, long[] Keys, float[] Rows, NaiveFacts[] Facts, CustomerGroup[] Groups, bool[] Ordered,
    int[] PurchaseDays, double[] Net, OriginPast Past)
{
    public int Count => Keys.Length;

    /// <summary>1 for a customer who bought nothing in the horizon.</summary>
    public double[] Churned => [.. Ordered.Select(ordered => ordered ? 0.0 : 1.0)];

    /// <summary>
    /// Days after the origin as buy-till-you-die models count them, fitted on what lay before it: more of them in a stronger season than
    /// that was.
    /// </summary>
    public double SeasonalDays(int days) => days * RetailSeason.Mean(Origin, days) / Past.SeasonIndex;

    /// <summary>What its customers did together.</summary>
    public BtydLevel Came => new(Ordered.Count(ordered => ordered), PurchaseDays.Sum(days => (double)days), Net.Sum());

    /// <summary>The same customers with the money of facts and labels in another unit; rows stay in the model's.</summary>
    public LabelledSlice Times(double factor) => this with
    {
        Facts = [.. Facts.Select(facts => facts with
        {
            NetRevenue = facts.NetRevenue * factor,
            SpendInLastHorizon = facts.SpendInLastHorizon * factor,
        })],
        Net = [.. Net.Select(net => net * factor)],
    };

    /// <summary>What may be known at the origin: everything but what came after it.</summary>
    public LabelledSlice Unlabelled => this with { Ordered = [], PurchaseDays = [], Net = [] };

    public bool HasBothClasses(int minimum)
    {
        var ordered = Ordered.Count(o => o);
        return ordered >= minimum && Count - ordered >= minimum;
    }
}

/// <summary>What buy-till-you-die models are fitted on at an origin.</summary>
public sealed class OriginPast
{
    private double _repeats, _usual;

    public List<BtydInput> Buyers { get; } = [];

    private double _paid, _net;

    /// <summary>What the shop's customers had kept of what they paid; null where it has no refunds.</summary>
    public KeptShare? Kept => KeptShare.Fit(_paid, _net);

    internal void AddMoney(double paid, double net)
    {
        _paid += paid;
        _net += net;
    }

    /// <summary>Repeat purchase days over what they would have been without a season: 1 where there were none.</summary>
    public double SeasonIndex => _usual > 0 ? _repeats / _usual : 1;

    internal void AddRepeat(int day)
    {
        _repeats++;
        _usual += 1 / RetailSeason.Index(day);
    }
}

/// <param name="Segment">Null where nobody asked for it.</param>
/// <param name="Country">Null where it is not known.</param>
public readonly record struct CustomerGroup(string? Segment, string? Country);

/// <summary>Money in the unit of the slice.</summary>
public readonly record struct NaiveFacts(int Orders, int DaysSinceLastOrder, int TenureDays, double NetRevenue, double SpendInLastHorizon,
    double? MeanGapDays);
