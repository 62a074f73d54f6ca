namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>What a play may take in a period. 0 is allowed and means nobody (of a budget: nobody whom it costs anything).</summary>
/// <param name="Id">As the play is called in messages and results.</param>
/// <param name="Channel">How it reaches customers; plays of one channel share its capacity.</param>
/// <param name="Budget">Sum of costs, currency units; null is no limit.</param>
/// <param name="Capacity">Customers; null is no limit.</param>
public sealed record PlayLimits(string Id, PlayChannel Channel, double? Budget = null, int? Capacity = null);

/// <summary>What the plays of a period may take together. Budgets are cut to whole steps of the book of offers.</summary>
public sealed record AllocationLimits
{
    /// <summary>Every play, in the order of their numbers.</summary>
    public required IReadOnlyList<PlayLimits> Plays { get; init; }

    /// <summary>Sum of costs of all plays, currency units; null is no limit.</summary>
    public double? Budget { get; init; }

    /// <summary>Customers a channel can reach; a channel that is not here has no limit.</summary>
    public IReadOnlyDictionary<PlayChannel, int> ChannelCapacities { get; init; } = new Dictionary<PlayChannel, int>();
}
