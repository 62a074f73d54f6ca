namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>What the plays of a shop may take together, and how often a customer may be contacted.</summary>
public sealed record ActionSettings
{
    /// <summary>Over which <see cref="MostContacts"/> counts.</summary>
    public const int ContactDays = 28;

    /// <summary>
    /// Days budgets, capacities and the one action of a customer count over. Default 7. What waits to be dealt with counts however old it
    /// is.
    /// </summary>
    public int PeriodDays { get; init; } = 7;

    /// <summary>Expected cost of all plays together in a period, currency units; null is no limit.</summary>
    public double? Budget { get; init; }

    /// <summary>Customers a channel can reach in a period; a channel that is not here has no limit.</summary>
    public IReadOnlyDictionary<PlayChannel, int> ChannelCapacities { get; init; } = new Dictionary<PlayChannel, int>();

    /// <summary>A customer is contacted at most so often in <see cref="ContactDays"/> days, whatever the play. Default 2.</summary>
    public int MostContacts { get; init; } = 2;

    /// <summary>Part of all customers who get no play at all, so that the effect of the playbook can be measured. Default 0.05.</summary>
    public double ControlShare { get; init; } = 0.05;

    /// <summary>True where what one customer gets may depend on what others get.</summary>
    public bool AreLimited(IEnumerable<Play> plays) =>
        Budget is not null || ChannelCapacities.Count > 0 || plays.Any(play => play.Budget is not null || play.Capacity is not null);

    /// <exception cref="RetentionException">A value is out of range.</exception>
    public ActionSettings Checked()
    {
        Require(PeriodDays is >= 1 and <= Horizon.MaxDays, "period", PeriodDays, Invariant.Text($"1 to {Horizon.MaxDays} days"));
        Require(Budget is null or (>= 0 and < double.PositiveInfinity), "budget", Budget, "an amount from 0 on");
        foreach (var (channel, most) in ChannelCapacities)
            Require(most >= 0, "capacity of " + PlayNames.Name(channel), most, "customers, 0 or more");
        Require(MostContacts >= 1, "most contacts", MostContacts, "1 or more");
        Require(ControlShare is >= 0 and <= 1, "control share", ControlShare, "0 to 1");
        return this;
    }

    private static void Require(bool holds, string name, double? found, string allowed)
    {
        if (!holds) throw new RetentionException(Failure.Usage, Invariant.Text($"The {name} of actions is {found}; allowed: {allowed}."));
    }
}
