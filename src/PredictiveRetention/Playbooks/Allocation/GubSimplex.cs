namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// The primal simplex method with generalised upper bounds (Dantzig and Van Slyke, "Generalized upper bounding techniques", Journal of
/// Computer and System Sciences 1, 1967): every customer has one option that is its key, and the row that says "at most one option a
/// customer" is kept by it, so the basis has a row a limit only. Columns are the difference of an option and the customer's key.
/// <para>
/// Beside customers a limit has two columns that hold its price inside a box: what is left over can be sold at the lower price (at 0 it is
/// plain slack), more can be bought at the upper one. So any choice of options is a start, and prices begin near where they are expected.
/// </para>
/// <para>
/// Limits are made larger by parts in 10^10 that differ, so that no step is of length 0 and no basis comes twice; they are put back at the
/// end. Should rounding defeat that, the number of steps is limited: the bound is then still one, and the gap says what was missed.
/// </para>
/// </summary>
internal sealed class GubSimplex
{
    // Customers priced at once; of these the ones that gain most are moved before the next are looked at.
    private const int Priced = 64;
    private const int StepsBetweenInversions = 100;

    // Of the worths or prices that are compared; less is rounding.
    private const double LeastGain = 1e-12;

    private readonly OfferBlock _offers;
    private readonly byte[] _keys;
    private readonly CouplingRows _rows;
    private readonly PriceBox _box;
    private readonly double[] _limits;
    private readonly double[] _rest;
    private readonly BasicColumns _basic;
    private readonly WorkingBasis _basis;
    private readonly SparseColumn _column = new();
    private readonly double[] _fall;
    private readonly double[] _prices;
    private readonly double[] _perStep;
    private readonly double[] _perPlace;
    private readonly double[] _gains = new double[Priced];
    private readonly double[] _pricesOfLeastDual;
    private double _leastDual = double.PositiveInfinity;
    private int _stepsSinceInversion;
    private long _stepsLeft;

    /// <param name="offers">Of the customers to be decided.</param>
    /// <param name="keys">By customer the option it begins with, and ends with; changed in place.</param>
    /// <param name="limits">By row, scaled, without what other customers take; below 0 where that is more than there is.</param>
    public GubSimplex(OfferBlock offers, byte[] keys, CouplingRows rows, PriceBox box, double[] limits)
    {
        (_offers, _keys, _rows, _box, _limits) = (offers, keys, rows, box, limits);
        _basis = new WorkingBasis(rows.Count);
        _basic = new BasicColumns(rows.Count);
        (_fall, _prices, _rest) = (new double[rows.Count], new double[rows.Count], new double[rows.Count]);
        _pricesOfLeastDual = new double[rows.Count];
        (_perStep, _perPlace) = (new double[rows.Plays], new double[rows.Plays]);
        _stepsLeft = 100L * offers.Count + 10_000;
        for (var row = 0; row < rows.Count; row++) _rest[row] = limits[row] + Widening(row);
        for (var customer = 0; customer < offers.Count; customer++) AddToRest(customer, keys[customer], -1);
        Start();
    }

    /// <summary>By row, scaled; 0 or more.</summary>
    public double[] Prices => [.. _prices.Select(price => Math.Max(0, price))];

    /// <summary>The options of customers that get parts of several, each with its part; what is left of 1 is the key's.</summary>
    public IReadOnlyList<OptionPart> Parts =>
        [.. from at in Enumerable.Range(0, _basic.Count)
            where _basic.Customer(at) >= 0
            select new OptionPart(_basic.Customer(at), _basic.Option(at), _basic.Values[at])];

    /// <summary>
    /// Steps until no column gains, or what is still to be gained is no part of the optimum to speak of.
    /// </summary>
    /// <param name="leastGain">What is no part to speak of.</param>
    public void Solve(double leastGain, CancellationToken cancellation)
    {
        var all = Enumerable.Range(0, _offers.Count).ToArray();
        var listed = new int[all.Length];
        bool entered;
        do
        {
            var gaining = Price(all, listed, out entered, cancellation);
            // Who gained is looked at again until nobody of them does; only then is everybody.
            while (gaining.Length > 0 && _stepsLeft > 0) gaining = Price(gaining, listed, out _, cancellation);
        }
        while (entered && _stepsLeft > 0 && (PriceBoxColumns() || !IsNearOptimum(leastGain)));
        for (var row = 0; row < _rows.Count; row++) _rest[row] -= Widening(row);
        Invert();
        // Otherwise the prices of the basis are the optimum.
        if (entered && double.IsFinite(_leastDual)) _pricesOfLeastDual.CopyTo(_prices, 0);
    }

