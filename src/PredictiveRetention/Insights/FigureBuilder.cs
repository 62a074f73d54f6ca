using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Segments;
using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>What the store knows beside the customers who were scored.</summary>
/// <param name="ProfilesWithoutOrders">People without a valid order before the as-of.</param>
/// <param name="OrdersOfNobody">Valid orders before the as-of whose customer nobody knows.</param>
/// <param name="RevenueOfNobodyMinor">What those were worth, less what went back.</param>
internal sealed record StoreCounts(long ProfilesWithoutOrders, long OrdersOfNobody, long RevenueOfNobodyMinor);

/// <summary>Turns the sums of a run into its figures, view by view. Nothing is added up here but what is additive.</summary>
internal static class FigureBuilder
{
    private static readonly HashSet<string> s_core =
    [
        "customers", "customer_share", "orders", "revenue", "revenue_share", "revenue_12m", "aov", "revenue_per_customer", "repeat_rate",
        "p_churn", "expected_churners", "clv", "clv_share", "clv_per_customer", "revenue_at_risk",
    ];

    private static readonly IReadOnlyList<Metric> s_coreMetrics = [.. OfGroups.Where(metric => s_core.Contains(metric.Id))];

    public static IReadOnlyList<Figure> Build(InsightContext context, ShopSums sums, StoreCounts store)
    {
        var sheet = new FigureSheet(context);
        Kpis(sheet, sums, store);
        for (var i = 0; i < Dimension.All.Count; i++) Groups(sheet, sums, Dimension.All[i], sums.Groups[i]);
        MonthFigures.Build(sheet, sums);
        CohortFigures.Build(sheet, sums);
        ConcentrationFigures.Build(sheet, sums);
        JourneyFigures.Build(sheet, sums);
        RiskFigures.Build(sheet, sums);
        ExperienceFigures.Build(sheet, sums);
        Sources(sheet, sums);
        return sheet.Figures;
    }

    private static void Kpis(FigureSheet sheet, ShopSums sums, StoreCounts store)
    {
        var total = sums.Total.Row(0);
        sheet.Group("kpis", OfGroups, total, total, sayMissing: true);
        sheet.Ratio("kpis", Profiles, store.ProfilesWithoutOrders, null, null);
        sheet.Ratio("kpis", OrdersOfNobody, store.OrdersOfNobody, null, null);
        sheet.Ratio("kpis", RevenueOfNobody, sheet.Major(store.RevenueOfNobodyMinor), null, null);
        ActiveNow(sheet, sums);
        Channels(sheet, sums);
    }

    /// <summary>Revenue by who is active now, by the segments of the run.</summary>
    private static void ActiveNow(FigureSheet sheet, ShopSums sums)
    {
        var combined = Tally(sums, Dimension.Combined);
        var (total, active) = (sums.Total.Row(0).ToArray(), Tally(sums, Dimension.Lifecycle3).Row(0).ToArray());
        var cells = CombinedSegment.All;
        double high = 0, dormant = 0;
        for (var cell = 0; cell < cells.Count; cell++)
        {
            if (cells[cell].ValueTier != ValueTier.High) continue;
            var revenue = combined.Row(cell)[(int)Measure.RevenueMinor];
            if (cells[cell].Lifecycle == Lifecycle.Active) high += revenue;
            if (cells[cell].Lifecycle == Lifecycle.Dormant) dormant += revenue;
        }
        Active(sheet, "kpis", "", (long)total[(int)Measure.Customers], active[(int)Measure.RevenueMinor], total[(int)Measure.RevenueMinor],
            active[(int)Measure.Revenue12mMinor], total[(int)Measure.Revenue12mMinor], high, dormant);
    }

    /// <summary>The same at the end of a month, by the cut-offs of its quarter.</summary>
    public static void ActiveAt(FigureSheet sheet, ShopSums sums, int month)
    {
        var (lifecycle, valueLifecycle) = (Taxonomy.All[0], Taxonomy.All[^1]);
        double active = 0, all = 0, active12 = 0, all12 = 0;
        for (var segment = 0; segment < lifecycle.Names.Count; segment++)
        {
            var row = sums.Months.Row(MonthWalk.Slot(lifecycle.Offset + segment, month));
            all += row[(int)MonthMeasure.RevenueToDateMinor];
            all12 += row[(int)MonthMeasure.Revenue12mMinor];
            if (Taxonomy.Folded((Lifecycle)segment) != 0) continue;
            active += row[(int)MonthMeasure.RevenueToDateMinor];
            active12 += row[(int)MonthMeasure.Revenue12mMinor];
        }
        var high = sums.Months.Row(MonthWalk.Slot(valueLifecycle.Offset, month))[(int)MonthMeasure.RevenueToDateMinor];
        var dormant = sums.Months.Row(MonthWalk.Slot(valueLifecycle.Offset + 2, month))[(int)MonthMeasure.RevenueToDateMinor];
        Active(sheet, "months", sheet.Context.Months.Name(month), (long)sums.Months.Row(month)[(int)MonthMeasure.Customers], active, all,
            active12, all12, high, dormant);
    }

