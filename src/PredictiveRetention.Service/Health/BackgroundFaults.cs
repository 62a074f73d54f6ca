using System.Globalization;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Health;

/// <summary>What goes wrong in work nobody waits for: said in the log once, and by /health/ready as long as it lasts.</summary>
internal static class BackgroundFaults
{
    public static void AddBackgroundFaults(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("PredictiveRetention.Service.BackgroundWork");
        return new StandingFaults(provider.GetRequiredService<TimeProvider>())
        {
            // Where the database says no, its words are enough; of anything else the place in the code is wanted.
            OnBegin = standing => logger.LogError(
                DatabaseRefusal.Explain(standing.Fault) is null && standing.Fault is not RetentionException ? standing.Fault : null,
                "{Work}: {Why} /health/ready shows it as long as it lasts.", standing.Work,
                DatabaseRefusal.Explain(standing.Fault)?.Message ?? standing.Fault.Message),
            OnEnd = standing => logger.LogInformation("{Work}: it goes on, after {Times} failures since {Since:u}.", standing.Work,
                standing.Times, standing.Since),
        };
    });

    /// <summary>For anybody to read: without the names of hosts, users and files. Null where nothing is wrong.</summary>
    public static string? Sentence(this StandingFaults faults) =>
        faults.All is { Count: > 0 } all ? string.Join("; ", all.Select(standing => string.Create(
            CultureInfo.InvariantCulture,
            $"{standing.Work}: {DatabaseRefusal.WithoutNames(standing.Fault) ?? standing.Fault.GetBaseException().GetType().Name}, "
                + $"{standing.Times} times since {standing.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z")))
                : null;
}
