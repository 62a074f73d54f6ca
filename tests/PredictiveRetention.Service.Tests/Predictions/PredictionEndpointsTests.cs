using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Predictions;

public sealed class SqlitePredictionEndpointsTests() : PredictionEndpointsTests(new SqliteUnderTest());

public sealed class PostgresPredictionEndpointsTests() : PredictionEndpointsTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class PredictionEndpointsTests(EngineUnderTest engine) : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(engine).WithPublishedNight(trained: false);

    public void Dispose()
    {
        _service.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task One_customer_is_answered_with_everything_and_an_unknown_one_with_a_problem()
    {
        using var admin = _service.Admin();
        var stored = _service.Store.Predictions.ReadAll(1).First(row => row.PlayId is not null);
        var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/predictions/{stored.CustomerId}"));
        Assert.Equal(stored.PChurn, answer.GetProperty("pChurn").GetDouble());
        Assert.Equal(stored.Clv.ToString("F2", CultureInfo.InvariantCulture), answer.GetProperty("clv").GetProperty("amount").GetString());
        Assert.Equal("GBP", answer.GetProperty("clv").GetProperty("currency").GetString());
        Assert.Equal(stored.Rfm, answer.GetProperty("rfm").GetProperty("score").GetInt32());
        Assert.Equal(stored.PlayId, answer.GetProperty("action").GetProperty("play").GetString());
        Assert.Equal((1, _service.Store.Runs.Find(1)!.AsOf.ToString()),
            (answer.GetProperty("runId").GetInt32(), answer.GetProperty("asOf").GetString()));
        Assert.Equal("RecencyRule", answer.GetProperty("modelLevel").GetString());

        var unknown = await admin.GetAsync("/api/v1/predictions/nobody");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("unknown-customer", (await ServiceUnderTest.JsonAsync(unknown)).GetProperty("type").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_walks_every_customer_once_and_stays_on_its_run_while_another_is_published()
    {
        using var admin = _service.Admin();
        var seen = new List<string>();
        var url = "/api/v1/predictions?limit=90&sort=p_churn";
        var pages = 0;
        while (url is not null)
        {
            var response = await admin.GetAsync(url);
            var page = await ServiceUnderTest.JsonAsync(response);
            Assert.Equal(1, page.GetProperty("runId").GetInt32());
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("customerId").GetString()!));
            if (++pages == 2) _service.Night(_service.Store, again: true);
            url = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }
        Assert.Equal(
            _service.Store.Predictions.ReadAll(1)
                .OrderByDescending(row => row.PChurn)
                .ThenBy(row => row.CustomerKey)
                .Select(row => row.CustomerId), seen);
        Assert.Equal(2,
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=1"))).GetProperty("runId").GetInt32());
    }

    [Fact]
    public async Task Reasons_are_said_in_words_in_the_answer_and_on_the_page()
    {
        using var trained = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();
        using var admin = trained.Admin();
        var customer = trained.Store.Predictions.ReadAll(1)
            .First(row => !row.Lost && row.DaysSinceLastOrder > 100 && row.PurchaseDays == 1).CustomerId;
        var reasons = (await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/predictions/{customer}"))).GetProperty("reasons")
            .EnumerateArray()
            .ToList();
        Assert.InRange(reasons.Count, 1, 5);
        Assert.Contains(reasons,
            reason => reason.GetProperty("theme").GetString() == "Recency"
                && reason.GetProperty("words").GetString()!.StartsWith("no order for ", StringComparison.Ordinal));
        var page = await (await admin.GetAsync($"/customers/{customer}")).Content.ReadAsStringAsync();
        Assert.All(reasons, reason => Assert.Contains(reason.GetProperty("words").GetString()!, page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lifecycle=Sleeping", "lifecycle", "Dormant")]
    [InlineData("risk_band=9", "risk_band", "High")]
    [InlineData("limit=0", "limit", "1 to 1000")]
    [InlineData("limit=1001", "limit", "1 to 1000")]
    [InlineData("sort=name", "sort", "revenue_at_risk")]
    [InlineData("min_p_churn=high", "min_p_churn", "not a number")]
    [InlineData("has_action=maybe", "has_action", "true nor false")]
    [InlineData("cursor=rubbish", "cursor", "not a cursor")]
    [InlineData("cursor=MXw5MjIxMTIwMjM3MDQxMDkwNTYwfDB8ZTNiMGM0NDI5OGZj", "cursor", "not a cursor")] // of no number
    [InlineData("segment=VIP", "segment", "business_segment")]
    [InlineData("lost=true&lost=false", "lost", "more than once")]
    [InlineData("play=free-beer", "play", "loyalty-programme")]
    [InlineData("max_p_churn=72", "max_p_churn", "from 0 to 1")]
    public async Task A_parameter_that_cannot_be_used_is_named_with_what_is_allowed(string query, string parameter, string says)
    {
        using var admin = _service.Admin();
        var response = await admin.GetAsync("/api/v1/predictions?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await ServiceUnderTest.JsonAsync(response);
        Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        Assert.Contains(says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_of_another_question_is_refused()
    {
        using var admin = _service.Admin();
        var cursor =
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=5&lost=false"))).GetProperty("nextCursor")
            .GetString();
        Assert.Equal(HttpStatusCode.BadRequest,
            (await admin.GetAsync($"/api/v1/predictions?limit=5&lost=true&cursor={cursor}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync($"/api/v1/predictions?limit=7&lost=false&cursor={cursor}")).StatusCode);
    }

    [Fact]
    public async Task A_filtered_listing_holds_only_what_was_asked_for()
    {
        using var admin = _service.Admin();
        var page =
            await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=1000&lifecycle=dormant&max_p_churn=0.99"));
        var expected = _service.Store.Predictions.ReadAll(1)
            .Count(row => row.Lifecycle == (int)PredictiveRetention.Segments.Lifecycle.Dormant && row.PChurn <= 0.99);
        Assert.Equal(expected, page.GetProperty("items").GetArrayLength());
        Assert.All(page.GetProperty("items").EnumerateArray(),
            item => Assert.Equal("Dormant", item.GetProperty("segments").GetProperty("lifecycle").GetString()));
    }

    [Theory]
    [InlineData("at_risk=true")]
    [InlineData("at_risk=false")]
    [InlineData("slipping=true")]
    [InlineData("slipping=false")]
    [InlineData("still_buying=false")]
    [InlineData("high_value=true")]
    public async Task Who_is_late_gone_or_worth_most_is_found_by_rule(string filter)
    {
        using var admin = _service.Admin();
        var page = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=1000&" + filter));
        var (name, wanted) = (filter.Split('=')[0], filter.EndsWith("true", StringComparison.Ordinal));
        var rows = _service.Store.Predictions.ReadAll(1).ToList();
        var expected = rows.Where(row => wanted == name switch
        {
            "at_risk" => row.StillBuying && (row.Slipping || row.RiskBand != (int)PredictiveRetention.Segments.RiskBand.Low),
            "slipping" => row.Slipping,
            "still_buying" => row.StillBuying,
            _ => row.HighValue,
        }).Select(row => row.CustomerId).Order().ToList();
        Assert.Equal(expected,
            page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("customerId").GetString()).Order());
        Assert.InRange(expected.Count, 1, rows.Count - 1);
        Assert.All(page.GetProperty("items").EnumerateArray(), item =>
        {
            var rhythm = item.GetProperty("rhythm");
            Assert.True(!rhythm.GetProperty("slipping").GetBoolean()
                || (rhythm.GetProperty("overdue").GetBoolean() && rhythm.GetProperty("stillBuying").GetBoolean()));
            Assert.True(rhythm.GetProperty("usualGapDays").GetDouble() > 0);
        });
    }

    [Fact]
    public async Task An_answer_that_has_not_changed_is_304_until_the_next_run()
    {
        using var admin = _service.Admin();
        var first = await admin.GetAsync("/api/v1/predictions/C1");
        admin.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await admin.GetAsync("/api/v1/predictions/C1")).StatusCode);
        _service.Night(_service.Store, again: true);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/predictions/C1")).StatusCode);
    }

    [Fact]
    public async Task What_if_of_a_stored_history_is_the_stored_score_from_any_number_of_threads()
    {
        using var trained = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();
        using var admin = trained.Admin();
        var customers = SimulatedHistories.Customers(700)
            .Take(40)
            .ToDictionary(customer => "C" + customer.Key, customer => customer.Orders);
        var stored = trained.Store.Predictions.ReadAll(1)
            .Where(row => customers.ContainsKey(row.CustomerId))
            .ToDictionary(row => row.CustomerId);
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellation) =>
        {
            var (id, orders) = customers.ElementAt(i % customers.Count);
            var posted = new
            {
                customerId = id,
                orders = orders.Select(order => new
                {
                    orderedAt = string.Create(CultureInfo.InvariantCulture, $"{BusinessCalendar.DateOf(order.Day):yyyy-MM-dd}T10:00:00Z"),
                    amount = order.AmountMinor / 100m
                })
            };
            var prediction = (await ServiceUnderTest.JsonAsync(await admin.PostAsJsonAsync("/api/v1/predictions/what-if", posted,
                cancellation))).GetProperty("prediction");
            Assert.Equal(stored[id].PChurn, prediction.GetProperty("pChurn").GetDouble());
            Assert.Equal(stored[id].Rfm, prediction.GetProperty("rfm").GetProperty("score").GetInt32());
            Assert.Equal(stored[id].PlayId, prediction.GetProperty("action").GetProperty("play").GetString());
            var none = stored[id].NoAction is { } no ? PlayNames.Name((NoAction)no) : null;
            Assert.Equal(none, prediction.GetProperty("action").GetProperty("none").GetString());
        });
        Assert.Contains(stored.Values, row => (NoAction?)row.NoAction is NoAction.HeldOut or NoAction.ControlGroup);
    }

    [Fact]
    public async Task What_if_ignores_what_lies_after_its_as_of_and_counts_it()
    {
        using var admin = _service.Admin();
        var past = new { orderedAt = "2023-11-01", amount = 20.0 };
        var future = new { orderedAt = "2024-06-01", amount = 9999.0 };
        var alone = await ServiceUnderTest.JsonAsync(await admin.PostAsJsonAsync("/api/v1/predictions/what-if",
            new { orders = new[] { past } }));
        var both = await ServiceUnderTest.JsonAsync(await admin.PostAsJsonAsync("/api/v1/predictions/what-if",
            new { orders = new[] { future, past } }));
        Assert.Equal(alone.GetProperty("prediction").GetRawText(), both.GetProperty("prediction").GetRawText());
        Assert.Equal((1, 1), (both.GetProperty("ordersUsed").GetInt32(), both.GetProperty("ignoredAfterAsOf").GetInt32()));
        Assert.Empty(both.GetProperty("notPosted").EnumerateArray()); // the shop has nothing but orders
    }

    [Fact]
    public void What_if_says_what_of_the_shops_sources_a_history_leaves_out()
    {
        var coverage = new SourceCoverage(
            DataSource.Discounts | DataSource.Reviews | DataSource.Email | DataSource.Visits | DataSource.Refunds);
        var order = new WhatIfOrder("2023-11-01", 20, Discount: 0);
        Assert.Equal(["orders[].reviewScore", "refunds", "events"], Left(new WhatIfHistory(null, null, [order])));
        Assert.Equal(["orders[].reviewScore", "events"], Left(new WhatIfHistory(null, null, [order], Refunds: [])));
        Assert.Empty(PostedHistoryScoring.NotPosted(new WhatIfHistory(null, null, [order]), default));

        IEnumerable<string> Left(WhatIfHistory posted) => PostedHistoryScoring.NotPosted(posted, coverage);
    }

    [Theory]
    [InlineData("""{"orders":[]}""", "orders")]
    [InlineData("null", "$")]
    [InlineData("""{"orders":""", "orders")]
    [InlineData("""{"orders":[null]}""", "orders[0]")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":"much"}]}""", "orders[0].amount")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5,"reviewScore":"NaN"}]}""", "orders[0].reviewScore")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5,"quantity":-1}]}""", "orders[0].quantity")]
    [InlineData("""{"orders":[{"orderedAt":"10/9/2011","amount":5}]}""", "orders[0].orderedAt")]
    [InlineData("""{"orders":[{"orderedAt":"yesterday","amount":5}]}""", "orders[0].orderedAt")]
    [InlineData("""{"orders":[{"orderedAt":"0001-01-01","amount":5}]}""", "orders[0].orderedAt")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01"}]}""", "orders[0].amount")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":-5}]}""", "orders[0].amount")]
    [InlineData("""{"asOf":"10/09/2011","orders":[{"orderedAt":"2023-01-01","amount":5}]}""", "asOf")]
    [InlineData("""{"asOf":"2020-01-01","orders":[{"orderedAt":"2023-01-01","amount":5}]}""", "orders")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5}],"events":[{"occurredAt":"2023-01-01","type":"wave"}]}""",
        "events[0].type")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5,"orderId":"1"}],"refunds":[{"amount":5}]}""", "refunds[0].refundedAt")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5}],"refunds":[{"amount":5,"orderId":"1"}]}""", "refunds[0].refundedAt")]
    [InlineData("""{"ordres":[{"orderedAt":"2023-01-01","amount":5}]}""", "ordres")]
    [InlineData("""{"orders":[{"orderedAt":"2023-01-01","amount":5,"quantitty":1}]}""", "orders[0].quantitty")]
    public async Task What_if_of_a_bad_history_names_the_field(string body, string path)
    {
        using var admin = _service.Admin();
        var response = await admin.PostAsync("/api/v1/predictions/what-if",
            new StringContent(body, new MediaTypeHeaderValue("application/json")));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True((await ServiceUnderTest.JsonAsync(response)).GetProperty("errors").TryGetProperty(path, out _));
    }

    [Fact]
    public async Task What_if_takes_a_refund_without_a_date_for_its_orders_and_a_customer_who_got_all_back_is_worth_nothing()
    {
        using var admin = _service.Admin();
        Assert.Equal("0.00", await Clv(20));
        Assert.NotEqual("0.00", await Clv(5));

        async Task<string?> Clv(double refunded) => (await ServiceUnderTest.JsonAsync(await admin.PostAsJsonAsync(
            "/api/v1/predictions/what-if",
            new
            {
                orders = new[] { new { orderedAt = "2023-11-01", amount = 20.0, orderId = "1" } },
                refunds = new[] { new { amount = refunded, orderId = "1" } },
            }))).GetProperty("prediction").GetProperty("clv").GetProperty("amount").GetString();
    }

    [Fact]
    public async Task What_if_takes_an_order_that_lost_money()
    {
        using var admin = _service.Admin();
        var posted = new { orders = new[] { new { orderedAt = "2023-11-01", amount = 20.0, margin = -3.5 } } };
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsJsonAsync("/api/v1/predictions/what-if", posted)).StatusCode);
    }

    [Fact]
    public async Task A_customer_whose_id_holds_a_slash_is_found()
    {
        _service.Store.Import([Some.Order("north/12 a", "1", SimulatedHistories.End.Day - 5)]);
        _service.Night(_service.Store, again: true);
        using var admin = _service.Admin();
        foreach (var path in new[] { "/api/v1/predictions/", "/customers/" })
            Assert.Contains("north/12 a", await admin.GetStringAsync(path + Uri.EscapeDataString("north/12 a")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_customer_is_unknown_whatever_the_caller_remembers()
    {
        using var admin = _service.Admin();
        admin.DefaultRequestHeaders.IfNoneMatch.Add((await admin.GetAsync("/api/v1/predictions/C1")).Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/api/v1/predictions/nobody")).StatusCode);
    }

    [Fact]
    public async Task An_answer_older_than_36_hours_says_so_also_to_those_who_have_it()
    {
        using var admin = _service.Admin();
        var fresh = await admin.GetAsync("/api/v1/predictions/C1");
        Assert.False((await ServiceUnderTest.JsonAsync(fresh)).GetProperty("stale").GetBoolean());
        Assert.DoesNotContain("36 hours", await admin.GetStringAsync("/"), StringComparison.Ordinal);
        _service.Clock.Ahead = TimeSpan.FromHours(37);
        admin.DefaultRequestHeaders.IfNoneMatch.Add(fresh.Headers.ETag!);
        Assert.True((await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions/C1"))).GetProperty("stale").GetBoolean());
        Assert.Contains("36 hours", await admin.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_whose_run_was_dropped_is_gone()
    {
        using var admin = _service.Admin();
        var cursor = (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=5"))).GetProperty("nextCursor")
            .GetString();
        for (var i = 0; i < 9; i++) _service.Night(_service.Store, again: true);
        Assert.Equal(HttpStatusCode.Gone, (await admin.GetAsync($"/api/v1/predictions?limit=5&cursor={cursor}")).StatusCode);
    }
}
