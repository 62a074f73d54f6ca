using System.Globalization;
using PredictiveRetention.Histories;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// A seeded shop for measuring: as many orders a customer as asked for on average, half the customers still buying at the end, values
/// around a level of each customer's own. Made to be timed, not to be learnt from.
/// </summary>
internal sealed class SimulatedShop(int customers, int ordersEach, int seed)
{
    public static Cutoff End { get; } = Cutoff.On(new DateOnly(2025, 7, 1));

    public const int Days = 730;

    public int Customers => customers;
    public long Orders { get; } = Count(customers, ordersEach, seed);

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

    public IEnumerable<Ingestion.OrderRow> Rows()
    {
        for (var customer = 0; customer < customers; customer++)
        {
            var order = 0;
            foreach (var (day, amount) in Purchases(customer))
                yield return new Ingestion.OrderRow(Id(customer), string.Create(CultureInfo.InvariantCulture, $"O{customer}-{order++}"),
                    BusinessCalendar.Utc.StartOf(day) + 36_000_000, amount, "GBP");
        }
    }

    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        writer.WriteLine("customer_id,order_id,ordered_at,amount,currency");
        var order = 0;
        for (var customer = 0; customer < customers; customer++)
            foreach (var (day, amount) in Purchases(customer))
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Id(customer)},O{order++},{BusinessCalendar.DateOf(day):yyyy-MM-dd}T10:00:00,{amount / 100m:F2},GBP"));
    }

    /// <summary>The orders of the day after the last: four in five are of customers who are there.</summary>
    public void WriteDay(string path, int orders)
    {
        var random = new Random(seed);
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        writer.WriteLine("customer_id,order_id,ordered_at,amount,currency");
        for (var order = 0; order < orders; order++)
        {
            var customer = order % 5 == 0 ? customers + order : random.Next(customers);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Id(customer)},D{order},{BusinessCalendar.DateOf(End.Day):yyyy-MM-dd}T{order % 24:00}:{order % 60:00}:00,"
                    + $"{random.Next(500, 20_000) / 100m:F2},GBP"));
        }
    }

    public static string Id(int customer) => "C" + customer.ToString("D7", CultureInfo.InvariantCulture);

    private static long Count(int customers, int ordersEach, int seed)
    {
        long orders = 0;
        for (var customer = 0; customer < customers; customer++) orders += Purchases(customer, ordersEach, seed).Count();
        return orders;
    }

    private IEnumerable<(int Day, long AmountMinor)> Purchases(int customer) => Purchases(customer, ordersEach, seed);

    private static IEnumerable<(int Day, long AmountMinor)> Purchases(int customer, int ordersEach, int seed)
    {
        // Not HashCode.Combine, which draws a new seed every process.
        var random = new Random(unchecked(seed * 1_000_003 + customer));
        var first = End.Day - 1 - random.Next(60, Days);
        var stays = random.NextDouble() < 0.5;
        var span = (End.Day - 1 - first) * (stays ? 1.3 : random.NextDouble());
        var level = Math.Exp(3 + random.NextDouble());
        var days = new int[1 + random.Next((int)(2.2 * ordersEach))];
        for (var i = 1; i < days.Length; i++) days[i] = (int)(span * random.NextDouble());
        Array.Sort(days);
        foreach (var day in days)
            if (first + day < End.Day) yield return (first + day, (long)(100 * level * Math.Exp(random.NextDouble() - 0.5)));
    }
}
