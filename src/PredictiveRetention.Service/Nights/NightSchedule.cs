using Hangfire;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// At start: the recurring job, and a run at once where one was left unfinished or a date was missed while nobody was there. Where the
/// store or the jobs do not answer then, it is tried again until they do.
/// </summary>
internal sealed class NightSchedule(
    RetentionStore store, ModelRegistry models, ServiceSettings settings, TimeProvider clock, IRecurringJobManager recurring,
    IBackgroundJobClient jobs,
    StandingFaults faults, ILogger<NightSchedule> logger)
    : BackgroundService
{
    /// <summary>What it does, as a standing fault names it.</summary>
    public const string Work = "schedule of nights";

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private bool _isSet;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _isSet = await faults.TryAsync(Work, () => SetAsync(cancellationToken), cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>
    /// Says when the night run and the weekly retraining are due. The night job repeats it: the shop, and with it the zone, may have come
    /// after the start.
    /// </summary>
    public static TimeZoneInfo Register(IRecurringJobManager recurring, ServiceSettings settings, Shop? shop)
    {
        var zone = settings.CronZone ?? shop?.Calendar.TimeZone ?? TimeZoneInfo.Utc;
        recurring.AddOrUpdate<NightJob>(NightJob.RecurringId, NightJob.Queue, job => job.Run(CancellationToken.None), settings.Cron,
            new RecurringJobOptions { TimeZone = zone });
        if (settings.RetrainCron is { } weekly)
            recurring.AddOrUpdate<RetrainingJob>(RetrainingJob.RecurringId, NightJob.Queue, job => job.Run(CancellationToken.None), weekly,
                new RecurringJobOptions { TimeZone = zone });
        else recurring.RemoveIfExists(RetrainingJob.RecurringId);
        return zone;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!_isSet) _isSet = await faults.TryAsync(Work, () => SetAsync(stoppingToken), stoppingToken);
            else if (faults.All.Any(standing => standing.Work is NightJob.Work or NightRun.Waiting))
                await faults.TryAsync(Work, () => EndWhatOthersDidAsync(stoppingToken), stoppingToken);
        }
    }

    /// <summary>A night that one worker could not make and another has made is no fault of the first any more.</summary>
    private async Task EndWhatOthersDidAsync(CancellationToken cancellation)
    {
        if (await store.Nights.CurrentAsync(cancellation) is not { } published || await store.ShopAsync(cancellation) is not { } shop
            || published.BusinessDate < RunRequest.Tonight(store, shop, clock).BusinessDate) return;
        faults.End(NightJob.Work);
        faults.End(NightRun.Waiting);
    }

    private async Task SetAsync(CancellationToken cancellation)
    {
        try
        {
            var shop = store.Shop();
            var zone = Register(recurring, settings, shop);
            var why = store.Runs.UnfinishedNights().Count > 0 ? "a night was left unfinished"
                : shop is not null && await MissedAsync(zone, cancellation) ? "a night was missed"
                : null;
            if (why is null) return;
            logger.LogInformation("Starting a night run at once: {Why}.", why);
            jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            store.Reconnect();
            throw;
        }
    }

    /// <summary>
    /// The schedule was due since the last publication, or there is a champion and nothing was ever published. Hangfire's in-memory storage
    /// forgets what it missed; after a night it did run, this finds nothing.
    /// </summary>
    private async Task<bool> MissedAsync(TimeZoneInfo zone, CancellationToken cancellation)
    {
        if (await store.Nights.CurrentAsync(cancellation) is not { PublishedAtMs: { } publishedAt })
            return models.ChampionVersion() is not null;
        return CronTime.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(publishedAt), settings.Cron, zone) <= clock.GetUtcNow();
    }
}
