using PredictiveRetention.Playbooks.Allocation;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

/// <summary>Data of one kind throughout, limits that are met exactly, and next to nothing.</summary>
public sealed class AllocatorEdgeTests
{
    private const int Customers = 6_000;

    [Fact]
    public void Where_all_worths_are_equal_and_nothing_costs_every_place_is_taken()
    {
        var found = Solve(customer => [.. Enumerable.Range(0, 12).Select(play => new Offer(play, 1, 0))], capacity: 300, channel: 3_000);
        Assert.Equal((3_000, 3_000), (found.Value, Math.Round(found.Bound, 6)));
    }

    [Fact]
    public void Plays_that_differ_by_the_same_for_everybody_reach_the_bound()
    {
        var found = Solve(
            customer => [.. Enumerable.Range(0, 8).Select(play => new Offer(play, 1 + customer % 7 + play, 0))], capacity: 500);
        Assert.Equal(found.Bound, found.Value, 2e-9 * found.Bound);
    }

    [Fact]
    public void Worths_that_are_all_the_same_multiple_of_the_cost_use_the_budget_up()
    {
        var found = Solve(
            customer => [.. Enumerable.Range(0, 4).Select(play => new Offer(play, 3 * Quarters(customer), Quarters(customer)))],
            budget: 9_000);
        Assert.Equal((27_000, 9_000), (Math.Round(found.Bound, 4), found.Cost));
        Assert.InRange(found.Gap, 0, 1e-9);

        static double Quarters(int customer) => (4 + customer * 37 % 36) / 4.0;
    }

    [Fact]
    public void A_budget_of_ten_times_a_tenth_pays_for_ten()
    {
        var found = Solve(_ => [new Offer(0, 1, 0.1)], budget: 1);
        Assert.Equal((10, 1, 0), (found.Value, found.Cost, Math.Round(found.Gap, 9)));
    }

    [Fact]
    public void A_capacity_that_everybody_fits_exactly_leaves_nobody_out()
    {
        var found = Solve(customer => [new Offer(0, 1 + customer % 5, 1), new Offer(1, 2, 1)], budget: Customers, capacity: Customers / 2);
        Assert.DoesNotContain((short)-1, found.Plays);
        Assert.Equal(found.Bound, found.Value, 2e-9 * found.Bound);
    }

    [Fact]
    public void Worths_and_costs_of_all_sizes_lose_no_more_than_limits_must()
    {
        var problem = SomeOffers.Of([.. Enumerable.Range(0, Customers).Select(customer => new Offer[]
        {
            new(0, Math.Pow(10, customer % 13 - 6), Math.Pow(10, customer % 8 - 4)),
            new(1, Math.Pow(10, customer % 11 - 5), Math.Pow(10, customer % 7 - 3)),
        })], budget: 12_345.6789, capacity: 1_000, playBudget: 7_654.321);
        var found = Allocator.Allocate(problem.Book, problem.Limits);
        AllocatorTests.Holds(problem, found);
        Assert.Equal(Glop.Optimum(problem), found.Bound, 1e-7 * found.Bound);
    }

    [Fact]
    public void A_play_for_one_customer_goes_to_that_one()
    {
        var found = Solve(customer => customer == 4_321 ? [new Offer(0, 1, 1), new Offer(1, 5, 1)] : [new Offer(0, 2, 1)], budget: 100);
        Assert.Equal(1, found.Plays[4_321]);
        Assert.Equal((203, 100), (found.Value, found.Cost));
    }

    [Fact]
    public void A_limit_of_0_means_nobody_and_says_no_price()
    {
        Offer[] Both(int customer) => [new(0, 2, 1), new(1, 1, 0)];
        Assert.All(Solve(Both, capacity: 0).Plays, play => Assert.Equal(-1, play));
        Assert.All(Solve(Both, channel: 0).Plays, play => Assert.Equal(-1, play));
        foreach (var found in new[] { Solve(Both, budget: 0), Solve(Both, playBudget: 0) })
        {
            // What costs nothing needs no budget.
            Assert.All(found.Plays, play => Assert.Equal(1, play));
            Assert.Equal((Customers, Customers, 0), (found.Value, found.Bound, found.Cost));
            Assert.Null(found.Limits[0].Price);
        }
    }

    [Fact]
    public void Without_limits_everybody_gets_what_is_worth_most()
    {
        var found = Solve(customer => [new Offer(0, 1 + customer % 3, 5), new Offer(1, 2, 0)]);
        // 2, 2 and 3 of every three.
        Assert.Equal((Customers / 3 * 7, 0), (found.Value, Math.Round(found.Gap, 9)));
        Assert.Equal([1, 1, 0], found.Plays[..3].Select((play, customer) => customer == 1 ? 1 : (int)play));
        Assert.Empty(found.Limits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    public void Customers_without_offers_get_none(int customers)
    {
        var problem = SomeOffers.Of([.. Enumerable.Range(0, customers).Select(_ => Array.Empty<Offer>())], budget: 5, capacity: 1);
        var found = Allocator.Allocate(problem.Book, problem.Limits);
        Assert.Equal(Enumerable.Repeat((short)-1, customers), found.Plays);
        Assert.Equal((0, 0, 0, 0), (found.Value, found.Bound, found.Cost, found.Gap));
    }

    [Fact]
    public void One_customer_gets_the_dearest_play_that_can_be_paid()
    {
        var found = Allocator.Allocate(
            SomeOffers.Of([[new(0, 5, 3), new(1, 3, 1)]]).Book, SomeOffers.Of([[new(0, 5, 3), new(1, 3, 1)]], budget: 2).Limits);
        Assert.Equal([1], found.Plays);
        Assert.Equal((3, 4, 0.25), (found.Value, found.Bound, found.Gap));
    }

    private static AllocationResult Solve(
        Func<int, Offer[]> offers, double? budget = null, int? capacity = null, double? playBudget = null, int? channel = null)
    {
        var problem = SomeOffers.Of([.. Enumerable.Range(0, Customers).Select(offers)], budget, capacity, playBudget, channel);
        var found = Allocator.Allocate(problem.Book, problem.Limits);
        AllocatorTests.Holds(problem, found);
        return found;
    }
}
