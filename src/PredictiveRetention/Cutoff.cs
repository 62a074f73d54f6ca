namespace PredictiveRetention;

/// <summary>
/// The moment a prediction is made from: the start of a business day. What happened on an earlier day is known,
/// what happens on this day or later is not.
/// </summary>
/// <param name="Day">Days since 1970-01-01 in the shop's time zone.</param>
public readonly record struct Cutoff(int Day)
{
    public static Cutoff On(DateOnly date) => new(BusinessCalendar.DayNumber(date));

    public static Cutoff Parse(string text) =>
        IsoDate.TryRead(text, out var date)
            ? On(date)
            : throw new RetentionException(Failure.Usage, $"'{text}' is not a date: write it as 2011-09-10.");

    public DateOnly Date => BusinessCalendar.DateOf(Day);

    public Cutoff Minus(int days) => new(Day - days);

    public Cutoff Plus(int days) => new(Day + days);

    public override string ToString() => Date.ToIso();
}
