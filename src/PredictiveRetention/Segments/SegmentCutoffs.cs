using PredictiveRetention.Features;
using PredictiveRetention.Scoring;

namespace PredictiveRetention.Segments;

/// <summary>
/// The numbers that depend on the whole shop, found once per run and stored with it, so that a segment of that night can be
/// explained, and assigned again, from the run alone. Serialises as JSON.
/// </summary>
public sealed record SegmentCutoffs
{
    /// <summary>Customers with a purchase the cutoffs were taken from.</summary>
    public required int Population { get; init; }

    /// <summary>R thresholds in days since the last order.</summary>
    public required ScoreCuts Recency { get; init; }

    /// <summary>F thresholds in purchases.</summary>
    public required ScoreCuts Frequency { get; init; }

    /// <summary>M thresholds in minor units of net revenue.</summary>
    public required ScoreCuts MonetaryMinor { get; init; }

    /// <summary>Value tier High from this net revenue.</summary>
    public required double HighValueMinor { get; init; }

    /// <summary>Value tier Mid from this net revenue.</summary>
    public required double MidValueMinor { get; init; }

    /// <summary>CLV tier Premium from this predicted CLV, in currency units.</summary>
    public required double PremiumClv { get; init; }

    public required double GoldClv { get; init; }

    public required double SilverClv { get; init; }

    /// <summary>
    /// Business segment VIP from this net revenue of the last 12 months; infinity in runs of earlier versions, which went by CLV.
    /// </summary>
    public double VipRevenue12mMinor { get; init; } = double.PositiveInfinity;

    /// <summary>High-value from this net revenue of the last 12 months; infinity in runs of earlier versions.</summary>
    public double HighRevenue12mMinor { get; init; } = double.PositiveInfinity;

