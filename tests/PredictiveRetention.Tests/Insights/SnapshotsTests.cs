using CsCheck;
using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

public class SnapshotsTests
{
    /// <summary>Past months are read off one pass over the history; they must say what the feature builder would have said then.</summary>
    [Fact]
    public void Facts_of_any_day_are_those_of_the_feature_builder() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var builder = new FeatureBuilder(SomeShop.Pounds, SomeShop.Everything);
        var snapshots = new Snapshots(SomeShop.Everything);
        var random = new Random(seed);
        foreach (var person in SomeShop.People(5, seed, daysAfter: 30))
        {
            snapshots.Load(person.History.Before(SomeShop.AsOf));
            for (var tries = 0; tries < 10; tries++)
            {
                var day = SomeShop.AsOf.Day - random.Next(850);
                var known = snapshots.At(person.History.Before(SomeShop.AsOf), day, out var facts);
                Assert.Equal(person.Orders.Any(order => order.Day < day), known);
                if (!known) continue;
                var expected = builder.Build(person.History.Before(new Cutoff(day)), new float[FeatureBuilder.Width]);
                Assert.Equal(expected with { MeanGapDays = null, EmailConsent = null }, facts);
            }
        }
    }, iter: 200);
}
