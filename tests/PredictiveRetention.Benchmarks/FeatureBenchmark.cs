using PredictiveRetention.Features;

namespace PredictiveRetention.Benchmarks;

internal static class FeatureBenchmark
{
    public static void Run(SimulatedShop shop, int runs)
    {
        var histories = shop.Histories(shop.Customers).First();
        var builder = new FeatureBuilder(Currency.Parse("GBP"), default);
        var row = new float[FeatureBuilder.Width];
        var cutoff = SimulatedShop.End;
        double used = 0;
        var seconds = Measure.MedianSeconds(runs, () =>
        {
            for (var i = 0; i < histories.Count; i++) used += builder.Build(histories[i].Before(cutoff), row).Orders + row[0];
        });
        Measure.Line(
            $"features: {shop.Customers} customers, {shop.Orders} orders, {FeatureSchema.For(default, SimulatedShop.Days).Width} "
                + $"features; one thread, median of {runs}");
        Measure.Line(
            $"  {seconds:F3} s = {shop.Orders / seconds / 1e6:F2} M orders/s = {shop.Customers / seconds / 1e3:F0} k customers/s (check "
                + $"{used:F0})");
    }
}
