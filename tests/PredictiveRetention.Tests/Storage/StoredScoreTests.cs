using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class StoredScoreTests
{
    [Fact]
    public void A_probability_is_never_off_by_more_than_half_a_step()
    {
        for (var i = 0; i <= 100_000; i++) Assert.Equal(i / 1e5, RoundTrip(i / 1e5, 1).PChurn, 0.5 / 4094 + 1e-12);
        Assert.Equal((0.0, 1.0), (RoundTrip(0, 0).PChurn, RoundTrip(1, 0).PChurn));
    }

    [Fact]
    public void A_value_is_never_off_by_more_than_three_in_a_thousand()
    {
        for (var clv = 0.01; clv < 1e8; clv *= 1.0007) Assert.InRange(RoundTrip(0.5, clv).Clv / clv, 1 - 0.003, 1 + 0.003);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(0.0049, 0)]
    [InlineData(0.005, 0.01)]
    [InlineData(0.01, 0.01)]
    [InlineData(1e8, 1e8)]
    [InlineData(1e12, 1e8)]
    public void Nothing_and_the_ends_of_the_scale_are_kept_as_they_are(double clv, double kept) =>
        Assert.Equal(kept, RoundTrip(0.5, clv).Clv, kept * 1e-9);

    [Fact]
    public void Who_was_not_scored_is_told_apart_from_every_score()
    {
        var bytes = new byte[StoredScore.Size];
        StoredScore.Clear(bytes);
        Assert.Null(StoredScore.Read(bytes));
        StoredScore.Write(bytes, 1, double.MaxValue);
        Assert.NotNull(StoredScore.Read(bytes));
    }

    private static (double PChurn, double Clv) RoundTrip(double pChurn, double clv)
    {
        var bytes = new byte[StoredScore.Size];
        StoredScore.Write(bytes, pChurn, clv);
        return StoredScore.Read(bytes)!.Value;
    }
}
