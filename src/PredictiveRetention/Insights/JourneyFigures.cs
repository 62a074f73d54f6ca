using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>The way from a first purchase to a habit.</summary>
internal static class JourneyFigures
{
    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        var total = sums.Total.Row(0);
        var minor = (double)sheet.Context.Currency.MinorPerUnit;
        var (all, repeat, power) = (total[(int)Measure.Customers], total[(int)Measure.RepeatCustomers], total[(int)Measure.PowerUsers]);
        Step("1 All customers", all, null);
        Step("2 Regular or more", repeat, all);
        Step("3 Power users", power, repeat);
        for (var i = 0; i < ShopSums.SecondWithin.Length; i++)
        {
            var row = sums.Seconds.Row(i);
            sheet.Ratio("second_order", SecondWithin, row[1], row[0], (long)row[0], FigureBuilder.Number(ShopSums.SecondWithin[i]));
        }
        for (var number = 1; number <= ShopSums.SequenceEnd; number++)
        {
            var row = sums.Sequence.Row(number);
            var name = FigureBuilder.Number(number) + (number == ShopSums.SequenceEnd ? "+" : "");
            sheet.Ratio("order_sequence", SequenceOrders, row[0], null, (long)row[0], name);
            sheet.Ratio("order_sequence", SequenceValue, row[1] / minor, row[0], (long)row[0], name);
            if (number > 1) sheet.Ratio("order_sequence", SequenceGap, row[2], row[0], (long)row[0], name);
        }

        void Step(string step, double customers, double? before)
        {
            sheet.Ratio("funnel", Get("customers"), customers, null, (long)customers, step);
            if (before is { } below) sheet.Ratio("funnel", StepRate, customers, below, (long)below, step);
        }
    }
}
