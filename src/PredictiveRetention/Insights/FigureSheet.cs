namespace PredictiveRetention.Insights;

/// <summary>Where the figures of a run are written down, view by view.</summary>
internal sealed class FigureSheet(InsightContext context)
{
    private readonly List<Figure> _figures = [];
    private readonly double _minor = context.Currency.MinorPerUnit;

    public IReadOnlyList<Figure> Figures => _figures;

    public InsightContext Context => context;

    /// <summary>All given metrics of one group.</summary>
    public void Group(string view, IReadOnlyList<Metric> metrics, ReadOnlySpan<double> sums, ReadOnlySpan<double> total, string d1 = "",
        string d2 = "", string d3 = "", bool sayMissing = false, string? note = null)
    {
        foreach (var metric in metrics)
        {
            if (metric.Top is not { } top) continue;
            if (Missing(metric) is { } missing)
            {
                if (sayMissing) AddUnavailable(view, metric, FigureState.NotAvailable, missing, d1, d2, d3);
                continue;
            }
            var numerator = sums[(int)top] / (metric.TopIsMinor ? _minor : 1);
            double? denominator = metric.Bottom is { } bottom
                ? (metric.OfTotal ? total : sums)[(int)bottom] / (metric.BottomIsMinor ? _minor : 1)
                : null;
            Ratio(view, metric, numerator, denominator, (long)sums[(int)Measure.Customers], d1, d2, d3, note);
        }
    }

    /// <summary>All metrics of one month, of everybody or of a segment.</summary>
    /// <param name="rejected">What is known to be missing in it.</param>
    /// <param name="isEmpty">No order is left of it: then a 0 is none.</param>
    public void Month(string view, IReadOnlyList<Metric> metrics, ReadOnlySpan<double> sums, bool complete, string d1, string d2 = "",
        string? rejected = null, bool isEmpty = false)
    {
        foreach (var metric in metrics)
        {
            if (metric.MonthTop is not { } top || Missing(metric) is not null) continue;
            var numerator = sums[(int)top] / (metric.TopIsMinor ? _minor : 1);
            double? denominator = metric.MonthBottom is { } bottom ? sums[(int)bottom] / (metric.BottomIsMinor ? _minor : 1) : null;
            var customers = (long)sums[(int)(top == MonthMeasure.Retained ? MonthMeasure.AtStart : MonthMeasure.Customers)];
            if (complete && isEmpty && rejected is not null && numerator == 0)
                AddUnavailable(view, metric, FigureState.NotAvailable, rejected, d1, d2);
            else if (complete)
                Ratio(view, metric, numerator, denominator, customers, d1, d2, note: denominator == 0 ? null : rejected);
            else Add(view, metric, numerator, denominator, null, customers, FigureState.Incomplete, "the month has not been seen whole", d1,
                d2);
        }
    }

    /// <summary>A sum, or a ratio of two; money in currency units already.</summary>
    public void Ratio(string view, Metric metric, double numerator, double? denominator, long? customers, string d1 = "", string d2 = "",
        string d3 = "", string? note = null)
    {
        var none = denominator == 0 ? $"no {metric.Denominator}"
            : metric.IsOfPaid && numerator <= 0 ? $"no {metric.Denominator} worth anything after refunds"
            : null;
        if (none is not null)
            Add(view, metric, numerator, denominator, null, customers, FigureState.NotAvailable, note ?? none, d1, d2, d3);
        else Add(view, metric, numerator, denominator, denominator is { } below ? numerator / below : numerator, customers,
            Size(customers, denominator), note, d1, d2, d3);
    }

    /// <summary>A figure that is no ratio of sums.</summary>
    public void Value(string view, Metric metric, double? value, long? customers, string d1 = "", string d2 = "", string d3 = "",
        string? note = null) =>
        Add(view, metric, null, null, value is { } known && double.IsFinite(known) ? known : null, customers,
            value is { } finite && double.IsFinite(finite) ? Size(customers) : FigureState.NotAvailable, note, d1, d2, d3);

    public void AddUnavailable(string view, Metric metric, FigureState state, string note, string d1 = "", string d2 = "",
        string d3 = "") =>
        Add(view, metric, null, null, null, null, state, note, d1, d2, d3);

    /// <summary>Why a metric has no source; null when it has.</summary>
    public string? Missing(Metric metric) => metric.NeedsScores && context.NoScores is { } none ? none
        : metric.NeedsAny && (metric.Needs & context.Coverage.Sources) != 0 ? null : SourceWords.Missing(metric.Needs, context.Coverage);

    /// <summary>Of many customers, an average over a handful of orders is as shaky as one over a handful of customers.</summary>
    private FigureState Size(long? customers, double? denominator = null) =>
        customers < context.Recipe.Settings.SmallGroup || (customers is not null && denominator < context.Recipe.Settings.SmallGroup)
            ? FigureState.Small
            : FigureState.Ok;

    private void Add(string view, Metric metric, double? numerator, double? denominator, double? value, long? customers, FigureState state,
        string? note, string d1, string d2 = "", string d3 = "") =>
        _figures.Add(new Figure(view, metric.Id, d1, d2, d3, numerator, denominator, value, customers, state, note));
}
