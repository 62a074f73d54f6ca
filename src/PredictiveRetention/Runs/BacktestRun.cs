using PredictiveRetention.Evaluation;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Backtests the recipe on what the store holds; stores nothing.</summary>
public static class BacktestRun
{
    /// <param name="origins">Past cutoffs to judge at.</param>
    /// <exception cref="RetentionException">The store holds no history that can be judged on.</exception>
    public static BacktestReport Execute(RetentionStore store, TrainingOptions options, int origins, TimeProvider clock,
        IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var (request, histories) = TrainingRun.Ask(store, options, clock, cancellation);
        var segments = new SegmentSettings();
        return new Backtest(TrainingRun.Recipe(options)).Run(
            request, histories, origins, facts => "lifecycle " + SegmentNames.Name(Segmenter.LifecycleOf(facts, segments)), progress,
            cancellation);
    }
}
