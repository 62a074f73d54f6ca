using System.Globalization;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Insights;

/// <summary>Every number of the figures a shop may choose. Stored with the run, as the cut-offs of its segments are.</summary>
public sealed record InsightSettings
{
    /// <summary>
    /// Calendar months of the monthly figures, the running one included; what lies before is one row "before". From 3 on, a window that
    /// cuts the history begins with the next quarter. Default 36; 1 to 60.
    /// </summary>
    public int Months { get; init; } = 36;

    /// <summary>Days of the daily figures. Default 365; 1 to 1000.</summary>
    public int Days { get; init; } = 365;

    /// <summary>Months whose moves between segments are shown. Default 12; 0 to 60.</summary>
    public int MigrationMonths { get; init; } = 12;

    /// <summary>A figure of fewer customers, or divided by less, is marked as small. Default 30.</summary>
    public int SmallGroup { get; init; } = 30;

    /// <summary>Young below this age. Default 35.</summary>
    public int MiddleAgedFrom { get; init; } = 35;

    /// <summary>Senior from this age. Default 55; above MiddleAgedFrom.</summary>
    public int SeniorFrom { get; init; } = 55;

    /// <summary>
    /// Values of a free text (channel, category) shown by themselves; the others, by number of customers, are "(other values)". Default 50;
    /// 1 to 200.
    /// </summary>
    public int TextValues { get; init; } = 50;

    /// <summary>
    /// Customers whose visits are set against their spend; the first in key order, which is a random draw. Default 20,000; 10 to 50,000,
    /// the customers the cut-offs are taken from.
    /// </summary>
    public int CorrelationSample { get; init; } = 20_000;

    /// <summary>Where risk cards turn to alert.</summary>
    public FindingThresholds Thresholds { get; init; } = new();

    /// <exception cref="RetentionException">A setting is out of its range; all faults in one message.</exception>
    public InsightSettings Checked()
    {
        string?[] faults =
        [
            Within(nameof(Months), Months, 1, 60), Within(nameof(Days), Days, 1, 1000),
            Within(nameof(MigrationMonths), MigrationMonths, 0, 60),
            Within(nameof(SmallGroup), SmallGroup, 0, 1_000_000), Within(nameof(MiddleAgedFrom), MiddleAgedFrom, 1, 150),
            Within(nameof(SeniorFrom), SeniorFrom, MiddleAgedFrom + 1, 150), Within(nameof(TextValues), TextValues, 1, 200),
            Within(nameof(CorrelationSample), CorrelationSample, 10, 50_000),
        ];
        var found = faults.OfType<string>().Concat(Thresholds.Faults()).ToList();
        return found.Count == 0
            ? this
            : throw new RetentionException(Failure.Usage, "The settings of the figures are not usable: " + string.Join("; ", found) + ".");
    }

    private static string? Within(string name, int value, int min, int max) =>
        value >= min && value <= max ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, allowed {min} to {max}");
}