    /// <summary>High-value from this spend of an ordering customer, currency units; infinity in runs of earlier versions.</summary>
    public double HighSpendIfOrder { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// Median days between purchase days of all customers; where nobody came back, the churn horizon. Null in runs of earlier versions.
    /// </summary>
    public double? MedianGapDays { get; init; }

    /// <summary>Inactive after so many days without an order; never in runs of earlier versions.</summary>
    public double InactiveAfterDays { get; init; } = double.PositiveInfinity;

    /// <summary>b: mean churn probability of the customers with a purchase who are not lost; null when there are none.</summary>
    public required double? BaseRate { get; init; }

    /// <summary>Risk band High above this churn probability.</summary>
    public required double HighRisk { get; init; }

    /// <summary>Risk band Medium from this churn probability; never above HighRisk.</summary>
    public required double MediumRisk { get; init; }

    /// <summary>
    /// Takes the cutoffs from a population, or from a random sample of a large one (a quantile of 50,000 drawn customers is
    /// within 0.44 percentage points of its rank at 95 %). Customers without a purchase are left out: they cannot
    /// churn, and their zeros would move everyone else's scores.
    /// </summary>
    /// <param name="facts">One per customer.</param>
    /// <param name="scores">Of the same customers in the same order.</param>
    /// <param name="settings">Checked here.</param>
    /// <param name="horizonDays">Of churn.</param>
    /// <param name="medianGapDays">Between purchase days of all customers before the cutoff; null where nobody came back.</param>
    /// <exception cref="RetentionException">A setting is out of its range.</exception>
    public static SegmentCutoffs From(ReadOnlySpan<CustomerFacts> facts, ReadOnlySpan<CustomerScore> scores, SegmentSettings settings,
        int horizonDays, double? medianGapDays)
    {
        settings.Checked();
        if (facts.Length != scores.Length)
        {
            throw new ArgumentException($"Found {scores.Length} scores for {facts.Length} customers; expected one each.", nameof(scores));
        }

        var inactiveAfter = settings.InactiveHorizons * horizonDays;
        var population = new Purchasers(facts, scores, inactiveAfter);
        var clv = population.Clv;
        return new SegmentCutoffs
        {
            Population = clv.Length,
            Recency = ScoreCuts.Fifths(population.Recency),
            Frequency = settings.FrequencyCuts ?? ScoreCuts.Fifths(population.Frequency),
            MonetaryMinor = ScoreCuts.Fifths(population.MonetaryMinor),
            HighValueMinor = Quantile.At(population.MonetaryMinor, FromTop(settings.HighValueShare)),
            MidValueMinor = Quantile.At(population.MonetaryMinor, settings.LowValueShare),
            PremiumClv = Quantile.At(clv, FromTop(settings.PremiumShare)),
            GoldClv = Quantile.At(clv, FromTop(settings.PremiumShare + settings.GoldShare)),
            SilverClv = Quantile.At(clv, FromTop(settings.PremiumShare + settings.GoldShare + settings.SilverShare)),
            VipRevenue12mMinor = Quantile.At(population.Revenue12mMinor, FromTop(settings.VipShare)),
            HighRevenue12mMinor = Quantile.At(population.Revenue12mMinor, FromTop(settings.HighSpenderShare)),
            HighSpendIfOrder = Quantile.At(population.SpendIfOrder, FromTop(settings.HighSpenderShare)),
            MedianGapDays = medianGapDays ?? horizonDays,
            InactiveAfterDays = inactiveAfter,
            BaseRate = population.BaseRate,
            HighRisk = settings.HighRisk,
            MediumRisk = settings.MediumRisk,
        };
    }

    private static double FromTop(double share) => Math.Clamp(1 - share, 0, 1);

    /// <summary>Their figures, each ascending.</summary>
    private sealed class Purchasers
    {
        public Purchasers(ReadOnlySpan<CustomerFacts> facts, ReadOnlySpan<CustomerScore> scores, double inactiveAfter)
        {
            var (recency, frequency, monetary, clv) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            var (revenue12m, spend) = (new List<double>(), new List<double>());
            var (sum, counted) = (0.0, 0);
            for (var i = 0; i < facts.Length; i++)
            {
                ref readonly var score = ref scores[i];
                if (!double.IsFinite(score.PChurn) || !double.IsFinite(score.Clv) || !double.IsFinite(score.SpendIfOrder))
                {
                    throw new ArgumentException(
                        FormattableString.Invariant(
                            $"Found p_churn {score.PChurn}, CLV {score.Clv} and spend {score.SpendIfOrder} for customer {i}; ")
                        + "expected finite numbers.",
                        nameof(scores));
                }

                if (facts[i].Orders > 0)
                {
                    sum += score.Lost ? 0 : score.PChurn;
                    counted += score.Lost ? 0 : 1;
                    recency.Add(facts[i].DaysSinceLastOrder);
                    frequency.Add(facts[i].Orders);
                    monetary.Add(facts[i].NetRevenueMinor);
                    clv.Add(score.Clv);
                    if (score.Lost || facts[i].DaysSinceLastOrder > inactiveAfter) continue;
                    revenue12m.Add(facts[i].Revenue12mMinor);
                    spend.Add(score.SpendIfOrder);
                }
            }

            BaseRate = counted == 0 ? null : sum / counted;
            (Recency, Frequency, MonetaryMinor, Clv) = (Ascending(recency), Ascending(frequency), Ascending(monetary), Ascending(clv));
            (Revenue12mMinor, SpendIfOrder) = (Ascending(revenue12m), Ascending(spend));
        }

        public double? BaseRate { get; }
        public double[] Recency { get; }
        public double[] Frequency { get; }
        public double[] MonetaryMinor { get; }
        public double[] Clv { get; }

        /// <summary>Of the still buying.</summary>
        public double[] Revenue12mMinor { get; }

        /// <summary>Of the still buying.</summary>
        public double[] SpendIfOrder { get; }

        private static double[] Ascending(List<double> values)
        {
            values.Sort();
            return [.. values];
        }
    }
}
