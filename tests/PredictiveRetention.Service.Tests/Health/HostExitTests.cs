using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace PredictiveRetention.Service.Tests.Health;

/// <summary>The exit code is what a supervisor decides by whether to start the service again.</summary>
public sealed class HostExitTests
{
    [Fact]
    public async Task A_host_that_a_hosted_service_ends_exits_as_a_failure()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHostedService<Broken>();
        using var host = builder.Build();
        Assert.NotEqual(0, await HostExit.RunAsync(host).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_host_that_stops_without_being_told_exits_as_a_failure()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        using var host = builder.Build();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(
            host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication);
        Assert.NotEqual(0, await HostExit.RunAsync(host).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_service_that_a_signal_stops_exits_with_0_and_its_log_is_as_asked_for(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        var folder = Directory.CreateTempSubdirectory("retention-exit-");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "PredictiveRetention.Service.dll"),
            "--Retention:Data=" + folder.FullName, "--urls", "http://127.0.0.1:0"];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["Logging__Console__FormatterName"] = "json";
        start.Environment["Logging__LogLevel__Microsoft.Hosting"] = "Information";
        using var service = Process.Start(start)!;
        using var given = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var ended = given.Token.Register(() => service.Kill(entireProcessTree: true)); // one that does not hear is ended, and fails
        var error = service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await service.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
            if (!line.Contains("  Models", StringComparison.Ordinal)) continue; // the last line of what it prints when it has started
            using var kill = Process.Start("kill", ["-" + signal, service.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        folder.Delete(recursive: true);
        Assert.True(service.ExitCode == 0, $"{service.ExitCode}: {string.Join('\n', lines)}\n{await error}");
    }

    private sealed class Broken : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("a fault nothing caught");
        }
    }
}