    /// <summary>By row, whether its price is held by a side of the box where prices could go on.</summary>
    public bool[] OnSide()
    {
        var sides = new bool[_rows.Count];
        for (var at = 0; at < _basic.Count; at++)
        {
            if (_basic.Customer(at) < 0) sides[_basic.BoxRow(at)] |= _basic.IsExcess(at) || _box.Lower(_basic.BoxRow(at)) > 0;
        }
        return sides;
    }

    private double Widening(int row) => Math.Abs(_limits[row]) * 1e-10 * (1 + row * 0.6180339887 % 1);

    private bool PriceBoxColumns()
    {
        var rounding = 0.0;
        foreach (var price in _prices) rounding = Math.Max(rounding, LeastGain * Math.Abs(price));
        var best = new EnteringColumn(-1, OfferBlock.Nothing, -1, IsExcess: false, rounding);
        for (var row = 0; row < _rows.Count; row++)
        {
            var (sold, bought) = (_box.Lower(row) - _prices[row], _prices[row] - _box.Upper(row));
            if (sold > best.Gain) best = best with { Row = row, IsExcess = false, Gain = sold };
            if (bought > best.Gain) best = best with { Row = row, IsExcess = true, Gain = bought };
        }
        if (best.Row < 0) return false;
        _column.Clear();
        _column.Add(best.Row, best.IsExcess ? -1 : 1);
        Step(best);
        return true;
    }

    /// <summary>Looks at customers a few at a time and moves those who gain most.</summary>
    /// <param name="listed">Gets those who gained; may be where the customers stand.</param>
    private ReadOnlySpan<int> Price(ReadOnlySpan<int> customers, int[] listed, out bool entered, CancellationToken cancellation)
    {
        var end = 0;
        entered = PriceBoxColumns();
        for (var from = 0; from < customers.Length && _stepsLeft > 0; from += Priced)
        {
            cancellation.ThrowIfCancellationRequested();
            var begin = end;
            end = List(customers[from..Math.Min(from + Priced, customers.Length)], listed, begin, out var most);
            MoveThose(listed.AsSpan(begin, end - begin), most / 2);
            entered |= PriceBoxColumns() || end > begin;
        }
        return listed.AsSpan(0, end);
    }

    private int List(ReadOnlySpan<int> customers, int[] listed, int begin, out double most)
    {
        (var end, most) = (begin, 0);
        foreach (var customer in customers)
        {
            var gain = Best(customer, out _).Gain;
            if (gain == 0) continue;
            (listed[end], _gains[end - begin]) = (customer, gain);
            end++;
            most = Math.Max(most, gain);
        }
        return end;
    }

    private void MoveThose(ReadOnlySpan<int> customers, double leastGain)
    {
        for (var at = 0; at < customers.Length && _stepsLeft > 0; at++)
        {
            if (_gains[at] < leastGain || Best(customers[at], out _) is var best && best.Gain < leastGain) continue;
            _column.Clear();
            AddToColumn(best.Customer, best.Option, 1);
            AddToColumn(best.Customer, _keys[best.Customer], -1);
            Step(best);
        }
    }

    /// <summary>
    /// Whether the value of the basis comes near the least value that the dual function had so far; the prices of that are kept. Where many
    /// customers are alike but for rounding, prices go to and fro about the optimum long after both are there.
    /// </summary>
    private bool IsNearOptimum(double part)
    {
        var (limits, paid, nets, gains) = (0.0, 0.0, 0.0, 0.0);
        for (var row = 0; row < _rows.Count; row++)
        {
            limits += _prices[row] * _limits[row];
            paid += Math.Abs(_prices[row] * _limits[row]);
        }
        for (var customer = 0; customer < _offers.Count; customer++)
        {
            gains += Best(customer, out var net).Gain;
            nets += net;
        }
        if (limits + nets < _leastDual)
        {
            _leastDual = limits + nets;
            _prices.CopyTo(_pricesOfLeastDual, 0);
        }
        return _leastDual - (limits + nets - gains) <= part * (paid + nets);
    }

    /// <summary>The option that brings most after charges, and how much more than the key; 0 where it is no more than rounding.</summary>
    private EnteringColumn Best(int customer, out double net)
    {
        var (from, to) = _offers.Span(customer);
        var key = _keys[customer];
        var (best, keyNet, worth) = (OfferBlock.Nothing, 0.0, 0f);
        net = 0;
        for (var at = from; at < to; at++)
        {
            var play = _offers.Plays[at];
            var other = _offers.Worths[at] - _offers.Costs[at] * _perStep[play] - _perPlace[play];
            if (other > net) (best, net, worth) = ((byte)(at - from), other, _offers.Worths[at]);
            if (at - from == key) keyNet = other;
        }
        if (key != OfferBlock.Nothing) worth = Math.Max(worth, _offers.Worths[from + key]);
        var gain = net - keyNet;
        return new EnteringColumn(customer, best, -1, IsExcess: false, gain > LeastGain * worth ? gain : 0);
    }

