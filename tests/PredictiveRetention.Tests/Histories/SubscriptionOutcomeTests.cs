using PredictiveRetention.Histories;
using Xunit;

namespace PredictiveRetention.Tests.Histories;

public class SubscriptionOutcomeTests
{
    private const int Grace = 30;
    private static readonly Cutoff s_from = Cutoff.On(new DateOnly(2024, 1, 1));
    private static readonly int s_day = s_from.Day;

    private static readonly Dictionary<string, Subscription[]> s_shops = new()
    {
        ["open-ended"] = [new(s_day - 100)],
        ["ends within the horizon"] = [new(s_day - 100, s_day + 20)],
        ["ends after the horizon"] = [new(s_day - 100, s_day + 90)],
        ["ends on the cutoff's day"] = [new(s_day - 100, s_day)],
        ["cancelled, but running on"] = [new(s_day - 100, null, s_day - 5)],
        ["cancelled, and ends"] = [new(s_day - 100, s_day + 20, s_day - 5)],
        ["renewed the same day"] = [new(s_day - 100, s_day + 20), new(s_day + 20)],
        ["renewed on the last day of grace"] = [new(s_day - 100, s_day + 20), new(s_day + 20 + Grace)],
        ["renewed a day too late"] = [new(s_day - 100, s_day + 20), new(s_day + 21 + Grace)],
        ["renewed by a trial only"] = [new(s_day - 100, s_day + 20), new(s_day + 20, null, null, null, IsTrial: true)],
        ["renewed, and that one ends too"] = [new(s_day - 100, s_day + 20), new(s_day + 25, s_day + 60)],
        ["renewed again and again"] = [new(s_day - 100, s_day + 20), new(s_day + 25, s_day + 60), new(s_day + 61, s_day + 95)],
        ["an overlapping term carries on"] = [new(s_day - 100, s_day + 20), new(s_day - 10, s_day + 120)],
        ["a change of plan on one day"] = [new(s_day - 100, s_day - 10), new(s_day - 10)],
        ["renewed by a term that ends before it begins"] = [new(s_day - 100, s_day + 20), new(s_day + 25, s_day + 10)],
        ["renewal stored first"] = [new(s_day + 25), new(s_day - 100, s_day + 20)],
    };

    [Theory]
    [InlineData("open-ended", false)]
    [InlineData("ends within the horizon", true)]
    [InlineData("ends after the horizon", false)]
    [InlineData("ends on the cutoff's day", true)]
    [InlineData("cancelled, but running on", false)]
    [InlineData("cancelled, and ends", true)]
    [InlineData("renewed the same day", false)]
    [InlineData("renewed on the last day of grace", false)]
    [InlineData("renewed a day too late", true)]
    [InlineData("renewed by a trial only", true)]
    [InlineData("renewed, and that one ends too", true)]
    [InlineData("renewed again and again", false)]
    [InlineData("an overlapping term carries on", false)]
    [InlineData("a change of plan on one day", false)]
    [InlineData("renewed by a term that ends before it begins", true)]
    [InlineData("renewal stored first", false)]
    public void Churned(string what, bool churned)
    {
        Assert.True(SubscriptionOutcome.Active(s_shops[what], s_day));
        Assert.Equal(churned, SubscriptionOutcome.Churned(s_shops[what], s_from, Horizon.OfDays(90), Grace));
    }

    [Fact]
    public void Active_OnlyWithAPaidTermInForce()
    {
        Assert.False(SubscriptionOutcome.Active([], s_day));
        Assert.False(SubscriptionOutcome.Active([new(s_day - 10, null, null, null, IsTrial: true)], s_day));
        Assert.False(SubscriptionOutcome.Active([new(s_day - 10, s_day - 1)], s_day));
        Assert.False(SubscriptionOutcome.Active([new(s_day)], s_day));
        Assert.False(SubscriptionOutcome.Active([new(s_day - 1, s_day - 5)], s_day));
    }
}
