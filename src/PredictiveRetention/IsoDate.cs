using System.Globalization;

namespace PredictiveRetention;

/// <summary>Dates as every file, table and answer has them: 2011-09-10, whatever calendar and digits the machine writes in.</summary>
public static class IsoDate
{
    private const string Format = "yyyy-MM-dd";

    public static string ToIso(this DateOnly date) => date.ToString(Format, CultureInfo.InvariantCulture);

    public static bool TryRead(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