    private void Step(in EnteringColumn entering)
    {
        _stepsLeft--;
        _basis.Direction(_column, _fall);
        var leaving = _basic.Leaving(_fall, entering.Customer);
        if (leaving.Length < 0)
        {
            // Nothing stops it: no column can do that but by rounding.
            _stepsLeft = 0;
            return;
        }
        _basic.Fall(_fall, leaving.Length);
        if (leaving.Place < 0)
        {
            Rekey(entering.Customer, entering.Option);
            return;
        }
        var place = leaving.IsKey ? TurnRound(leaving.Place, entering.Customer) : leaving.Place;
        _basis.Pivot(place, _fall);
        _basic.Set(place, entering, leaving.Length);
        var change = _basis.Row(place);
        for (var row = 0; row < _rows.Count; row++) _prices[row] += entering.Gain * change[row];
        _rows.Charge(_prices, _perStep, _perPlace);
        if (++_stepsSinceInversion == StepsBetweenInversions) Invert();
    }

    /// <summary>
    /// The key of a customer leaves: the largest of its other options becomes the key, and its column what the key's would be.
    /// </summary>
    private int TurnRound(int first, int entering)
    {
        var (places, keyFall) = _basic.OfCustomer(first, entering);
        Rekey(_basic.Customer(first), _basic.Option(places[0]));
        _basis.TurnRound(places[0], places);
        _fall[places[0]] = keyFall;
        return places[0];
    }

    private void Rekey(int customer, byte option)
    {
        AddToRest(customer, _keys[customer], 1);
        AddToRest(customer, option, -1);
        _keys[customer] = option;
    }

    private void AddToRest(int customer, byte option, int times)
    {
        _column.Clear();
        AddToColumn(customer, option, times);
        for (var entry = 0; entry < _column.Count; entry++) _rest[_column.Rows[entry]] += _column.Values[entry];
    }

    private void AddToColumn(int customer, byte option, int times)
    {
        if (option == OfferBlock.Nothing) return;
        var at = _offers.Starts[customer] + option;
        foreach (var row in _rows.CostRows(_offers.Plays[at])) _column.Add(row, times * (_offers.Costs[at] / _rows.All[row].Scale));
        foreach (var row in _rows.PlaceRows(_offers.Plays[at])) _column.Add(row, times);
    }

    /// <summary>Begins with box columns alone.</summary>
    private void Start()
    {
        for (var row = 0; row < _rows.Count; row++)
        {
            var isExcess = _rest[row] < 0 && !_box.IsEverywhere;
            _basic.Set(row, new EnteringColumn(-1, OfferBlock.Nothing, row, isExcess, 0), 0);
        }
        Invert();
    }

    /// <summary>Inverse, values and prices anew from the columns, so that rounding does not add up.</summary>
    private void Invert()
    {
        _stepsSinceInversion = 0;
        for (var at = 0; at < _basic.Count; at++) SetColumn(at);
        if (!_basis.Invert())
        {
            // The basis was lost to rounding: whoever had parts of options gets nothing, and prices begin at the sides of the box again.
            foreach (var (customer, _, _) in Parts) Rekey(customer, OfferBlock.Nothing);
            Start();
            return;
        }
        Array.Clear(_prices);
        for (var at = 0; at < _basic.Count; at++)
        {
            var inverse = _basis.Row(at);
            var (worth, value) = (Worth(at), 0.0);
            for (var row = 0; row < _rows.Count; row++)
            {
                value += inverse[row] * _rest[row];
                _prices[row] += worth * inverse[row];
            }
            _basic.Values[at] = value;
        }
        _rows.Charge(_prices, _perStep, _perPlace);
    }

    private void SetColumn(int at)
    {
        _column.Clear();
        if (_basic.Customer(at) is >= 0 and var customer)
        {
            AddToColumn(customer, _basic.Option(at), 1);
            AddToColumn(customer, _keys[customer], -1);
        }
        else _column.Add(_basic.BoxRow(at), _basic.IsExcess(at) ? -1 : 1);
        _basis.SetColumn(at, _column);
    }

    private double Worth(int at)
    {
        if (_basic.Customer(at) is >= 0 and var customer) return Worth(customer, _basic.Option(at)) - Worth(customer, _keys[customer]);
        return _basic.IsExcess(at) ? -_box.Upper(_basic.BoxRow(at)) : _box.Lower(_basic.BoxRow(at));
    }

    private double Worth(int customer, byte option)
    {
        if (option == OfferBlock.Nothing) return 0;
        return _offers.Worths[_offers.Starts[customer] + option];
    }
}
