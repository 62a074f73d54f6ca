namespace PredictiveRetention.Models;

/// <summary>
/// What buy-till-you-die models say. Of one customer, as columns for the other members: purchases by Pareto/NBD (Schmittlein, Morrison and
/// Colombo 1987), spend a purchase day by Gamma-Gamma (Fader and Hardie 2013). Of all of them together, where their level is: the average
/// of Pareto/NBD, BG/NBD and MBG/NBD. Time is in weeks, counted from the first purchase day.
/// </summary>
public sealed record BtydModel(AveragedPurchases Purchases, GammaGamma Spend)
{
    /// <summary>
    /// Columns of <see cref="Fill"/>: log-odds of a purchase, log expected purchase days, log expected spend a purchase day, P(alive).
    /// </summary>
    public const int Columns = 4;

    /// <summary>Repeat buyers a fit needs: with fewer, the four parameters of purchases are not told apart.</summary>
    public const int MinRepeaters = 50;

    private const double Week = 7;

    /// <summary>
    /// Maximum likelihood on everybody who has bought; null with too few repeat buyers, or where either likelihood has no maximum.
    /// </summary>
    public static BtydModel? Fit(IReadOnlyList<BtydInput> buyers)
    {
        if (buyers.Count(buyer => buyer.PurchaseDays > 1) < MinRepeaters) return null;
        int[] x = [.. buyers.Select(buyer => buyer.PurchaseDays - 1)];
        double[] tx = [.. buyers.Select(buyer => buyer.Recency / Week)], t = [.. buyers.Select(buyer => buyer.Age / Week)];
        var spenders = buyers.Where(buyer => buyer.MeanSpend > 0).ToList();
        if (spenders.Count == 0) return null;
        var purchases = AveragedPurchases.Fit(BtydSample.Group(x, tx, t));
        var spend = GammaGamma.Fit(spenders.Select(buyer => buyer.PurchaseDays).ToArray(),
            spenders.Select(buyer => buyer.MeanSpend).ToArray());
        return purchases is not null && double.IsFinite(spend.LogLikelihood) ? new BtydModel(purchases, spend.Model) : null;
    }

    /// <param name="horizonDays">How far ahead.</param>
    /// <param name="columns">Receives <see cref="Columns"/> finite values.</param>
    public void Fill(in BtydInput customer, int horizonDays, Span<float> columns)
    {
        var (x, tx, t) = Units(customer);
        var (alive, orders) = Purchases.Pareto.AliveAndExpectedOrders(x, tx, t, horizonDays / Week);
        columns[0] = (float)LogOddsBy(customer, horizonDays);
        columns[1] = (float)Math.Log(Math.Max(1e-9, orders));
        columns[2] = (float)Math.Log(Math.Max(1e-6, Spend.ExpectedSpend(customer.PurchaseDays, customer.MeanSpend)));
        columns[3] = (float)alive;
    }

    /// <summary>What these customers will do within so many days together, by the average of the models.</summary>
    /// <param name="rows">Rows of <paramref name="width"/> values.</param>
    /// <param name="days">How far ahead, a season counted as more days or fewer.</param>
    /// <param name="logKept">Log of what the customer of a row keeps over what is usual.</param>
    public BtydLevel LevelOf(ReadOnlySpan<float> rows, int width, BtydColumns at, double days, RowValue logKept)
    {
        double buyers = 0, purchaseDays = 0, spend = 0;
        for (var start = 0; start < rows.Length; start += width)
        {
            var customer = at.Read(rows.Slice(start, width));
            var (x, tx, t) = Units(customer);
            buyers += 1 - Purchases.PNoOrder(x, tx, t, days / Week);
            var expected = Purchases.ExpectedOrders(x, tx, t, days / Week);
            purchaseDays += expected;
            spend += expected * Spend.ExpectedSpend(customer.PurchaseDays, customer.MeanSpend)
                * Math.Exp(logKept(rows.Slice(start, width)));
        }
        return new BtydLevel(buyers, purchaseDays, spend);
    }

