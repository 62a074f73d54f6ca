namespace PredictiveRetention.Simulation;

/// <summary>
/// What is asked of a simulated shop. The same plan gives the same bytes; customer i is the same however many others there are.
/// </summary>
public sealed record ShopPlan
{
    public const int CustomersMax = 100_000_000;
    public const int YearsMax = 20;

    /// <summary>A fixed day, so that a command says the same next year.</summary>
    public static Cutoff DefaultUntil { get; } = Cutoff.On(new DateOnly(2026, 1, 1));

    /// <summary>Money of every file.</summary>
    public static Currency Currency { get; } = Currency.Parse("EUR");

    /// <summary>The shop keeps UTC, which is what an import assumes when it is told no zone.</summary>
    public static BusinessCalendar Calendar => BusinessCalendar.Utc;

    public int Customers { get; init; } = 5000;

    public int Seed { get; init; } = 1;

    /// <summary>The day after the last one with data.</summary>
    public Cutoff Until { get; init; } = DefaultUntil;

    public int Years { get; init; } = 2;

    /// <summary>The day the shop opened.</summary>
    public Cutoff From => Cutoff.On(Until.Date.AddYears(-Years));

    /// <exception cref="RetentionException">No shop can be made so.</exception>
    public void Check()
    {
        if (Customers is < 1 or > CustomersMax) throw Refused($"{Customers} customers; a shop has 1 to {CustomersMax:N0}");
        if (Years is < 1 or > YearsMax) throw Refused($"{Years} years; a shop has 1 to {YearsMax}");
        if (Until.Date.Year is < 1971 + YearsMax or > 2090) throw Refused($"the end {Until}; the years 1991 to 2090 can be simulated");
    }

    private static RetentionException Refused(ref InvariantText found) => new(Failure.Usage, "Asked for " + found.ToStringAndClear() + ".");
}
