using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class KeptShareTests
{
    private static readonly KeptShare s_kept = KeptShare.Fit(paid: 1000, net: 900)!;

    [Fact]
    public void Who_sent_back_more_than_was_bought_once_is_expected_to_keep_four_fifths_of_what_is_usual() =>
        Assert.Equal(0.8, s_kept.Relative(orders: 1, paid: 50, net: -25), 12);

    [Fact]
    public void Who_keeps_what_is_usual_or_paid_nothing_is_usual()
    {
        Assert.Equal(1, s_kept.Relative(7, 100, 90), 12);
        Assert.Equal(1, s_kept.Relative(0, 0, 0));
        Assert.Equal(1, s_kept.Relative(3, 0, -5));
    }

    [Fact]
    public void The_more_orders_a_share_was_seen_in_the_more_it_counts_and_it_is_never_nothing()
    {
        Assert.True(s_kept.Relative(2, 100, 50) > s_kept.Relative(20, 1000, 500));
        Assert.InRange(s_kept.Relative(1_000, 1_000, -1_000), 1e-9, 0.01);
        Assert.InRange(s_kept.Relative(1_000, 1_000, 1_000), 1, 1 / 0.9);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData(100, -3)]
    public void A_shop_that_kept_nothing_tells_no_customers_apart(double paid, double net) => Assert.Null(KeptShare.Fit(paid, net));

    [Fact]
    public void Without_refunds_in_the_row_nothing_is_known_of_it() =>
        Assert.Equal(0, new KeptColumns(["frequency", "zero_value_orders", "monetary_total"]).Log(s_kept, [1, 0, -25]));

    [Theory]
    [InlineData(100, -5, 0)] // more came back than was paid
    [InlineData(100, 3, 3)]
    [InlineData(100, 10, double.PositiveInfinity)]
    [InlineData(0, 0, double.PositiveInfinity)]
    public void Who_sent_back_nearly_everything_is_expected_to_spend_no_more_than_was_kept(double paid, double net, double most) =>
        Assert.Equal(most, new KeptColumns(["refunded_total", "monetary_total", "frequency", "zero_value_orders"])
            .MostOfAnOrder([(float)(paid - net), (float)net, 1, 0]));

    [Fact]
    public void What_was_paid_is_what_is_left_and_what_went_back() =>
        Assert.Equal(Math.Log(0.8), new KeptColumns(["refunded_total", "monetary_total", "frequency", "zero_value_orders"])
            .Log(s_kept, [75, -25, 1, 0]), 12);
}
