using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

public sealed class AllocationPricesTests
{
    private static readonly AllocationLimits s_limits = new()
    {
        Plays = [new PlayLimits("call", PlayChannel.Phone, Capacity: 2), new PlayLimits("mail", PlayChannel.Email, Budget: 3)],
        Budget = 10,
    };

    [Fact]
    public void A_play_pays_for_every_limit_it_takes_of()
    {
        var prices = new AllocationPrices(s_limits,
        [
            new LimitUse(LimitKind.Budget, "", 10, 10, 0.5), new LimitUse(LimitKind.PlayCapacity, "call", 2, 2, 3),
            new LimitUse(LimitKind.PlayBudget, "mail", 3, 3, 0.25), new LimitUse(LimitKind.ChannelCapacity, "phone", 5, 5, 1),
        ]);
        Assert.Equal(3 + 1 + (4 * 0.5), prices.Of(0, 4));
        Assert.Equal(4 * 0.75, prices.Of(1, 4));
    }

    [Fact]
    public void What_a_limit_of_nothing_forbids_has_no_price_anybody_pays()
    {
        var prices = new AllocationPrices(s_limits, [new LimitUse(LimitKind.PlayBudget, "mail", 0, 0, null)]);
        Assert.Equal((double.PositiveInfinity, 0.0, 0.0), (prices.Of(1, 1), prices.Of(1, 0), prices.Of(0, 1)));
    }

    /// <summary>At the prices of an allocation, whoever got something wants it most, and nobody who got nothing wants anything.</summary>
    [Fact]
    public void Prices_of_an_allocation_lead_everybody_to_what_they_got()
    {
        var random = new Random(5);
        var book = new OfferBook(2, 100);
        for (var i = 0; i < 500; i++)
        {
            var (worth, other) = (random.NextDouble() * 9, random.NextDouble() * 9);
            book.Add([new Offer(0, worth, 1 + random.NextDouble()), new Offer(1, other, random.NextDouble())]);
        }
        var (call, mail) = (s_limits.Plays[0] with { Capacity = 20 }, s_limits.Plays[1] with { Budget = 25 });
        var limits = s_limits with { Budget = 60, Plays = [call, mail] };
        var result = Allocator.Allocate(book, limits);
        var prices = new AllocationPrices(limits, result.Limits);
        var against = Enumerable.Range(0, book.Customers).Count(customer =>
        {
            var wanted = book.Of(customer).OrderByDescending(offer => offer.Worth - prices.Of(offer.Play, offer.Cost)).First();
            var gain = wanted.Worth - prices.Of(wanted.Play, wanted.Cost);
            return (gain > 0 ? wanted.Play : -1) != result.Plays[customer];
        });
        Assert.InRange(against, 0, 3); // at most one customer a limit has parts of several plays
    }
}
