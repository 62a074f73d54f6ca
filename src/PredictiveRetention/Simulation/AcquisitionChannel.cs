namespace PredictiveRetention.Simulation;

/// <summary>Where customers come from.</summary>
/// <param name="Name">Empty: nobody recorded it.</param>
/// <param name="Favours">Types that are more frequent here, with how much.</param>
internal sealed record AcquisitionChannel(string Name, double Share, params (CustomerType Type, double Times)[] Favours)
{
    public static IReadOnlyList<AcquisitionChannel> All { get; } =
    [
        new("organic_search", 0.28),
        new("paid_search", 0.19, (CustomerType.Occasional, 1.2)),
        new("social", 0.15, (CustomerType.OneTimer, 1.5)),
        new("referral", 0.10, (CustomerType.Loyal, 1.7)),
        new("email", 0.08, (CustomerType.Subscriber, 1.5)),
        new("affiliate", 0.08, (CustomerType.DiscountSeeker, 2)),
        new("", 0.12),
    ];

    public static double[] RunningShares { get; } = Shares.Running([.. All.Select(channel => channel.Share)]);

    /// <summary>Of the types among this channel's customers.</summary>
    public double[] RunningTypes { get; } = Shares.Running([.. TypeTraits.All.Select(traits => traits.Share
        * Times(Favours, traits.Type))]);

    private static double Times((CustomerType Type, double Times)[] favours, CustomerType type) =>
        favours.Where(favour => favour.Type == type).Select(favour => favour.Times).DefaultIfEmpty(1).First();
}

internal static class Shares
{
    /// <summary>Running sums, scaled to end in 1.</summary>
    public static double[] Running(IReadOnlyList<double> weights)
    {
        var total = weights.Sum();
        var sum = 0.0;
        return [.. weights.Select(weight => (sum += weight) / total)];
    }
}
