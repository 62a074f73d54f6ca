namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// Whole options of the relaxation's optimum: who has parts of several gets the largest that fits, else nothing, and what is then left of
/// the limits is given to whoever gains most by it. At most one customer a limit has parts (a basis has no more columns).
/// </summary>
internal sealed class WholeChoice
{
    // What is left of limits is little: a few rounds use it up, and whoever comes later gains less.
    private const int MaxRounds = 20;
    private const int MovesKeptOfBlock = 16;

    // A smaller part is rounding.
    private const double LeastPart = 1e-9;

    private readonly OfferScan _offers;
    private readonly CouplingRows _rows;
    private readonly byte[] _choices;
    private readonly long[] _used;

    private WholeChoice(OfferScan offers, RelaxedChoice relaxed)
    {
        (_offers, _rows, _choices) = (offers, offers.Rows, relaxed.Choices);
        var parts = relaxed.Parts.GroupBy(part => part.Customer)
            .SelectMany(own => own.Append(new OptionPart(own.Key, _choices[own.Key], 1 - own.Sum(part => part.Part))))
            .OrderByDescending(part => part.Part).ThenBy(part => part.Customer).ThenBy(part => part.Option).ToList();
        foreach (var (customer, _, _) in parts) _choices[customer] = OfferBlock.Nothing;
        _used = offers.Use(_choices).ByRow(_rows);
        Relieve(relaxed.Prices);
        foreach (var (customer, option, part) in parts)
        {
            if (option == OfferBlock.Nothing || part < LeastPart || _choices[customer] != OfferBlock.Nothing) continue;
            if (Fits(customer, option)) Move(customer, option);
        }
        for (var round = 0; round < MaxRounds && Refill(); round++) { }
    }

    /// <summary>The choices of an optimum made whole, and what they use by row; they are changed in place.</summary>
    public static long[] Make(OfferScan offers, RelaxedChoice relaxed) => new WholeChoice(offers, relaxed)._used;

    /// <summary>
    /// Where rounding of sums let a limit be exceeded, whoever is missed least gets nothing until it holds.
    /// </summary>
    private void Relieve(double[] prices)
    {
        for (var row = 0; row < _rows.Count; row++)
        {
            if (_used[row] <= _rows.All[row].Limit) continue;
            var (perStep, perPlace) = _offers.Charges(prices);
            var members = Enumerable.Range(0, _choices.Length)
                .Where(customer => _choices[customer] != OfferBlock.Nothing && Takes(customer, _choices[customer], row) > 0)
                .OrderBy(Net);
            foreach (var customer in members)
            {
                if (_used[row] <= _rows.All[row].Limit) break;
                Move(customer, OfferBlock.Nothing);
            }

            double Net(int customer)
            {
                var (block, at) = Find(customer, _choices[customer]);
                return block.Worths[at] - block.Costs[at] * perStep[block.Plays[at]] - perPlace[block.Plays[at]];
            }
        }
    }

    /// <summary>Whether anybody could be given something worth more from what is left.</summary>
    private bool Refill()
    {
        var moves = _offers.Each(MovesOf).SelectMany(found => found).ToList();
        moves.Sort(static (one, other) => (-one.Gain, one.Customer, one.Option).CompareTo((-other.Gain, other.Customer, other.Option)));
        var moved = false;
        foreach (var move in moves)
        {
            if (Worth(move.Customer, move.Option) <= Worth(move.Customer, _choices[move.Customer])) continue;
            if (!Fits(move.Customer, move.Option)) continue;
            Move(move.Customer, move.Option);
            moved = true;
        }
        return moved;
    }

    /// <summary>The moves that gain most of those that fit by themselves, the greatest first.</summary>
    private List<PossibleMove> MovesOf(OfferBlock block, int first)
    {
        var moves = new List<PossibleMove>(MovesKeptOfBlock + 1);
        var steps = LeftByPlay(_rows.CostRows);
        var places = LeftByPlay(_rows.PlaceRows);
        for (var customer = 0; customer < block.Count; customer++)
        {
            var (from, to) = block.Span(customer);
            var chosen = _choices[first + customer];
            var (own, ownSteps, ownPlaces) = (0f, 0, 0);
            if (chosen != OfferBlock.Nothing) (own, ownSteps, ownPlaces) = (block.Worths[from + chosen], block.Costs[from + chosen], 1);
            for (var at = from; at < to; at++)
            {
                var gain = block.Worths[at] - own;
                if (!(gain > 0) || moves.Count == MovesKeptOfBlock && gain <= moves[^1].Gain) continue;
                // What a customer has may be in the same limits: at best it makes room for what it gets.
                if (block.Costs[at] > steps[block.Plays[at]] + ownSteps || places[block.Plays[at]] + ownPlaces < 1) continue;
                var move = new PossibleMove(first + customer, (byte)(at - from), gain);
                if (Fits(move.Customer, move.Option)) Keep(moves, move);
            }
        }
        return moves;
    }

    private long[] LeftByPlay(Func<int, List<int>> rows) =>
        [.. Enumerable.Range(0, _rows.Plays)
            .Select(play => rows(play).Select(row => _rows.All[row].Limit - _used[row]).DefaultIfEmpty(long.MaxValue / 2).Min())];

    private static void Keep(List<PossibleMove> moves, in PossibleMove move)
    {
        var place = moves.Count;
        while (place > 0 && moves[place - 1].Gain < move.Gain) place--;
        moves.Insert(place, move);
        if (moves.Count > MovesKeptOfBlock) moves.RemoveAt(MovesKeptOfBlock);
    }

    private bool Fits(int customer, byte option)
    {
        var (block, at) = Find(customer, option);
        var (play, cost) = (block.Plays[at], block.Costs[at]);
        foreach (var row in _rows.CostRows(play)) if (!Fits(row, cost)) return false;
        foreach (var row in _rows.PlaceRows(play)) if (!Fits(row, 1)) return false;
        return true;

        bool Fits(int row, long more) => _used[row] + more - Takes(customer, _choices[customer], row) <= _rows.All[row].Limit;
    }

    private void Move(int customer, byte option)
    {
        for (var row = 0; row < _used.Length; row++) _used[row] += Takes(customer, option, row) - Takes(customer, _choices[customer], row);
        _choices[customer] = option;
    }

    private long Takes(int customer, byte option, int row)
    {
        if (option == OfferBlock.Nothing) return 0;
        var (block, at) = Find(customer, option);
        return _rows.CostRows(block.Plays[at]).Contains(row) ? block.Costs[at] : _rows.PlaceRows(block.Plays[at]).Contains(row) ? 1 : 0;
    }

    private float Worth(int customer, byte option)
    {
        if (option == OfferBlock.Nothing) return 0;
        var (block, at) = Find(customer, option);
        return block.Worths[at];
    }

    private (OfferBlock Block, int At) Find(int customer, byte option)
    {
        var block = _offers.Blocks[customer / OfferBlock.Customers];
        return (block, block.Starts[customer % OfferBlock.Customers] + option);
    }

    private readonly record struct PossibleMove(int Customer, byte Option, float Gain);
}
