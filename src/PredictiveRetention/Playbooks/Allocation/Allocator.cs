namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// Chooses at most one play for every customer so that the sum of worth is greatest under budgets and capacities. Who may get what at all
/// (consent, cooldown, contact caps, holdout) is decided before: such offers are not in the book.
/// <para>
/// This is the multiple-choice knapsack problem (Sinha and Zoltners, Operations Research 27, 1979) with several limits. Its continuous
/// relaxation is solved exactly (<see cref="Relaxation"/>, <see cref="GubSimplex"/>). At most one customer a limit then has parts of
/// several plays, and is given a whole one that fits or nothing (<see cref="WholeChoice"/>). With capacities alone nobody has parts: the
/// matrix is that of a network.
/// </para>
/// </summary>
public static class Allocator
{
    /// <summary>The same input gives the same allocation to the last bit, whatever the number of processors.</summary>
    /// <exception cref="RetentionException">The limits do not fit the book, or one is negative or no number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AllocationResult Allocate(OfferBook offers, AllocationLimits limits, CancellationToken cancellation = default) =>
        Allocate(offers, limits, new AllocatorSettings(), cancellation);

    internal static AllocationResult Allocate(
        OfferBook offers, AllocationLimits limits, AllocatorSettings settings, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var rows = new CouplingRows(offers, limits);
        var scan = new OfferScan(offers.Blocks(), rows, settings.Threads, cancellation);
        var relaxed = Relaxation.Solve(scan, settings);
        var used = WholeChoice.Make(scan, relaxed);
        var plays = new short[scan.Customers];
        var (value, steps) = (0.0, 0L);
        foreach (var part in scan.Each((block, first) => Chosen(block, first, relaxed.Choices, plays)))
            (value, steps) = (value + part.Value, steps + part.Steps);
        var uses = rows.All.Select((row, at) =>
        {
            double unit = row.CountsCost ? offers.StepsPerUnit : 1;
            double? price = row.Limit == 0 ? null : relaxed.Prices[at] / row.Scale * unit;
            return new LimitUse(row.Kind, row.Name, row.Limit / unit, used[at] / unit, price);
        });
        // Sums in double precision differ in their last digits: what is reached is never said to be more than what can be.
        var bound = Math.Max(value, scan.Dual(relaxed.Prices));
        return new AllocationResult(plays, value, (double)steps / offers.StepsPerUnit, bound, [.. uses]);
    }

    private static (double Value, long Steps) Chosen(OfferBlock block, int first, byte[] choices, short[] plays)
    {
        var (value, steps) = (0.0, 0L);
        for (var customer = 0; customer < block.Count; customer++)
        {
            plays[first + customer] = -1;
            if (choices[first + customer] == OfferBlock.Nothing) continue;
            var at = block.Starts[customer] + choices[first + customer];
            plays[first + customer] = block.Plays[at];
            value += block.Worths[at];
            steps += block.Costs[at];
        }
        return (value, steps);
    }
}

/// <summary>How the work is cut; the defaults suit any book.</summary>
internal sealed record AllocatorSettings
{
    public int Threads { get; init; } = -1;

    /// <summary>Customers that are solved without a guess of the prices: this many or up to Growth times more.</summary>
    public int FirstCustomers { get; init; } = 2048;

    /// <summary>Every sample has this many times the customers of the one before.</summary>
    public int Growth { get; init; } = 4;
}
