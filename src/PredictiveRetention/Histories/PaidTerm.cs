using System.Globalization;

namespace PredictiveRetention.Histories;

/// <summary>
/// When a subscription that was cancelled ends, where its source does not say: with the term that was paid for. Terms begin on the
/// anniversaries of its start, and the one that runs on the day of the cancellation is the last.
/// </summary>
public static class PaidTerm
{
    private enum Unit
    {
        Day,
        Week,
        Month,
        Year,
    }

    // Written out in the languages of the shop systems; the first that a word begins with counts, so longer ones stand first.
    private static readonly (string Word, Unit Unit, int Count)[] s_words =
    [
        ("fortnight", Unit.Week, 2), ("biweek", Unit.Week, 2), ("bimonth", Unit.Month, 2), ("quarter", Unit.Month, 3),
        ("semiannual", Unit.Month, 6), ("halfyear", Unit.Month, 6), ("biannual", Unit.Month, 6), ("biennial", Unit.Year, 2),
        ("halbjahr", Unit.Month, 6), ("halbjähr", Unit.Month, 6), ("quartal", Unit.Month, 3), ("viertelj", Unit.Month, 3),
        ("trimest", Unit.Month, 3), ("semest", Unit.Month, 6), ("kwarta", Unit.Month, 3),
        ("day", Unit.Day, 1), ("dail", Unit.Day, 1), ("tag", Unit.Day, 1), ("täg", Unit.Day, 1), ("jour", Unit.Day, 1),
        ("día", Unit.Day, 1), ("dia", Unit.Day, 1), ("giorn", Unit.Day, 1), ("dag", Unit.Day, 1), ("dni", Unit.Day, 1),
        ("dzie", Unit.Day, 1), ("week", Unit.Week, 1), ("woche", Unit.Week, 1), ("wöche", Unit.Week, 1), ("semaine", Unit.Week, 1),
        ("semana", Unit.Week, 1), ("settiman", Unit.Week, 1), ("hebdo", Unit.Week, 1), ("tydzie", Unit.Week, 1), ("tygodn", Unit.Week, 1),
        ("month", Unit.Month, 1), ("monat", Unit.Month, 1), ("mois", Unit.Month, 1), ("mensu", Unit.Month, 1), ("mensil", Unit.Month, 1),
        ("mensal", Unit.Month, 1), ("mes", Unit.Month, 1), ("mês", Unit.Month, 1), ("maand", Unit.Month, 1), ("miesi", Unit.Month, 1),
        ("year", Unit.Year, 1), ("annu", Unit.Year, 1), ("jahr", Unit.Year, 1), ("jähr", Unit.Year, 1), ("jaar", Unit.Year, 1),
        ("an", Unit.Year, 1), ("año", Unit.Year, 1), ("ano", Unit.Year, 1), ("rok", Unit.Year, 1), ("roczn", Unit.Year, 1),
        ("d", Unit.Day, 1), ("w", Unit.Week, 1), ("m", Unit.Month, 1), ("q", Unit.Month, 3), ("y", Unit.Year, 1),
    ];

    /// <summary>
    /// The day a cancelled subscription ends: the first anniversary of its start on or after the day of the cancellation, counted in terms.
    /// </summary>
    /// <param name="startedDay">First day of the first term.</param>
    /// <param name="cancelledDay">Null where it was not cancelled: then it has no end.</param>
    /// <param name="period">Length of a term as the source writes it: 'month', '1 month', 'every 2 weeks', '90d', 'P1M', 'yearly'. Where it
    /// says nothing that is understood, the subscription ends at the cancellation.</param>
    /// <returns>Null where it has no end; never before the cancellation.</returns>
    public static int? EndOf(int startedDay, int? cancelledDay, string? period)
    {
        if (cancelledDay is not { } cancelled) return null;
        if (Length(period) is not var (unit, count)) return cancelled;
        var terms = Math.Max(1, unit switch
        {
            Unit.Day => (cancelled - startedDay + count - 1) / count,
            Unit.Week => (cancelled - startedDay + 7 * count - 1) / (7 * count),
            // Never too many: a month has at most 31 days.
            Unit.Month => (cancelled - startedDay) / (31 * count),
            _ => (cancelled - startedDay) / (366 * count),
        });
        while (After(terms) is var end && end < cancelled) terms++;
        return After(terms);

        int After(int of) => unit switch
        {
            Unit.Day => startedDay + of * count,
            Unit.Week => startedDay + of * 7 * count,
            // Each from the start, so that one begun on the 31st comes back to the 31st.
            Unit.Month => BusinessCalendar.DayNumber(BusinessCalendar.DateOf(startedDay).AddMonths(of * count)),
            _ => BusinessCalendar.DayNumber(BusinessCalendar.DateOf(startedDay).AddYears(of * count)),
        };
    }

    /// <summary>Null where the text names no length.</summary>
    private static (Unit Unit, int Count)? Length(string? period)
    {
        if (period is null) return null;
        var count = 0;
        var text = period.AsSpan().Trim();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                var end = i;
                while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
                if (!int.TryParse(text[i..end], NumberStyles.None, CultureInfo.InvariantCulture, out count)
                    || count is 0 or > Horizon.MaxDays) return null;
                i = end;
            }
            else if (char.IsLetter(text[i]))
            {
                var end = i;
                while (end < text.Length && char.IsLetter(text[end])) end++;
                var word = text[i..end].ToString().ToLowerInvariant();
                foreach (var (known, unit, of) in s_words)
                {
                    // One letter is a word of its own, 'd' or the M of P1M, not how one begins.
                    if (known.Length == 1 ? word != known : !word.StartsWith(known, StringComparison.Ordinal)) continue;
                    return (unit, Math.Max(1, count) * of);
                }
                i = end;
            }
            else i++;
        }
        return null;
    }
}
