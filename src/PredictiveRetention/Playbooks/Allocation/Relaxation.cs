namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// The optimum of the continuous relaxation, by the Boxstep method (Marsten, Hogan and Blankenship, Operations Research 23, 1975): prices
/// are sought in a box around where they are expected, which leaves open only the customers whose best option is not the same everywhere in
/// it; these are solved exactly, and where prices end on a side the box moves. Prices that end inside are optimal for everybody, since the
/// dual function is convex and in the box nothing of it was left out.
/// <para>
/// Where prices are to be expected is told by fewer customers: some two to eight thousand without a box, then four times as many until it
/// is all, each time in a box as wide as the answer of the time before may be off by chance.
/// </para>
/// </summary>
internal static class Relaxation
{
    // Boxes grow fourfold with every move, so that this many reach across any prices.
    private const int MaxMoves = 60;

    // Of the optimum. A sample is off by far more.
    private const double LeastGain = 1e-9;
    private const double LeastGainOfSample = 1e-7;

    public static RelaxedChoice Solve(OfferScan offers, AllocatorSettings settings)
    {
        var choices = new byte[offers.Customers];
        Array.Fill(choices, OfferBlock.Nothing);
        var stride = 1;
        while (offers.Customers / (stride * settings.Growth) >= settings.FirstCustomers) stride *= settings.Growth;
        var box = PriceBox.Everywhere(offers.Rows.Count);
        var means = offers.Means();
        while (true)
        {
            var solved = Solve(offers, box, stride, choices);
            if (stride == 1) return solved;
            box = Expected(offers, solved.Prices, stride, means);
            stride /= settings.Growth;
        }
    }

    private static RelaxedChoice Solve(OfferScan offers, PriceBox box, int stride, byte[] choices)
    {
        for (var move = 0; ; move++)
        {
            var (open, settled) = offers.Divide(box, stride, choices);
            byte[] keys = [.. open.Select(customer => choices[customer])];
            var simplex = new GubSimplex(offers.Gather(open), keys, offers.Rows, box, Left(offers, stride, settled));
            simplex.Solve(stride == 1 ? LeastGain : LeastGainOfSample, offers.Cancellation);
            for (var at = 0; at < open.Length; at++) choices[open[at]] = keys[at];
            var onSide = simplex.OnSide();
            if (box.IsEverywhere || move == MaxMoves || !onSide.Contains(true))
                return new(choices, simplex.Prices, [.. simplex.Parts.Select(part => part with { Customer = open[part.Customer] })]);
            box = box.MovedTo(simplex.Prices, onSide);
        }
    }

    /// <summary>By row, scaled: the share of the limits that a sample has, without what is settled.</summary>
    private static double[] Left(OfferScan offers, int stride, PlayUse settled)
    {
        var share = (double)((offers.Customers + stride - 1) / stride) / Math.Max(1, offers.Customers);
        return [.. offers.Rows.All.Zip(settled.ByRow(offers.Rows), (row, used) => (row.Limit * share - used) / row.Scale)];
    }

    /// <summary>
    /// A sample of n tells a price to about a part in the square root of n, and so does it that a price is 0, of what is usual.
    /// </summary>
    private static PriceBox Expected(OfferScan offers, double[] prices, int stride, (double Worth, double Steps) means)
    {
        var deviation = 1 / Math.Sqrt((double)offers.Customers / stride);
        return new PriceBox(prices, [.. offers.Rows.All.Select((row, at) => deviation * (2 * prices[at] + 0.2 * Usual(row)))]);

        double Usual(CouplingRow row) => row.CountsCost ? means.Worth / Math.Max(means.Steps, 1) * row.Scale : means.Worth;
    }
}

/// <summary>An optimum of the relaxation.</summary>
/// <param name="Choices">By customer the option it gets whole, or the larger part of.</param>
/// <param name="Prices">By row, scaled.</param>
/// <param name="Parts">What customers get parts of beside their choice: at most one a row.</param>
internal sealed record RelaxedChoice(byte[] Choices, double[] Prices, IReadOnlyList<OptionPart> Parts);

/// <param name="Part">Of the customer, 0..1.</param>
internal readonly record struct OptionPart(int Customer, byte Option, double Part);
