using System.Diagnostics;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

/// <summary>The quick tier of the fault campaign: every fault once. The long one is a command of its own (docs/night-run.md).</summary>
public sealed class CampaignTests
{
    [Fact]
    public async Task Every_fault_once_is_reached_and_leaves_the_invariants_standing()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.GetFullPath(Path.Combine(here.FullName, "../../../../PredictiveRetention.Campaign/bin", here.Parent!.Name,
            here.Name, "retain-campaign.dll"));
        using var campaign = Process.Start(new ProcessStartInfo("dotnet",
            [program, "--times", "1"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (table, errors) = (campaign.StandardOutput.ReadToEndAsync(), campaign.StandardError.ReadToEndAsync());
        await campaign.WaitForExitAsync();
        Assert.True(campaign.ExitCode == 0, await table + await errors);
        var rows = (await table).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        Assert.True(rows.Count >= 26, await table); // those of SQLite alone
        Assert.All(rows, row => Assert.EndsWith("I1-I10 held", row.TrimEnd(), StringComparison.Ordinal));
    }
}
