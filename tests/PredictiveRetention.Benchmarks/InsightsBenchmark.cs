using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// Counting customers into figures against building their features, one thread, in processor time: what a busy machine does not change.
/// </summary>
internal static class InsightsBenchmark
{
    public static void Run(SimulatedShop shop, int runs)
    {
        var (currency, asOf, coverage) = (Currency.Parse("GBP"), SimulatedShop.End, default(SourceCoverage));
        var sample = shop.Histories(20_000).First();
        var builder = new FeatureBuilder(currency, coverage);
        var row = new float[FeatureBuilder.Width];
        var facts = new CustomerFacts[20_000];
        var scores = new CustomerScore[20_000];
        for (var i = 0; i < sample.Count; i++)
        {
            facts[i] = builder.Build(sample[i].Before(asOf), row);
            scores[i] = RuleSegments.Score(facts[i], currency, 90, 365, 365);
        }
        var segments = new SegmentSettings();
        var cutoffs = SegmentCutoffs.From(facts.AsSpan(0, sample.Count), scores.AsSpan(0, sample.Count), segments, 90, 30);
        var first = asOf.Day - SimulatedShop.Days;
        var freeze = new QuarterFreeze(asOf, first, new InsightSettings(), []);
        var quarters = freeze.Cutoffs([freeze.Read(sample, coverage)], segments, 90,
            fact => RuleSegments.Score(fact, currency, 90, 365, 365));
        var recipe = new InsightRecipe { Settings = new InsightSettings(), FirstOrderDay = first, Quarters = quarters };
        var count = new CustomerCount(new InsightContext(asOf, coverage, currency, cutoffs, segments, 90, 365, 365, recipe));
        var (features, counting, packing) = (new List<double>(), new List<double>(), new List<double>());
        var bytes = 0;
        for (var run = -1; run < runs; run++)
        {
            double featured = 0, counted = 0, packed = 0;
            foreach (var histories in shop.Histories(20_000))
            {
                featured += Cpu(() =>
                {
                    for (var i =
                    0; i < histories.Count; i++) facts[i] = builder.Build(histories[i].Before(asOf), row);
                });
                count.Sums.Clear();
                counted += Cpu(() =>
                {
                    for (var i = 0; i < histories.Count; i++)
                    {
                        var score = RuleSegments.Score(facts[i], currency, 90, 365, 365);
                        var assigned = Segmenter.Assign(facts[i], score, cutoffs, segments);
                        count.Add(histories, histories[i], facts[i], score, assigned, float.NaN);
                    }
                });
                packed += Cpu(() => bytes = count.Sums.ToBytes().Length);
            }
            if (run < 0) continue;
            features.Add(featured);
            counting.Add(counted);
            packing.Add(packed);
        }
        Measure.Line($"insights: {shop.Customers} customers, {shop.Orders} orders, one thread, processor time; median of {runs}");
        Measure.Line($"  features     {1e6 * Measure.Median(features) / shop.Customers:F2} us a customer");
        Measure.Line(
            $"  counting     {1e6 * Measure.Median(counting) / shop.Customers:F2} us a customer = "
                + $"{Measure.Median(counting) / Measure.Median(features):F2} x features");
        Measure.Line($"  packing      {1e6 * Measure.Median(packing) / shop.Customers:F2} us a customer, {bytes / 1e3:F0} kB a shard");
    }

    private static double Cpu(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
