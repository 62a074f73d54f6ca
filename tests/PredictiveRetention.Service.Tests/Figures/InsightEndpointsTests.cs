using System.Net;
using PredictiveRetention.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Figures;

public sealed class SqliteInsightEndpointsTests() : InsightEndpointsTests(new SqliteUnderTest());

public sealed class PostgresInsightEndpointsTests() : InsightEndpointsTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class InsightEndpointsTests(EngineUnderTest engine) : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(engine).WithPublishedNight(trained: false);

    public void Dispose()
    {
        _service.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_glossary_and_the_views_are_those_of_the_catalogue()
    {
        using var admin = _service.Admin();
        var glossary = (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/metrics"))).GetProperty("items");
        Assert.Equal(MetricCatalogue.All.Select(metric => metric.Id),
            glossary.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
        var one = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/metrics/aov"));
        Assert.Equal(("money", "ratioOfSums"), (one.GetProperty("unit").GetString(), one.GetProperty("aggregation").GetString()));
        var unknown = await admin.GetAsync("/api/v1/metrics/repeat_rat");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("'repeat_rate'", (await ServiceUnderTest.JsonAsync(unknown)).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        var views = (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights"))).GetProperty("items");
        Assert.Equal(ViewCatalogue.All.Select(view => view.Id), views.EnumerateArray().Select(view => view.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_metric_by_group_has_the_stored_figures_and_says_of_which_run()
    {
        using var admin = _service.Admin();
        var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/aov?group_by=lifecycle"));
        Assert.Equal(("by_lifecycle", 1, "GBP", _service.Store.Runs.Find(1)!.AsOf.ToString(), false),
            (answer.GetProperty("view").GetString(), answer.GetProperty("runId").GetInt32(), answer.GetProperty("currency").GetString(),
                answer.GetProperty("asOf").GetString(), answer.GetProperty("stale").GetBoolean()));
        var stored = await _service.Store.Figures.ReadAsync(1, "by_lifecycle", "aov");
        Assert.Equal(stored.Select(figure => (figure.D1, figure.Value, figure.Numerator, figure.Denominator)),
            answer.GetProperty("rows").EnumerateArray().Select(row =>
            (row.GetProperty("labels").GetProperty("lifecycle").GetString()!, Number(row, "value"), Number(row, "numerator"),
                Number(row, "denominator"))));
        var one = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/by_lifecycle?lifecycle=at%20RISK&metric=aov"));
        Assert.Equal("At Risk",
            Assert.Single(one.GetProperty("rows").EnumerateArray()).GetProperty("labels").GetProperty("lifecycle").GetString());
        Assert.Equal(2,
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/aov?lifecycle=Active&lifecycle=Lost"))).GetProperty(
                "rows")
                .GetArrayLength());
        var all = (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/trends"))).GetProperty("rows");
        Assert.Equal((await _service.Store.Figures.ReadAsync(1, "trends")).Count, all.GetArrayLength());

        static double? Number(System.Text.Json.JsonElement row, string name) =>
            row.GetProperty(name).ValueKind == System.Text.Json.JsonValueKind.Null ? null : row.GetProperty(name).GetDouble();
    }

    [Theory]
    [InlineData("/api/v1/insights/aov?group_by=lifecycle&format=csv", "")]
    [InlineData("/api/v1/insights/aov?group_by=lifecycle", "text/csv, */*;q=0.1")]
    public async Task Csv_is_given_to_who_asks_for_it(string url, string accept)
    {
        using var admin = _service.Admin();
        if (accept.Length > 0) admin.DefaultRequestHeaders.Add("Accept", accept);
        var response = await admin.GetAsync(url);
        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("lifecycle,metric,value,numerator,denominator,customers,state,note", lines[0]);
        Assert.Equal((await _service.Store.Figures.ReadAsync(1, "by_lifecycle", "aov")).Count + 2, lines.Length);
    }

    [Theory]
    [InlineData("insights/aov?group_by=lifecicle", "group_by", "'lifecycle'")]
    [InlineData("insights/aov?group_by=lifecycle&lifecycle=Asleep", "lifecycle", "Allowed: New, Reactivated")]
    [InlineData("insights/by_lifecycle?colour=red", "colour", "Allowed: lifecycle")]
    [InlineData("insights/by_lifecycle?group_by=month", "group_by", "has its groups already")]
    [InlineData("insights/by_lifecycle?metric=gini", "metric", "Known: customers")]
    [InlineData("insights/aov?format=xml", "format", "json, csv, spreadsheet")]
    [InlineData("insights/aov?as_of=yesterday", "as_of", "not a date")]
    [InlineData("insights/aov?run=one", "run", "not the number")]
    [InlineData("insights/aov?run=1&as_of=2023-01-01", "run", "give one of them")]
    [InlineData("cohorts?kind=odd", "kind", "classic, rolling")]
    [InlineData("cohorts?by=week", "by", "month, quarter")]
    [InlineData("cohorts?colour=red", "colour", "Known: by")]
    [InlineData("segments?taxonomy=mood", "taxonomy", "rfm_segment")]
    [InlineData("segments/lifecycle?month=1999-01", "month", "Allowed: ")]
    [InlineData("segments/clv_tier?month=1999-01", "month", "not counted")]
    [InlineData("insights/what-if?conversion_points=1&margn=0.4", "margn", "Known: conversion_points, ")]
    [InlineData("insights/what-if?conversion_points=many", "conversion_points", "'many' is not a number.")]
    [InlineData("insights/cards?kimd=risk", "kimd", "Known: report, kind.")]
    [InlineData("insights/cards?kind=risk&kind=kpi", "kind", "more than once")]
    [InlineData("insights/okr?month=1", "month", "nothing is asked here")]
    [InlineData("insights?metric=aov", "metric", "nothing is asked here")]
    [InlineData("insights/aov?run=1&run=2", "run", "more than once")]
    [InlineData("metrics?id=aov", "id", "nothing is asked here")]
    [InlineData("runs?limt=5", "limt", "Known: limit.")]
    [InlineData("runs?limit=abc", "limit", "'abc' is not a whole number.")]
    [InlineData("runs/1?limit=5", "limit", "nothing is asked here")]
    [InlineData("models?limit=5", "limit", "nothing is asked here")]
    [InlineData("models/v1/tenths?fromat=csv", "fromat", "Known: format.")]
    [InlineData("model?version=1", "version", "nothing is asked here")]
    [InlineData("plays?id=1", "id", "nothing is asked here")]
    [InlineData("predictions/C1?run=1", "run", "nothing is asked here")]
    [InlineData("predictions/C1/history?fromat=csv", "fromat", "Known: format.")]
    [InlineData("predictions?limt=5", "limt", "Known: ")]
    [InlineData("actions?limt=5", "limt", "Known: ")]
    public async Task A_parameter_that_cannot_be_used_is_named_with_what_is_allowed(string path, string parameter, string says)
    {
        using var admin = _service.Admin();
        var response = await admin.GetAsync("/api/v1/" + path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await ServiceUnderTest.JsonAsync(response);
        Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        Assert.Contains(says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("insights/moods", "unknown-figure")]
    [InlineData("segments/moods", "unknown-figure")]
    [InlineData("insights/aov?run=99", "unknown-run")]
    [InlineData("cohorts?as_of=2020-01-01", "nothing-of-day")]
    public async Task What_is_not_there_is_a_404_that_says_what(string path, string type)
    {
        using var admin = _service.Admin();
        var response = await admin.GetAsync("/api/v1/" + path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.EndsWith(type, (await ServiceUnderTest.JsonAsync(response)).GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_of_something_not_imported_answers_with_the_reason()
    {
        using var admin = _service.Admin();
        foreach (var path in new[] { "aov?group_by=gender", "open_rate?group_by=lifecycle", "delivery_review?metric=bin_review",
            "open_rate?lifecycle=Active" })
        {
            var row = Assert.Single((await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/" + path))).GetProperty("rows")
                .EnumerateArray());
            Assert.Equal(("notAvailable", System.Text.Json.JsonValueKind.Null),
                (row.GetProperty("state").GetString(), row.GetProperty("value").ValueKind));
            Assert.StartsWith("not available: the shop has imported no ", row.GetProperty("note").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("insights/kpis")]
    [InlineData("segments")]
    [InlineData("cohorts")]
    public async Task An_answer_that_has_not_changed_is_304_until_the_next_run_and_closed_to_strangers(string path)
    {
        using var admin = _service.Admin();
        var first = await admin.GetAsync("/api/v1/" + path);
        admin.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await admin.GetAsync("/api/v1/" + path)).StatusCode);
        if (path.StartsWith("insights", StringComparison.Ordinal))
            Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/" + path + "?format=csv")).StatusCode);
        _service.Night(_service.Store, again: true);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/" + path)).StatusCode);
        Assert.Equal(1,
            (await ServiceUnderTest.JsonAsync(await _service.Admin().GetAsync("/api/v1/" + path + "?run=1"))).GetProperty("runId")
                .GetInt32());
        Assert.Equal(2,
            (await ServiceUnderTest.JsonAsync(await _service.Admin()
                .GetAsync($"/api/v1/{path}?as_of={_service.Store.Runs.Find(1)!.AsOf}"))).GetProperty("runId")
                .GetInt32());
        using var stranger = _service.Stranger();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/v1/" + path)).StatusCode);
    }

    [Fact]
    public async Task Segments_add_up_to_everybody_and_say_their_rule()
    {
        using var admin = _service.Admin();
        var customers = (await _service.Store.Figures.ReadAsync(1, "kpis", "customers")).Single().Value;
        var page = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/segments"));
        foreach (var taxonomy in page.GetProperty("items")
            .EnumerateArray()
            .Where(item => item.GetProperty("id").GetString() != "risk_band"))
            Assert.Equal(customers,
                taxonomy.GetProperty("segments").EnumerateArray().Sum(segment => segment.GetProperty("customers").GetDouble()));
        var one =
            Assert.Single(
                (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/segments?taxonomy=rfm_segment&month=2023-11"))).GetProperty(
                    "items")
            .EnumerateArray());
        Assert.StartsWith("Scores 1 to 5", one.GetProperty("rule").GetString(), StringComparison.Ordinal);
        Assert.Equal("2023-11", one.GetProperty("moves").GetProperty("month").GetString());
        Assert.True(one.GetProperty("quarters").GetArrayLength() > 2);
        var moved = one.GetProperty("moves")
            .GetProperty("items")
            .EnumerateArray()
            .Where(move => move.GetProperty("from").GetString() == "Champions")
            .Sum(move => move.GetProperty("share").GetDouble());
        Assert.Equal(1, moved, 1e-9);
    }

    [Theory]
    [InlineData("month", "classic")]
    [InlineData("quarter", "classic")]
    [InlineData("month", "cumulative")]
    public async Task Cohorts_have_sizes_blank_cells_for_periods_that_run_and_the_weighted_average(string by, string kind)
    {
        using var admin = _service.Admin();
        var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/cohorts?by={by}&kind={kind}"));
        var cohorts = answer.GetProperty("cohorts").EnumerateArray().ToList();
        Assert.Equal((await _service.Store.Figures.ReadAsync(1, "kpis", "customers")).Single().Value,
            cohorts.Sum(cohort => cohort.GetProperty("customers").GetDouble()));
        Assert.All(cohorts,
            cohort => Assert.True(cohort.GetProperty("cells").GetArrayLength() <= answer.GetProperty("periods").GetInt32()));
        if (kind != "classic") return;
        var stored = await _service.Store.Figures.ReadAsync(1, "cohort_average_" + by, "retention");
        var average = answer.GetProperty("average")
            .GetProperty("cells")
            .EnumerateArray()
            .Where(cell => cell.ValueKind == System.Text.Json.JsonValueKind.Number)
            .Select(cell => cell.GetDouble())
            .ToList();
        Assert.Equal(stored.Count, average.Count);
        Assert.All(stored.Zip(average), pair => Assert.Equal(pair.First.Value!.Value, pair.Second, 1e-12));
    }
}
