using System.Globalization;
using Microsoft.Extensions.Configuration;
using PredictiveRetention.Service.Settings;
using Xunit;

namespace PredictiveRetention.Service.Tests.Health;

public sealed class ConsoleLogTests
{
    private const string Formatter = "Logging:Console:FormatterName", Options = "Logging:Console:FormatterOptions:";

    [Fact]
    public void Without_a_word_a_log_is_a_line_an_entry_in_utc()
    {
        var configuration = Read();
        Assert.Equal(("simple", "true", "true"),
            (configuration[Formatter], configuration[Options + "SingleLine"], configuration[Options + "UseUtcTimestamp"]));
        var written = new DateTimeOffset(2026, 1, 10, 2, 3, 4, 56, TimeSpan.Zero)
            .ToString(configuration[Options + "TimestampFormat"], CultureInfo.InvariantCulture);
        Assert.Equal("2026-01-10T02:03:04.056Z ", written);
    }

    [Fact]
    public void What_is_asked_for_is_respected()
    {
        var configuration = Read((Formatter, "json"), (Options + "UseUtcTimestamp", "false"), (Options + "TimestampFormat", "HH:mm"));
        Assert.Equal(("json", "false", "HH:mm"),
            (configuration[Formatter], configuration[Options + "UseUtcTimestamp"], configuration[Options + "TimestampFormat"]));
        Assert.Equal("o", Read((Formatter, "json"))[Options + "TimestampFormat"]);
    }

    private static ConfigurationManager Read(params (string Key, string Value)[] asked)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemory(asked);
        ConsoleLog.SetDefaults(configuration);
        return configuration;
    }
}
