using PredictiveRetention.Evaluation;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public sealed class JudgedTenthsTests
{
    [Fact]
    public void Tenths_are_of_equal_size_highest_first_and_hold_the_means_of_their_customers()
    {
        double[] said = [.. Enumerable.Range(0, 25).Select(i => i / 25.0)];
        double[] came = [.. Enumerable.Range(0, 25).Select(i => i >= 20 ? 1.0 : 0)];
        var tenths = JudgedTenths.Tenths(said, came);
        Assert.Equal(10, tenths.Count);
        Assert.Equal([2, 3, 2, 3, 2, 3, 2, 3, 2, 3], tenths.Select(tenth => tenth.Customers));
        Assert.Equal((24 + 23) / 50.0, tenths[0].Said, 12);
        Assert.Equal((22 + 21 + 20) / 75.0, tenths[1].Said, 12);
        Assert.Equal([1, 1, 0, 0], tenths.Take(4).Select(tenth => tenth.Came));
        Assert.Equal(came.Sum(), tenths.Sum(tenth => tenth.Came * tenth.Customers), 12);
    }

    [Fact]
    public void Fewer_than_ten_customers_are_as_many_groups() =>
        Assert.Equal([3.0, 2.0, 1.0], JudgedTenths.Tenths([1, 3, 2], [0, 0, 0]).Select(tenth => tenth.Said));
}
