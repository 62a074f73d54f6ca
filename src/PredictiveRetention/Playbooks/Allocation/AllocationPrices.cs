namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>What a play costs a customer beside its cost, because others could have had it: the prices of the limits it takes of.</summary>
public sealed class AllocationPrices
{
    private readonly double[] _perUnit;
    private readonly double[] _perPlace;

    /// <param name="uses">Of an allocation under the limits; what a limit of 0 forbids has no finite price.</param>
    public AllocationPrices(AllocationLimits limits, IReadOnlyList<LimitUse> uses)
    {
        (_perUnit, _perPlace) = (new double[limits.Plays.Count], new double[limits.Plays.Count]);
        foreach (var use in uses)
        {
            var to = use.Kind is LimitKind.Budget or LimitKind.PlayBudget ? _perUnit : _perPlace;
            for (var play = 0; play < to.Length; play++)
                if (IsOf(use, limits.Plays[play])) to[play] += use.Price ?? double.PositiveInfinity;
        }
    }

    /// <summary>Currency units.</summary>
    /// <param name="cost">Of the play for the customer; what costs nothing takes nothing of a budget.</param>
    public double Of(int play, double cost) => (cost > 0 ? cost * _perUnit[play] : 0) + _perPlace[play];

    private static bool IsOf(in LimitUse use, PlayLimits play) => use.Kind switch
    {
        LimitKind.Budget => true,
        LimitKind.ChannelCapacity => use.Name == PlayNames.Name(play.Channel),
        _ => use.Name == play.Id,
    };
}
