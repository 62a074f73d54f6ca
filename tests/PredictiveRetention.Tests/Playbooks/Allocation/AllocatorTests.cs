using CsCheck;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

public sealed class AllocatorTests
{
    private static readonly Gen<int> s_seed = Gen.Int[0, 1_000_000_000];

    // Samples and boxes already where a problem is small.
    private static readonly AllocatorSettings s_inManySteps = new() { FirstCustomers = 10, Growth = 3 };

    [Fact]
    public void The_bound_is_the_optimum_of_the_relaxation_and_limits_cost_a_customer_each_at_most() => s_seed.Sample(
        seed =>
        {
            var problem = SomeOffers.Made(seed, maxCustomers: 1500, maxPlays: 12);
            var settings = seed % 2 == 0 ? s_inManySteps : new AllocatorSettings();
            var found = Allocator.Allocate(problem.Book, problem.Limits, settings, default);
            Holds(problem, found);
            var optimum = Glop.Optimum(problem);
            Assert.Equal(optimum, found.Bound, 1e-6 * optimum + 1e-9);
            Assert.True(found.Value <= optimum * (1 + 1e-9) + 1e-9, $"{found.Value} above {optimum}");
            // Those at a price of 0 may be used up too, where options are worth the same.
            var lost = found.Bound - found.Value;
            Assert.True(lost <= found.Limits.Count * problem.LargestWorth + 1e-6 * optimum, $"{lost} with {found.Limits.Count} limits");
        },
        iter: 60,
        threads: 1);

    [Fact]
    public void Of_few_customers_the_best_allocation_lies_between_value_and_bound() => s_seed.Sample(
        seed =>
        {
            var problem = SomeOffers.Made(seed, maxCustomers: 6, maxPlays: 3);
            var found = Allocator.Allocate(problem.Book, problem.Limits);
            Holds(problem, found);
            var best = Best(problem, 0, new short[problem.Book.Customers]);
            Assert.InRange(best, found.Value * (1 - 1e-9), found.Bound * (1 + 1e-9) + 1e-9);
            if (found.Limits.Count == 0) Assert.Equal(best, found.Value, 1e-9 * best);
        },
        iter: 500);

    [Fact]
    public void With_capacities_alone_nothing_is_lost() => s_seed.Sample(
        seed =>
        {
            var made = SomeOffers.Made(seed, maxCustomers: 800, maxPlays: 8);
            var limits = made.Limits with { Budget = null, Plays = [.. made.Limits.Plays.Select(play => play with { Budget = null })] };
            var found = Allocator.Allocate(made.Book, limits, s_inManySteps, default);
            Holds(made with { Limits = limits }, found);
            Assert.Equal(found.Bound, found.Value, 2e-9 * found.Bound);
        },
        iter: 100);

