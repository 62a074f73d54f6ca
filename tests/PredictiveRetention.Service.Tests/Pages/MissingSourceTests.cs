using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The files of one simulated shop, for shops that lack one of them.</summary>
public sealed class ShopOnDisk : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-missing-");

    public ShopOnDisk() => ShopFiles.Write(Files, new ShopPlan { Customers = 250, Until = Cutoff.On(UnendingDay.Today) }, null, default);

    public string Files => Path.Combine(_folder.FullName, "files");

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A shop without just one source: what rests on it says so and why, and everything else is there.</summary>
public sealed partial class MissingSourceTests(ShopOnDisk shop) : IClassFixture<ShopOnDisk>, IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("refunds", "refunds", new[] { "refund_rate", "month_refunds" }, "")]
    [InlineData("events", "e-mail events; visits",
        new[] { "open_rate", "click_rate", "visits_per_customer", "month_open_rate", "month_visits_per_customer" },
        "/engagement /segments")]
    [InlineData("customers", "countries; acquisition channels; birth years", new[] { "largest_channel_share", "hhi" }, "/audience")]
    [InlineData("subscriptions", "", new string[0], "")]
    public async Task Every_page_opens_and_what_rests_on_the_source_is_not_available_with_the_reason(string missing, string words,
        string[] metrics, string pages)
    {
        using (var store = RetentionStore.Open(_service.Address))
        {
            var all = ShopFiles.Import(shop.Files, UnendingDay.Clock.GetUtcNow().ToUnixTimeMilliseconds());
            ImportRun.Execute(store, missing switch
            {
                "refunds" => all with { RefundsFile = null },
                "events" => all with { EventsFile = null },
                "customers" => all with { CustomersFile = null },
                _ => all with { SubscriptionsFile = null },
            }, dryRun: false, rejectsPath: null, progress: null, default);
            _service.Night(store);
        }
        var run = (await _service.Store.Nights.CurrentAsync())!;
        foreach (var metric in metrics)
            foreach (var view in ViewsWith(metric))
                Assert.All(await _service.Store.Figures.ReadAsync(run.RunId, view, metric),
                    figure => Assert.True(figure.Value is null, $"{metric} of {figure.View} is {figure.Value}, of nothing"));

        using var admin = _service.Admin();
        var faults = new List<string>();
        foreach (var route in await Routes.OfAsync(_service))
        {
            var (status, page) = await PageReader.ReadAsync(admin, route);
            if (status != 200) faults.Add($"{route}: {status}");
            var text = PageReader.MainOf(page);
            if (NoNumber().Match(text) is { Success: true } none) faults.Add($"{route} says {none.Value}");
            foreach (var reason in words.Split("; ", StringSplitOptions.RemoveEmptyEntries).Where(_ => pages.Split(' ').Contains(route)))
                if (!page.QuerySelectorAll("main .empty, main .none, main dd, main li, main p")
                    .Select(PageReader.TextOf)
                    .Any(said => said.Contains("not available: the shop has imported no", StringComparison.Ordinal)
                        && said.Contains(reason, StringComparison.Ordinal)))
                    faults.Add($"{route} does not say that {reason} are missing");
            foreach (var id in metrics) faults.AddRange(Numbers(page, id).Select(number => $"{route} says {number} as {id}"));
        }
        foreach (var id in metrics.Where(id => ViewsWith(id).Contains("kpis")))
        {
            var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/" + id));
            Assert.All(answer.GetProperty("rows").EnumerateArray(), row =>
            {
                Assert.Equal(System.Text.Json.JsonValueKind.Null, row.GetProperty("value").ValueKind);
                Assert.StartsWith("not available: the shop has imported no ", row.GetProperty("note").GetString(),
                    StringComparison.Ordinal);
            });
        }
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    private static IEnumerable<string> ViewsWith(string metric) =>
        ViewCatalogue.All.Where(view => view.Metrics.Contains(metric)).Select(view => view.Id);

    /// <summary>Numbers in a column, or a fact, of the metric's name.</summary>
    private static IEnumerable<string> Numbers(IHtmlDocument page, string id)
    {
        var name = MetricCatalogue.Get(id).Name;
        foreach (var table in page.QuerySelectorAll("main figure table"))
        {
            var column = table.QuerySelectorAll("thead th").Skip(1).Select(PageReader.TextOf).ToList().IndexOf(name);
            if (column < 0) continue;
            foreach (var row in table.QuerySelectorAll("tbody tr"))
                if (row.QuerySelectorAll("td.number").Skip(column).FirstOrDefault() is { } cell && cell.QuerySelector(".none") is null)
                    yield return PageReader.TextOf(cell);
        }
        foreach (var fact in page.QuerySelectorAll("main dt")
            .Where(term => PageReader.TextOf(term) == name && term.NextElementSibling?.QuerySelector(".quiet") is null))
            if (fact.NextElementSibling is { LocalName: "dd" } value && PageReader.TextOf(value) is { Length: > 0 } said
                && char.IsDigit(said.TrimStart('£', '€', '-')[0])) yield return said;
    }

    [GeneratedRegex(@"\bNaN\b|∞|\bInfinity\b|-?\d+[.,]?\d*e[+-]?\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex NoNumber();
}
