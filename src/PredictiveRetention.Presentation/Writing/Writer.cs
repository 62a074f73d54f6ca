using System.Globalization;
using System.Text.RegularExpressions;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Presentation.Writing;

/// <summary>
/// The one way numbers, money and dates are written for people: on pages, in reports and in sentences. Files and answers have plain
/// invariant numbers.
/// </summary>
public sealed partial class Writer
{
    /// <summary>A number and its unit are not torn apart at the end of a line.</summary>
    private const string Space = "\u00A0";

    private readonly NumberFormatInfo _numbers;
    private readonly CultureInfo _culture;

    /// <param name="zone">The shop's business time zone; instants are shown in it.</param>
    public Writer(CultureInfo culture, Currency currency, TimeZoneInfo zone)
    {
        (_culture, Currency, Zone) = (culture, currency, zone);
        _numbers = (NumberFormatInfo)culture.NumberFormat.Clone();
        _numbers.CurrencySymbol = WorkspaceCulture.SymbolOf(currency);
        _numbers.CurrencyGroupSizes = _numbers.NumberGroupSizes;
        _numbers.CurrencyNegativePattern = _numbers.CurrencyPositivePattern is 1 or 3
            ? (_numbers.CurrencyPositivePattern == 1 ? 5 : 8)
            : (_numbers.CurrencyPositivePattern == 2 ? 9 : 1);
        _numbers.PercentPositivePattern = 0;
        _numbers.PercentNegativePattern = 0;
    }

    public Currency Currency { get; }

    public TimeZoneInfo Zone { get; }

    public string CultureName => _culture.Name;

    public string Count(double value) => Number(value, 0);

    /// <summary>Whole units, for headlines and lists.</summary>
    public string Money(double amount) => Tidy(amount.ToString("C0", _numbers));

    /// <summary>With the currency's decimals.</summary>
    public string Exact(double amount) => Tidy(amount.ToString("C" + Currency.Decimals.ToString(CultureInfo.InvariantCulture), _numbers));

    /// <summary>A part of a whole, with one decimal, or two where one would hide it.</summary>
    public string Share(double share) => Percent(share, share != 0 && Math.Abs(share) < 0.01 ? 2 : 1);

    /// <summary>A part of a whole in whole percent.</summary>
    public string Percent(double share) => Percent(share, 0);

    public string Days(double days) => Number(days, days == Math.Round(days) ? 0 : 1) + Space + (days == 1 ? "day" : "days");

    /// <summary>A quality figure; a dash where there is none.</summary>
    public string Metric(double? value) => value is { } known && double.IsFinite(known) ? Number(known, 3) : "-";

    /// <summary>
    /// A number as a person of this workspace writes it, or as a program does: 1,234.5 or 1.234,5 by the culture, 1234.5 and 0,5 always.
    /// Null where it is none; what could be read both ways is read by the culture.
    /// </summary>
    public double? NumberOf(string text)
    {
        var (group, mark) = (_numbers.NumberGroupSeparator, _numbers.NumberDecimalSeparator);
        // Where groups are set apart by a space of any kind, or by a curly apostrophe, people type the plain one.
        if (string.IsNullOrWhiteSpace(group)) group = " ";
        var plain = Spaces().Replace(text.Trim(), " ").Replace('’', '\'');
        var (g, m) = (Regex.Escape(group.Replace('’', '\'')), Regex.Escape(mark));
        if (Regex.IsMatch(plain, $@"^[+-]?[1-9]\d{{0,2}}(?:{g}\d{{2,3}})*{g}\d{{3}}(?:{m}\d*)?$"))
            plain = plain.Replace(group.Replace('’', '\''), "", StringComparison.Ordinal).Replace(mark, ".", StringComparison.Ordinal);
        else plain = plain.Replace(',', '.');
        var isNumber = double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        return isNumber ? value : null;
    }

