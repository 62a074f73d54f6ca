using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>What BTYD expects of one origin's horizon, and what happened.</summary>
/// <param name="Customers">Not lost at the origin.</param>
/// <param name="Expected">By models fitted on what lay before the origin; for an origin that only tells of the season, by the
/// cutoff's.</param>
/// <param name="Weight">What a row of it counted in the fit; 0 for an origin that only tells of the season.</param>
public sealed record OriginRecord(Cutoff Origin, int Customers, BtydLevel Expected, BtydLevel Came, double Weight)
{
    private const double Reach = 0.5;

    /// <summary>
    /// Log of the buyers that came over those expected, held within one half, as are the others: an origin further off is odd, not a level.
    /// </summary>
    public double BuyersError => Error(Came.Buyers, Expected.Buyers);

    /// <summary>Log of the purchase days that came over those expected.</summary>
    public double PurchaseDaysError => Error(Came.PurchaseDays, Expected.PurchaseDays);

    /// <summary>Log of what a purchase day was worth over what was expected.</summary>
    public double ValueError => Error(Came.Spend * Expected.PurchaseDays, Expected.Spend * Came.PurchaseDays);

    private static double Error(double actual, double expected) =>
        actual > 0 && expected > 0 ? Math.Clamp(Math.Log(actual / expected), -Reach, Reach) : actual > 0 ? Reach : expected > 0 ? -Reach
            : 0;
}

/// <summary>One member of a blend: what it was worth on customers it had not learnt from.</summary>
/// <param name="Weight">In the blend.</param>
/// <param name="Loss">Log loss of an order, or mean quasi-Poisson loss of spend in units of its mean; cross-fitted.</param>
public sealed record MemberRecord(string Name, double Weight, double Loss);

/// <summary>
/// Answers for the training rows by members that had not seen their customers, each origin at the level that came, and what came.
/// </summary>
/// <param name="PurchaseDays">x + 1.</param>
public sealed record UnseenAnswers(double[] POrder, double[] Spend, bool[] Ordered, double[] Net, int[] PurchaseDays);

/// <summary>A fitted blend with what its card tells.</summary>
/// <param name="OrderLevel">Log of buyers over those BTYD expects: where the scored population is put.</param>
/// <param name="ValueLevel">Log of spend over what BTYD expects, likewise.</param>
/// <param name="SeasonSoFar">Index of the season that the history before the cutoff lay in, see <see cref="RetailSeason"/>.</param>
/// <param name="Unseen">Null for BTYD alone.</param>
/// <param name="Note">Why nothing stands beside BTYD; null otherwise.</param>
public sealed record BlendFit(
    BlendModel Model,
    OriginPlan Plan,
    double OrderLevel,
    double ValueLevel,
    double SeasonSoFar,
    IReadOnlyList<OriginRecord> Origins,
    IReadOnlyList<MemberRecord> OrderMembers,
    IReadOnlyList<MemberRecord> ValueMembers,
    UnseenAnswers? Unseen,
    string? Note)
{
    /// <summary>Share of the customers the fit was made from: 1 for all of them.</summary>
    public double Drawn { get; init; } = 1;

    /// <summary>
    /// What to ask of the model so that the population gets BTYD's mean P(order) and total spend in the season that comes, both corrected
    /// by BTYD's past errors.
    /// </summary>
    /// <param name="population">Customers not lost at the cutoff; labels are not read.</param>
    public BlendTarget Target(LabelledSlice population, int days)
    {
        if (population.Count == 0) return new BlendTarget(days);
        var expected = Model.LevelOf(population.Rows, population.SeasonalDays(days));
        var answers = new BlendAnswer[population.Count];
        Model.Predict(population.Rows, new BlendTarget(days), answers);
        return new BlendTarget(
            days,
            Level.LogOddsShift([.. answers.Select(answer => answer.POrder)],
                Level.ScaleOdds(expected.Buyers / population.Count, OrderLevel)),
            Math.Log(expected.Spend / answers.Sum(answer => answer.Spend)) + ValueLevel,
            days == Model.FittedDays
                ? 0
                : Model.BtydOf(population.Rows, days).LogOdds.Average()
                    - Model.BtydOf(population.Rows, Model.FittedDays).LogOdds.Average());
    }
}

/// <summary>
/// The level of a population: members learnt what sets customers apart at past origins; how many buy now is BTYD's to say.
/// </summary>
internal static class Level
{
    /// <summary>
    /// How much of its errors at past origins BTYD is taken to repeat in how often customers buy: those come of seasons and of its having
    /// had less history then. What a purchase is worth is another matter: Gamma-Gamma errs there because who buys often spends more, or
    /// less, each time, and it errs so again. Found on origins inside the training data of three shops, where each of them agreed on the
    /// second.
    /// </summary>
    private const double Repeated = 0.25;

    /// <summary>Log of buyers over those expected.</summary>
    /// <param name="origins">Expected by models that had seen nothing of what came.</param>
    /// <param name="spells">Horizons the origins span together: overlapping ones repeat each other, so their mean is drawn towards 0 as by
    /// one independent spell.</param>
    /// <param name="seasons">The same days of earlier years beside all of the history; where there are any they weigh two thirds, for the
    /// season has come round.</param>
    public static double OfOrders(IReadOnlyList<OriginRecord> origins, double spells, IReadOnlyList<OriginRecord> seasons) =>
        Joined(Repeated * Mean(origins, origin => origin.BuyersError) * spells / (spells + 1), seasons, season => season.BuyersError);

    /// <summary>Log of spend over what is expected; see <see cref="OfOrders"/>.</summary>
    public static double OfSpend(IReadOnlyList<OriginRecord> origins, double spells, IReadOnlyList<OriginRecord> seasons) =>
        Joined(Repeated * Mean(origins, origin => origin.PurchaseDaysError) * spells / (spells + 1), seasons,
            season => season.PurchaseDaysError) +
        Mean(origins, origin => origin.ValueError) * spells / (spells + 1);

    private static double Joined(double recent, IReadOnlyList<OriginRecord> seasons, Func<OriginRecord, double> error) =>
        seasons.Count == 0 ? recent : recent / 3 + Mean(seasons, error) * 2 / 3;

    private static double Mean(IReadOnlyList<OriginRecord> origins, Func<OriginRecord, double> error) =>
        origins.Count == 0 ? 0 : origins.Average(error);

    /// <summary>A probability whose odds are multiplied by exp(level): for rare orders as if it were itself, and never past 1.</summary>
    public static double ScaleOdds(double probability, double level) =>
        probability * Math.Exp(level) / (1 - probability + probability * Math.Exp(level));

    /// <summary>The constant on log-odds that takes the mean probability to the wanted one.</summary>
    public static double LogOddsShift(double[] probabilities, double wanted)
    {
        var mean = Math.Clamp(wanted, 1e-6, 1 - 1e-6);
        double[] odds = [.. probabilities.Select(p => Math.Log(Math.Max(1e-12, p) / Math.Max(1e-12, 1 - p)))];
        double low = -12, high = 12;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (odds.Average(value => Logistic.Sigmoid(value + middle)) < mean) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
