using System.Globalization;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Service.Tests.Health;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Demo;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_simulates_imports_trains_scores_and_says_that_nothing_is_real()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest());
        service.Settings["demo"] = "simulated";
        using var admin = service.Admin();
        for (var waited = 0; await service.Store.Nights.CurrentAsync() is null; waited++)
        {
            var page = await admin.GetStringAsync("/");
            Assert.DoesNotContain("could not be prepared", page, StringComparison.Ordinal);
            Assert.True(waited < 600, "not ready within five minutes");
            await Task.Delay(500);
        }
        var run = (await service.Store.Nights.CurrentAsync())!;
        // The data end yesterday, so that the dashboard is of today.
        Assert.InRange(run.AsOf.Date, UnendingDay.Today.AddDays(-2), UnendingDay.Today.AddDays(1));
        Assert.InRange(run.ExpectedCount!.Value, 4900, new ShopPlan().Customers);
        var overview = await admin.GetStringAsync("/");
        Assert.Contains("Simulated data: 5,000 customers", overview, StringComparison.Ordinal);
        Assert.Contains("nothing here is real", overview, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"<dt>Run</dt><dd translate=\"no\"><a href=\"/runs\">{run.RunId}</a>"),
            overview, StringComparison.Ordinal);
        Assert.DoesNotContain("Online Retail", overview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_with_another_shop_is_not_shown_as_the_demo()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest());
        using (var store = RetentionStore.Open(service.Address)) store.Import([new OrderRow("a", "1", 1_700_000_000_000, 1000, "GBP")]);
        service.Settings["demo"] = "simulated";
        using var admin = service.Admin();
        var page = "";
        for (var waited = 0; waited < 100 && !page.Contains("could not be prepared", StringComparison.Ordinal); waited++)
        {
            page = await admin.GetStringAsync("/");
            await Task.Delay(100);
        }
        Assert.Contains("holds another shop (in GBP, not EUR)", page, StringComparison.Ordinal);
        // Who tries the import in a demo is told on its first page that nothing comes of it.
        Assert.Contains("nothing is imported into it", await admin.GetStringAsync("/data/import"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_shop_has_a_folder_of_its_own()
    {
        ServiceSettings Read(params (string, string)[] values) =>
            ServiceSettings.Read(new Microsoft.Extensions.Configuration.ConfigurationBuilder()
                .AddInMemory([("Retention:Data", "data"), .. values])
                .Build());
        ServiceSettings[] all = [Read(), Read(("demo", "simulated")), Read(("demo", "online-retail"))];
        Assert.Equal([DemoKind.None, DemoKind.Simulated, DemoKind.OnlineRetail], all.Select(settings => settings.Demo));
        Assert.Equal(3, all.Select(settings => settings.Store).Distinct().Count());
        Assert.Equal(3, all.Select(settings => settings.Models).Distinct().Count());
        Assert.Equal(Path.Combine("data", "demo-simulated", "demo.db"), all[1].StoreFile);
        Assert.Equal(DemoKind.Simulated, Read(("demo", "true")).Demo);
    }
}
