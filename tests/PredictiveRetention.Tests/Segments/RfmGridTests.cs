using CsCheck;
using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public class RfmGridTests
{
    private static readonly Gen<int> s_score = Gen.Int[1, 5];

    [Fact]
    public void Codes_cover_all_125_exactly_once()
    {
        var expected = from r in Enumerable.Range(1, 5) from f in Enumerable.Range(1, 5) from m in Enumerable.Range(1, 5)
                       select (r * 100) + (f * 10) + m;

        Assert.Equal(expected, RfmGrid.Codes.Values.SelectMany(codes => codes).Order());
        Assert.Equal(Enum.GetValues<RfmSegment>(), RfmGrid.Codes.Keys.Order());
    }

    [Fact]
    public void SegmentOf_every_score_is_the_segment_that_lists_its_code() =>
        Gen.Select(s_score, s_score, s_score, (r, f, m) => new RfmScore(r, f, m))
            .Sample(score => RfmGrid.Codes[RfmGrid.SegmentOf(score)].Contains(score.Code));

    [Fact]
    public void Score_reads_as_its_code()
    {
        var score = new RfmScore(5, 4, 3);

        Assert.Equal((5, 4, 3, 543, "543"), (score.R, score.F, score.M, score.Code, score.ToString()));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 6, 1)]
    [InlineData(1, 1, 0)]
    public void Score_outside_1_to_5_is_a_bug(int r, int f, int m) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RfmScore(r, f, m));

    [Theory]
    [InlineData(0, 5, 0, 1, 0, 1)]
    [InlineData(30, 5, 1, 1, 1_000, 1)]
    [InlineData(31, 4, 2, 2, 1_001, 2)]
    [InlineData(366, 1, 6, 5, 10_001, 5)]
    public void A_value_on_a_threshold_belongs_below_it(int days, int r, int orders, int f, long minor, int m) =>
        Assert.Equal(
            new RfmScore(r, f, m),
            RfmScore.Score(Some.Facts(orders: orders, daysSinceLastOrder: days, netRevenueMinor: minor), Some.Cutoffs()));

    [Fact]
    public void Scores_are_monotone_and_ties_share_them() =>
        Gen.Select(Gen.Int[0, 50].Array[1, 40], Gen.Int[0, 50], Gen.Int[0, 50]).Sample((population, one, other) =>
        {
            var cuts = ScoreCuts.Fifths(population.Order().Select(value => (double)value).ToArray());
            var (lower, higher) = (cuts.CountBelow(Math.Min(one, other)), cuts.CountBelow(Math.Max(one, other)));
            return one == other ? lower == higher : lower <= higher;
        });
}
