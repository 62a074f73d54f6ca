namespace PredictiveRetention.Models;

/// <summary>
/// Pareto/NBD, BG/NBD and MBG/NBD averaged: each tells another story of how customers stop, all have four parameters, and each is believed
/// as far as its likelihood bears it out (Akaike weights: Burnham and Anderson 2002, section 2.9). Where nobody is seen to stop they are
/// the same model and share the weight. How many will buy is asked of the average; who will is asked of Pareto/NBD, which orders customers
/// better: to BG/NBD everybody who bought once is alive, however long ago.
/// </summary>
/// <param name="LogLikelihoods">Of Pareto, Bg, Mbg, in this order.</param>
/// <param name="Weights">Likewise, summing to 1; 0 for what would count less than a hundredth.</param>
public sealed record AveragedPurchases(ParetoNbd Pareto, BgNbd Bg, MbgNbd Mbg, double[] LogLikelihoods, double[] Weights)
{
    private const double Least = 0.01;

    public static IReadOnlyList<string> Names { get; } = ["Pareto/NBD", "BG/NBD", "MBG/NBD"];

    /// <returns>Null where none of the likelihoods has a maximum.</returns>
    public static AveragedPurchases? Fit(BtydSample sample)
    {
        var (pareto, bg, mbg) = (ParetoNbd.Fit(sample), BgNbd.Fit(sample), MbgNbd.Fit(sample));
        double[] logs = [.. new[] { pareto.LogLikelihood, bg.LogLikelihood,
            mbg.LogLikelihood }.Select(log => double.IsFinite(log) ? log : double.MinValue)];
        var best = logs.Max();
        if (best == double.MinValue) return null;
        double[] raw = [.. logs.Select(log => Math.Exp(log - best))];
        double[] kept = [.. raw.Select(weight => weight < Least * raw.Sum() ? 0 : weight)];
        return new AveragedPurchases(pareto.Model, bg.Model, mbg.Model, logs, [.. kept.Select(weight => weight / kept.Sum())]);
    }

    /// <summary>P(no purchase in (T, T + ahead]).</summary>
    public double PNoOrder(double x, double tx, double T, double ahead) => Average(model => model.PNoOrder(x, tx, T, ahead));

    /// <summary>E[purchases in (T, T + ahead]].</summary>
    public double ExpectedOrders(double x, double tx, double T, double ahead) => Average(model => model.ExpectedOrders(x, tx, T, ahead));

    private double Average(Func<IPurchaseModel, double> of) =>
        (Weights[0] > 0 ? Weights[0] * of(Pareto) : 0) + (Weights[1] > 0 ? Weights[1] * of(Bg) : 0)
            + (Weights[2] > 0 ? Weights[2] * of(Mbg) : 0);
}
