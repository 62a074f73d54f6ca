using System.Diagnostics;

namespace PredictiveRetention.Benchmarks;

/// <summary>Median of several runs after one that is not counted.</summary>
internal static class Measure
{
    public static double MedianSeconds(int runs, Action work)
    {
        work();
        var seconds = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            var clock = Stopwatch.StartNew();
            work();
            seconds[i] = clock.Elapsed.TotalSeconds;
        }
        return Median(seconds);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static void Line(ref InvariantText text) => Console.WriteLine(text.ToStringAndClear());
}
