using System.Globalization;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// Hands out what the outbox holds, at least once: an event claimed by a process that died is delivered by another after its lease. For now
/// the log is the only receiver; what needs a person is a warning there.
/// </summary>
internal sealed class OutboxDispatcher(RetentionStore store, ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private const int Batch = 100;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    private readonly string _owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pause);
        do
        {
            try
            {
                foreach (var happened in store.Outbox.Claim(_owner, Batch))
                {
                    Deliver(happened);
                    Failpoint.Pass("outbox-delivered");
                    store.Outbox.Settle(happened, _owner);
                }
            }
            catch (Exception fault) when (store.IsPassing(fault))
            {
                // The database is away; what was not settled is delivered when it is back.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Deliver(OutboxEvent happened)
    {
        switch (happened.Kind)
        {
            case "run.held":
                logger.LogWarning("Run {Run} is held, readers keep the night before: {Why}. Decide on the page /runs, or with retain runs publish or discard {Run}.", happened.RunId, happened.Payload, happened.RunId);
                break;
            case "run.failed":
                logger.LogError("Run {Run} failed, readers keep the night before: {Why}", happened.RunId, happened.Payload);
                break;
            case "model.unusable":
                logger.LogError("Run {Run} was scored with an earlier model: {Why}", happened.RunId, happened.Payload);
                break;
            default:
                logger.LogInformation("{Kind}: run {Run}, {What}.", happened.Kind, happened.RunId, happened.Payload);
                break;
        }
    }
}
