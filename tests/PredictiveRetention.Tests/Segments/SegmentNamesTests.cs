using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public class SegmentNamesTests
{
    [Fact]
    public void Every_value_of_every_taxonomy_has_a_name_that_reads_back()
    {
        AllReadBack<Lifecycle>();
        AllReadBack<ValueTier>();
        AllReadBack<FrequencyClass>();
        AllReadBack<ClvTier>();
        AllReadBack<BusinessSegment>();
        AllReadBack<EngagementSegment>();
        AllReadBack<Persona>();
        AllReadBack<RiskBand>();
        AllReadBack<RfmSegment>();
    }

    [Fact]
    public void Names_are_those_of_the_reports()
    {
        Assert.Equal("Cannot Lose Them", SegmentNames.Name(RfmSegment.CannotLoseThem));
        Assert.Equal("One-Timer", SegmentNames.Name(Persona.OneTimer));
        Assert.Equal("At-Risk-Dormant", SegmentNames.Name(EngagementSegment.AtRiskDormant));
        Assert.Equal("VIP", SegmentNames.Name(BusinessSegment.Vip));
        Assert.Equal("Power User", SegmentNames.Name(FrequencyClass.PowerUser));
    }

    [Theory]
    [InlineData("At Risk")]
    [InlineData("at risk")]
    [InlineData("at-risk")]
    [InlineData("AT_RISK")]
    [InlineData("AtRisk")]
    public void TryParse_forgives_case_and_separators(string name)
    {
        Assert.True(SegmentNames.TryParse<Lifecycle>(name, out var segment));
        Assert.Equal(Lifecycle.AtRisk, segment);
    }

    [Fact]
    public void An_unknown_name_is_not_read()
    {
        Assert.False(SegmentNames.TryParse<ValueTier>("Middling", out _));
        Assert.False(SegmentNames.TryParse<ValueTier>(null, out _));
    }

    [Fact]
    public void Combined_segments_are_27_and_fold_the_lifecycle()
    {
        Assert.Equal(27, CombinedSegment.All.Distinct().Count());
        Assert.Equal(
            [Lifecycle.Active, Lifecycle.Active, Lifecycle.Active, Lifecycle.AtRisk, Lifecycle.Dormant, Lifecycle.Dormant],
            Enum.GetValues<Lifecycle>().Select(CombinedSegment.Fold));
        Assert.Contains("Active|Mid|Regular", CombinedSegment.All.Select(cell => cell.ToString()));
    }

    private static void AllReadBack<T>()
        where T : struct, Enum
    {
        Assert.Equal(Enum.GetValues<T>().Length, SegmentNames.All<T>().Count);
        Assert.All(Enum.GetValues<T>(),
            value => Assert.True(SegmentNames.TryParse<T>(SegmentNames.Name(value), out var read) && read.Equals(value)));
    }
}
