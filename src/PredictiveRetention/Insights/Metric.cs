using PredictiveRetention.Features;

namespace PredictiveRetention.Insights;

/// <summary>How a figure is written.</summary>
public enum Unit
{
    Count,

    /// <summary>The shop's currency.</summary>
    Money,

    /// <summary>A part of a whole, 0..1 (refunds may exceed it); shown as percent.</summary>
    Share,
    Days,
    Score,

    /// <summary>A number per customer, per order or per month.</summary>
    Rate,

    /// <summary>A correlation or a coefficient, -1..1.</summary>
    Coefficient,

    /// <summary>A date or month, in the figure's note.</summary>
    Date,
}

/// <summary>How a figure of a larger group comes from those of its parts.</summary>
public enum Aggregation
{
    /// <summary>Parts add up.</summary>
    Sum,

    /// <summary>Numerators and denominators add up, then divide; never the ratios themselves.</summary>
    RatioOfSums,

    /// <summary>Only from the customers themselves.</summary>
    NotAdditive,
}

/// <summary>
/// One figure of the product: what it is called, means and is made of. Every page, answer, file and sentence reads it here.
/// </summary>
/// <param name="Id">Stable, snake_case.</param>
/// <param name="Meaning">For somebody who has never seen it.</param>
/// <param name="Filter">What is counted.</param>
/// <param name="Teams">Whom it concerns.</param>
/// <param name="Needs">Sources without which it is not available.</param>
public sealed record Metric(
    string Id, string Name, Unit Unit, Aggregation Aggregation, string Numerator, string? Denominator, string Meaning, string Filter,
    string Teams, DataSource Needs = DataSource.Orders)
{
    public string Formula => Denominator is null ? Numerator : $"{Numerator} ÷ {Denominator}";

    /// <summary>It is made of what a model, or the rule in its place, says of each customer.</summary>
    public bool NeedsScores
    {
        get => field || IsScore(Top) || IsScore(Bottom);
        internal init;
    }

    private static bool IsScore(Measure? measure) => measure is Measure.PChurn or Measure.ExpectedChurners or Measure.Clv
        or Measure.TotalClv or Measure.Expected or Measure.ExpectedBuying or Measure.ExpectedInactive or Measure.AtRisk
        or Measure.AtRiskSlipping or Measure.CouldComeBack or Measure.HighRisk or Measure.Actions or Measure.ExpectedNetValue
        or Measure.ActionCost or Measure.Priority or Measure.PrioritySpend or Measure.NearPremium;

    /// <summary>One of the sources is enough.</summary>
    public bool NeedsAny { get; init; }

    internal Measure? Top { get; init; }
    internal Measure? Bottom { get; init; }
    internal MonthMeasure? MonthTop { get; init; }
    internal MonthMeasure? MonthBottom { get; init; }

    /// <summary>A mean of what was paid: where refunds have taken back all of it, or more, there is no such mean.</summary>
    internal bool IsOfPaid { get; init; }

    /// <summary>The denominator is the same sum over the whole shop.</summary>
    internal bool OfTotal { get; init; }

    /// <summary>Money in whole minor units on its way here.</summary>
    internal bool TopIsMinor { get; init; }
    internal bool BottomIsMinor { get; init; }

    /// <summary>What it is divided by is an amount of money, and says nothing of how many there are.</summary>
    internal bool BottomIsMoney => BottomIsMinor || IsOfMoney
        || Bottom is Measure.Clv or Measure.TotalClv or Measure.AtRisk or Measure.ExpectedNetValue or Measure.ActionCost;

    /// <summary>Of a metric that is no ratio of two measures.</summary>
    internal bool IsOfMoney { private get; init; }
}
