using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

/// <summary>Problems to solve: chosen ones, and ones of all kinds from a seed.</summary>
internal sealed record SomeOffers(OfferBook Book, AllocationLimits Limits)
{
    public double LargestWorth =>
        Enumerable.Range(0, Book.Customers).SelectMany(Book.Of).Select(offer => offer.Worth).DefaultIfEmpty().Max();

    /// <summary>As many plays as the offers name, all of one channel.</summary>
    public static SomeOffers Of(
        Offer[][] customers, double? budget = null, int? capacity = null, double? playBudget = null, int? channel = null)
    {
        var plays = Math.Max(1, customers.SelectMany(offers => offers).Select(offer => offer.Play + 1).DefaultIfEmpty().Max());
        var book = new OfferBook(plays);
        foreach (var offers in customers) book.Add(offers);
        return new(book, new AllocationLimits
        {
            Budget = budget,
            Plays = [.. Enumerable.Range(0, plays).Select(play => new PlayLimits($"play-{play}", PlayChannel.Sms, playBudget, capacity))],
            ChannelCapacities = channel is { } places ? new Dictionary<PlayChannel, int> { [PlayChannel.Sms] = places } : [],
        });
    }

    public static SomeOffers Made(int seed, int maxCustomers, int maxPlays)
    {
        var random = new Random(seed);
        var customers = random.Next(3) == 0 ? random.Next(1, Math.Min(6, maxCustomers + 1)) : random.Next(1, maxCustomers + 1);
        var plays = random.Next(1, maxPlays + 1);
        var (kind, eligible) = (random.Next(8), random.NextDouble());
        var book = new OfferBook(plays);
        var (costs, counts) = (new double[plays], new int[plays]);
        for (var customer = 0; customer < customers; customer++)
        {
            var size = random.Next(1, 10);
            var offers = new List<Offer>();
            for (var play = 0; play < plays; play++)
            {
                if (random.NextDouble() > eligible) continue;
                var (worth, cost) = OfKind(kind, size, play, random);
                offers.Add(new Offer(play, worth, cost));
                costs[play] += cost;
                counts[play]++;
            }
            book.Add([.. offers]);
        }
        var channels = new Dictionary<PlayChannel, int>();
        for (var channel = 0; channel < 3; channel++)
            if (Capacity(customers, random) is { } places) channels[(PlayChannel)channel] = places;
        return new(book, new AllocationLimits
        {
            Budget = Budget(costs.Sum() / plays, random),
            Plays = [.. Enumerable.Range(0, plays).Select(play => new PlayLimits(
                $"play-{play}", (PlayChannel)(play % 3), Budget(costs[play] / 2, random), Capacity(counts[play], random)))],
            ChannelCapacities = channels,
        });
    }

    private static (double Worth, double Cost) OfKind(int kind, int size, int play, Random random) => kind switch
    {
        0 => (1, 0),
        1 => (1, 1),
        2 => (random.Next(1, 4), random.Next(0, 3)),
        3 => (size + play, 0),
        4 => (3 * size, size),
        5 => (Math.Pow(10, random.NextDouble() * 12 - 6), Math.Pow(10, random.NextDouble() * 8 - 4)),
        _ => (random.NextDouble() * 10, random.NextDouble() * 3),
    };

    private static double? Budget(double enough, Random random) => random.Next(6) switch
    {
        0 => null,
        1 => random.Next(4) == 0 ? 0 : enough,
        2 => Math.Round(enough * random.NextDouble()),
        _ => enough * random.NextDouble() * random.NextDouble(),
    };

    private static int? Capacity(int enough, Random random) => random.Next(6) switch
    {
        0 => null,
        1 => random.Next(4) == 0 ? 0 : enough,
        2 => 1,
        _ => random.Next(0, enough + 1),
    };
}
