using PredictiveRetention.Evaluation;
using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class DriftReferenceTests
{
    [Fact]
    public void Threshold_UnderNoDrift_IsPassedAboutOnceInAThousand()
    {
        var random = new Random(1);
        const int Trials = 4_000;
        var column = DriftColumn.Measure("x", Sample(random, 3_000, 0), []);
        var beyond = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            // The reference is drawn anew too: its own chance is part of the promise.
            if (trial % 20 == 0) column = DriftColumn.Measure("x", Sample(random, 3_000, 0), []);
            if (column.Index(Count(column, Sample(random, 1_000, 0))) > column.Threshold(1_000)) beyond++;
        }
        Assert.InRange(beyond, 0, 20);
    }

    [Fact]
    public void Index_OfAShiftedPopulation_IsBeyond_UnlessTheShopMovesSoByItself()
    {
        var random = new Random(2);
        var now = Sample(random, 5_000, 0);
        var shifted = Sample(random, 5_000, 0.4);
        var still = DriftColumn.Measure("x", now, [Sample(random, 5_000, 0)]);
        Assert.True(still.Index(Count(still, shifted)) > still.Threshold(5_000));
        var moving = DriftColumn.Measure("x", now, [Sample(random, 5_000, -0.5), Sample(random, 5_000, -0.25)]);
        Assert.True(moving.Index(Count(moving, shifted)) < moving.Threshold(5_000));
    }

    [Fact]
    public void Of_AConstantColumn_HasOneBinAndNeverDrifts()
    {
        var column = DriftColumn.Measure("x", [3, 3, 3, 3], []);
        Assert.Equal([1.0], column.Share);
        Assert.Equal(0, column.Index([400]), 1e-12);
        Assert.Equal(0, column.Threshold(400));
    }

    [Fact]
    public void Report_NamesWhatIsBeyond_FurthestFirst()
    {
        var random = new Random(3);
        var reference = new DriftReference([.. new[] { "a", "b", "c", DriftReference.Churn,
            DriftReference.Clv }.Select(name => DriftColumn.Measure(name, Sample(random, 4_000, 0), []))]);
        var counts = reference.Columns.Select((column, j) => Count(column, Sample(random, 4_000, j == 1 ? 1 : j == 2 ? 0.5 : 0))).ToArray();
        var report = DriftReport.Compare(reference, counts);
        Assert.Equal(["b", "c"], report.Beyond.Select(column => column.Name));
        Assert.Equal((4_000, 5, "drifted", "b"), (report.Customers, report.Columns, report.Light, report.Nearest!.Name));
        Assert.Equal("none",
            DriftReport.Compare(reference,
                [.. reference.Columns.Select(column => column.Share.Select(share => (long)(share * 4_000)).ToArray())]).Light);
    }

    private static float[] Sample(Random random, int count, double mean) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => (float)(mean + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    private static long[] Count(DriftColumn column, float[] values)
    {
        var counts = new long[column.Share.Length];
        foreach (var value in values) counts[column.Bin(value)]++;
        return counts;
    }
}
