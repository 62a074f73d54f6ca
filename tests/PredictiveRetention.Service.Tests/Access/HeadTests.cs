using System.Net;
using System.Net.Http.Headers;
using PredictiveRetention.Service.Tests.Pages;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Access;

/// <summary>HEAD is answered as GET is, without the body.</summary>
public sealed class HeadTests : IDisposable
{
    private static readonly string[] s_api =
    [
        "/api/v1/predictions?limit=2", "/api/v1/predictions/C1", "/api/v1/predictions/nobody", "/api/v1/insights/kpis?format=csv",
        "/api/v1/insights/nothing", "/api/v1/runs",
        "/api/v1/model", "/openapi/v1.json", "/risk.csv", "/health/live", "/health/ready", "/nothing-here", "/site.css",
    ];

    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Every_page_and_endpoint_that_is_read_answers_head()
    {
        using var admin = _service.Admin();
        await AssertAlikeAsync(admin, [.. await Routes.OfAsync(_service), .. s_api]);
    }

    [Fact]
    public async Task A_stranger_is_refused_as_ever_and_a_change_is_no_head()
    {
        using var stranger = _service.Stranger();
        await AssertAlikeAsync(stranger, ["/", "/api/v1/runs", "/sign-in", "/health/live"]);
        using var admin = _service.Admin();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await HeadAsync(admin, "/theme")).StatusCode);
    }

    [Fact]
    public async Task Over_a_connection_too()
    {
        _service.UseKestrel(0);
        _service.StartServer();
        using var client = new HttpClient
        {
            BaseAddress = _service.ClientOptions.BaseAddress,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ServiceUnderTest.Key) }
        };
        await AssertAlikeAsync(client, ["/", .. s_api]);
    }

    private static async Task AssertAlikeAsync(HttpClient client, IReadOnlyList<string> routes)
    {
        foreach (var route in routes)
        {
            using var get = await client.GetAsync(route);
            using var head = await HeadAsync(client, route);
            Assert.True(get.StatusCode == head.StatusCode, $"{route}: {head.StatusCode}, and GET {get.StatusCode}");
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    private static async Task<HttpResponseMessage> HeadAsync(HttpClient client, string route)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, route);
        return await client.SendAsync(request);
    }
}
