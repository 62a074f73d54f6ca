using Microsoft.Extensions.Configuration.Memory;

namespace PredictiveRetention.Service.Settings;

/// <summary>
/// How the log is written to the console: a line an entry, in UTC. Defaults beneath every other source of settings, so that
/// Logging__Console__FormatterName=json and the formatter's options are respected.
/// </summary>
internal static class ConsoleLog
{
    public static void SetDefaults(ConfigurationManager configuration)
    {
        const string Section = "Logging:Console:";
        var isLine = configuration[Section + "FormatterName"] is null or "simple";
        Dictionary<string, string?> defaults = new()
        {
            [Section + "FormatterName"] = "simple",
            [Section + "FormatterOptions:SingleLine"] = "true",
            [Section + "FormatterOptions:UseUtcTimestamp"] = "true",
            [Section + "FormatterOptions:TimestampFormat"] = isLine ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z '" : "o",
        };
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
    }
}
