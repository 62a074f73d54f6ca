using System.Collections;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training;

/// <summary>
/// What the service is told by environment variables holds for the command line too: the same shop is meant. Their names are read as the
/// service reads them, in any case of letters.
/// </summary>
internal static class ServiceSetting
{
    /// <summary>Where the defaults of --store and --models come from, without what they hold.</summary>
    public const string StoreFrom =
        "default: the variable ConnectionStrings__Retention, else retention.db in Retention__Data, else in your data folder";
    public const string ModelsFrom = "default: the variable Retention__Models, else models";

    public static string Store => Variable("ConnectionStrings__Retention")
        ?? (Variable("Retention__Data") is { } folder ? "sqlite:" + Path.Combine(folder, "retention.db") : StoreAddress.Default);

    public static string Models => Variable("Retention__Models") ?? "models";

    /// <summary>Where Hangfire's tables are; null = beside the store's.</summary>
    public static string? HangfireSchema => Variable("Retention__HangfireSchema");

    private static string? Variable(string name) => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => name.Equals((string)variable.Key, StringComparison.OrdinalIgnoreCase))
        .Select(variable => (string?)variable.Value).FirstOrDefault(value => value is { Length: > 0 });
}
