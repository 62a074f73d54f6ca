using System.Diagnostics;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;

namespace PredictiveRetention.Benchmarks;

/// <summary>Plays for everybody under limits that bind, against one pass that gives every customer the offer worth most.</summary>
internal static class AllocationBenchmark
{
    private const int Plays = 12;

    public static void Run(int customers, int runs)
    {
        var book = Offers(customers);
        var limits = Limits(customers);
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        var before = process.PeakWorkingSet64;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var found = Allocator.Allocate(book, limits);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        process.Refresh();
        var seconds = Measure.MedianSeconds(runs, () => Allocator.Allocate(book, limits));
        var floor = Measure.MedianSeconds(runs, () => TakeTheBest(book));
        Measure.Line($"allocation: {customers} customers, {Plays} plays, {book.Offers} offers; median of {runs}");
        Measure.Line($"  limits        {found.Limits.Count}, of which {found.Limits.Count(limit => limit.Price > 0)} bind");
        Measure.Line($"  one pass      {floor:F3} s");
        Measure.Line($"  allocation    {seconds:F2} s, {seconds / floor:F1} passes");
        var peak = process.PeakWorkingSet64 - before;
        Measure.Line($"  memory        {allocated / 1e6:F0} MB allocated, peak {peak / 1e6:F0} MB above that of making the book");
        Measure.Line($"  value         {found.Value:F2} of at most {found.Bound:F2}: gap {found.Gap:E1}");
    }

    /// <summary>On as many threads as the allocation has: what nobody can do with fewer looks at the offers.</summary>
    private static double TakeTheBest(OfferBook book)
    {
        var blocks = book.Blocks();
        var sums = new double[blocks.Length];
        Parallel.For(0, blocks.Length, number =>
        {
            var block = blocks[number];
            for (var customer = 0; customer < block.Count; customer++)
            {
                var (from, to) = block.Span(customer);
                var best = 0f;
                for (var at = from; at < to; at++) best = Math.Max(best, block.Worths[at]);
                sums[number] += best;
            }
        });
        return sums.Sum();
    }

    private static OfferBook Offers(int customers)
    {
        var random = new Random(1);
        var book = new OfferBook(Plays);
        var offers = new Offer[Plays];
        for (var customer = 0; customer < customers; customer++)
        {
            var risk = random.NextDouble();
            // Log-normal, median 20.
            var spend = 20 * Math.Exp(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            for (var play = 0; play < Plays; play++)
            {
                var worth = spend * risk * (1 - risk) * (0.2 + 0.1 * random.NextDouble()) * (0.5 + play / 12.0);
                offers[play] = new Offer(play, worth, (0.05 + 0.02 * play) * (1 + 0.02 * spend * random.NextDouble()));
            }
            book.Add(offers);
        }
        return book;
    }

    private static AllocationLimits Limits(int customers) => new()
    {
        Budget = customers * 0.06,
        Plays = [.. Enumerable.Range(0, Plays).Select(play => new PlayLimits(
            $"play-{play}", (PlayChannel)(play % 4), customers * (0.004 + 0.001 * (play % 5)), customers / 20 + play * (customers / 500)))],
        ChannelCapacities = new Dictionary<PlayChannel, int>
        {
            [PlayChannel.Email] = customers / 6,
            [PlayChannel.Sms] = customers / 8,
            [PlayChannel.Phone] = customers / 30,
        },
    };
}
