using System.Globalization;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Insights.Okr;

public enum OkrStatus
{
    NoTarget,
    Met,
    OnTrack,
    Behind,

    /// <summary>Not met, and too few months to say whether the pace is enough.</summary>
    Open,
    NotAvailable,
}

/// <param name="Period">A month, or the as-of of a night.</param>
public sealed record OkrPoint(string Period, double Value);

/// <summary>One KPI against its target.</summary>
/// <param name="Gap">Target minus current, as the metric is written: shares 0 to 1.</param>
/// <param name="NeededPerMonth">Gap over the months left; null without a target, when met, and after the date.</param>
/// <param name="PacePerMonth">Least-squares slope of the last points of the history; null where there are fewer than four.</param>
/// <param name="HistoryIs">What the points of the history are.</param>
public sealed record OkrLine(
    OkrKpi Kpi, double? Current, long? Customers, Target? Target, double? Gap, double? NeededPerMonth, double? PacePerMonth,
    OkrStatus Status, string Says, string HistoryIs, IReadOnlyList<OkrPoint> History, IReadOnlyList<Benchmark> Benchmarks);

/// <summary>Objectives and targets from the figures of a run.</summary>
internal static class OkrTracker
{
    private const double DaysOfMonth = 365.25 / 12;
    private const int PaceMonths = 6;

    /// <param name="nights">Values of a KPI in earlier nights, oldest first, for those <see cref="ToldByNights"/>.</param>
    public static IReadOnlyList<OkrLine> Track(FigureBook book, Targets targets, Currency currency, Cutoff asOf,
        Func<OkrKpi, IReadOnlyList<OkrPoint>> nights)
    {
        return [.. Kpis(targets).Select(kpi => Line(
            book, kpi, targets.Goals.FirstOrDefault(goal => goal.Kpi.Place == kpi.Place),
            [.. targets.Benchmarks.Where(one => one.Kpi.Place == kpi.Place)], currency, asOf, nights))];
    }

    /// <summary>KPIs whose history is earlier nights, because no view of months has them.</summary>
    public static IEnumerable<OkrKpi> ToldByNights(FigureBook book, Targets targets) =>
        Kpis(targets).Where(kpi => ByMonths(book, kpi) is null);

    private static IEnumerable<OkrKpi> Kpis(Targets targets) =>
        OkrKpi.All.Concat(targets.Goals.Select(goal => goal.Kpi).Where(kpi => OkrKpi.Find(kpi.Id) is null));

    private static OkrLine Line(FigureBook book, OkrKpi kpi, Target? target, IReadOnlyList<Benchmark> benchmarks, Currency currency,
        Cutoff asOf, Func<OkrKpi, IReadOnlyList<OkrPoint>> nights)
    {
        var labels = kpi.Labels.Concat(["", "", ""]).Take(3).ToArray();
        var figure = book.Find(kpi.View, kpi.Metric, labels[0], labels[1], labels[2]);
        var (historyIs, history) = History(book, kpi, nights);
        var unit = kpi.Unit;
        var compared =
            string.Concat(benchmarks.Select(one =>
                $" Benchmark entered by the shop: {Shown(one.From)} to {Shown(one.To)} ({one.Source.TrimEnd('.')})."));
        if (figure?.Value is not { } current)
            return new OkrLine(kpi, null, null, target, null, null, null, OkrStatus.NotAvailable,
                $"{kpi.Name}: not available: {book.Why(kpi.View, kpi.Metric, labels[0], labels[1], labels[2])}.{compared}", historyIs,
                history, benchmarks);
        var pace = Pace(history);
        var small = figure.State == FigureState.Small ? ", a small group" : "";
        var size = SizeBelow(figure) is { } n ? $" (n = {NumberWords.Write(n, Unit.Count, currency)}{small})" : "";
        var now = $"{kpi.Name} is {Shown(current)}{size}";
        if (target is null)
            return new OkrLine(kpi, current, figure.Customers, null, null, null, pace, OkrStatus.NoTarget,
                $"{now}; no target is set.{compared}", historyIs, history, benchmarks);
        var gap = target.Goal - current;
        var wanted = $"the target is {Shown(target.Goal)} by {target.By.ToIso()} ({target.Source.TrimEnd('.')})";
        if (target.Up ? current >= target.Goal : current <= target.Goal)
            return new OkrLine(kpi, current, figure.Customers, target, gap, null, pace, OkrStatus.Met, $"{now}; {wanted}: met.{compared}",
                historyIs, history, benchmarks);
        var months = (Cutoff.On(target.By).Day - asOf.Day) / DaysOfMonth;
        if (months <= 0)
            return new OkrLine(kpi, current, figure.Customers, target, gap, null, pace, OkrStatus.Behind,
                $"{now}; {wanted}: {Change(gap)} are missing and the date has passed.{compared}", historyIs, history, benchmarks);
        var needed = gap / months;
        var status = pace is not { } slope ? OkrStatus.Open : (target.Up ? slope >= needed : slope <= needed) ? OkrStatus.OnTrack
            : OkrStatus.Behind;
        var judged = status switch
        {
            OkrStatus.Open => "too few months of history to say whether the pace is enough",
            OkrStatus.OnTrack => $"on track at the pace of the last {Points(history)} points ({historyIs}), {Change(pace!.Value)} a month",
            _ => $"behind at the pace of the last {Points(history)} points ({historyIs}), {Change(pace!.Value)} a month",
        };
        return new OkrLine(kpi, current, figure.Customers, target, gap, needed, pace, status,
            $"{now}; {wanted}: {Change(gap)} to go, {Change(needed)} a month; {judged}.{compared}", historyIs, history, benchmarks);

        string Shown(double value) => NumberWords.Write(value, unit, currency);
        string Change(double value) => NumberWords.Change(value, unit, currency);
    }

