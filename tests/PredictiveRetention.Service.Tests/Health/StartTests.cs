using System.Diagnostics;
using Xunit;

namespace PredictiveRetention.Service.Tests.Health;

/// <summary>The service as it is started: a process of its own.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(2, "'--dmeo' is no option", "--dmeo")]
    [InlineData(2, "'demo' is no option", "demo")]
    [InlineData(2, "--demo 'olist' is none; it is simulated (the default) or online-retail", "--demo", "olist")]
    [InlineData(2, "--urls needs a value", "--demo", "--urls")]
    [InlineData(2, "--urls needs a value", "--urls")]
    [InlineData(2, "Retention:Corn is no setting", "--Retention:Corn", "0 3 * * *")]
    [InlineData(2, "Minutes: Value must be a number between 0 and 59", "--Retention:Cron=61 2 * * *")]
    [InlineData(2, "'5080' is no address", "--urls", "5080")]
    [InlineData(7, "127.0.0.1:1", "--ConnectionStrings:Retention=Host=127.0.0.1;Port=1;Database=d;Username=u;Password=geheim")]
    [InlineData(7, "127.0.0.1:1", "--ConnectionStrings:Retention=postgres://u:geheim@127.0.0.1:1/d?sslmode=disable&connect_timeout=3")]
    [InlineData(7, "nowhere.invalid", "--ConnectionStrings:Retention=postgres://u:geheim@nowhere.invalid/d")]
    [InlineData(2, "'no_such_key' is no parameter", "--ConnectionStrings:Retention=postgres://u:geheim@127.0.0.1:1/d?no_such_key=geheim")]
    [InlineData(2, "sqlite:PATH", "--ConnectionStrings:Retention=geheim")]
    [InlineData(2, "is no option", "postgres://u:geheim@127.0.0.1:1/d")]
    [InlineData(2, "is no option", "--store", "postgres://u:geheim@127.0.0.1:1/d")]
    [InlineData(2, "Retention:PathBase is '/a/../b'", "--Retention:PathBase=/a/../b")]
    [InlineData(2, "Retention:KnownProxies '10.0.0.7/40' is neither", "--Retention:KnownProxies=10.0.0.1, 10.0.0.7/40")]
    public async Task A_start_that_cannot_be_made_says_why_and_ends_with_its_code(int exitCode, string says, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("retention-start-");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "PredictiveRetention.Service.dll"),
            "--Retention:Data=" + folder.FullName, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        folder.Delete(recursive: true);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error + await output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error + await output, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public async Task What_is_printed_at_start_has_no_key_and_says_where_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("retention-start-");
        var program = Path.Combine(AppContext.BaseDirectory, "PredictiveRetention.Service.dll");
        var start = new ProcessStartInfo("dotnet", [program, "--Retention:Data=" + folder.FullName, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var printed = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            printed.Add(line);
            if (line.Contains("  Models ", StringComparison.Ordinal)) break;
        }
        process.Kill();
        await process.WaitForExitAsync();
        var file = Path.Combine(folder.FullName, "admin.key");
        var key = (await File.ReadAllTextAsync(file)).Trim();
        folder.Delete(recursive: true);
        Assert.True(key.Length > 20, key);
        Assert.DoesNotContain(printed, line => line.Contains(key, StringComparison.Ordinal));
        Assert.Contains(printed, line => line.Contains(file, StringComparison.Ordinal));
    }
}
