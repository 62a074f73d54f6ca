using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// When a cron expression is due, as Hangfire itself reads it: its parser is not public, so a throwaway schedule is asked. What is accepted
/// here at start is then exactly what the schedule accepts later.
/// </summary>
public static class CronTime
{
    private static readonly Job s_nothing = Job.FromExpression(() => Nothing());

    /// <summary>The first time due after an instant; null when there is none (31 February).</summary>
    /// <exception cref="FormatException">It is no cron expression of five fields.</exception>
    public static DateTimeOffset? NextAfter(DateTimeOffset instant, string cron, TimeZoneInfo zone)
    {
        if (cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5) throw new FormatException("it has not five fields");
        using var storage = new InMemoryStorage();
        // A second on, because the schedule counts the instant itself; cron knows minutes only.
        var schedule = new RecurringJobManager(storage, JobFilterProviders.Providers, new DefaultTimeZoneResolver(),
            () => instant.UtcDateTime.AddSeconds(1));
        try
        {
            schedule.AddOrUpdate("asked", s_nothing, cron, new RecurringJobOptions { TimeZone = zone });
        }
        catch (ArgumentException fault)
        {
            throw new FormatException(fault.InnerException?.Message ?? fault.Message, fault);
        }
        using var connection = storage.GetConnection();
        var next = connection.GetAllEntriesFromHash("recurring-job:asked")?.GetValueOrDefault("NextExecution");
        return string.IsNullOrEmpty(next) ? null : new DateTimeOffset(JobHelper.DeserializeDateTime(next), TimeSpan.Zero);
    }

    /// <summary>What is scheduled and never run. Hangfire takes only what it could call.</summary>
    public static void Nothing()
    {
    }
}
