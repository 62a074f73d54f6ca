using System.Globalization;
using Hangfire;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>At start: the recurring job, and a run at once where one was left unfinished or a date was missed while nobody was there.</summary>
internal sealed class NightSchedule(RetentionStore store, ServiceSettings settings, TimeProvider clock, IRecurringJobManager recurring, IBackgroundJobClient jobs, ILogger<NightSchedule> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var shop = store.Shop();
        Register(settings.CronZone ?? shop?.Calendar.TimeZone ?? TimeZoneInfo.Utc);
        var why = store.UnfinishedNights().Count > 0 ? "a night was left unfinished"
            : shop is not null && await MissedAsync(shop, cancellationToken) ? "a night was missed"
            : null;
        if (why is null) return;
        logger.LogInformation("Starting a night run at once: {Why}.", why);
        jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
    }

    private void Register(TimeZoneInfo zone)
    {
        try
        {
            recurring.AddOrUpdate<NightJob>(NightJob.RecurringId, NightJob.Queue, job => job.Run(CancellationToken.None), settings.Cron, new RecurringJobOptions { TimeZone = zone });
        }
        catch (ArgumentException fault)
        {
            throw new RetentionException(Failure.Usage, $"Retention:Cron '{settings.Cron}' is no cron expression: {fault.Message}", fault);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The last published date is before yesterday: last night did not run.</summary>
    private async Task<bool> MissedAsync(Shop shop, CancellationToken cancellation)
    {
        if (await store.CurrentRunAsync(cancellation) is not { } current) return false;
        var today = BusinessCalendar.DateOf(shop.Calendar.DayOf(clock.GetUtcNow().ToUnixTimeMilliseconds()));
        return DateOnly.ParseExact(current.BusinessDate, "yyyy-MM-dd", CultureInfo.InvariantCulture) < today.AddDays(-1);
    }
}
