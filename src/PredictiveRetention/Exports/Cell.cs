using System.Globalization;

namespace PredictiveRetention.Exports;

/// <summary>Values as cells: invariant, null where there is nothing.</summary>
internal static class Cell
{
    /// <summary>All its digits.</summary>
    public static string? Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);

    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Flag(bool value) => value ? "true" : "false";

    public static string? Money(double? amount, int decimals) =>
        amount?.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