    private static void Active(FigureSheet sheet, string view, string d1, long customers, double active, double all, double active12,
        double all12, double high, double dormant)
    {
        var minor = (double)sheet.Context.Currency.MinorPerUnit;
        sheet.Ratio(view, ActiveRevenueShare, active / minor, all / minor, customers, d1);
        sheet.Ratio(view, ActiveRevenueShare12m, active12 / minor, all12 / minor, customers, d1);
        sheet.Ratio(view, HighActiveDormant, high / minor, dormant / minor, customers, d1);
    }

    private static void Channels(FigureSheet sheet, ShopSums sums)
    {
        var tally = Tally(sums, Dimension.Channel);
        var known = tally.Codes.Select(code => (Name: sums.Text(code), Customers: tally.Row(code)[(int)Measure.Customers]))
            .Where(channel => channel.Name != Dimension.Unknown && channel.Customers > 0)
            .OrderByDescending(channel => channel.Customers).ThenBy(channel => channel.Name, StringComparer.Ordinal).ToList();
        if ((SourceWords.Missing(DataSource.Acquisition, sheet.Context.Coverage)
            ?? (known.Count == 0 ? "not available: no customer with an order has a known acquisition channel" : null)) is { } missing)
        {
            sheet.AddUnavailable("kpis", Hhi, FigureState.NotAvailable, missing);
            sheet.AddUnavailable("kpis", LargestChannel, FigureState.NotAvailable, missing);
            return;
        }
        var all = known.Sum(channel => channel.Customers);
        sheet.Value("kpis", Hhi, known.Sum(channel => channel.Customers / all * (channel.Customers / all)), (long)all);
        sheet.Ratio("kpis", LargestChannel, known[0].Customers, all, (long)all, note: known[0].Name);
    }

    /// <summary>What is said of each group; of many small groups only the most asked for.</summary>
    public static IReadOnlyList<Metric> MetricsOf(Dimension dimension) =>
        dimension.Id is "rfm_code" or "combined_channel" or "cohort_month" or "cohort_quarter" ? s_coreMetrics : OfGroups;

    /// <summary>How many of the rows that could say something do.</summary>
    private static void Sources(FigureSheet sheet, ShopSums sums)
    {
        var total = sums.Total.Row(0);
        Row(DataSource.Acquisition, total[(int)Measure.Known], total[(int)Measure.Customers], total);
        Row(DataSource.Demographics, total[(int)Measure.WithAge], total[(int)Measure.Customers], total);
        Row(DataSource.Delivery, total[(int)Measure.Delivered], total[(int)Measure.Orders], total);
        Row(DataSource.Promises, total[(int)Measure.Promised], total[(int)Measure.Delivered], total);
        Row(DataSource.Reviews, total[(int)Measure.Reviews], total[(int)Measure.Orders], total);

        void Row(DataSource source, double says, double could, ReadOnlySpan<double> sums)
        {
            if (SourceWords.Missing(source, sheet.Context.Coverage) is { } missing)
                sheet.AddUnavailable("sources", Coverage, FigureState.NotAvailable, missing, SourceWords.Name(source));
            else sheet.Ratio("sources", Coverage, says, could, (long)sums[(int)Measure.Customers], SourceWords.Name(source));
        }
    }

    private static Tally Tally(ShopSums sums, Dimension dimension) => sums.Groups[Array.IndexOf([.. Dimension.All], dimension)];

