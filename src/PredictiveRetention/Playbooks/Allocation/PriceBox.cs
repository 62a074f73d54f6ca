namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// The prices looked at in one step, by row: [max(0, Centre - Reach), Centre + Reach]. Customers whose best option is the same everywhere
/// in it need no further thought.
/// </summary>
internal sealed class PriceBox(double[] centre, double[] reach)
{
    public IReadOnlyList<double> Centre => centre;

    public IReadOnlyList<double> Reach => reach;

    /// <summary>All prices.</summary>
    public static PriceBox Everywhere(int rows) =>
        new(new double[rows], [.. Enumerable.Repeat(double.PositiveInfinity, rows)]);

    public bool IsEverywhere => reach.Length > 0 && double.IsInfinity(reach[0]);

    public double Lower(int row) => Math.Max(0, centre[row] - reach[row]);

    public double Upper(int row) => centre[row] + reach[row];

    /// <summary>Around prices that lie on the sides of some rows, which reach further from there.</summary>
    public PriceBox MovedTo(double[] prices, bool[] onSide) =>
        new(prices, [.. reach.Select((distance, row) => onSide[row] ? distance * 4 : distance)]);
}
