using PredictiveRetention.Service.Pages.Today;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

public sealed class MoneyPartsTests
{
    [Fact]
    public void Parts_add_up_to_the_cent_and_none_exceeds_the_whole()
    {
        var random = new Random(1);
        for (var i = 0; i < 1_000; i++)
        {
            var (buying, inactive, atRisk) = (1e7 * random.NextDouble(), 1e6 * random.NextDouble(), 1e6 * random.NextDouble());
            var slipping = atRisk * random.NextDouble();
            var parts = MoneyParts.Of(
                metric => metric switch
                {
                    "expected_revenue_buying" => buying,
                    "expected_revenue_inactive" => inactive,
                    "revenue_at_risk" => atRisk,
                    "revenue_at_risk_slipping" => slipping,
                    _ => 0,
                },
                Currency.Parse("EUR"))!.Value;
            Assert.Equal(Cents(parts.IfAllOrdered), Cents(parts.Buying) + Cents(parts.Slipping) + Cents(parts.Others));
            Assert.Equal(Cents(parts.Expected), Cents(parts.Buying) + Cents(parts.Inactive));
            Assert.Equal(Cents(atRisk), Cents(parts.AtRisk));
            Assert.True(parts.Slipping <= parts.AtRisk && parts.Others >= 0 && parts.AtRisk <= parts.IfAllOrdered);
        }
    }

    [Fact]
    public void A_night_that_did_not_count_a_part_has_none_and_not_nothing() =>
        Assert.Null(MoneyParts.Of(metric => metric == "could_come_back" ? null : 1, Currency.Parse("EUR")));

    private static long Cents(double amount) => (long)Math.Round(100 * amount, MidpointRounding.AwayFromZero);
}
