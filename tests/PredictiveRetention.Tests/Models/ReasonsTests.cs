using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class ReasonsTests
{
    private static readonly Theme[] s_each = Enum.GetValues<Theme>();

    [Fact]
    public void Of_PicksTheLargestEitherWay_LargestFirst()
    {
        var reasons = Reasons.Rank([0.1f, -0.9f, 0, 0.5f, -0.2f], [1, 2, 3, 4, 5], scale: -2, s_each);
        Assert.Equal([new Reason(1, 2, 1.8f), new Reason(3, 4, -1), new Reason(4, 5, 0.4f), new Reason(0, 1, -0.2f)], reasons.All());
        Assert.Equal(reasons.Fourth, reasons.All().Last());
    }

    [Fact]
    public void Of_NamesNothingThatChangesNothing()
    {
        Assert.False(Reasons.Rank([0, 0], [1, 2], 1, s_each).Any);
        Assert.Equal(-1, Reasons.Rank([0, 3f], [1, 2], 1, s_each).Second.Feature);
        Assert.False(Reasons.Rank([0.5f, -0.5f], [1, 2], 1, [Theme.Money, Theme.Money]).Any);
    }

    [Theory]
    [InlineData(0.1f, 5)]
    [InlineData(0.11f, 5)]
    [InlineData(0.09f, 3)]
    public void Of_BeyondTheThird_NamesOnlyWhatIsATenthOfTheFirst(float small, int expected)
    {
        var reasons = Reasons.Rank([1, small, -small, small, -small, small], new float[6], 1, s_each);
        Assert.Equal(expected, reasons.All().Count());
    }

    [Fact]
    public void Of_AThemeIsAddedUp_AndSaidByTheStrongestThatPointsItsWay()
    {
        // Money: -0.9 + 0.5 + 0.6 raises by 0.2, so the strongest that raises says it, not the stronger one that lowers.
        var reasons = Reasons.Rank([-0.9f, 0.5f, 0.6f, 0.4f], [1, 2, 3, 4], 1, [Theme.Money, Theme.Money, Theme.Money, Theme.Recency]);
        Assert.Equal((3, 0.4f), (reasons.First.Feature, reasons.First.Effect));
        Assert.Equal((2, 3f, 0.2f), (reasons.Second.Feature, reasons.Second.Value, MathF.Round(reasons.Second.Effect, 5)));
        Assert.Equal(2, reasons.All().Count());
    }

    [Fact]
    public void Of_RandomContributions_AreTheTopOfASortOfTheThemes()
    {
        var random = new Random(4);
        var fewer = 0;
        for (var repeat = 0; repeat < 300; repeat++)
        {
            var contributions = Enumerable.Range(0, 1 + random.Next(40))
                .Select(_ => MathF.Pow((float)random.NextDouble() * 2 - 1, 3))
                .ToArray();
            Theme[] themes = [.. contributions.Select(_ => s_each[random.Next(s_each.Length)])];
            var sums = contributions.Zip(themes).GroupBy(pair => pair.Second)
                .Select(theme => (Theme: theme.Key, Sum: theme.Aggregate(0f, (sum,
                    pair) => sum + pair.First))).OrderByDescending(theme => Math.Abs(theme.Sum)).ToList();
            var expected = sums.Where((theme,
                place) => place < 3 || place < 5 && Math.Abs(theme.Sum) >= 0.1f * Math.Abs(sums[0].Sum)).ToList();
            var found = Reasons.Rank(contributions, contributions, 1, themes).All().ToList();
            Assert.Equal(expected, found.Select(reason => (themes[reason.Feature], reason.Effect)));
            Assert.All(found, reason => Assert.Equal(
                contributions.Where((value,
                    i) => themes[i] == themes[reason.Feature] && value > 0 == reason.Effect > 0).Max(Math.Abs), Math.Abs(reason.Value)));
            if (sums.Count >= 5 && found.Count < 5) fewer++;
        }
        Assert.True(fewer > 5, $"{fewer} times the fourth or fifth was too small");
    }

    [Fact]
    public void Of_AllocatesNothing()
    {
        float[] contributions = [.. Enumerable.Range(0, 80).Select(i => MathF.Sin(i))];
        Theme[] themes = [.. contributions.Select((_, i) => s_each[i % s_each.Length])];
        float sum = 0;
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++) sum += Reasons.Rank(contributions, contributions, -1, themes).First.Effect;
        }));
        Assert.NotEqual(0, sum);
    }

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
