using System.Net;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>A page that is asked for while the store is away, and after it came back.</summary>
public sealed class StoreAwayTests
{
    [Fact]
    public async Task A_browser_gets_a_page_that_says_so_and_a_program_a_problem()
    {
        await using var service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight(trained: false);
        using var admin = service.Admin();
        var file = service.Address["sqlite:".Length..];
        (await admin.GetAsync("/value")).EnsureSuccessStatusCode();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Move(file, file + ".away");
        await File.WriteAllTextAsync(file, "this is no database, and long enough to be looked at as one");

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/value");
        asked.Headers.Add("Accept", "text/html");
        using var page = await admin.SendAsync(asked);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        var text = await page.Content.ReadAsStringAsync();
        Assert.Contains("The store does not answer", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SqliteException", text, StringComparison.Ordinal);
        Assert.DoesNotContain(file, text, StringComparison.Ordinal);
        using var answer = await admin.GetAsync("/api/v1/insights/aov");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Move(file + ".away", file, overwrite: true);
        (await admin.GetAsync("/value")).EnsureSuccessStatusCode();
    }
}
