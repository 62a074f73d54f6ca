namespace PredictiveRetention.Insights;

/// <summary>A figure as answers and files give it: with its name and unit, and its labels by name.</summary>
/// <param name="Labels">By the view's dimensions; without those that are empty, which stand for all.</param>
/// <param name="Unit">count, money, share, days, score, rate, coefficient.</param>
/// <param name="State">ok, notAvailable, incomplete, small.</param>
public sealed record FigureRow(
    string View, IReadOnlyDictionary<string, string> Labels, string Metric, string Name, string Unit, double? Value, double? Numerator,
    double? Denominator, long? Customers, string State, string? Note)
{
    private const string NotAvailable = "not available: ";

    private static readonly string[] s_states = ["ok", "notAvailable", "incomplete", "small"];

    public static FigureRow Describe(InsightView view, Figure figure)
    {
        var metric = MetricCatalogue.Get(figure.Metric);
        var labels = new Dictionary<string, string>();
        for (var i = 0; i < view.Dimensions.Count; i++)
            if ((i == 0 ? figure.D1 : i == 1 ? figure.D2 : figure.D3) is { Length: > 0 } label) labels.Add(view.Dimensions[i], label);
        var note = figure.State == FigureState.NotAvailable && figure.Note?.StartsWith(NotAvailable, StringComparison.Ordinal) != true
            ? NotAvailable + (figure.Note ?? "nothing to count")
            : figure.Note;
        return new FigureRow(view.Id, labels, metric.Id, metric.Name, WordOf(metric.Unit), figure.Value, figure.Numerator,
            figure.Denominator, figure.Customers, s_states[(int)figure.State], note);
    }

    /// <summary>A metric a view has no row of, and why.</summary>
    public static FigureRow None(InsightView view, string metric, string why) =>
        Describe(view, new Figure(view.Id, metric, "", "", "", null, null, null, null, FigureState.NotAvailable, why));

    public static string WordOf(Unit unit) => unit.ToString().ToLowerInvariant();
}
