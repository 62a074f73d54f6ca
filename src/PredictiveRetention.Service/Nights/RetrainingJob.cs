using Hangfire;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// The weekly retraining as Hangfire wakes it: the champion's recipe on what has been imported since, through the gate. Training again on
/// the same data makes the same version, so it does not matter how often this is started. It shares the nights' queue: one after the other.
/// </summary>
public sealed class RetrainingJob(RetentionStore store, ModelRegistry models, TimeProvider clock, ILogger<RetrainingJob> logger)
{
    public const string RecurringId = "retraining";

    [Queue(NightJob.Queue)]
    [AutomaticRetry(Attempts = 3)]
    public void Run(CancellationToken cancellation)
    {
        if (store.Shop() is not { } shop || store.Summaries.Orders(shop) is null)
        {
            logger.LogInformation("Nothing has been imported yet: nothing to learn from.");
            return;
        }
        ModelManifest? champion;
        try
        {
            champion = models.ChampionManifest();
        }
        catch (RetentionException fault)
        {
            logger.LogError("{Fault} Nothing was learnt: what to retrain is not known.", fault.Message);
            return;
        }
        if (champion is null && store.Nights.Current() is { } night && night.ModelVersion != ModelRegistry.RuleSchema)
        {
            logger.LogError(
                "There is no champion in {Folder}, and the published night was scored by {Version}. Nothing was learnt: is it the right "
                    + "folder? "
                + "retain train begins anew, and names its horizons.", models.Folder, night.ModelVersion);
            return;
        }
        // A horizon the data chose is chosen anew only by a person: a change of the question is not a retraining.
        var options = new TrainingOptions
        {
            Horizon = champion is null ? null : Horizon.OfDays(champion.HorizonDays),
            ClvHorizon = Horizon.OfDays(champion?.ClvHorizonDays ?? 365),
            By = "weekly retraining",
        };
        var (loaded, trained, gate) = TrainingRun.Execute(store, models, options, clock, new LoggedSteps(logger), cancellation);
        if (gate.Promoted)
            logger.LogInformation("Model {Version} ({Level}) is the champion: {Reason}.", loaded.Version, trained.Model.Level, gate.Reason);
        else logger.LogWarning("Model {Version} was kept, {Champion} goes on: {Reason}.", loaded.Version, models.ChampionVersion(),
            gate.Reason);
    }

    private sealed class LoggedSteps(ILogger logger) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) =>
            logger.LogInformation("Retraining, step {Done} of {All}: {Step}.", value.Done, value.All, value.Name);
    }
}
