using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class ReasonsTests
{
    [Fact]
    public void Of_PicksTheThreeLargestEitherWay_LargestFirst()
    {
        var reasons = Reasons.Of([0.1f, -0.9f, 0, 0.5f, -0.2f], [1, 2, 3, 4, 5], scale: -2);
        Assert.Equal(new Reason(1, 2, 1.8f), reasons.First);
        Assert.Equal(new Reason(3, 4, -1), reasons.Second);
        Assert.Equal(new Reason(4, 5, 0.4f), reasons.Third);
        Assert.Equal(3, reasons.All().Count());
    }

    [Fact]
    public void Of_NamesNoFeatureThatChangesNothing()
    {
        Assert.False(Reasons.Of([0, 0], [1, 2], 1).Any);
        Assert.Equal(-1, Reasons.Of([0, 3f], [1, 2], 1).Second.Feature);
    }

    [Fact]
    public void Of_RandomContributions_AreTheTopThreeOfASort()
    {
        var random = new Random(4);
        for (var repeat = 0; repeat < 300; repeat++)
        {
            var contributions = Enumerable.Range(0, 1 + random.Next(20)).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
            var expected = contributions.Select((value, feature) => (value, feature)).OrderByDescending(pair => Math.Abs(pair.value)).Take(3).Select(pair => (short)pair.feature);
            Assert.Equal(expected, Reasons.Of(contributions, contributions, 1).All().Select(reason => reason.Feature));
        }
    }
}
