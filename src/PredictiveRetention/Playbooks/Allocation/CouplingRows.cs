using System.Numerics;

namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>A limit that customers share.</summary>
/// <param name="Limit">Steps of cost, or customers.</param>
/// <param name="Scale">
/// A column has its cost divided by this, so that no entry exceeds 1; a power of two, so that nothing is rounded. 1 of a capacity.
/// </param>
internal sealed record CouplingRow(LimitKind Kind, string Name, long Limit, double Scale)
{
    public bool CountsCost => Kind is LimitKind.Budget or LimitKind.PlayBudget;
}

/// <summary>
/// The rows of the linear program that tie customers together, and which of them a play has entries in. A row of limit 0 stays in it and
/// its price at 0: what it forbids is barred by a charge that no worth pays.
/// </summary>
internal sealed class CouplingRows
{
    /// <summary>Finite, so that nothing times it is still nothing.</summary>
    private const double Barred = 1e100;

    private readonly List<CouplingRow> _rows = [];
    private readonly List<int>[] _costRows;
    private readonly List<int>[] _placeRows;

    /// <exception cref="RetentionException">The limits do not fit the book, or one is negative or no number.</exception>
    public CouplingRows(OfferBook offers, AllocationLimits limits)
    {
        if (limits.Plays.Count != offers.Plays)
            throw Fault($"The limits name {limits.Plays.Count} plays, the book of offers has {offers.Plays}.");
        _costRows = [.. limits.Plays.Select(_ => new List<int>())];
        _placeRows = [.. limits.Plays.Select(_ => new List<int>())];
        if (limits.Budget is { } budget)
            Add(LimitKind.Budget, "", Steps("The budget", budget, offers), offers.MaxCosts.Max(), Enumerable.Range(0, offers.Plays));
        foreach (var (play, number) in limits.Plays.Select((play, number) => (play, number)))
        {
            if (play.Budget is { } own)
                Add(LimitKind.PlayBudget, play.Id, Steps($"The budget of play {play.Id}", own, offers), offers.MaxCosts[number], [number]);
            if (play.Capacity is { } places)
                Add(LimitKind.PlayCapacity, play.Id, Places($"The capacity of play {play.Id}", places), 1, [number]);
        }
        foreach (var (channel, places) in limits.ChannelCapacities.OrderBy(entry => entry.Key))
        {
            var name = PlayNames.Name(channel);
            var reached = Enumerable.Range(0, offers.Plays).Where(play => limits.Plays[play].Channel == channel);
            Add(LimitKind.ChannelCapacity, name, Places($"The capacity of channel {name}", places), 1, reached);
        }
        Plays = offers.Plays;
    }

    public int Plays { get; }

    public IReadOnlyList<CouplingRow> All => _rows;

    public int Count => _rows.Count;

    /// <summary>The budgets that a play's cost counts in.</summary>
    public List<int> CostRows(int play) => _costRows[play];

    /// <summary>The capacities that a play's customers count in.</summary>
    public List<int> PlaceRows(int play) => _placeRows[play];

    /// <summary>By play what a step of its cost and a place are charged at prices of the rows, limits of 0 included.</summary>
    public void Charge(ReadOnlySpan<double> prices, Span<double> perStep, Span<double> perPlace)
    {
        for (var play = 0; play < Plays; play++)
        {
            (perStep[play], perPlace[play]) = (0, 0);
            foreach (var row in _costRows[play]) perStep[play] += _rows[row].Limit == 0 ? Barred : prices[row] / _rows[row].Scale;
            foreach (var row in _placeRows[play]) perPlace[play] += _rows[row].Limit == 0 ? Barred : prices[row];
        }
    }

    private void Add(LimitKind kind, string name, long limit, int largest, IEnumerable<int> plays)
    {
        foreach (var play in plays)
            (kind is LimitKind.Budget or LimitKind.PlayBudget ? _costRows : _placeRows)[play].Add(_rows.Count);
        _rows.Add(new CouplingRow(kind, name, limit, BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, largest))));
    }

    // Rounded first: 0.29 units are 2,900 steps, not 2,899.
    private static long Steps(string what, double budget, OfferBook offers) =>
        budget >= 0 && double.IsFinite(budget)
            ? (long)Math.Min(Math.Floor(Math.Round(budget * offers.StepsPerUnit, 3)), 4e18)
            : throw Fault($"{what} is {budget}: it is an amount of 0 or more, or there is none.");

    private static long Places(string what, int places) =>
        places >= 0 ? places : throw Fault($"{what} is {places}: it is a number of customers, 0 or more, or there is none.");

    private static RetentionException Fault(ref InvariantText message) => new(Failure.Usage, message.ToStringAndClear());
}
