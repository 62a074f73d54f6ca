using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public class StoredAssignmentTests
{
    [Theory]
    [InlineData(long.MinValue, 1, 1, Arm.Control, null, 0.05f, 0f, 0f)]
    [InlineData(-1, 4_000_000_000, 65_535, Arm.Treated, AssignmentEnd.BeyondLimits, 0.855f, 1f, -12.34f)]
    [InlineData(long.MaxValue, 9_999, 255, Arm.Holdout, null, 0.095f, 0.5f, 123_456_789f)]
    [InlineData(7, 12, 3, Arm.Treated, AssignmentEnd.LeftAudience, 1f, 0.123f, 0.01f)]
    public void What_is_packed_is_what_is_read(
        long key, long run, int play, Arm arm, AssignmentEnd? why, float propensity, float pChurn, float money)
    {
        var closed = new ClosedAssignment(key, run, play, arm, why, 20_000, 20_120, propensity, pChurn, money, money, money);
        var bytes = new byte[StoredAssignment.Size];
        StoredAssignment.Write(bytes, closed);
        var read = StoredAssignment.Read(bytes);
        Assert.Equal(key, StoredAssignment.KeyOf(bytes));
        Assert.Equal((key, run, play, arm, why, 20_000, 20_120),
            (read.CustomerKey, read.RunId, read.PlayNo, read.Arm, read.Why, read.AssignedDay, read.EndedDay));
        Assert.Equal(propensity, read.Propensity, 1f / 65_535);
        Assert.Equal(pChurn, read.PChurn, 1f / 65_535);
        foreach (var one in new[] { read.NetValue, read.Cost, read.Spend }) Assert.Equal(money, one, 0.004f * MathF.Abs(money));
    }
}
