using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

public sealed class OfferBookTests
{
    [Fact]
    public void Offers_come_back_in_order_with_costs_in_whole_steps()
    {
        var book = new OfferBook(plays: 3, stepsPerUnit: 100);
        for (var customer = 0; customer < 10_000; customer++) book.Add(customer % 2 == 0 ? [new(2, 0.5, 0.129), new(0, customer, 7)] : []);
        Assert.Equal((10_000, 9_999L), (book.Customers, book.Offers));
        Assert.Equal([new Offer(2, 0.5, 0.13), new Offer(0, 9_998, 7)], book.Of(9_998));
        Assert.Empty(book.Of(4_097));
        // Worth nothing.
        Assert.Equal([new Offer(2, 0.5, 0.13)], book.Of(0));
    }

    [Theory]
    [InlineData(3, 1, 1, "Customer 1 has play 3; the book has plays 0 to 2.")]
    [InlineData(-1, 1, 1, "Customer 1 has play -1; the book has plays 0 to 2.")]
    [InlineData(0, 1, 1, "Customer 1 has two offers of play 0.")]
    [InlineData(1, double.NaN, 1, "Customer 1 has a worth of NaN for play 1.")]
    [InlineData(1, double.PositiveInfinity, 1, "Customer 1 has a worth of ∞ for play 1.")]
    [InlineData(1, 1, -0.5, "Customer 1 has a cost of -0.5 for play 1; it is 0 or more.")]
    [InlineData(1, 1, double.NaN, "Customer 1 has a cost of NaN for play 1; it is 0 or more.")]
    [InlineData(1, 1, 300_000, "Customer 1 has a cost of 300000 for play 1; with 10000 steps a unit it is at most 214748.")]
    public void An_offer_that_makes_no_sense_is_refused_with_its_customer(int play, double worth, double cost, string message)
    {
        var book = new OfferBook(plays: 3);
        book.Add([new(0, 1, 1)]);
        var fault = Assert.Throws<ArgumentException>(() => book.Add([new(0, 1, 1), new(play, worth, cost)]));
        Assert.StartsWith(message.Replace("∞", "Infinity", StringComparison.Ordinal), fault.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1L), (book.Customers, book.Offers));
    }

    [Fact]
    public void A_book_of_no_plays_or_no_steps_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new OfferBook(0));
        Assert.Throws<ArgumentException>(() => new OfferBook(256));
        Assert.Throws<ArgumentException>(() => new OfferBook(1, stepsPerUnit: 0));
    }

    [Fact]
    public void Limits_that_make_no_sense_are_refused_by_name()
    {
        Refused("The budget is -1: it is an amount of 0 or more, or there is none.", new() { Plays = Play(), Budget = -1 });
        Refused("The budget is NaN: it is an amount of 0 or more, or there is none.", new() { Plays = Play(), Budget = double.NaN });
        Refused(
            "The budget of play win-back is -0.01: it is an amount of 0 or more, or there is none.",
            new() { Plays = Play(budget: -0.01) });
        Refused(
            "The capacity of play win-back is -3: it is a number of customers, 0 or more, or there is none.",
            new() { Plays = Play(capacity: -3) });
        Refused(
            "The capacity of channel sms is -1: it is a number of customers, 0 or more, or there is none.",
            new() { Plays = Play(), ChannelCapacities = new Dictionary<PlayChannel, int> { [PlayChannel.Sms] = -1 } });
        Refused("The limits name 2 plays, the book of offers has 1.", new() { Plays = [.. Play(), .. Play()] });

        static PlayLimits[] Play(double? budget = null, int? capacity = null) => [new("win-back", PlayChannel.Sms, budget, capacity)];

        static void Refused(string message, AllocationLimits limits)
        {
            var fault = Assert.Throws<RetentionException>(() => Allocator.Allocate(new OfferBook(1), limits));
            Assert.Equal((Failure.Usage, message), (fault.Failure, fault.Message));
        }
    }
}