    /// <summary>How many a figure is of: what was counted below its line (customers, reviews, deliveries), else its customers.</summary>
    private static double? SizeBelow(Figure figure) =>
        MetricCatalogue.Get(figure.Metric) is { Bottom: not null, BottomIsMoney: false } ? figure.Denominator : figure.Customers;

    private static string Points(IReadOnlyList<OkrPoint> history) =>
        Math.Min(Monthly(history).Count(), PaceMonths).ToString(CultureInfo.InvariantCulture);

    /// <summary>Change a month, by a line through the last points; months of one another apart.</summary>
    private static double? Pace(IReadOnlyList<OkrPoint> history) =>
        Trend.Fit([.. Monthly(history).TakeLast(PaceMonths).Select(point => (At(point.Period), point.Value))]).Slope;

    /// <summary>Of nights the last of each month: a line through six days says nothing of a month.</summary>
    private static IEnumerable<OkrPoint> Monthly(IReadOnlyList<OkrPoint> history) =>
        history.GroupBy(point => point.Period[..7]).Select(month => month.Last());

    /// <summary>A month as months since year 0; a day as the part of its month.</summary>
    private static double At(string period)
    {
        var (year, month) = (int.Parse(period[..4], CultureInfo.InvariantCulture), int.Parse(period[5..7], CultureInfo.InvariantCulture));
        return (12 * year) + month + (period.Length > 7 ? (int.Parse(period[8..10], CultureInfo.InvariantCulture) - 1) / DaysOfMonth : 0);
    }

    private static (string Is, IReadOnlyList<OkrPoint> Points) History(FigureBook book, OkrKpi kpi,
        Func<OkrKpi, IReadOnlyList<OkrPoint>> nights) =>
        ByMonths(book, kpi) ?? ("earlier nights", nights(kpi));

    private static (string Is, IReadOnlyList<OkrPoint> Points)? ByMonths(FigureBook book, OkrKpi kpi) => kpi.Id switch
    {
        "repeat_rate" => ("repeat rate at month end", Months(book.Rows("months", "month_repeat_rate_to_date"))),
        "active_revenue_share" or "active_revenue_share_12m" => ("share at month end", Months(book.Rows("months", kpi.Metric))),
        "review_score" => ("score of the month's orders", Months(book.Rows("months", "month_review_score"))),
        "delivery_days" => ("delivery days of the month's orders", Months(book.Rows("months", "month_delivery_days"))),
        "month_1_retention" =>
            ("month-1 retention of the month's cohort", Months(book.Rows("cohorts_month", "retention").Where(figure => figure.D2 == "1"))),
        "revenue_per_customer" =>
            ("net revenue to month end over customers by then",
                Ratios(book.Rows("months", "month_revenue_to_date"), month => book.Find("months", "month_customers", month)?.Value)),
        "high_value_revenue_share" => ("share of revenue to month end of value tier High then", Ratios(
            book.Rows("months_by_value_tier", "month_revenue_to_date").Where(figure => figure.D2 == "High"),
            month => book.Rows("months_by_value_tier", "month_revenue_to_date")
                .Where(figure => figure.D1 == month)
                .Sum(figure => figure.Value))),
        _ => null,
    };

    private static List<OkrPoint> Months(IEnumerable<Figure> rows) =>
        [.. rows.Where(figure => figure.D1.Length == 7).Select(figure => new OkrPoint(figure.D1, figure.Value!.Value))];

    private static List<OkrPoint> Ratios(IEnumerable<Figure> top, Func<string, double?> bottom) =>
        [.. Months(top)
            .Select(point => (point.Period, point.Value, Below: bottom(point.Period)))
            .Where(one => one.Below > 0)
            .Select(one => new OkrPoint(one.Period, one.Value / one.Below!.Value))];
}
