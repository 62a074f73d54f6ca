namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>A play that a customer may get tonight.</summary>
/// <param name="Play">Its number, from 0.</param>
/// <param name="Worth">What it is expected to bring, net of its expected cost, in currency units.</param>
/// <param name="Cost">What of budgets it is expected to take, in currency units, 0 or more.</param>
public readonly record struct Offer(int Play, double Worth, double Cost);

/// <summary>
/// The offers of all customers, in the order of the customers. Kept as a list for each customer, not as a table of customers by plays: a
/// customer is in the audience of few plays, and 9 bytes an offer and 4 a customer are less than 8 a cell once a tenth of the cells is
/// empty. Worths are rounded to single precision (7 digits), costs to whole steps, so that sums of costs are exact in any order.
/// Not safe to add to from several threads.
/// </summary>
public sealed class OfferBook
{
    private readonly List<OfferBlock> _full = [];
    private readonly List<int> _starts = [0];
    private readonly List<byte> _plays = [];
    private readonly List<float> _worths = [];
    private readonly List<int> _costs = [];
    private readonly bool[] _seen;

    /// <param name="plays">How many plays there are, 1 to 255.</param>
    /// <param name="stepsPerUnit">
    /// Costs and budgets are counted in whole steps, this many a currency unit: 10,000 tells a hundredth of a cent and holds costs up to
    /// 214,748 units; a currency of small units wants fewer.
    /// </param>
    /// <exception cref="ArgumentException">Either is out of range.</exception>
    public OfferBook(int plays, int stepsPerUnit = 10_000)
    {
        if (plays is < 1 or > Playbook.MostPlays)
            throw new ArgumentException(Invariant.Text($"{plays} plays; a book holds offers of 1 to 255."), nameof(plays));
        if (stepsPerUnit < 1)
            throw new ArgumentException(Invariant.Text($"{stepsPerUnit} steps a currency unit; at least 1."), nameof(stepsPerUnit));
        Plays = plays;
        StepsPerUnit = stepsPerUnit;
        MaxCosts = new int[plays];
        _seen = new bool[plays];
    }

    public int Plays { get; }

    public int StepsPerUnit { get; }

    /// <summary>The greatest cost an offer may have, currency units.</summary>
    public double MaxCost => (double)(int.MaxValue - 1) / StepsPerUnit;

    /// <summary>
    /// Steps that suit a shop: a hundred thousandth of its median order, so that costs up to twenty thousand of them fit, or a hundredth of
    /// the smallest coin where the median is not known.
    /// </summary>
    public static int StepsFor(Currency currency, double? medianOrder) => medianOrder is > 0 and var median
        ? (int)Math.Clamp(100_000 / median, 1, 100_000_000)
        : (int)(100 * currency.MinorPerUnit);

    /// <summary>Customers added so far, those without an offer too.</summary>
    public int Customers => _full.Count * OfferBlock.Customers + _starts.Count - 1;

    /// <summary>Offers kept so far.</summary>
    public long Offers { get; private set; }

    /// <summary>By play: the greatest cost, in steps.</summary>
    internal int[] MaxCosts { get; }

    /// <summary>
    /// Adds the next customer with all offers, also if there are none. An offer worth nothing or less is left out: nobody chooses it.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A play that is not in the book or twice, a worth that is not finite, a cost that is negative, not finite or too great for the steps.
    /// Nothing of the customer is then added.
    /// </exception>
    public void Add(ReadOnlySpan<Offer> offers)
    {
        if (FaultOf(offers) is { } fault)
            throw new ArgumentException(Invariant.Text($"Customer {Customers} has {fault}."), nameof(offers));
        foreach (var offer in offers)
        {
            if (!((float)offer.Worth > 0)) continue;
            var cost = Steps(offer.Cost);
            _plays.Add((byte)offer.Play);
            _worths.Add((float)offer.Worth);
            _costs.Add(cost);
            MaxCosts[offer.Play] = Math.Max(MaxCosts[offer.Play], cost);
            Offers++;
        }
        _starts.Add(_plays.Count);
        if (_starts.Count <= OfferBlock.Customers) return;
        _full.Add(OpenBlock());
        _starts.RemoveRange(1, OfferBlock.Customers);
        _plays.Clear();
        _worths.Clear();
        _costs.Clear();
    }

    /// <summary>The offers of a customer as they are kept, rounded.</summary>
    /// <param name="customer">From 0, in the order of adding.</param>
    public IReadOnlyList<Offer> Of(int customer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(customer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(customer, Customers);
        var number = customer / OfferBlock.Customers;
        var block = number < _full.Count ? _full[number] : OpenBlock();
        var (from, to) = block.Span(customer % OfferBlock.Customers);
        return [.. Enumerable.Range(from, to - from)
            .Select(at => new Offer(block.Plays[at], block.Worths[at], (double)block.Costs[at] / StepsPerUnit))];
    }

    /// <summary>All customers, <see cref="OfferBlock.Customers"/> a block; the last may have fewer.</summary>
    internal OfferBlock[] Blocks() => _starts.Count > 1 ? [.. _full, OpenBlock()] : [.. _full];

    private OfferBlock OpenBlock() => new([.. _starts], [.. _plays], [.. _worths], [.. _costs]);

    /// <summary>What is wrong with the offers of a customer; null where nothing is.</summary>
    private string? FaultOf(ReadOnlySpan<Offer> offers)
    {
        Array.Clear(_seen);
        foreach (var (play, worth, cost) in offers)
        {
            if (play < 0 || play >= Plays) return Invariant.Text($"play {play}; the book has plays 0 to {Plays - 1}");
            if (_seen[play]) return Invariant.Text($"two offers of play {play}");
            if (!float.IsFinite((float)worth)) return Invariant.Text($"a worth of {worth} for play {play}");
            if (!(cost >= 0)) return Invariant.Text($"a cost of {cost} for play {play}; it is 0 or more");
            if (cost * StepsPerUnit > int.MaxValue - 1)
            {
                return Invariant.Text(
                    $"a cost of {cost} for play {play}; with {StepsPerUnit} steps a unit it is at most {int.MaxValue / StepsPerUnit}");
            }
            _seen[play] = true;
        }
        return null;
    }

    private int Steps(double cost) => (int)Math.Round(cost * StepsPerUnit);
}
