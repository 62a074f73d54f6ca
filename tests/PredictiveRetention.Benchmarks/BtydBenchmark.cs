using PredictiveRetention.Models;

namespace PredictiveRetention.Benchmarks;

/// <summary>What a fit of each buy-till-you-die model costs, and an answer for one customer.</summary>
internal static class BtydBenchmark
{
    public static void Run(int customers, int runs)
    {
        // About ten purchase days each, as the training target has it.
        var (x, tx, t) = Histories(customers);
        Measure.Line($"BTYD: {customers} customers, {x.Average() + 1:F1} purchase days each; median of {runs}");
        var spends = x.Select((_, i) => 20 + i % 97 * 1.3).ToArray();
        int[] days = [.. x.Select(count => count + 1)];
        var sample = BtydSample.Group(x, tx, t);
        var group = Measure.MedianSeconds(runs, () => BtydSample.Group(x, tx, t));
        Measure.Line($"  grouping     {group:F3} s, {sample.X.Length} different histories");
        var pareto = ParetoNbd.Fit(sample);
        Measure.Line(
            $"  Pareto/NBD   {Measure.MedianSeconds(runs, () => ParetoNbd.Fit(sample)):F3} s, {pareto.Iterations} iterations, "
                + $"{pareto.Model}");
        Measure.Line($"  BG/NBD       {Measure.MedianSeconds(runs, () => BgNbd.Fit(sample)):F3} s");
        Measure.Line($"  MBG/NBD      {Measure.MedianSeconds(runs, () => MbgNbd.Fit(sample)):F3} s");
        Measure.Line($"  Gamma-Gamma  {Measure.MedianSeconds(runs, () => GammaGamma.Fit(days, spends)):F3} s");
        var model = pareto.Model;
        double sum = 0;
        var answer = Measure.MedianSeconds(runs, () =>
        {
            for (var i = 0; i < x.Length; i++) sum += model.PNoOrder(x[i], tx[i], t[i], 13) + model.ExpectedOrders(x[i], tx[i], t[i], 13);
        });
        Measure.Line($"  P(no order) and E[orders] of one customer: {1e6 * answer / customers:F2} us");
    }

    private static (int[] X, double[] Tx, double[] T) Histories(int customers)
    {
        var random = new Random(1);
        var x = new int[customers];
        var (tx, t) = (new double[customers], new double[customers]);
        for (var i = 0; i < customers; i++)
        {
            t[i] = random.Next(30, 730) / 7.0;
            var rate = -0.22 * Math.Log((1 - random.NextDouble()) * (1 - random.NextDouble()));
            var stops = -120 * Math.Log(1 - random.NextDouble());
            for (var at = -Math.Log(1 - random.NextDouble()) / rate; at < Math.Min(t[i], stops); at -= Math.Log(1 - random.NextDouble())
                / rate) (x[i], tx[i]) = (x[i] + 1, Math.Round(at * 7) / 7);
            tx[i] = Math.Min(tx[i], t[i]);
        }
        return (x, tx, t);
    }
}
