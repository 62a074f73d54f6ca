using PredictiveRetention.Insights;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>
/// The name of a figure within its run, as a report writes it beside each number: `by_persona.customers persona="Loyalist"`.
/// </summary>
public static class FigureKey
{
    public static string Build(FigureRow row) =>
        $"{row.View}.{row.Metric}"
            + string.Concat(row.Labels.Select(label => $" {label.Key}=\"{label.Value.Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
}
