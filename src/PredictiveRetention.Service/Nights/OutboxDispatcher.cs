using System.Globalization;
using Hangfire;
using PredictiveRetention.Service.Reports;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// Hands out what the outbox holds, at least once: an event claimed by a process that died is delivered by another after its lease. The log
/// receives everything (what needs a person is a warning there), a published night also has its reports made.
/// </summary>
internal sealed class OutboxDispatcher(
    RetentionStore store, ServiceSettings settings, IBackgroundJobClient jobs, StandingFaults faults,
    ILogger<OutboxDispatcher> logger) : BackgroundService
{
    /// <summary>What it does, as a standing fault names it; an event that cannot be handed out is 'delivering KIND'.</summary>
    public const string Work = "outbox", Delivering = "delivering ";

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private const int Batch = 100;
    private readonly string _owner = string.Create(CultureInfo.InvariantCulture,
        $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => faults.RepeatAsync(Work, Pause, () =>
    {
        DeliverDue();
        return Task.CompletedTask;
    }, stoppingToken);

    private void DeliverDue()
    {
        try
        {
            foreach (var happened in store.Outbox.Claim(_owner, Batch))
            {
                // One that cannot be delivered is tried again after its lease, and does not hold the others up.
                string? error = null;
                faults.Try(Delivering + happened.Kind, () =>
                {
                    try
                    {
                        Deliver(happened);
                    }
                    catch (Exception fault)
                    {
                        error = fault.Message;
                        throw;
                    }
                });
                if (error is null) Failpoint.Pass("outbox-delivered");
                store.Outbox.RecordDelivery(happened, _owner, error);
            }
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            store.Reconnect(); // what was not settled is delivered when the database is back
            throw;
        }
    }

    private void Deliver(OutboxEvent happened)
    {
        switch (happened.Kind)
        {
            case "run.held":
                logger.LogWarning(
                    "Run {Run} is held, readers keep the night before: {Why}. Decide on the page /runs, or with retain runs publish or "
                        + "discard {Run}.", happened.RunId, happened.Payload, happened.RunId);
                break;
            case "run.failed":
                logger.LogError("Run {Run} failed, readers keep the night before: {Why}", happened.RunId, happened.Payload);
                break;
            case "model.unusable":
                logger.LogError("Run {Run} was scored with an earlier model: {Why}", happened.RunId, happened.Payload);
                break;
            case "run.published" when settings.Reports.Count > 0:
                jobs.Enqueue<ReportJob>(job => job.Run(happened.RunId, CancellationToken.None));
                goto default;
            default:
                logger.LogInformation("{Kind}: run {Run}, {What}.", happened.Kind, happened.RunId, happened.Payload);
                break;
        }
    }
}
