using System.Globalization;

namespace PredictiveRetention.Service.Pages;

/// <summary>The one way numbers are written on pages.</summary>
internal static class Figures
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + " %";

    /// <summary>With a decimal, where whole percent would hide the difference.</summary>
    public static string Share(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A quality figure; a dash where there is none.</summary>
    public static string Metric(double? value) => value is { } known && double.IsFinite(known) ? known.ToString("F3", CultureInfo.InvariantCulture) : "-";

    /// <summary>For attributes.</summary>
    public static string Invariant(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whole units, for headlines and lists.</summary>
    public static string Money(double amount, Currency currency) => amount.ToString("N0", CultureInfo.InvariantCulture) + " " + currency.Code;

    public static string Exact(double amount, Currency currency) => amount.ToString("N" + currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " " + currency.Code;

    /// <summary>An answer's amount, exactly.</summary>
    public static string Money(Predictions.MoneyAnswer money) => Exact(double.Parse(money.Amount, CultureInfo.InvariantCulture), Currency.Of(money.Currency));

    public static string Time(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture) + " " + zone.Id;
}
