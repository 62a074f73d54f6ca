using System.Globalization;

namespace PredictiveRetention.Insights;

/// <summary>
/// The calendar months of the monthly figures: 1 is the oldest, <see cref="Last"/> the month of the last day before the as-of; 0 stands for
/// everything earlier. Whole quarters are numbered the same way.
/// </summary>
internal sealed class MonthGrid
{
    private readonly DateOnly _first;
    private readonly int[] _starts;
    private readonly int[] _quarterOf;
    private readonly int[] _quarterStarts;

    /// <param name="firstOrderDay">Day of the shop's first valid order.</param>
    public MonthGrid(Cutoff asOf, int firstOrderDay, int months)
    {
        AsOf = asOf;
        var lastDay = BusinessCalendar.DateOf(asOf.Day - 1);
        var firstDay = BusinessCalendar.DateOf(Math.Min(firstOrderDay, asOf.Day - 1));
        var all = Ordinal(lastDay) - Ordinal(firstDay) + 1;
        Last = Math.Clamp(all, 1, months);
        // A window that cuts the history begins with a quarter, or the quarter's cohort would be a part of one.
        if (all > months && months >= 3) Last -= (3 - ((Ordinal(lastDay) + 1 - months) % 3)) % 3;
        _first = new DateOnly(lastDay.Year, lastDay.Month, 1).AddMonths(1 - Last);
        _starts = [.. Enumerable.Range(0, Last + 1).Select(month => BusinessCalendar.DayNumber(_first.AddMonths(month)))];
        FirstIsWhole = firstOrderDay <= _starts[0];
        _quarterOf = [.. Enumerable.Range(0, Last + 1).Select(month => month == 0 ? 0 : (((Ordinal(_first) % 3) + month - 1) / 3) + 1)];
        _quarterStarts = [.. Enumerable.Range(0, _quarterOf[Last] + 2)
            .Select(quarter => BusinessCalendar.DayNumber(QuarterStart(quarter)))];
    }

    public Cutoff AsOf { get; }

    /// <summary>How many months there are.</summary>
    public int Last { get; }

    /// <summary>False when the shop's first order came after the first day of the first month.</summary>
    public bool FirstIsWhole { get; }

    /// <summary>First day of a month, 1..Last + 1.</summary>
    public int Start(int month) => _starts[month - 1];

    /// <summary>The day after a month's last, or the as-of in the month that is still running.</summary>
    public int End(int month) => Math.Min(_starts[month], AsOf.Day);

    /// <summary>False for the month that is still running, and for a first month the shop did not see from its start.</summary>
    public bool IsComplete(int month) => HasEnded(month) && (month > 1 || FirstIsWhole);

    public bool HasEnded(int month) => _starts[month] <= AsOf.Day;

    public int LastComplete => HasEnded(Last) ? Last : Last - 1;

    /// <summary>The month a day lies in, 0 when before the first.</summary>
    public int MonthAt(int day)
    {
        if (day < _starts[0]) return 0;
        var month = Math.Clamp((day - _starts[0]) / 31, 0, Last - 1);
        while (month + 1 < _starts.Length && _starts[month + 1] <= day) month++;
        return Math.Min(month + 1, Last);
    }

    public string Name(int month) => month == 0
        ? "before " + _first.ToString("yyyy-MM", CultureInfo.InvariantCulture)
        : _first.AddMonths(month - 1).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    // ---- quarters

    public int LastQuarter => QuarterOf(Last);

    /// <summary>Number of the quarter a month lies in; 0 for month 0.</summary>
    public int QuarterOf(int month) => _quarterOf[month];

    /// <summary>First day of the quarter after the one a month lies in.</summary>
    public int NextQuarter(int month) => _quarterStarts[_quarterOf[month] + 1];

    public DateOnly QuarterStart(int quarter)
    {
        var first = new DateOnly(_first.Year, (_first.Month - 1) / 3 * 3 + 1, 1);
        return first.AddMonths(3 * (quarter - 1));
    }

    public int QuarterStartDay(int quarter) => _quarterStarts[quarter];

    public bool QuarterHasEnded(int quarter) => _quarterStarts[quarter + 1] <= AsOf.Day;

    public string QuarterName(int quarter)
    {
        if (quarter == 0) return Name(0);
        var start = QuarterStart(quarter);
        return string.Create(CultureInfo.InvariantCulture, $"{start.Year}-Q{(start.Month + 2) / 3}");
    }

    private static int Ordinal(DateOnly date) => (12 * date.Year) + date.Month - 1;
}
