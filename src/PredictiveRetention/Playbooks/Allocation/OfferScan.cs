namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>Passes over all offers, block by block on several threads; what blocks find is put together in their order.</summary>
internal sealed class OfferScan(OfferBlock[] blocks, CouplingRows rows, int threads, CancellationToken cancellation)
{
    public OfferBlock[] Blocks => blocks;

    public CouplingRows Rows => rows;

    public int Customers { get; } = blocks.Sum(block => block.Count);

    public CancellationToken Cancellation => cancellation;

    /// <summary>What a block found, for every block in order.</summary>
    public T[] Each<T>(Func<OfferBlock, int, T> find)
    {
        var found = new T[blocks.Length];
        Parallel.For(0, blocks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            number => found[number] = find(blocks[number], number * OfferBlock.Customers));
        return found;
    }

    /// <summary>The dual function: what the limits are worth at prices, and what every customer's best option brings after them.</summary>
    public double Dual(double[] prices)
    {
        var (perStep, perPlace) = Charges(prices);
        var sum = 0.0;
        for (var row = 0; row < rows.Count; row++) sum += prices[row] * (rows.All[row].Limit / rows.All[row].Scale);
        return sum + Each((block, _) =>
        {
            var nets = 0.0;
            for (var customer = 0; customer < block.Count; customer++) nets += Best(block, customer, perStep, perPlace).Net;
            return nets;
        }).Sum();
    }

    /// <summary>The mean worth and cost (in steps) of an offer; 0 without offers.</summary>
    public (double Worth, double Steps) Means()
    {
        var (worth, steps, offers) = (0.0, 0.0, 0L);
        foreach (var part in Each((block, _) =>
        {
            var (worths, costs) = (0.0, 0.0);
            for (var at = 0; at < block.Worths.Length; at++) (worths, costs) = (worths + block.Worths[at], costs + block.Costs[at]);
            return (Worth: worths, Steps: costs, Offers: block.Worths.Length);
        })) (worth, steps, offers) = (worth + part.Worth, steps + part.Steps, offers + part.Offers);
        return (worth / Math.Max(1, offers), steps / Math.Max(1, offers));
    }

    /// <summary>
    /// Gives every stride-th customer its best option at the centre of a box, and lists those for whom another could be best elsewhere in
    /// it. Where the box is all prices everybody is open, and begins with nothing.
    /// </summary>
    public Split Divide(PriceBox box, int stride, byte[] choices)
    {
        var (perStep, perPlace) = Charges([.. box.Centre]);
        var reach = new BoxReach(rows, box);
        var parts = Each((block, first) =>
        {
            var open = new List<int>();
            var use = new PlayUse(rows.Plays);
            for (var customer = (stride - first % stride) % stride; customer < block.Count; customer += stride)
            {
                var (from, to) = block.Span(customer);
                if (from == to) continue;
                var (best, net) = box.IsEverywhere ? (OfferBlock.Nothing, 0) : Best(block, customer, perStep, perPlace);
                choices[first + customer] = best;
                if (box.IsEverywhere || reach.MayChange(block, from, to, best, net, perStep, perPlace)) open.Add(first + customer);
                else if (best != OfferBlock.Nothing) use.Add(block.Plays[from + best], block.Costs[from + best]);
            }
            return (Open: open, Use: use);
        });
        var settled = new PlayUse(rows.Plays);
        foreach (var part in parts) settled.Add(part.Use);
        return new Split([.. parts.SelectMany(part => part.Open)], settled);
    }

    /// <summary>Some customers side by side: they are looked at again and again, and a processor reads what lies together.</summary>
    public OfferBlock Gather(int[] customers)
    {
        var starts = new int[customers.Length + 1];
        for (var at = 0; at < customers.Length; at++)
        {
            var (from, to) = blocks[customers[at] / OfferBlock.Customers].Span(customers[at] % OfferBlock.Customers);
            starts[at + 1] = starts[at] + to - from;
        }
        var gathered = new OfferBlock(starts, new byte[starts[^1]], new float[starts[^1]], new int[starts[^1]]);
        for (var at = 0; at < customers.Length; at++)
        {
            var block = blocks[customers[at] / OfferBlock.Customers];
            var (from, to) = block.Span(customers[at] % OfferBlock.Customers);
            block.Plays.AsSpan(from, to - from).CopyTo(gathered.Plays.AsSpan(starts[at]));
            block.Worths.AsSpan(from, to - from).CopyTo(gathered.Worths.AsSpan(starts[at]));
            block.Costs.AsSpan(from, to - from).CopyTo(gathered.Costs.AsSpan(starts[at]));
        }
        return gathered;
    }

    /// <summary>What all choices take.</summary>
    public PlayUse Use(byte[] choices)
    {
        var sum = new PlayUse(rows.Plays);
        foreach (var part in Each((block, first) =>
        {
            var use = new PlayUse(rows.Plays);
            for (var customer = 0; customer < block.Count; customer++)
            {
                if (choices[first + customer] == OfferBlock.Nothing) continue;
                var at = block.Starts[customer] + choices[first + customer];
                use.Add(block.Plays[at], block.Costs[at]);
            }
            return use;
        })) sum.Add(part);
        return sum;
    }

    public (double[] PerStep, double[] PerPlace) Charges(double[] prices)
    {
        var (perStep, perPlace) = (new double[rows.Plays], new double[rows.Plays]);
        rows.Charge(prices, perStep, perPlace);
        return (perStep, perPlace);
    }

    /// <summary>The first of the options that bring most after what they are charged; nothing brings 0.</summary>
    private static (byte Option, double Net) Best(OfferBlock block, int customer, double[] perStep, double[] perPlace)
    {
        var (from, to) = block.Span(customer);
        var (best, most) = (OfferBlock.Nothing, 0.0);
        for (var at = from; at < to; at++)
        {
            var play = block.Plays[at];
            var net = block.Worths[at] - block.Costs[at] * perStep[play] - perPlace[play];
            if (net > most) (best, most) = ((byte)(at - from), net);
        }
        return (best, most);
    }
}

/// <param name="Open">Customers still to be decided, ascending.</param>
/// <param name="Settled">What the others take.</param>
internal readonly record struct Split(int[] Open, PlayUse Settled);

/// <summary>Customers and steps of cost by play. Whole numbers: the order of adding does not matter.</summary>
internal sealed class PlayUse(int plays)
{
    private readonly long[] _customers = new long[plays];
    private readonly long[] _steps = new long[plays];

    public void Add(int play, long steps, int customers = 1)
    {
        _customers[play] += customers;
        _steps[play] += steps;
    }

    public void Add(PlayUse other)
    {
        for (var play = 0; play < plays; play++) Add(play, other._steps[play], (int)other._customers[play]);
    }

    /// <summary>By row, in steps or customers.</summary>
    public long[] ByRow(CouplingRows rows)
    {
        var used = new long[rows.Count];
        for (var play = 0; play < plays; play++)
        {
            foreach (var row in rows.CostRows(play)) used[row] += _steps[play];
            foreach (var row in rows.PlaceRows(play)) used[row] += _customers[play];
        }
        return used;
    }
}