    private static void Groups(FigureSheet sheet, ShopSums sums, Dimension dimension, Tally tally)
    {
        var view = "by_" + dimension.Id;
        var total = sums.Total.Row(0);
        var metrics = MetricsOf(dimension);
        if (((NeedsScores(dimension) ? sheet.Context.NoScores : null) ?? SourceWords.Missing(NeededBy(dimension), sheet.Context.Coverage))
            is { } missing)
        {
            sheet.AddUnavailable(view, Get("customers"), FigureState.NotAvailable, missing);
            return;
        }
        if (dimension.Kind is DimensionKind.Text or DimensionKind.CombinedText)
        {
            Texts(sheet, sums, dimension, tally, metrics, view);
            return;
        }
        var groups = dimension.Groups(sheet.Context.Segments, sheet.Context.Recipe.Settings);
        var grid = sheet.Context.Months;
        Func<int, string?> note = dimension.Kind switch
        {
            DimensionKind.Month => code => code > 1 ? sheet.Context.NotNew(grid.Start(code - 1)) : null,
            DimensionKind.Quarter => code => code > 1 ? sheet.Context.NotNew(grid.QuarterStartDay(code - 1)) : null,
            _ => _ => null,
        };
        IEnumerable<(int Code, string[] Labels)> rows = dimension.Kind switch
        {
            DimensionKind.Month =>
                Enumerable.Range(0, grid.Last + 2)
                    .Where(code => tally.Codes.Contains(code))
                    .Select(code => (code, new[] { code == 0 ? "no purchase" : grid.Name(code - 1) })),
            DimensionKind.Quarter =>
                Enumerable.Range(0, grid.LastQuarter + 2)
                    .Where(code => tally.Codes.Contains(code))
                    .Select(code => (code, new[] { code == 0 ? "no purchase" : grid.QuarterName(code - 1) })),
            _ => groups.Select((labels, code) => (code, labels)),
        };
        foreach (var (code, labels) in rows)
            sheet.Group(view, metrics, tally.Row(code), total, labels[0], labels.ElementAtOrDefault(1) ?? "",
                labels.ElementAtOrDefault(2) ?? "", note: note(code));
    }

    /// <summary>The values with most customers by themselves, the rest as one group, so that the groups add up to everybody.</summary>
    private static void Texts(FigureSheet sheet, ShopSums sums, Dimension dimension, Tally tally, IReadOnlyList<Metric> metrics,
        string view)
    {
        var total = sums.Total.Row(0);
        var cells = dimension.Kind == DimensionKind.CombinedText ? CombinedSegment.All.Count : 1;
        var shown = tally.Codes.GroupBy(code => code / cells)
            .Select(text => (Code: text.Key, Name: sums.Text(text.Key),
                Customers: text.Sum(code => tally.Row(code)[(int)Measure.Customers])))
            .Where(text => text.Customers > 0)
            .OrderByDescending(text => text.Customers)
            .ThenBy(text => text.Name, StringComparer.Ordinal)
            .ToList();
        var limit = sheet.Context.Recipe.Settings.TextValues;
        for (var cell = 0; cell < cells; cell++)
        {
            var others = new double[(int)Measure.Count];
            for (var i = 0; i < shown.Count; i++)
            {
                var row = tally.Row((shown[i].Code * cells) + cell);
                if (cells > 1 && row[(int)Measure.Customers] == 0) continue;
                if (i < limit || (shown.Count == limit + 1)) Write(row, shown[i].Name);
                else for (var k = 0; k < others.Length; k++) others[k] += row[k];
            }
            if (others[(int)Measure.Customers] > 0) Write(others, Dimension.Others);

            void Write(ReadOnlySpan<double> row, string name)
            {
                if (cells == 1) sheet.Group(view, metrics, row, sums.Total.Row(0), name);
                else sheet.Group(view, metrics, row, sums.Total.Row(0), CombinedSegment.All[cell].ToString(), name);
            }
        }
    }

    /// <summary>Groups that are made by what is predicted.</summary>
    private static bool NeedsScores(Dimension dimension) => dimension.Id is "clv_tier" or "risk_band";

    /// <summary>Without them the dimension is one row that says so, and nobody need be counted into it.</summary>
    public static DataSource NeededBy(Dimension dimension) => dimension.Id switch
    {
        "age_group" => DataSource.Demographics,
        "gender" => DataSource.Genders,
        "age_gender" => DataSource.Demographics | DataSource.Genders,
        "region" or "country" => DataSource.Countries,
        "channel" or "combined_channel" => DataSource.Acquisition,
        "first_category" => DataSource.Categories,
        "first_delivery" or "first_delivery_days" => DataSource.Delivery,
        "visits" => DataSource.Visits,
        _ => DataSource.Orders,
    };

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