    public string Number(double value, int decimals) =>
        Tidy(value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), _numbers));

    /// <summary>A figure as its unit asks: count, money, share, days, score, rate, coefficient.</summary>
    public string Value(string unit, double value) => unit switch
    {
        "money" => Math.Abs(value) >= 1000 ? Money(value) : Exact(value),
        "share" => Share(value),
        "count" => Count(value),
        "days" => Number(value, 1) + Space + "days",
        "coefficient" => Number(value, 3),
        _ => Number(value, value != 0 && Math.Abs(value) < 0.1 ? 3 : 2),
    };

    /// <summary>Short, for axes: 12 k, 3.4 M.</summary>
    public string Axis(string unit, double value)
    {
        if (unit == "share") return Percent(value, Math.Abs(value) is > 0 and < 0.1 ? 1 : 0);
        var size = Math.Abs(value);
        var (scaled, suffix) = size >= 1e6 ? (value / 1e6, Space + "M") : size >= 1e4 ? (value / 1e3, Space + "k") : (value, "");
        var decimals = size is > 0 and < 10 && suffix.Length == 0 && scaled != Math.Round(scaled) ? 2 : scaled == Math.Round(scaled) ? 0
            : 1;
        return (unit == "money"
            ? Tidy(scaled.ToString("C" + decimals.ToString(CultureInfo.InvariantCulture), _numbers))
            : Number(scaled, decimals)) + suffix;
    }

    /// <summary>A sentence of a card, its numbers written as this workspace writes them.</summary>
    public string Sentence(Card card)
    {
        var (text, at) = (card.Answer, 0);
        foreach (var shown in card.Figures.Select(figure => figure.Shown)
            .Concat(card.Numbers.Select(number => number.Shown))
            .Where(shown => shown.Length > 0)
            .Distinct()
            .OrderByDescending(shown => shown.Length))
            for (at = text.IndexOf(shown, StringComparison.Ordinal); at >= 0; at = text.IndexOf(shown, at, StringComparison.Ordinal))
            {
                var whole = !IsOfNumber(text, at - 1) && !IsOfNumber(text, at + shown.Length);
                var written = whole ? Rewritten(shown) : shown;
                text = string.Concat(text.AsSpan(0, at), written, text.AsSpan(at + shown.Length));
                at += written.Length;
            }
        return text;

        static bool IsOfNumber(string text, int at) =>
            at >= 0 && at < text.Length
                && (char.IsAsciiDigit(text[at]) || (text[at] is '.' or ',' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])));
    }

    /// <summary>An ISO day, month or quarter as people read it; anything else as it is.</summary>
    public string Period(string iso) =>
        IsoDate.TryRead(iso, out var day) ? Day(day)
        : IsoDate.TryRead(iso + "-01", out var month) ? month.ToString("MMM yyyy", _culture)
        : iso;

    public string Day(DateOnly day) => day.ToString("d MMM yyyy", _culture);

    /// <summary>An instant in the shop's zone, which is named.</summary>
    public string Time(DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, Zone).ToString("d MMM yyyy HH:mm", _culture) + " " + Zone.Id;

    [GeneratedRegex(@"[\s\u00A0\u202F]+")]
    private static partial Regex Spaces();

    private string Percent(double share, int decimals) => Number(100 * share, decimals) + Space + "%";

    /// <summary>A number as <see cref="Insights.NumberWords"/> writes it, in this culture.</summary>
    private string Rewritten(string shown)
    {
        var sign = shown[0] is '+' or '-' ? shown[..1] : "";
        var body = shown[sign.Length..];
        var end = 0;
        while (end < body.Length && (char.IsAsciiDigit(body[end]) || body[end] is ',' or '.')) end++;
        var (digits, rest) = (body[..end], body[end..]);
        if (digits.Length == 0 || rest.StartsWith('-')
            || !double.TryParse(digits, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var value)) return shown;
        if (value == 0) sign = ""; // nights of before have -0.00 in their sentences
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : digits.Length - point - 1;
        return sign
            + (rest == " " + Currency.Code
                ? Tidy(value.ToString("C" + decimals.ToString(CultureInfo.InvariantCulture), _numbers))
                : Number(value, decimals) + (rest == " %" ? Space + "%" : rest));
    }

    /// <summary>A small negative number may round to -0; some cultures write the minus as a sign of their own.</summary>
    private string Tidy(string text) => text.Any(letter => letter is >= '1' and <= '9') ? text
        : text.Replace(_numbers.NegativeSign, "", StringComparison.Ordinal);
}
