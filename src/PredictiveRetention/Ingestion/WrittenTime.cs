using System.Globalization;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Times in every form but plain ISO, which DuckDB reads itself: offsets, days and months in either order, names of months,
/// 24:00:00, Unix seconds and milliseconds, day counts of Excel. Where a text names no offset it is the shop's wall clock.
/// </summary>
internal static partial class WrittenTime
{
    /// <summary>UTC milliseconds; null when the text is no time in this order of day and month.</summary>
    public static long? ToUtc(string text, string dateOrder, BusinessCalendar calendar)
    {
        if (text.Length > LengthMax) return null;
        if (Number().IsMatch(text)) return OfNumber(text, calendar);
        var match = Parts().Match(text);
        if (!match.Success) return OfNamedMonth(text, calendar);
        if (DayMs(match, dateOrder) is not { } dayMs || ClockMs(match) is not { } clockMs) return null;
        return OffsetMs(match) is { } offsetMs ? dayMs + clockMs - offsetMs : WallClock.ToUtc(calendar, dayMs + clockMs);
    }

    /// <summary>The text names an offset, and the shop's clocks had another one then.</summary>
    public static bool HasOtherOffset(string text, string dateOrder, BusinessCalendar calendar)
    {
        if (text.Length > LengthMax || OffsetMs(Parts().Match(text)) is not { } offsetMs) return false;
        if (ToUtc(text, dateOrder, calendar) is not { } ms) return false;
        // Times outside the calendar are refused for their date.
        if (ms < calendar.StartOf(BusinessCalendar.FirstDay) || ms > calendar.StartOf(BusinessCalendar.LastDay)) return false;
        return (long)calendar.TimeZone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(ms)).TotalMilliseconds != offsetMs;
    }

    /// <summary>No time is longer, and a cell may hold a whole text.</summary>
    private const int LengthMax = 64;

    private static long? DayMs(Match match, string dateOrder)
    {
        var (a, b, c) = (match.Groups["a"].Value, match.Groups["b"].Value, match.Groups["c"].Value);
        var (year, month, day) = a.Length > 2 || dateOrder == "ymd" ? (a, b, c) : dateOrder == "mdy" ? (c, a, b) : (c, b, a);
        var fullYear = Int(year) + (year.Length > 2 ? 0 : Int(year) < 70 ? 2000 : 1900);
        if (fullYear is < 1 or > 9999 || Int(month) is < 1 or > 12) return null;
        if (Int(day) < 1 || Int(day) > DateTime.DaysInMonth(fullYear, Int(month))) return null;
        return WallMs(new DateTime(fullYear, Int(month), Int(day)));
    }

    private static long? ClockMs(Match match)
    {
        if (!match.Groups["hour"].Success) return 0;
        var (hour, minute) = (Int(match.Groups["hour"].Value), Int(match.Groups["minute"].Value));
        var second = Int(match.Groups["second"].Value);
        var half = match.Groups["half"];
        if (half.Success)
        {
            if (hour is < 1 or > 12) return null;
            hour = hour % 12 + (half.ValueSpan[0] is 'p' or 'P' ? 12 : 0);
        }
        // 24:00:00 ends a day and is the next one's midnight; second 60 is a leap second.
        if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute + second > 0)) return null;
        return (hour * 3600L + minute * 60 + second) * 1000 + Int((match.Groups["fraction"].Value + "000")[..3]);
    }

    private static long? OffsetMs(Match match)
    {
        if (match.Groups["utc"].Success) return 0;
        if (!match.Groups["sign"].Success) return null;
        var minutes = Int(match.Groups["offset_hours"].Value) * 60 + Int(match.Groups["offset_minutes"].Value);
        return (match.Groups["sign"].Value == "-" ? -minutes : minutes) * 60_000L;
    }

    /// <summary>How many digits a bare number has tells what it counts.</summary>
    private static long? OfNumber(string text, BusinessCalendar calendar)
    {
        var number = decimal.Parse(text, CultureInfo.InvariantCulture);
        var digits = text.IndexOf('.') is var point and >= 0 ? point : text.Length;
        return digits switch
        {
            5 when number is >= 20_000 and < 80_000 =>
                WallClock.ToUtc(calendar, (long)Math.Round((number - ExcelDayOf1970) * 86_400) * 1000),
            8 => OfExact(text, ["yyyyMMdd"], calendar),
            9 or 10 => (long)(number * 1000),
            12 or 13 => (long)number,
            14 => OfExact(text, ["yyyyMMddHHmmss"], calendar),
            16 => (long)(number / 1000),
            _ => null,
        };
    }

    private const decimal ExcelDayOf1970 = 25_569;

    private static long? OfNamedMonth(string text, BusinessCalendar calendar) => OfExact(text, s_namedMonths, calendar);

    private static long? OfExact(string text, string[] forms, BusinessCalendar calendar) =>
        DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var wall)
            ? WallClock.ToUtc(calendar, WallMs(wall))
            : null;

    private static long WallMs(DateTime wall) => (wall.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    private static int Int(string digits) => digits.Length == 0 ? 0 : int.Parse(digits, CultureInfo.InvariantCulture);

    private static readonly string[] s_namedMonths =
    [
        .. from day in new[] { "d-MMM-yyyy", "d MMM yyyy", "d MMMM yyyy", "MMM d, yyyy", "MMMM d, yyyy", "d-MMM-yy", "ddd, d MMM yyyy" }
           from clock in new[] { "", " H:mm", " H:mm:ss", " h:mm tt", " h:mm:ss tt" }
           select day + clock,
    ];

    [GeneratedRegex(@"^[0-9]{1,16}(\.[0-9]{1,10})?$")]
    private static partial Regex Number();

    [GeneratedRegex("""
        ^(?<a>[0-9]{1,4})[-/.](?<b>[0-9]{1,2})[-/.](?<c>[0-9]{1,4})
        (?:[T\ ,]+(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:[.,](?<fraction>[0-9]+))?)?
        \s*(?<half>[ap]m)?\s*(?:(?<utc>Z|UTC|GMT)|(?<sign>[+-])(?<offset_hours>[0-9]{2}):?(?<offset_minutes>[0-9]{2})?)?)?$
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
