using System.Globalization;

namespace PredictiveRetention;

/// <summary>How far a prediction looks ahead, in whole days: the window is [cutoff, cutoff + days).</summary>
public readonly record struct Horizon
{
    public const int MaxDays = 3650;

    private Horizon(int days) => Days = days;

    public int Days { get; }

    public static Horizon OfDays(int days) =>
        days is >= 1 and <= MaxDays
            ? new Horizon(days)
            : throw new RetentionException(Failure.Usage, $"A horizon has 1 to {MaxDays} days, not {days}.");

    /// <summary>Reads '90d' or '90'.</summary>
    public static Horizon Parse(string text) =>
        int.TryParse(text.AsSpan().TrimEnd('d'), NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            ? OfDays(days)
            : throw new RetentionException(Failure.Usage, $"'{text}' is not a horizon: write a number of days such as 90d.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Days}d");
}