    [Fact]
    public void Twenty_thousand_customers_and_twelve_plays_lose_less_than_a_thousandth()
    {
        const int Customers = 20_000;
        var problem = Shop(Customers, seed: 1);
        var found = Allocator.Allocate(problem.Book, problem.Limits);
        Holds(problem, found);
        Assert.InRange(found.Gap, 0, 0.001);
        Assert.True(found.Limits.Count(limit => limit.Price > 0) >= 8, "too few limits bind to test anything");
        // As many as the other solver does in a second or two.
        var part = Shop(3_000, seed: 2);
        Assert.Equal(Glop.Optimum(part), Allocator.Allocate(part.Book, part.Limits).Bound, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void The_number_of_threads_changes_no_bit(int threads)
    {
        var problem = Shop(30_000, seed: 3);
        var once = Allocator.Allocate(problem.Book, problem.Limits);
        var again = Allocator.Allocate(problem.Book, problem.Limits, new AllocatorSettings { Threads = threads }, default);
        Assert.Equal(once.Plays, again.Plays);
        Assert.Equal((once.Value, once.Cost, once.Bound), (again.Value, again.Cost, again.Bound));
        Assert.Equal(once.Limits, again.Limits);
    }

    [Fact]
    public void How_the_work_is_cut_does_not_change_the_bound()
    {
        var problem = Shop(30_000, seed: 4);
        var whole = Allocator.Allocate(problem.Book, problem.Limits, new AllocatorSettings { FirstCustomers = 30_000 }, default);
        foreach (var growth in new[] { 2, 5, 16 })
        {
            var settings = new AllocatorSettings { FirstCustomers = 100, Growth = growth };
            var found = Allocator.Allocate(problem.Book, problem.Limits, settings, default);
            Assert.Equal(whole.Bound, found.Bound, 2e-9 * whole.Bound);
        }
    }

    [Fact]
    public void A_price_says_what_one_more_place_and_one_more_unit_of_budget_bring()
    {
        var worths = Enumerable.Range(1, 100).Select(worth => new Offer[] { new(0, worth, 2) }).ToArray();
        var places = Allocator.Allocate(SomeOffers.Of(worths).Book, SomeOffers.Of(worths, capacity: 10).Limits);
        Assert.Equal((955, 0), (places.Value, Math.Round(places.Gap, 9)));
        // The tenth brings 91, the next would 90: at the margin anything between.
        Assert.InRange(Assert.Single(places.Limits).Price!.Value, 90, 91);
        var money = Allocator.Allocate(SomeOffers.Of(worths).Book, SomeOffers.Of(worths, budget: 21).Limits);
        Assert.Equal(new LimitUse(LimitKind.Budget, "", 21, 20, 45), Assert.Single(money.Limits) with { Price = Math.Round(45.0, 9) });
        Assert.Equal((955, 20, 1000), (money.Value, money.Cost, Math.Round(money.Bound, 9)));
    }

    [Fact]
    public void Work_that_is_cancelled_ends()
    {
        var problem = Shop(1_000, seed: 5);
        Assert.Throws<OperationCanceledException>(() => Allocator.Allocate(problem.Book, problem.Limits, new CancellationToken(true)));
    }

    /// <summary>Twelve plays with a budget, budgets of plays, capacities and channels that bind.</summary>
    private static SomeOffers Shop(int customers, int seed)
    {
        const int Plays = 12;
        var random = new Random(seed);
        var book = new OfferBook(Plays);
        var offers = new Offer[Plays];
        for (var customer = 0; customer < customers; customer++)
        {
            var (spend, risk) = (20 * Math.Exp(random.NextDouble() * 2 - 1), random.NextDouble());
            for (var play = 0; play < Plays; play++)
            {
                var worth = spend * risk * (1 - risk) * (0.2 + 0.1 * random.NextDouble()) * (0.5 + play / 12.0);
                offers[play] = new Offer(play, worth, (0.05 + 0.02 * play) * (1 + 0.02 * spend * random.NextDouble()));
            }
            book.Add(offers);
        }
        return new(book, new AllocationLimits
        {
            Budget = customers * 0.06,
            Plays = [.. Enumerable.Range(0, Plays).Select(play => new PlayLimits(
                $"play-{play}", (PlayChannel)(play % 4), customers * (0.004 + 0.001 * (play % 5)), customers * (25 + play) / 500))],
            ChannelCapacities = new Dictionary<PlayChannel, int>
            {
                [PlayChannel.Email] = customers / 6,
                [PlayChannel.Phone] = customers / 30,
            },
        });
    }

    /// <summary>Every limit is kept, and what is said of the allocation is so.</summary>
    internal static void Holds(SomeOffers problem, AllocationResult found)
    {
        var (book, limits) = problem;
        Assert.Equal(book.Customers, found.Plays.Length);
        var chosen = found.Plays.Select((play, customer) => play < 0 ? default : book.Of(customer).Single(offer => offer.Play == play))
            .Where(offer => offer.Worth > 0).ToList();
        Assert.Equal(chosen.Sum(offer => offer.Worth), found.Value, 1e-9 * found.Value);
        Assert.Equal(Paid(chosen), (decimal)found.Cost);
        Assert.True(found.Bound >= found.Value);
        if (limits.Budget is { } budget) Assert.True(Paid(chosen) <= (decimal)budget);
        for (var play = 0; play < book.Plays; play++)
        {
            var own = chosen.Where(offer => offer.Play == play).ToList();
            Assert.True(limits.Plays[play].Budget is not { } most || Paid(own) <= (decimal)most);
            Assert.True(limits.Plays[play].Capacity is not { } places || own.Count <= places);
        }
        foreach (var (channel, places) in limits.ChannelCapacities)
            Assert.True(chosen.Count(offer => limits.Plays[offer.Play].Channel == channel) <= places);
        Assert.All(found.Limits, limit => Assert.True(limit.Used <= limit.Limit && limit.Price is null or >= 0));

        // Costs are whole steps, which a decimal has exactly.
        static decimal Paid(IEnumerable<Offer> offers) => offers.Sum(offer => (decimal)offer.Cost);
    }

    private static double Best(SomeOffers problem, int customer, short[] plays)
    {
        var (book, limits) = problem;
        if (customer == plays.Length)
        {
            var chosen = plays.Select((play, at) => play < 0 ? default : book.Of(at).Single(offer => offer.Play == play))
                .Where(offer => offer.Worth > 0).ToList();
            double Cost(int? play) => (double)chosen.Where(offer => play is null || offer.Play == play).Sum(offer => (decimal)offer.Cost);
            var exceeded = Cost(null) > limits.Budget
                || limits.Plays.Where((play, at) => Cost(at) > play.Budget || chosen.Count(offer => offer.Play == at) > play.Capacity).Any()
                || limits.ChannelCapacities.Any(
                    channel => chosen.Count(offer => limits.Plays[offer.Play].Channel == channel.Key) > channel.Value);
            return exceeded ? 0 : chosen.Sum(offer => offer.Worth);
        }
        var most = 0.0;
        foreach (var play in book.Of(customer).Select(offer => (short)offer.Play).Append((short)-1))
        {
            plays[customer] = play;
            most = Math.Max(most, Best(problem, customer + 1, plays));
        }
        return most;
    }
}
