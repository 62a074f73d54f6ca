using System.Net;
using System.Net.Http.Json;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Predictions;

public sealed class SqliteActionEndpointsTests() : ActionEndpointsTests(new SqliteUnderTest());

public sealed class PostgresActionEndpointsTests() : ActionEndpointsTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class ActionEndpointsTests(EngineUnderTest engine) : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(engine).WithPublishedNight(trained: false);

    public void Dispose()
    {
        _service.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_change_is_in_the_list_under_its_owner_and_status_and_outlives_the_night()
    {
        using var admin = _service.Admin();
        var customer = Recommended().First();
        var changed = await ServiceUnderTest.JsonAsync(await admin.PatchAsJsonAsync($"/api/v1/actions/{customer}",
            new { version = 0, owner = " Ann ", status = "in progress", due = "2026-12-01", note = "call first" }));
        Assert.Equal(("Ann", 1), (changed.GetProperty("owner").GetString(), changed.GetProperty("version").GetInt32()));

        _service.Night(_service.Store, again: true);
        foreach (var filter in (string[])["owner=Ann", "status=in+progress", "owner=Ann&status=unfinished", "owner=Ann&sort=clv&limit=1"])
        {
            var page = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/actions?" + filter));
            Assert.Equal(2, page.GetProperty("runId").GetInt32());
            var item = Assert.Single(page.GetProperty("items").EnumerateArray());
            Assert.Equal(customer, item.GetProperty("customerId").GetString());
            Assert.Equal(("in progress", "2026-12-01", "call first"),
                (item.GetProperty("work").GetProperty("status").GetString(), item.GetProperty("work").GetProperty("due").GetString(),
                    item.GetProperty("work").GetProperty("note").GetString()));
        }
        foreach (var filter in (string[])["owner=-", "status=open"])
            Assert.Equal(Recommended(2).Where(id => id != customer).Order(),
                (await IdsAsync(admin, $"/api/v1/actions?limit=1000&{filter}")).Order());
    }

    [Fact]
    public async Task An_id_with_a_slash_comes_back_as_the_store_spells_it()
    {
        _service.Store.Import([Some.Orders(60).First() with { CustomerId = "a/b" }]);
        _service.Night(_service.Store, again: true);
        using var admin = _service.Admin();
        var changed = await ServiceUnderTest.JsonAsync(
            await admin.PatchAsJsonAsync("/api/v1/actions/a%2Fb", new { version = 0, owner = "Ann" }));
        Assert.Equal("a/b", changed.GetProperty("customerId").GetString());
    }

    [Fact]
    public async Task What_is_absent_stays_and_an_empty_text_removes()
    {
        using var admin = _service.Admin();
        var url = $"/api/v1/actions/{Recommended().First()}";
        await admin.PatchAsJsonAsync(url, new { version = 0, owner = "Ann", due = "2026-12-01" });
        var second = await ServiceUnderTest.JsonAsync(await admin.PatchAsJsonAsync(url, new { version = 1, owner = "", status = "done" }));
        Assert.Equal((null, "done", "2026-12-01", 2),
            (second.GetProperty("owner").GetString(), second.GetProperty("status").GetString(), second.GetProperty("due").GetString(),
                second.GetProperty("version").GetInt32()));
        var same = await ServiceUnderTest.JsonAsync(await admin.PatchAsJsonAsync(url, new { version = 2, status = "done" }));
        Assert.Equal(2, same.GetProperty("version").GetInt32());
        Assert.Equal(2, (await _service.Store.Work.EventsAsync(Recommended().First())).Count);
    }

    [Fact]
    public async Task Who_changed_it_from_an_old_version_is_told_and_changes_nothing()
    {
        using var admin = _service.Admin();
        var customer = Recommended().First();
        var url = $"/api/v1/actions/{customer}";
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsJsonAsync(url, new { version = 0, owner = "Ann" })).StatusCode);
        var late = await admin.PatchAsJsonAsync(url, new { version = 0, owner = "Ben" });
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.EndsWith("stale-version", (await ServiceUnderTest.JsonAsync(late)).GetProperty("type").GetString(),
            StringComparison.Ordinal);
        Assert.Equal("Ann", Assert.Single(await _service.Store.Work.OfCustomerAsync(customer)).Owner);
    }

    [Fact]
    public async Task Work_on_another_play_than_tonights_and_by_hand_stays_in_the_lists()
    {
        using var admin = _service.Admin();
        var rows = _service.Store.Predictions.ReadAll(1).ToList();
        var (customer, byHand) = (rows.First(row => row.PlayId is not null), rows.First(row => row.PlayId is null));
        var other = rows.Select(row => row.PlayId).OfType<string>().First(play => play != customer.PlayId);
        await admin.PatchAsJsonAsync($"/api/v1/actions/{customer.CustomerId}",
            new { version = 0, play = other, owner = "Ann", status = "in progress" });
        var hand = await ServiceUnderTest.JsonAsync(await admin.PatchAsJsonAsync($"/api/v1/actions/{byHand.CustomerId}",
            new { version = 0, owner = "Ben" }));
        Assert.Equal(ActionWork.ByHand, hand.GetProperty("play").GetString());

        foreach (var (filter, id, play) in ((string, string, string)[])[("owner=Ann", customer.CustomerId, other),
            ("owner=Ann&status=unfinished", customer.CustomerId, other), ("status=in+progress", customer.CustomerId, other),
            ("owner=Ben", byHand.CustomerId, ActionWork.ByHand), ("owner=Ben&status=open", byHand.CustomerId, ActionWork.ByHand)])
        {
            var item = Assert.Single((await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/actions?"
                + filter))).GetProperty("items")
                .EnumerateArray());
            Assert.Equal((id, play),
                (item.GetProperty("customerId").GetString(), item.GetProperty("work").GetProperty("play").GetString()));
            Assert.Equal(2, (await admin.GetStringAsync("/risk.csv?" + filter)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }
        // Finished work is found by its status, whatever is recommended meanwhile.
        string[] finished = [customer.CustomerId, rows.Last(row => row.PlayId is null).CustomerId];
        foreach (var (id, version) in finished.Zip([1, 0]))
            await admin.PatchAsJsonAsync($"/api/v1/actions/{id}", new { version, play = other, status = "done" });
        var done = (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/actions?status=done"))).GetProperty("items")
            .EnumerateArray().Select(item => item.GetProperty("work"))
            .ToDictionary(work => work.GetProperty("customerId").GetString()!, work => work);
        Assert.Equal(finished.Order(), done.Keys.Order());
        Assert.All(done.Values, work => Assert.Equal(
            (other, "done"), (work.GetProperty("play").GetString(), work.GetProperty("status").GetString())));
        // Nobody's: what is recommended tonight is still open for the first, and nothing is recommended for the second.
        var nobodys = (await IdsAsync(admin, "/api/v1/actions?limit=1000&owner=-")).ToList();
        Assert.Contains(customer.CustomerId, nobodys);
        Assert.DoesNotContain(byHand.CustomerId, nobodys);
    }

    [Theory]
    [InlineData("/api/v1/predictions?owner=%00")]
    [InlineData("/api/v1/actions?owner=a%00b")]
    [InlineData("/risk?owner=%00")]
    [InlineData("/risk.csv?owner=%00")]
    public async Task A_character_no_text_has_is_a_refusal_and_no_fault_of_the_store(string address)
    {
        using var admin = _service.Admin();
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/customers?q=%00")).StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_name_and_leaves_nothing()
    {
        using var admin = _service.Admin();
        var customer = Recommended().First();
        (object Change, string Parameter)[] refused =
        [
            (new { version = 0, status = "finished" }, "status"), (new { version = 0, due = "tomorrow" }, "due"),
            (new { version = 0, due = "2026-02-30" }, "due"), (new { owner = "Ann" }, "version"),
            (new { version = 0, owner = new string('x', 101) }, "owner"), (new { version = 0, note = "a\0b" }, "note"),
            (new { version = 0, play = "free-beer" }, "play"),
        ];
        foreach (var (change, parameter) in refused)
        {
            var answer = await admin.PatchAsJsonAsync($"/api/v1/actions/{customer}", change);
            Assert.Equal((HttpStatusCode.BadRequest, parameter),
                (answer.StatusCode, (await ServiceUnderTest.JsonAsync(answer)).GetProperty("parameter").GetString()));
        }
        var mistyped = await admin.PatchAsJsonAsync($"/api/v1/actions/{customer}", new { version = 0, statsu = "done" });
        Assert.Equal((HttpStatusCode.BadRequest, "It is not known."), (mistyped.StatusCode,
            (await ServiceUnderTest.JsonAsync(mistyped)).GetProperty("errors").GetProperty("statsu")[0].GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PatchAsJsonAsync("/api/v1/actions/nobody", new { version = 0 })).StatusCode);
        using var stranger = _service.Stranger();
        Assert.Equal(HttpStatusCode.Unauthorized,
            (await stranger.PatchAsJsonAsync($"/api/v1/actions/{customer}", new { version = 0, owner = "Eve" })).StatusCode);
        Assert.Empty(await _service.Store.Work.OfCustomerAsync(customer));
    }

    [Fact]
    public async Task The_list_walks_every_action_once_and_an_answer_about_work_is_never_304()
    {
        using var admin = _service.Admin();
        var (seen, url) = (new List<string>(), "/api/v1/actions?limit=40&sort=expected_net_value");
        while (url is not null)
        {
            var response = await admin.GetAsync(url);
            seen.AddRange((await ServiceUnderTest.JsonAsync(response)).GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("customerId").GetString()!));
            url = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }
        Assert.Equal(Recommended(), seen);
        Assert.NotNull((await admin.GetAsync("/api/v1/predictions?limit=5")).Headers.ETag);
        foreach (var unsteady in (string[])["status=open", "owner=Ann", "moved_up=true", "country=DE"])
            Assert.Null((await admin.GetAsync("/api/v1/predictions?limit=5&" + unsteady)).Headers.ETag);
    }

    [Fact]
    public async Task Customers_who_moved_up_are_those_at_high_risk_who_were_not_the_night_before()
    {
        using var admin = _service.Admin();
        var store = _service.Store;
        Night(daysEarlier: 10);
        Assert.Empty(await IdsAsync(admin, "/api/v1/predictions?limit=1000&moved_up=true"));
        var first = (await store.Nights.CurrentAsync())!.RunId;
        Night(daysEarlier: 0);
        var second = (await store.Nights.CurrentAsync())!.RunId;
        var before = store.Predictions.ReadAll(first).ToDictionary(row => row.CustomerId);
        var expected = store.Predictions.ReadAll(second)
            .Where(row => High(row) && before.TryGetValue(row.CustomerId, out var then) && !then.Lost && !High(then))
            .Select(row => row.CustomerId)
            .Order()
            .ToList();
        Assert.NotEmpty(expected);
        Assert.True(expected.Count < store.Predictions.ReadAll(second).Count(High));
        Assert.Equal(expected, (await IdsAsync(admin, "/api/v1/predictions?limit=1000&moved_up=true")).Order());
        Assert.Equal(expected.Count, await store.Predictions.MovedIntoHighRiskAsync(second, first));

        // One of them, night by night.
        var history = await admin.GetStringAsync($"/api/v1/predictions/{expected[0]}/history?format=csv");
        Assert.Equal(["as_of", store.Runs.Find(first)!.AsOf.ToString(), store.Runs.Find(second)!.AsOf.ToString()],
            history.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')[0]));
        var said = (await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/predictions/{expected[0]}/history"))).EnumerateArray()
            .Select(score => score.GetProperty("pChurn").GetDouble())
            .ToList();
        Assert.Equal([before[expected[0]].PChurn, store.Predictions.ReadAll(second).Single(row => row.CustomerId == expected[0]).PChurn],
            said);
        Assert.Contains($"/api/v1/predictions/{expected[0]}/history?format=spreadsheet",
            await admin.GetStringAsync("/customers/" + expected[0]),
            StringComparison.Ordinal);

        static bool High(PredictionRow row) => row.RiskBand == (int)RiskBand.High && !row.Lost;

        // The rule's chances grow by the day; where high begins is set, so that some cross it.
        void Night(int daysEarlier)
        {
            var settings = new RunSettings { ShardSize = 100, Segments = new SegmentSettings { HighRiskCut = 0.6 } };
            var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock, again: true);
            new NightRun(store, _service.Models, settings)
                .Execute(
                    tonight with { BusinessDate = tonight.BusinessDate.AddDays(20 - daysEarlier), AsOf = tonight.AsOf.Minus(daysEarlier) },
                    null, default);
        }
    }

    /// <summary>By what the action brings.</summary>
    private IEnumerable<string> Recommended(long run = 1) =>
        _service.Store.Predictions.ReadAll(run)
            .Where(row => row.PlayId is not null)
            .OrderByDescending(row => row.ExpectedNetValue)
            .ThenBy(row => row.CustomerKey)
            .Select(row => row.CustomerId);

    private static async Task<IEnumerable<string>> IdsAsync(HttpClient client, string url) =>
        (await ServiceUnderTest.JsonAsync(await client.GetAsync(url))).GetProperty("items")
            .EnumerateArray()
            .Select(item => item.GetProperty("customerId").GetString()!);
}
