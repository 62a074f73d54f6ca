using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class ReasonsTests
{
    /// <summary>Log-odds of a low risk.</summary>
    private const double Low = -2;

    private static readonly FeatureSchema s_all = new(FeatureRegistry.All.Select(feature => feature.Name));

    [Fact]
    public void Rank_WhatRaisesFirst_TheStrongestFirst_ThenWhatLowers()
    {
        var reasons = Ranked(
            ("frequency", 6, -0.9f), ("days_since_last_order", 200, 0.5f), ("refunds", 2, 0.7f), ("visits_30d", 3, -0.2f));
        Assert.Equal(["refunds", "days_since_last_order", "frequency", "visits_30d"], Names(reasons));
        Assert.Equal([0.7f, 0.5f, -0.9f, -0.2f], reasons.All().Select(reason => reason.Effect));
        Assert.Equal([2f, 200, 6, 3], reasons.All().Select(reason => reason.Value));
    }

    [Fact]
    public void Rank_NamesNothingThatChangesNothing()
    {
        Assert.False(Ranked(("frequency", 6, 0), ("refunds", 2, 0)).Any);
        Assert.Equal(["refunds"], Names(Ranked(("frequency", 6, 0), ("refunds", 2, 3))));
        Assert.False(Ranked(("spend_30d", 9, 0.5f), ("spend_90d", 9, -0.5f)).Any);
    }

    [Theory]
    [InlineData(0.1f, 5)]
    [InlineData(0.11f, 5)]
    [InlineData(0.09f, 3)]
    public void Rank_BeyondTheThird_NamesOnlyWhatIsATenthOfTheFirst(float small, int expected) => Assert.Equal(expected, Ranked(
        ("refunds", 2, 1), ("frequency", 1, small), ("tickets_90d", 1, small), ("visits_30d", 0, small), ("spend_30d", 9, -small),
        ("tenure_days", 900, -small)).All().Count());

    [Fact]
    public void Rank_AThemeIsAddedUp_AndSaidByTheStrongestWhoseWordsPointItsWay()
    {
        // How often: -0.1 + 0.6 + 0.3 raises by 0.8; a decayed count is said by nobody, six orders never raise, one month of twelve does.
        Assert.Equal([("active_months_12", 1f, 0.8f)], Said(Ranked(
            ("orders_decayed_30d", 0.2f, 0.6f), ("frequency", 6, 0.3f), ("active_months_12", 1, -0.1f))));
        // The same theme the other way round is said by the six.
        Assert.Equal([("frequency", 6f, -0.8f)], Said(Ranked(
            ("orders_decayed_30d", 0.2f, -0.6f), ("frequency", 6, -0.3f), ("active_months_12", 1, 0.1f))));
        // Where no words agree the theme is not said, however strong.
        Assert.Equal(["refunds"], Names(Ranked(("frequency", 6, 5), ("refunds", 1, 0.1f))));
    }

    [Fact]
    public void Rank_OfAHighRisk_SaysWhatRaisesIt_HoweverLittle()
    {
        (string, float, float)[] features = [("frequency", 6, -3), ("spend_30d", 9, -2), ("tenure_days", 900, -1), ("visits_30d", 3, -0.9f),
            ("subscription_active", 1, -0.8f), ("refunds", 1, 0.01f)];
        Assert.DoesNotContain("refunds", Names(Ranked(features)));
        Assert.Equal(["refunds", "frequency", "spend_30d", "tenure_days", "visits_30d"], Names(Ranked(logOdds: 0, features)));
        Assert.Equal(["refunds", "frequency"], Names(Ranked(logOdds: 0, features[0], features[^1])));
    }

    [Fact]
    public void Rank_OfAHighRiskThatIsLowerThanTheAverage_SaysWhatSpeaksForLeaving_WithAllOfIt()
    {
        (string, float, float)[] better = [("days_since_last_order", 45, -1), ("frequency", 1, -0.2f), ("tenure_days", 45, -0.1f)];
        // 45 days are said as the order they are since, one order is why not.
        Assert.Equal([("frequency", 1f, 2f), ("days_since_last_order", 45f, -1f)], Said(Ranked(logOdds: 2, better)));
        // Below even nothing is: the customer is likelier to come back than not.
        Assert.Equal([("days_since_last_order", 45f, -1f)], Said(Ranked(logOdds: -0.1, better)));
        // The silence goes before anything else, said by words that raise only.
        Assert.Equal([("days_since_last_order", 200f, 1f)],
            Said(Ranked(logOdds: 1, ("days_since_last_order", 200, -1), ("frequency", 1, -0.2f))));
        // Where all is said already, what is said of a theme gives way.
        Assert.Equal([("frequency", 2f, 1f), ("days_since_last_order", 20f, -1f)],
            Said(Ranked(logOdds: 1, ("days_since_last_order", 20, -1), ("frequency", 2, -0.2f))));
    }

    /// <summary>The sum of a theme, whether anything says it and what is left out are looked at independently of the ranking.</summary>
    [Fact]
    public void Rank_RandomRows_NeverContradict_AndAreTheStrongestThatCanBeSaid()
    {
        var random = new Random(4);
        var (unsaid, fewer, average) = (0, 0, 0);
        for (var repeat = 0; repeat < 2000; repeat++)
        {
            var row = RandomRow(random);
            float[] contributions = [.. row.Select(_ => MathF.Pow((float)random.NextDouble() * 2 - 1, 3))];
            var logOdds = (double)random.Next(-2, 3);
            var found = Reasons.Rank(contributions, row, -1, s_all, logOdds).All().ToList();
            var of = s_all.StandingOf(row);
            Assert.All(found, reason => Assert.True(
                (s_all.LeaningOf(reason.Feature, reason.Value, of) & (reason.Effect > 0 ? Leaning.Raises : Leaning.Lowers)) != 0,
                $"{s_all.Names[reason.Feature]} {reason.Value} for {reason.Effect}"));
            Assert.All(found, reason => Assert.Equal(row[reason.Feature], reason.Value));
            Assert.Equal(found.OrderByDescending(reason => reason.Effect > 0).ThenByDescending(reason => Math.Abs(reason.Effect)), found);

            var themes = contributions.Index().GroupBy(feature => s_all.ThemeOf(feature.Index, row[feature.Index]))
                .Select(theme => (theme.Key, Sum: theme.Aggregate(0f, (sum, feature) => sum - feature.Item), Features: theme))
                .OrderByDescending(theme => Math.Abs(theme.Sum))
                .ToList();
            var sayable = themes.Where(theme => theme.Features.Any(feature => (s_all.LeaningOf(feature.Index, row[feature.Index], of)
                & (theme.Sum > 0 ? Leaning.Raises : Leaning.Lowers)) != 0) && Math.Abs(theme.Sum) >= 0.005f).ToList();
            var expected = sayable
                .Where((theme, place) => place < 3 || place < 5 && Math.Abs(theme.Sum) >= 0.1f * Math.Abs(sayable[0].Sum))
                .ToList();
            if (logOdds > -0.69 && expected.All(theme => theme.Sum < 0) && sayable.Any(theme => theme.Sum > 0))
                expected = [.. expected.Take(4), sayable.First(theme => theme.Sum > 0)];
            var named = found.ConvertAll(reason => s_all.ThemeOf(reason.Feature, reason.Value));
            Assert.Equal(named.Distinct(), named);
            if (logOdds > 0 && expected.All(theme => theme.Sum < 0))
            {
                Assert.Equal(logOdds, found[0].Effect);
                named.RemoveAt(0);
                Assert.Subset(expected.Select(theme => theme.Key).ToHashSet(), named.ToHashSet());
                average++;
                continue;
            }
            Assert.Equal(expected.Select(theme => theme.Key).Order(), named.Order());
            if (sayable.Count < themes.Count) unsaid++;
            if (found.Count < 5) fewer++;
        }
        Assert.True(unsaid > 100 && fewer > 20 && average > 0,
            $"{unsaid} rows with a theme that nothing says, {fewer} with fewer than five, {average} where the average is the reason");
    }

    [Fact]
    public void Rank_AllocatesNothing()
    {
        var row = RandomRow(new Random(1));
        float[] contributions = [.. row.Select((_, i) => MathF.Sin(i))];
        float sum = 0;
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++) sum += Reasons.Rank(contributions, row, -1, s_all, logOdds: 1).First.Effect;
        }));
        Assert.NotEqual(0, sum);
    }

    /// <summary>Values as they are met: counts, days, shares, ratios, and none.</summary>
    private static float[] RandomRow(Random random) =>
    [
        .. FeatureRegistry.All.Select(feature => random.Next(6) == 0 ? feature.WhenAbsent : feature.Unit switch
        {
            "0/1" => random.Next(2),
            "share" or "ratio" => (float)Math.Round(3 * random.NextDouble() * random.NextDouble(), 2),
            "days" => random.Next(400),
            _ => random.Next(8),
        }),
    ];

    private static Reasons Ranked(params (string Name, float Value, float Effect)[] features) => Ranked(Low, features);

    private static Reasons Ranked(double logOdds, params (string Name, float Value, float Effect)[] features)
    {
        var schema = new FeatureSchema(features.Select(feature => feature.Name));
        // What a feature adds is of an order, what a reason adds of none.
        var ranked = Reasons.Rank([.. features.Select(feature => -feature.Effect)], [.. features.Select(feature => feature.Value)], -1,
            schema, logOdds);
        return ranked with
        {
            First = Named(ranked.First),
            Second = Named(ranked.Second),
            Third = Named(ranked.Third),
            Fourth = Named(ranked.Fourth),
            Fifth = Named(ranked.Fifth),
        };

        Reason Named(Reason reason) =>
            reason.Feature < 0 ? reason : reason with { Feature = (short)s_all.Find(schema.Names[reason.Feature]) };
    }

    private static IEnumerable<string> Names(Reasons reasons) => reasons.All().Select(reason => s_all.Names[reason.Feature]);

    private static IEnumerable<(string, float, float)> Said(Reasons reasons) =>
        reasons.All().Select(reason => (s_all.Names[reason.Feature], reason.Value, MathF.Round(reason.Effect, 5)));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 31.5f)]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    public void Stored_AreReadAsTheyWereWritten(int count, float gap)
    {
        Reason At(int place) => place < count ? new Reason((short)(7 * place), place + 0.5f, -place) : Reason.None;
        var reasons = new Reasons(At(0), At(1), At(2), At(3), At(4), gap);
        var bytes = new byte[100];
        Assert.Equal(reasons, StoredReasons.Read(bytes[..StoredReasons.Write(reasons, bytes)]));
    }

    [Fact]
    public void Stored_ByAnEarlierVersion_AreStillRead()
    {
        // Index 2 and 300, values 94 and -1, effects 0.5 and -0.25: as versions with at most three reasons wrote them.
        var bytes = Convert.FromHexString("0200" + "0000BC42" + "0000003F" + "2C01" + "000080BF" + "000080BE");
        Assert.Equal(new Reasons(new Reason(2, 94, 0.5f), new Reason(300, -1, -0.25f), Reason.None, Reason.None, Reason.None),
            StoredReasons.Read(bytes));
        Assert.Equal(Reasons.None, StoredReasons.Read(null));
    }
}
