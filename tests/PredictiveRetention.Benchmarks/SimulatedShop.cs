using System.Globalization;
using PredictiveRetention.Histories;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// A seeded shop for measuring: every customer has the same number of orders, placed at gamma-like gaps and log-normal values, so that a figure
/// per order and a figure per customer can be told apart. Made to be timed, not to be learnt from.
/// </summary>
internal sealed class SimulatedShop(int customers, int ordersEach, int seed)
{
    public static Cutoff End { get; } = Cutoff.Of(new DateOnly(2025, 7, 1));

    public const int Days = 730;

    public int Customers => customers;
    public long Orders => (long)customers * ordersEach;

    /// <summary>Histories in key order, in chunks as the store would give them.</summary>
    public IEnumerable<ShardHistories> Histories(int chunk)
    {
        var histories = new ShardHistories();
        for (var start = 0; start < customers; start += chunk)
        {
            histories.Clear();
            var end = Math.Min(customers, start + chunk);
            for (var customer = start; customer < end; customer++) histories.AddCustomer(new CustomerProfile(customer, Id(customer)));
            for (var customer = start; customer < end; customer++)
                foreach (var (day, amount) in Purchases(customer)) histories.Add(customer, new Order(day, amount));
            yield return histories;
        }
    }

    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        writer.WriteLine("customer_id,order_id,ordered_at,amount,currency");
        var order = 0;
        for (var customer = 0; customer < customers; customer++)
            foreach (var (day, amount) in Purchases(customer))
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Id(customer)},O{order++},{BusinessCalendar.DateOf(day):yyyy-MM-dd}T10:00:00,{amount / 100m:F2},GBP"));
    }

    private static string Id(int customer) => "C" + customer.ToString("D7", CultureInfo.InvariantCulture);

    private IEnumerable<(int Day, long AmountMinor)> Purchases(int customer)
    {
        var random = new Random(HashCode.Combine(seed, customer));
        var first = End.Day - 1 - random.Next(60, Days);
        // Half the customers spread their orders until the end, half stop somewhere on the way.
        var span = (End.Day - 1 - first) * (random.NextDouble() < 0.5 ? 1 : random.NextDouble());
        var level = Math.Exp(3 + random.NextDouble());
        var days = new int[ordersEach];
        for (var i = 1; i < ordersEach; i++) days[i] = (int)(span * random.NextDouble());
        Array.Sort(days);
        foreach (var day in days) yield return (first + day, (long)(100 * level * Math.Exp(random.NextDouble() - 0.5)));
    }
}
