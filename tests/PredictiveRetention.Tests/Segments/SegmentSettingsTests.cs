using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public class SegmentSettingsTests
{
    [Fact]
    public void Defaults_are_legal() => Assert.Equal(new SegmentSettings(), new SegmentSettings().Checked());

    public static TheoryData<string, SegmentSettings> Faulty => new()
    {
        { "ActiveDays is 0, allowed 1 to 3650", new() { ActiveDays = 0 } },
        { "AtRiskDays is 30, allowed 31 to 3650", new() { AtRiskDays = 30 } },
        { "DormantDays is 90, allowed 91 to 3650", new() { DormantDays = 90 } },
        { "NewDays is 4000", new() { NewDays = 4000 } },
        { "ReactivatedGapDays is -1", new() { ReactivatedGapDays = -1 } },
        { "HighValueShare is 0, allowed above 0 to 1", new() { HighValueShare = 0 } },
        { "HighValueShare + LowValueShare is 1.1", new() { HighValueShare = 0.9 } },
        { "RegularOrders is 1, allowed 2 or more", new() { RegularOrders = 1 } },
        { "PowerUserOrders is 2, allowed 3 or more", new() { PowerUserOrders = 2 } },
        { "PremiumShare + GoldShare + SilverShare is", new() { GoldShare = 0.8 } },
        { "VipShare is NaN", new() { VipShare = double.NaN } },
        { "DiscountedOrdersShare is 60, allowed above 0 to 1", new() { DiscountedOrdersShare = 60 } },
        { "DiscountOfGrossShare is 1.5", new() { DiscountOfGrossShare = 1.5 } },
        { "LoyalistOrders is 1", new() { LoyalistOrders = 1 } },
        { "HighRiskCut is 1.2, allowed 0 to 1", new() { HighRiskCut = 1.2 } },
        { "MediumRiskCut 0.9 is above HighRiskCut 0.5", new() { MediumRiskCut = 0.9, HighRiskCut = 0.5 } },
        { "OverdueFactor is 0.5, allowed 1 to 100", new() { OverdueFactor = 0.5 } },
        { "OverdueMinDays is -1, allowed 0 to 3650", new() { OverdueMinDays = -1 } },
        { "InactiveHorizons is 0, allowed 1 to 100", new() { InactiveHorizons = 0 } },
        { "HighSpenderShare is 0, allowed above 0 to 1", new() { HighSpenderShare = 0 } },
        { "FrequencyCuts 1, 3, 2, 5 must not fall", new() { FrequencyCuts = new ScoreCuts(1, 3, 2, 5) } },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_setting_out_of_range_is_named_with_what_is_allowed(string message, SegmentSettings settings)
    {
        var fault = Assert.Throws<RetentionException>(settings.Checked);

        Assert.Equal(Failure.Usage, fault.Failure);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_come_in_one_message()
    {
        var fault = Assert.Throws<RetentionException>(() => SegmentCutoffs.From([], [], new() { ActiveDays = 0, VipShare = 2 }, 90, null));

        Assert.Contains("ActiveDays is 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("VipShare is 2", fault.Message, StringComparison.Ordinal);
    }
}
