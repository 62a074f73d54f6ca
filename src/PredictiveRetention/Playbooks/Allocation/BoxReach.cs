namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// How far the difference of two options of a customer can move inside a box. What both are charged alike (the budget of all for the cost
/// they share, the channel they share) moves neither, so it is told apart from what only one of them is charged.
/// </summary>
internal sealed class BoxReach
{
    /// <summary>Of the worths compared: what sums in double precision may be off by.</summary>
    private const double Rounding = 1e-13;

    private readonly double _perSharedStep;
    private readonly double[] _perOwnStep;
    private readonly double[] _perOwnPlace;
    private readonly double[] _perChannelPlace;
    private readonly int[] _channels;

    public BoxReach(CouplingRows rows, PriceBox box)
    {
        _perOwnStep = new double[rows.Plays];
        _perOwnPlace = new double[rows.Plays];
        _perChannelPlace = new double[rows.Plays];
        _channels = new int[rows.Plays];
        for (var play = 0; play < rows.Plays; play++)
        {
            _channels[play] = -1;
            foreach (var row in rows.CostRows(play).Concat(rows.PlaceRows(play)))
            {
                var reach = box.Reach[row] / rows.All[row].Scale;
                switch (rows.All[row].Kind)
                {
                    case LimitKind.Budget: _perSharedStep = reach; break;
                    case LimitKind.PlayBudget: _perOwnStep[play] = reach; break;
                    case LimitKind.PlayCapacity: _perOwnPlace[play] = reach; break;
                    default: (_channels[play], _perChannelPlace[play]) = (row, reach); break;
                }
            }
        }
    }

    /// <summary>Whether another option than the best at the centre can be better somewhere in the box.</summary>
    public bool MayChange(OfferBlock block, int from, int to, byte best, double net, double[] perStep, double[] perPlace)
    {
        if (best == OfferBlock.Nothing)
        {
            for (var at = from; at < to; at++)
            {
                var play = block.Plays[at];
                var other = block.Worths[at] - block.Costs[at] * perStep[play] - perPlace[play];
                if (-other <= Alone(block, at) + Rounding * block.Worths[at]) return true;
            }
            return false;
        }
        var chosen = from + best;
        if (net <= Alone(block, chosen) + Rounding * block.Worths[chosen]) return true;
        for (var at = from; at < to; at++)
        {
            if (at == chosen) continue;
            var play = block.Plays[at];
            var other = block.Worths[at] - block.Costs[at] * perStep[play] - perPlace[play];
            if (net - other <= Between(block, chosen, at) + Rounding * (block.Worths[at] + block.Worths[chosen])) return true;
        }
        return false;
    }

    private double Alone(OfferBlock block, int at) =>
        block.Costs[at] * _perSharedStep + Own(block, at) + _perChannelPlace[block.Plays[at]];

    private double Between(OfferBlock block, int one, int other)
    {
        var channels = _channels[block.Plays[one]] == _channels[block.Plays[other]]
            ? 0
            : _perChannelPlace[block.Plays[one]] + _perChannelPlace[block.Plays[other]];
        return Math.Abs(block.Costs[one] - (double)block.Costs[other]) * _perSharedStep + Own(block, one) + Own(block, other) + channels;
    }

    private double Own(OfferBlock block, int at) => block.Costs[at] * _perOwnStep[block.Plays[at]] + _perOwnPlace[block.Plays[at]];
}