    /// <summary>Rows of features, each with <see cref="Columns"/> more.</summary>
    /// <param name="rows">Rows of <paramref name="width"/> values.</param>
    /// <param name="extended">Receives rows of width + Columns values.</param>
    public void Append(ReadOnlySpan<float> rows, int width, BtydColumns at, int horizonDays, Span<float> extended)
    {
        for (int from = 0, to = 0; from < rows.Length; from += width, to += width + Columns)
        {
            var row = rows.Slice(from, width);
            row.CopyTo(extended[to..]);
            Fill(at.Read(row), horizonDays, extended.Slice(to + width, Columns));
        }
    }

    /// <summary>Log-odds of a purchase within so many days.</summary>
    public double LogOddsBy(in BtydInput customer, double days)
    {
        Span<double> odds = [0];
        LogOddsBy(customer, [days], odds);
        return odds[0];
    }

    /// <summary>Likewise for several numbers of days, ascending.</summary>
    public void LogOddsBy(in BtydInput customer, ReadOnlySpan<double> days, Span<double> odds)
    {
        var (x, tx, t) = Units(customer);
        Span<double> ahead = stackalloc double[days.Length];
        for (var i = 0; i < days.Length; i++) ahead[i] = days[i] / Week;
        Purchases.Pareto.PNoOrder(x, tx, t, ahead, odds);
        for (var i = 0; i < days.Length; i++)
        {
            var none = Math.Clamp(odds[i], 1e-9, 1 - 1e-9);
            odds[i] = Math.Log((1 - none) / none);
        }
    }

    /// <summary>Log-odds of a purchase within the horizon, and log of the purchase days expected in it.</summary>
    public (double LogOdds, double LogOrders) Purchase(in BtydInput customer, int horizonDays)
    {
        var (x, tx, t) = Units(customer);
        return (LogOddsBy(customer, horizonDays), Math.Log(Math.Max(1e-9, Purchases.Pareto.ExpectedOrders(x, tx, t, horizonDays / Week))));
    }

    private static (int X, double Tx, double T) Units(in BtydInput customer) =>
        (customer.PurchaseDays - 1, customer.Recency / Week, customer.Age / Week);
}

/// <summary>A number of a row of features.</summary>
public delegate double RowValue(ReadOnlySpan<float> row);

/// <summary>What many customers do within a horizon together.</summary>
/// <param name="Buyers">Customers with a purchase.</param>
/// <param name="PurchaseDays">Days with a purchase, summed over customers.</param>
/// <param name="Spend">In the model's unit of money.</param>
public readonly record struct BtydLevel(double Buyers, double PurchaseDays, double Spend);

/// <param name="PurchaseDays">x + 1, at least 1.</param>
/// <param name="Recency">t_x: days from the first purchase day to the last.</param>
/// <param name="Age">T: whole days observed after the first purchase day.</param>
/// <param name="MeanSpend">A purchase day, in the model's unit of money.</param>
public readonly record struct BtydInput(int PurchaseDays, double Recency, double Age, double MeanSpend);

/// <summary>Where a row of features holds what the BTYD model asks for.</summary>
public sealed class BtydColumns
{
    private readonly int[] _at;

    /// <summary>The features no blend may do without.</summary>
    public static IReadOnlyList<string> Needed { get; } = ["btyd_frequency", "btyd_recency", "tenure_days", "frequency", "monetary_mean",
        "days_since_last_order"];

    /// <exception cref="RetentionException">A feature is missing: the model belongs to another version of the program.</exception>
    public BtydColumns(IReadOnlyList<string> features) =>
        _at = [.. Needed.Select(name => features.Index()
            .Where(feature => feature.Item == name)
            .Select(feature => feature.Index)
            .FirstOrDefault(-1) is var at and >= 0
        ? at
        : throw new RetentionException(Failure.DependencyUnavailable, $"The model has no feature '{name}'. Train again."))];

    /// <summary>Column of the days since the last purchase.</summary>
    public int Silence => _at[5];

    /// <summary>Column of the purchase days after the first.</summary>
    public int Repeats => _at[0];

    public BtydInput Read(ReadOnlySpan<float> row)
    {
        var days = (int)row[_at[0]] + 1;
        return new BtydInput(days, row[_at[1]], Math.Max(row[_at[1]], row[_at[2]] - 1), Math.Max(0.0, row[_at[4]]) * row[_at[3]] / days);
    }
}
