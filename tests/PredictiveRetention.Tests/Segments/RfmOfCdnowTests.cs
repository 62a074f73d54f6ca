using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

/// <summary>
/// The CDNOW 1/10 sample against an independent program: same-day orders merged, zero-value days kept,
/// as of 1998-06-30.
/// </summary>
public class RfmOfCdnowTests
{
    private static readonly DateOnly s_asOf = new(1998, 6, 30);

    [Fact]
    public void Thresholds_match_an_independent_program_on_CDNOW()
    {
        var cutoffs = Cutoffs(Customers());

        Assert.Equal(2357, cutoffs.Population);
        Assert.Equal(new ScoreCuts(152, 442, 486, 512), cutoffs.Recency);
        Assert.Equal(new ScoreCuts(1, 1, 2, 4), cutoffs.Frequency);
        Assert.Equal(
            [1536.0, 3195.8, 5925.0, 13043.6],
            new[] { cutoffs.MonetaryMinor.P20, cutoffs.MonetaryMinor.P40, cutoffs.MonetaryMinor.P60, cutoffs.MonetaryMinor.P80 },
            (expected, found) => Math.Abs(expected - found) < 1e-9);
    }

    [Theory]
    [InlineData(RfmSegment.Champions, 534)]
    [InlineData(RfmSegment.Loyal, 159)]
    [InlineData(RfmSegment.PotentialLoyalist, 179)]
    [InlineData(RfmSegment.NewCustomers, 150)]
    [InlineData(RfmSegment.Promising, 100)]
    [InlineData(RfmSegment.NeedAttention, 165)]
    [InlineData(RfmSegment.AboutToSleep, 204)]
    [InlineData(RfmSegment.AtRisk, 53)]
    [InlineData(RfmSegment.CannotLoseThem, 170)]
    [InlineData(RfmSegment.Hibernating, 339)]
    [InlineData(RfmSegment.Lost, 304)]
    public void Segment_counts_match_an_independent_program_on_CDNOW(RfmSegment segment, int customers)
    {
        var facts = Customers();
        var cutoffs = Cutoffs(facts);

        Assert.Equal(customers, facts.Count(one => RfmGrid.SegmentOf(RfmScore.Score(one, cutoffs)) == segment));
    }

    [Fact]
    public void Equal_frequencies_share_a_score_so_some_scores_stay_empty_on_CDNOW()
    {
        var facts = Customers();
        var cutoffs = Cutoffs(facts);

        var scores = facts.GroupBy(one => one.Orders, one => RfmScore.Score(one, cutoffs).F);

        Assert.All(scores, group => Assert.Single(group.Distinct()));
        Assert.Equal([1, 3, 4, 5], scores.SelectMany(group => group).Distinct().Order());
    }

    private static SegmentCutoffs Cutoffs(CustomerFacts[] facts) =>
        SegmentCutoffs.From(facts, new CustomerScore[facts.Length], new SegmentSettings(), 90, null);

    private static CustomerFacts[] Customers() =>
    [
        .. from line in File.ReadLines(OrdersFile()).Skip(1)
           let cells = line.Split(',')
           let day = DateOnly.Parse(cells[2].AsSpan(0, 10), CultureInfo.InvariantCulture)
           let minor = (long)(decimal.Parse(cells[3], CultureInfo.InvariantCulture) * 100)
           group (day, minor) by cells[0] into customer
           let days = customer.Select(order => order.day).Distinct().ToList()
           select Some.Facts(
               orders: days.Count,
               daysSinceLastOrder: s_asOf.DayNumber - days.Max().DayNumber,
               daysSinceFirstOrder: s_asOf.DayNumber - days.Min().DayNumber,
               netRevenueMinor: customer.Sum(order => order.minor)),
    ];

    private static string OrdersFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PredictiveRetention.sln"))) folder = folder.Parent;

        var file = folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "data", "cdnow", "orders.csv");
        Assert.SkipUnless(File.Exists(file), "The CDNOW sample is not beside the repository (../shared/data/cdnow/orders.csv).");
        return file!;
    }
}
