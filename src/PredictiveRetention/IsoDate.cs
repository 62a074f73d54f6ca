using System.Globalization;

namespace PredictiveRetention;

/// <summary>A date as files, addresses and stores have it: 2011-09-10, in every culture.</summary>
public static class IsoDate
{
    public const string Format = "yyyy-MM-dd";

    public static string Text(DateOnly date) => date.ToString(Format, CultureInfo.InvariantCulture);

    public static string? Text(DateOnly? date) => date is { } known ? Text(known) : null;

    public static bool TryParse(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
