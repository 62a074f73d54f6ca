using System.Net;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;
using PredictiveRetention.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The pages of who customers are and what they met with, read as text.</summary>
public sealed class AudiencePagesTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Audience_shows_the_stored_customers_of_each_country_and_who_has_no_place()
    {
        using (var store = RetentionStore.Open(_service.Address))
        {
            var orders = Some.Orders(200).ToList();
            var customers = orders.Select(order => order.CustomerId).Distinct().Select((id,
                i) => new CustomerRow(id, Country: i % 4 == 0 ? "FR" : i % 4 == 1 ? "AQ" : i % 4 == 2 ? null : "GB",
                    AcquisitionChannel: i % 3 == 0 ? "search" : "mail"))
                    .ToList();
            store.Import(orders, customers: customers);
            _service.Night(store);
        }
        var page = await PageAsync("/audience");
        var rows = (await ServiceUnderTest.JsonAsync(await _service.Admin()
            .GetAsync("/api/v1/insights/by_country?metric=customers"))).GetProperty("rows")
            .EnumerateArray()
            .ToDictionary(row => row.GetProperty("labels").GetProperty("country").GetString()!,
                row => row.GetProperty("value").GetDouble());
        Assert.Contains(FormattableString.Invariant($"<title>France: {rows["FR"]:N0}</title>"), page, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"<title>United Kingdom: {rows["GB"]:N0}</title>"), page, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"Antarctica ({rows["AQ"]:N0})"), page, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"Unknown ({rows["Unknown"]:N0})"), page, StringComparison.Ordinal);
        Assert.Contains("HHI", page, StringComparison.Ordinal);
        // The choice that is offered is the one that is taken, and the refusal of another names it.
        string[] metrics = ["customers", "revenue", "revenue_per_customer", "aov", "repeat_rate", "p_churn", "at_risk_rate",
            "clv_per_customer", "revenue_at_risk"];
        var (_, offered) = await PageReader.ReadAsync(_service.Admin(), "/audience");
        Assert.Equal(metrics, offered.QuerySelectorAll("select[name=metric] option").Select(option => option.GetAttribute("value")));
        foreach (var metric in metrics)
            Assert.Contains($"option value=\"{metric}\" selected", await PageAsync("/audience?metric=" + metric), StringComparison.Ordinal);
        // What is said of customers is not said of another figure.
        foreach (var metric in metrics.Skip(1))
        {
            var (_, other) = await PageReader.ReadAsync(_service.Admin(), "/audience?metric=" + metric);
            Assert.StartsWith(MetricCatalogue.Get(metric).Name, PageReader.TextOf(other.QuerySelector("h1")!), StringComparison.Ordinal);
            Assert.Null(other.QuerySelector("#countries .so-what"));
        }
        Assert.NotNull(offered.QuerySelector("#countries .so-what"));
        var (status, refused) = await PageReader.ReadAsync(_service.Admin(), "/audience?metric=shoe_size");
        Assert.Equal(400, status);
        Assert.Equal($"'shoe_size' is none of: {string.Join(", ", metrics)}.",
            PageReader.TextOf(refused.QuerySelector("main [role=alert]")!));
    }

    [Fact]
    public async Task Experience_without_deliveries_and_reviews_says_so_and_what_to_do()
    {
        _service.WithPublishedNight(trained: false);
        var page = await PageAsync("/experience");
        Assert.Contains("not available: the shop has imported no delivery times", page, StringComparison.Ordinal);
        Assert.Contains("not available: the shop has imported no review scores", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/data\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0 days", page, StringComparison.Ordinal);
    }

    private async Task<string> PageAsync(string path)
    {
        var answer = await _service.Admin().GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }
}
