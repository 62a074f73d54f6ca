using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>What BTYD expects of one origin's horizon, and what happened.</summary>
/// <param name="Customers">Not lost at the origin.</param>
/// <param name="OwnBuyers">Expected by a BTYD model fitted on what lay before the origin.</param>
/// <param name="ServedBuyers">Expected by the cutoff's.</param>
/// <param name="Weight">What a row of it counted in the fit; 0 for an origin that only tells of the season.</param>
public sealed record OriginRecord(
    Cutoff Origin, int Customers, double OwnBuyers, double ServedBuyers, double Buyers, double OwnSpend, double ServedSpend, double Spend, double Weight);

/// <summary>One member of a blend: what it was worth on customers it had not learnt from.</summary>
/// <param name="Weight">In the blend.</param>
/// <param name="Loss">Log loss of an order, or mean quasi-Poisson loss of spend in units of its mean; cross-fitted.</param>
public sealed record MemberRecord(string Name, double Weight, double Loss);

/// <summary>Answers for the training rows by members that had not seen their customers, each origin at the level BTYD would have given it, and what came.</summary>
/// <param name="PurchaseDays">x + 1.</param>
/// <param name="Origin">Position among the origins, newest first.</param>
public sealed record UnseenAnswers(double[] POrder, double[] Spend, bool[] Ordered, double[] Net, int[] PurchaseDays, int[] Origin);

/// <summary>A fitted blend with what its card tells.</summary>
/// <param name="OrderLevel">Log of buyers over those BTYD expects, shrunk mean of the past origins: where the scored population is put.</param>
/// <param name="ValueLevel">Log of spend over what BTYD expects, likewise.</param>
/// <param name="Unseen">Null for BTYD alone.</param>
/// <param name="Note">Why nothing stands beside BTYD; null otherwise.</param>
public sealed record BlendFit(
    BlendModel Model,
    OriginPlan Plan,
    double OrderLevel,
    double ValueLevel,
    IReadOnlyList<OriginRecord> Origins,
    IReadOnlyList<MemberRecord> OrderMembers,
    IReadOnlyList<MemberRecord> ValueMembers,
    UnseenAnswers? Unseen,
    string? Note)
{
    /// <summary>What to ask of the model so that the population gets BTYD's mean P(order) and total spend, both corrected by BTYD's past errors.</summary>
    /// <param name="population">Customers not lost at the cutoff; labels are not read.</param>
    public BlendTarget Target(LabelledSlice population, int days)
    {
        if (population.Count == 0) return new BlendTarget(days);
        var (odds, spend) = Model.BtydOf(population.Rows, days);
        var (fittedOdds, _) = days == Model.FittedDays ? (odds, spend) : Model.BtydOf(population.Rows, Model.FittedDays);
        var answers = new BlendAnswer[population.Count];
        Model.Predict(population.Rows, new BlendTarget(days), answers);
        return new BlendTarget(
            days,
            Level.Shift([.. answers.Select(answer => answer.POrder)], odds.Average(Level.Sigmoid) * Math.Exp(OrderLevel)),
            Math.Log(spend.Sum(Math.Exp) / answers.Sum(answer => answer.Spend)) + ValueLevel,
            odds.Average() - fittedOdds.Average());
    }
}

/// <summary>The level of a population: members learnt what sets customers apart at past origins; how many buy now is BTYD's to say.</summary>
internal static class Level
{
    /// <summary>Mean of the errors BTYD makes at past origins, drawn towards 0 as by one independent spell.</summary>
    /// <param name="spells">Horizons the origins span together: overlapping ones repeat each other.</param>
    /// <param name="season">Errors at the cutoff's own day of earlier years; where there are any they weigh two thirds, for the season has come round.</param>
    public static double Of(IReadOnlyList<double> errors, double spells, IReadOnlyList<double> season)
    {
        var recent = errors.Count == 0 ? 0 : errors.Average() * spells / (spells + 1);
        return season.Count == 0 ? recent : recent / 3 + season.Average() * 2 / 3;
    }

    /// <summary>The constant on log-odds that takes the mean probability to the wanted one.</summary>
    public static double Shift(double[] probabilities, double wanted)
    {
        var mean = Math.Clamp(wanted, 1e-6, 1 - 1e-6);
        double[] odds = [.. probabilities.Select(p => Math.Log(Math.Max(1e-12, p) / Math.Max(1e-12, 1 - p)))];
        double low = -12, high = 12;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (odds.Average(value => Sigmoid(value + middle)) < mean) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
