using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Health;

/// <summary>What /health/ready says of work nobody waits for, and of data that stands still.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_standing_fault_degrades_it_with_a_sentence_that_names_nobody()
    {
        var faults = _service.Services.GetRequiredService<StandingFaults>();
        var refused = new Npgsql.PostgresException("password authentication failed for user \"anna\"", "FATAL", "FATAL", "28P01");
        faults.Begin("outbox", new RetentionException(Failure.DependencyUnavailable, "PostgreSQL at 10.0.0.7, user 'anna'", refused));
        faults.Begin("outbox", refused);
        faults.Begin("removing old uploads", new IOException("/home/anna/uploads"));
        var (code, status, checks) = await ReadyAsync();
        Assert.Equal((HttpStatusCode.OK, "degraded"), (code, status));
        var work = checks.GetProperty("work").GetString()!;
        Assert.Contains("outbox: The database does not let its user in (28P01), 2 times since ", work, StringComparison.Ordinal);
        Assert.Contains("removing old uploads: IOException, 1 times since ", work, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", work, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.7", work, StringComparison.Ordinal);
        faults.End("outbox");
        faults.End("removing old uploads");
        (_, status, checks) = await ReadyAsync();
        Assert.Equal(("ready", "ok"), (status, checks.GetProperty("work").GetString()));
    }

    [Fact]
    public async Task Data_that_ended_long_before_today_degrades_it_and_answers_and_pages_say_so()
    {
        _service.Settings["Retention:StaleAfterDays"] = "7";
        _service.WithPublishedNight(trained: false); // its orders end on 31 December 2023, the night is of today
        using var admin = _service.Admin();
        var (code, status, checks) = await ReadyAsync();
        Assert.Equal((HttpStatusCode.OK, "degraded", "ok"), (code, status, checks.GetProperty("night").GetString()));
        Assert.Matches("^it ends 2023-12-31, [0-9]+ days before today: has an import stopped\\?$", checks.GetProperty("data").GetString());
        Assert.True((await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=1"))).GetProperty("stale")
            .GetBoolean());
        var page = await admin.GetStringAsync("/");
        Assert.Contains("The data ends", page, StringComparison.Ordinal);
        Assert.Contains("Has an import stopped?", page, StringComparison.Ordinal);
        Assert.DoesNotContain("36 hours", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Data_is_called_old_on_the_day_after_the_last_it_may_be(int more, bool isOld)
    {
        _service.WithPublishedNight(trained: false);
        var today = _service.Store.RequireShop().Calendar.DayOf(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var silent = today - (SimulatedHistories.End.Day - 1); // since the last day with orders
        using var service = new ServiceUnderTest(new SqliteUnderTest())
        {
            Settings = { ["Retention:StaleAfterDays"] = (silent
            - more).ToString(CultureInfo.InvariantCulture) }
        };
        service.WithPublishedNight(trained: false);
        using var admin = service.Admin();
        Assert.Equal(isOld,
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/predictions?limit=1"))).GetProperty("stale").GetBoolean());
    }

    [Fact]
    public async Task A_demo_s_sample_is_old_by_its_nature_and_says_so_without_alarm()
    {
        _service.Settings["Retention:StaleAfterDays"] = "7";
        _service.Settings["demo"] = "online-retail";
        _service.WithPublishedNight(); // in pounds and with a model: the demo finds everything done
        using var admin = _service.Admin();
        var page = await admin.GetStringAsync("/");
        Assert.Contains("The sample&#x27;s data ends", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Has an import stopped?", page, StringComparison.Ordinal);
        Assert.Equal("ok", (await ReadyAsync()).Checks.GetProperty("data").GetString());
    }

    private async Task<(HttpStatusCode Code, string? Status, JsonElement Checks)> ReadyAsync()
    {
        using var stranger = _service.Stranger();
        var answer = await stranger.GetAsync("/health/ready");
        var body = await ServiceUnderTest.JsonAsync(answer);
        return (answer.StatusCode, body.GetProperty("status").GetString(), body.GetProperty("checks"));
    }
}
