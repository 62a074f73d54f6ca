using System.Globalization;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Times in every form but plain ISO, which DuckDB reads itself: offsets, days and months in either order, names of months and weekdays,
/// letters and names of zones, 24:00:00, Unix seconds to nanoseconds, day counts of Excel; as people, marketplaces, databases, browsers
/// and mails write them. Where a text names neither offset nor zone it is the shop's wall clock.
/// </summary>
internal static partial class WrittenTime
{
    /// <summary>UTC milliseconds; null when the text is no time in this order of day and month.</summary>
    public static long? ToUtc(string text, string dateOrder, BusinessCalendar calendar)
    {
        if (text.Length > LengthMax) return null;
        if (Number().IsMatch(text)) return OfNumber(text, calendar);
        if (Read(text, dateOrder, calendar) is not { } read) return null;
        return read.OffsetMs is { } offsetMs ? read.WallMs - offsetMs : WallClock.ToUtc(read.Zone ?? calendar, read.WallMs);
    }

    /// <summary>The text names an offset, and the shop's clocks had another one then.</summary>
    public static bool HasOtherOffset(string text, string dateOrder, BusinessCalendar calendar)
    {
        if (text.Length > LengthMax || Number().IsMatch(text)) return false;
        if (Read(text, dateOrder, calendar) is not { } read || (read.OffsetMs is null && read.Zone is null)) return false;
        var ms = read.OffsetMs is { } given ? read.WallMs - given : WallClock.ToUtc(read.Zone!, read.WallMs);
        // Times outside the calendar are refused for their date.
        if (ms < calendar.StartOf(BusinessCalendar.FirstDay) || ms > calendar.StartOf(BusinessCalendar.LastDay)) return false;
        return (long)calendar.TimeZone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(ms)).TotalMilliseconds != read.WallMs - ms;
    }

    /// <summary>No time is longer, and a cell may hold a whole text.</summary>
    private const int LengthMax = 96;

    /// <summary>No clocks are further from UTC.</summary>
    private const long OffsetMsMax = 15 * 3_600_000L;

    // A wall clock, and the offset or the zone it is of where the text says one.
    private readonly record struct Reading(long WallMs, long? OffsetMs, BusinessCalendar? Zone);

    private static Reading? Read(string text, string dateOrder, BusinessCalendar calendar)
    {
        if (Numeric().Match(text) is { Success: true } numeric) return Understood(numeric, dateOrder, calendar);
        var plain = TimeWords.Plain(text);
        foreach (var form in s_forms)
        {
            if (form.Match(plain) is not { Success: true } match) continue;
            // In '14.30 5 mai', say, a form fits that is not meant: another is tried where the words are none.
            if (Understood(match, dateOrder, calendar) is { } read) return read;
        }
        return null;
    }

    private static Reading? Understood(Match match, string dateOrder, BusinessCalendar calendar)
    {
        if (match.Groups["weekday"] is { Success: true } weekday && !TimeWords.IsWeekday(weekday.Value)) return null;
        if (DayMs(match, dateOrder) is not { } dayMs || ClockMs(match) is not { } clockMs) return null;
        var wallMs = dayMs + clockMs;
        if (SignedMs(match) is { } offsetMs) return Math.Abs(offsetMs) <= OffsetMsMax ? new Reading(wallMs, offsetMs, null) : null;
        if (match.Groups["utc"].Success) return new Reading(wallMs, 0, null);
        if (match.Groups["letters"] is { Success: true } letters)
            return ZoneLetters.OffsetMs(letters.Value, calendar.TimeZone) is { } lettersMs ? new Reading(wallMs, lettersMs, null) : null;
        if (match.Groups["area"] is not { Success: true } area) return new Reading(wallMs, null, null);
        return ZoneNames.Find(area.Value) is { } zone ? new Reading(wallMs, null, zone) : null;
    }

    private static long? DayMs(Match match, string dateOrder)
    {
        if (match.Groups["month"] is { Success: true } named)
            return TimeWords.Month(named.Value) is { } number
                ? DayMs(match.Groups["year"].Value, number, Int(match.Groups["day"].Value)) : null;
        var (a, b, c) = (match.Groups["a"].Value, match.Groups["b"].Value, match.Groups["c"].Value);
        var (year, month, day) = a.Length > 2 || dateOrder == "ymd" ? (a, b, c) : dateOrder == "mdy" ? (c, a, b) : (c, b, a);
        return DayMs(year, Int(month), Int(day));
    }

    private static long? DayMs(string year, int month, int day)
    {
        var fullYear = Int(year) + (year.Length > 2 ? 0 : Int(year) < 70 ? 2000 : 1900);
        if (fullYear is < 1 or > 9999 || month is < 1 or > 12) return null;
        return day < 1 || day > DateTime.DaysInMonth(fullYear, month) ? null : WallMs(new DateTime(fullYear, month, day));
    }

    private static long? ClockMs(Match match)
    {
        if (!match.Groups["hour"].Success) return 0;
        var (hour, minute) = (Int(match.Groups["hour"].Value), Int(match.Groups["minute"].Value));
        var second = Int(match.Groups["second"].Value);
        if (match.Groups["half"] is { Success: true } half)
        {
            var isPast = half.ValueSpan[0] is 'p' or 'P';
            // Some write the hours of the whole day and the half of it: 14:30 PM.
            if (hour > 23 || (hour > 12 && !isPast) || (hour == 0 && isPast)) return null;
            if (hour <= 12) hour = hour % 12 + (isPast ? 12 : 0);
        }
        // 24:00:00 ends a day and is the next one's midnight; second 60 is a leap second.
        if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute + second > 0)) return null;
        return (hour * 3600L + minute * 60 + second) * 1000 + Int((match.Groups["fraction"].Value + "000")[..3]);
    }

    private static long? SignedMs(Match match)
    {
        if (!match.Groups["sign"].Success) return null;
        var minutes = Int(match.Groups["offset_hours"].Value) * 60 + Int(match.Groups["offset_minutes"].Value);
        return (match.Groups["sign"].Value == "+" ? minutes : -minutes) * 60_000L;
    }

    /// <summary>How many digits a bare number has tells what it counts.</summary>
    private static long? OfNumber(string text, BusinessCalendar calendar)
    {
        var number = decimal.Parse(text.Replace(',', '.'), CultureInfo.InvariantCulture);
        var digits = text.AsSpan().IndexOfAny('.', ',') is var mark and >= 0 ? mark : text.Length;
        return digits switch
        {
            5 when number is >= 20_000 and < 80_000 =>
                WallClock.ToUtc(calendar, (long)Math.Round((number - ExcelDayOf1970) * 86_400) * 1000),
            8 => OfExact(text, ["yyyyMMdd"], calendar),
            9 or 10 => (long)(number * 1000),
            12 or 13 => (long)number,
            14 => OfExact(text, ["yyyyMMddHHmmss"], calendar),
            16 => (long)(number / 1000),
            19 => (long)(number / 1_000_000),
            _ => null,
        };
    }

    private const decimal ExcelDayOf1970 = 25_569;

    private static long? OfExact(string text, string[] forms, BusinessCalendar calendar) =>
        DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var wall)
            ? WallClock.ToUtc(calendar, WallMs(wall))
            : null;

    private static long WallMs(DateTime wall) => (wall.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    private static int Int(string digits) => digits.Length == 0 ? 0 : int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[0-9]{1,19}([.,][0-9]{1,10})?$")]
    private static partial Regex Number();

    // ---------------------------------------------------------------- forms

    private const string Signed = @"(?<sign>[+−-])(?<offset_hours>[0-9]{1,2})(?::?(?<offset_minutes>[0-9]{2}))?";
    private const string Area = "(?<area>[a-z]+(?:/[a-z0-9_+-]+){1,2})";

    // An offset, UTC with or without one, letters such as PST, or a zone by its name; what is said in brackets after them only explains.
    private const string Letters = "(?:(?<utc>z|utc|gmt)|(?<letters>[a-z]{2,5}))";
    private const string Zone = @"(?:\s*(?:(?:(?<utc>z|utc|gmt)\s?)?" + Signed + "|" + Letters + "|" + Area + @"|\[" + Area + @"\]|\("
        + Letters + @"\))(?:\s*\[[^\]]*\]|\s*\([^)]*\))*)?";
    private const string Half = @"(?:\s*(?<half>[ap])\.?\s?m\.?(?![a-z]))?";
    private const string Clock = @"(?<hour>[0-9]{1,2})(?:[:.](?<minute>[0-9]{2})"
        + @"(?:[:.](?<second>[0-9]{2})(?:[.,:](?<fraction>[0-9]{1,9}))?)?" + Half + @"(?:\s*(?:uhr|hs|hrs|h)\b\.?)?"
        + @"|\s?h\s?(?<minute>[0-9]{2})?(?:\s?(?:m|min|:)\s?(?<second>[0-9]{2})?s?)?|\s?uhr"
        + @"|\s*(?<half>[ap])\.?\s?m\.?)";
    // What stands between a day and its time: a comma, T, a word such as 'at'.
    private const string At = @"(?:(?:at|um|a las|a la|a|alle ore|alle|ore|om|as|o|godz\.?|kl\.?|-)\s+)?";
    private const string AndClock = @"(?:(?:\s*t\s*|(?<=[0-9]{4}):|[\s,]+" + At + ")" + Clock + Zone + ")?";
    private const string Weekday = @"(?:(?<weekday>[a-z]{2,12}(?:-feira)?)(?:[.,]{1,2}\s*|\s+)(?:(?:den|der|am|le|el|il)\s+)?)?";
    private const string Day = @"(?<day>[0-9]{1,2})(?:(?:st|nd|rd|th|er|re|o|a|e)(?![a-z])|\.)?";
    private const string MonthWord = @"(?<month>[a-z]{3,12})\.?";
    private const string Year = @"'?(?<year>[0-9]{4}|[0-9]{2})\.?(?:\s?[rg]\b\.?)?";
    private const string NumericDay = @"(?<a>[0-9]{1,4})(?:[-/]|\.\s?)(?<b>[0-9]{1,2})(?:[-/]|\.\s?)(?<c>[0-9]{1,4})\.?";

    /// <summary>The numeric forms, tried first: most columns that are not ISO are of one of them.</summary>
    [GeneratedRegex("^" + NumericDay + AndClock + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Numeric();

    [GeneratedRegex("^" + Weekday + NumericDay + AndClock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex WeekdayFirst();

    /// <summary>ISO basic: 20240303T001520-0800.</summary>
    [GeneratedRegex(@"^(?<a>[0-9]{4})(?<b>[0-9]{2})(?<c>[0-9]{2})(?:\s*t\s*|\s+)(?:(?<hour>[0-9]{2})(?<minute>[0-9]{2})"
        + @"(?:(?<second>[0-9]{2})(?:[.,](?<fraction>[0-9]{1,9}))?)?|" + Clock + ")" + Zone + "$", RegexOptions.CultureInvariant)]
    private static partial Regex Basic();

    /// <summary>5 March 2024, 05-Mrz-24, 1er janvier 2025, 5 de marzo de 2025; after a weekday or without.</summary>
    [GeneratedRegex("^" + Weekday + Day + @"(?:\s*[-/.,]\s*|\s+(?:de |di |of |d')?|(?=[a-z]))" + MonthWord
        + @"(?:\s*[-/,]\s*|\s+(?:de |del |di )?|(?=['0-9]))" + Year + AndClock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex DayFirst();

    /// <summary>March 5, 2024; Mar  3 2024 12:15AM; Sun Mar 03 2024 00:15:20 GMT-0800.</summary>
    [GeneratedRegex("^" + Weekday + MonthWord + @"[\s/-]*" + Day + @"[\s,/-]+" + Year + AndClock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex MonthFirst();

    /// <summary>2024-Mar-05, 2024 March 5.</summary>
    [GeneratedRegex("^" + @"(?<year>[0-9]{4})[\s./-]+" + MonthWord + @"[\s./-]*" + Day + AndClock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex YearFirst();

    /// <summary>Sun Mar  3 00:15:20 PST 2024, as date(1), C and Java print it.</summary>
    [GeneratedRegex("^" + Weekday + MonthWord + @"\s+" + Day + @"\s+" + Clock + Zone + @"\s+(?<year>[0-9]{4})$",
        RegexOptions.CultureInvariant)]
    private static partial Regex YearLast();

    /// <summary>14:30 5 March 2024; 14:30, 05.03.2024.</summary>
    [GeneratedRegex("^" + Clock + Zone + @"(?:\s*,\s*|\s+)" + Weekday + "(?:" + NumericDay
        + "|" + Day + @"(?:\s*[-/]\s*|\s+(?:de |di |of )?)" + MonthWord + @"(?:\s*[-/,]\s*|\s+(?:de |del |di )?)" + Year
        + "|" + MonthWord + @"\s+" + Day + @"[\s,]+" + Year + ")$",
        RegexOptions.CultureInvariant)]
    private static partial Regex ClockFirst();

    private static readonly Regex[] s_forms =
        [Basic(), DayFirst(), MonthFirst(), YearFirst(), YearLast(), WeekdayFirst(), ClockFirst()];
}
