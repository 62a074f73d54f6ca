namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>What is limited.</summary>
public enum LimitKind : byte
{
    Budget,
    PlayBudget,
    PlayCapacity,
    ChannelCapacity,
}

/// <summary>How far a limit is used and what more of it would bring.</summary>
/// <param name="Name">The play's id or the channel's name; empty for the budget of all.</param>
/// <param name="Limit">Currency units of a budget, customers of a capacity.</param>
/// <param name="Used">In the same unit; never above the limit.</param>
/// <param name="Price">
/// What one more unit would bring, currency units: at the margin, with everything else used as well as can be. 0 where the limit does not
/// bind; null where it is 0, because what it forbids was not looked at.
/// </param>
public readonly record struct LimitUse(LimitKind Kind, string Name, double Limit, double Used, double? Price);

/// <summary>Which customer gets which play.</summary>
/// <param name="Plays">By customer, in the order of the book: the play's number, -1 for none.</param>
/// <param name="Value">Sum of the worth of what was chosen, currency units.</param>
/// <param name="Cost">Sum of its costs, currency units.</param>
/// <param name="Bound">
/// What no allocation can exceed: the optimum of the continuous relaxation, where a customer may get parts of several plays.
/// </param>
/// <param name="Limits">The budget, then budget and capacity of each play, then channels; only those that were set.</param>
public sealed record AllocationResult(short[] Plays, double Value, double Cost, double Bound, IReadOnlyList<LimitUse> Limits)
{
    /// <summary>The part of the bound that is not reached, 0..1; 0 where there is nothing to reach.</summary>
    public double Gap => Bound > 0 ? (Bound - Value) / Bound : 0;
}
