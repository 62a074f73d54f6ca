using System.Globalization;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Insights;

/// <summary>Figures as CSV: a column per label, then metric, value, numerator, denominator, customers, state, note. Invariant, and safe to open in a spreadsheet.</summary>
public static class FigureCsv
{
    /// <param name="dimensions">The label columns.</param>
    public static void Write(TextWriter writer, IReadOnlyList<string> dimensions, IEnumerable<FigureRow> rows)
    {
        writer.NewLine = "\n";
        writer.WriteLine(string.Join(',', [.. dimensions, .. Columns]));
        foreach (var row in rows)
            writer.WriteLine(string.Join(',', [.. dimensions.Select(dimension => CsvCell.Safe(row.Labels.GetValueOrDefault(dimension, ""))), CsvCell.Safe(row.Metric), .. Numbers(row), CsvCell.Safe(row.State), CsvCell.Safe(row.Note ?? "")]));
    }

    public static IReadOnlyList<string> Columns { get; } = ["metric", "value", "numerator", "denominator", "customers", "state", "note"];

    /// <summary>Value, numerator, denominator and customers; empty where there is none.</summary>
    public static IReadOnlyList<string> Numbers(FigureRow row) => [Number(row.Value), Number(row.Numerator), Number(row.Denominator), row.Customers?.ToString(CultureInfo.InvariantCulture) ?? ""];

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
