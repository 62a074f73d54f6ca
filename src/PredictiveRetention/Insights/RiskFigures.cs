using System.Globalization;
using PredictiveRetention.Segments;
using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>Churn that was seen, and how predicted churn is spread.</summary>
internal static class RiskFigures
{
    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        var context = sheet.Context;
        var note =
            $"no purchase in [{context.AsOf.Minus(context.HorizonDays)}, {context.AsOf}), {FigureBuilder.Number(context.HorizonDays)} "
                + $"days; of customers who purchased in the {FigureBuilder.Number(context.LostAfterDays)} days before";
        var all = sums.Churn.Row(0);
        sheet.Ratio("kpis", ChurnRate, all[1], all[0], (long)all[0], note: note);
        foreach (var taxonomy in Taxonomy.All)
            for (var segment = 0; segment < taxonomy.Names.Count; segment++)
            {
                var row = sums.Churn.Row(taxonomy.Offset + segment);
                sheet.Ratio("churn", ChurnRate, row[1], row[0], (long)row[0], taxonomy.Id, taxonomy.Names[segment]);
            }
        if (sheet.Missing(RiskCustomers) is { } missing)
        {
            sheet.AddUnavailable("risk_distribution", RiskCustomers, FigureState.NotAvailable, missing);
            sheet.AddUnavailable("risk_quartiles", RiskQuartile, FigureState.NotAvailable, missing);
            return;
        }
        var segments = SegmentNames.All<BusinessSegment>();
        for (var segment = 0; segment <= segments.Count; segment++)
            AddHistogram(sheet, sums.Risk.Row(segment), segment < segments.Count ? segments[segment] : "All");
    }

    private static void AddHistogram(FigureSheet sheet, ReadOnlySpan<double> bins, string name)
    {
        const int Tenth = ShopSums.RiskBins / 10;
        var n = 0.0;
        foreach (var bin in bins) n += bin;
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var customers = 0.0;
            foreach (var bin in bins.Slice(tenth * Tenth, Tenth)) customers += bin;
            sheet.Ratio("risk_distribution", RiskCustomers, customers, null, (long)n, name,
                string.Create(CultureInfo.InvariantCulture, $"{10 * tenth}-{10 * (tenth + 1)} %"));
        }
        foreach (var percent in new[] { 25, 50, 75 })
        {
            double? value = null;
            var sum = 0.0;
            for (var bin = 0; bin < bins.Length && value is null && n > 0; bin++)
                if ((sum += bins[bin]) * 100 >= percent * n) value = (bin + 1.0) / ShopSums.RiskBins;
            sheet.Value("risk_quartiles", RiskQuartile, value, (long)n, name, FigureBuilder.Number(percent),
                note: value is null ? "not available: nobody in this segment who is not lost" : null);
        }
    }
}
