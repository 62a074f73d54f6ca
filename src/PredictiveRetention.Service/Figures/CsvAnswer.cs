using System.Text;
using PredictiveRetention.Exports;

namespace PredictiveRetention.Service.Figures;

/// <summary>
/// Which of two CSVs is asked for: 'csv' is for programs; 'spreadsheet', which the links of pages ask for, is the same with a byte order
/// mark before it.
/// </summary>
internal static class CsvAnswer
{
    public const string ForPrograms = "csv";
    public const string ForPeople = "spreadsheet";

    public static bool IsOne(string? format) => format is ForPrograms or ForPeople;

    public static IResult Of(string csv, string format, string name) =>
        Results.File(Encoding.UTF8.GetBytes(format == ForPeople ? Csv.ByteOrderMark + csv : csv), "text/csv; charset=utf-8", name);

    /// <summary>A file that has no mark, for a person.</summary>
    public static IResult OfFile(string path, string name) => Results.Stream(async body =>
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(Csv.ByteOrderMark));
        await using var file = File.OpenRead(path);
        await file.CopyToAsync(body);
    }, "text/csv; charset=utf-8", name);
}
