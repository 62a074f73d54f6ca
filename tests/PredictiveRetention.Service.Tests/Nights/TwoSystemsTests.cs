using System.Globalization;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

/// <summary>
/// Two systems in one database, such as two shops, or one shop and its rehearsal: each in a schema, each with its own jobs.
/// </summary>
public sealed class TwoSystemsTests
{
    [Fact]
    public async Task Each_has_its_own_schedule_and_runs_its_own_jobs()
    {
        var engine = new PostgresUnderTest();
        using var first = new ServiceUnderTest(engine);
        engine.Execute("CREATE SCHEMA rehearsal");
        // Its own engine would make it a database of its own.
        using var second = new ServiceUnderTest(new SqliteUnderTest())
        {
            Settings = {
                ["ConnectionStrings:Retention"] = new NpgsqlConnectionStringBuilder(first.Address) { SearchPath = "rehearsal" }.ToString(),
                ["Retention:Cron"] = InTenHours },
        };
        first.Store.Import(Some.Orders(60));
        second.Store.Import(Some.Orders(40));
        Assert.Equal([first.Settings["Retention:Cron"], InTenHours], new[] { first, second }.Select(Cron));
        using var admin = first.Admin();
        (await admin.PostAsync("/api/v1/runs", null)).EnsureSuccessStatusCode();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await first.Store.Nights.CurrentAsync(patience.Token) is null) await Task.Delay(50, patience.Token);
        Assert.Equal(["0"], engine.Query("SELECT count(*) FROM hangfire_rehearsal.job"));
        Assert.Empty(await second.Store.Runs.NewestAsync(10));
    }

    /// <summary>A schedule of its own, not due while the test runs.</summary>
    private static string InTenHours =>
        string.Create(CultureInfo.InvariantCulture, $"0 {UnendingDay.Clock.GetUtcNow().AddHours(10).Hour} * * *");

    private static string? Cron(ServiceUnderTest service)
    {
        using var connection = service.Services.GetRequiredService<JobStorage>().GetConnection();
        return connection.GetAllEntriesFromHash("recurring-job:night")["Cron"];
    }
}
