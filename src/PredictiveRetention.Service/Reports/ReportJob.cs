using Hangfire;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Reports;

/// <summary>
/// The reports a shop wants after every night, made by one of the processes that work on nights: the outbox tells of a publication once,
/// whoever published it. A night that was overtaken meanwhile gets none.
/// </summary>
public sealed class ReportJob(RetentionStore store, ReportShelf shelf, ILogger<ReportJob> logger)
{
    [Queue(NightJob.Queue)]
    [AutomaticRetry(Attempts = 3)]
    public async Task Run(long runId, CancellationToken cancellation)
    {
        if (await store.Runs.FindAsync(runId, cancellation) is { State: RunState.Published, Purpose: RunPurpose.Night } run)
            await shelf.MakeAfterNightAsync(run, cancellation);
        else logger.LogInformation("Run {Run} is no longer the one readers see: no reports of it.", runId);
    }
}
