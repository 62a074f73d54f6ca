using PredictiveRetention.Histories;

namespace PredictiveRetention.Tests.Support;

/// <summary>Histories by hand and simulated ones; days are days since 1970-01-01.</summary>
internal static class HistoryOf
{
    public const int Today = 20_000;

    public static CustomerProfile Customer(long key = 1) => new(key, "C" + key);

    public static CustomerHistory Orders(params Order[] orders) => new(Customer(), orders);

    public static CustomerHistory OrdersOn(params int[] days) => Orders([.. days.Select(day => new Order(day, 1000))]);
}

/// <summary>
/// A shop whose customers buy at gamma-distributed rates and stop at exponential times (the Pareto/NBD story), so that there is something
/// to learn: who bought lately and often buys again.
/// </summary>
internal static class SimulatedHistories
{
    public static readonly Cutoff End = Cutoff.On(new DateOnly(2024, 1, 1));

    public static IReadOnlyList<(long Key, Order[] Orders)> Customers(int customers, int days = 730, int seed = 1)
    {
        var random = new Random(seed);
        var shop = new List<(long, Order[])>();
        for (var key = 1; key <= customers; key++)
        {
            var first = End.Day - days + random.Next(days);
            var rate = Gamma(random) / 45;
            var stops = first + Exponential(random) * 300;
            var value = 2000 * Math.Exp(0.6 * (random.NextDouble() + random.NextDouble() - 1));
            List<Order> orders = [new(first, (long)value)];
            for (var day = first + Exponential(random) / rate; day < Math.Min(End.Day, stops); day += Exponential(random) / rate)
                orders.Add(new Order((int)day, (long)(value * (0.5 + random.NextDouble()))));
            shop.Add((key, [.. orders]));
        }
        return shop;
    }

    public static IEnumerable<ShardHistories> Shards(IReadOnlyList<(long Key, Order[] Orders)> customers, int size = 400)
    {
        var shard = new ShardHistories();
        foreach (var chunk in customers.Chunk(size))
        {
            shard.Clear();
            foreach (var (key, _) in chunk) shard.AddCustomer(HistoryOf.Customer(key));
            foreach (var (key, orders) in chunk)
                foreach (var order in orders) shard.Add(key, order);
            yield return shard;
        }
    }

    /// <summary>Gamma with shape 2 and mean 1.</summary>
    private static double Gamma(Random random) => (Exponential(random) + Exponential(random)) / 2;

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());
}
