using System.Net;
using System.Net.Http.Headers;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Access;

public sealed class AccessTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Every_endpoint_of_the_api_document_asks_for_the_key()
    {
        using var admin = _service.Admin();
        using var stranger = _service.Stranger();
        var document = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/openapi/v1.json"));
        var asked = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            if (path.Name.StartsWith("/health", StringComparison.Ordinal)) continue;
            foreach (var verb in path.Value.EnumerateObject())
            {
                using var request = new HttpRequestMessage(new HttpMethod(verb.Name.ToUpperInvariant()), path.Name.Replace("{customerId}", "C1", StringComparison.Ordinal).Replace("{id}", "1", StringComparison.Ordinal));
                var response = await stranger.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{verb.Name} {path.Name}: {response.StatusCode}");
                Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
                asked++;
            }
        }
        Assert.True(asked >= 9, $"{asked} endpoints");
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/jobs/recurring")]
    [InlineData("/docs/")]
    [InlineData("/")]
    [InlineData("/customers/C1")]
    public async Task Pages_and_the_jobs_dashboard_are_closed_to_a_local_caller_with_any_header(string path)
    {
        using var stranger = _service.Stranger();
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
        stranger.DefaultRequestHeaders.Add("X-Real-IP", "127.0.0.1");
        var response = await stranger.GetAsync(path);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/sign-in", response.Headers.Location!.AbsolutePath);
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-wrong-key-of-some-length");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path)).StatusCode);
        using var admin = _service.Admin();
        var allowed = (await admin.GetAsync(path)).StatusCode;
        Assert.True(allowed is HttpStatusCode.OK or HttpStatusCode.NotFound, allowed.ToString());
    }

    [Fact]
    public async Task A_sign_in_link_works_once()
    {
        var ticket = ((PredictiveRetention.Service.Access.AdminKey)_service.Services.GetService(typeof(PredictiveRetention.Service.Access.AdminKey))!).NewTicket();
        using var browser = _service.CreateClient();
        Assert.Contains("Nothing has been scored yet", await (await browser.GetAsync("/sign-in?ticket=" + ticket)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = _service.CreateClient();
        Assert.Contains("has been used or has expired", await (await other.GetAsync("/sign-in?ticket=" + ticket)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_is_refused()
    {
        using var stranger = _service.Stranger();
        var response = await stranger.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string> { ["adminKey"] = ServiceUnderTest.Key }));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Pages_carry_a_policy_without_inline_scripts()
    {
        using var stranger = _service.Stranger();
        var policy = (await stranger.GetAsync("/sign-in")).Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_document_is_the_approved_one()
    {
        using var admin = _service.Admin();
        var document = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/openapi/v1.json"));
        var lines = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb =>
            $"{verb.Name.ToUpperInvariant()} {path.Name} -> {string.Join(' ', verb.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name))}"))
            .Concat(document.GetProperty("components").GetProperty("schemas").EnumerateObject().Where(schema => schema.Value.TryGetProperty("properties", out _)).Select(schema =>
                $"{schema.Name}: {string.Join(' ', schema.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name))}"));
        var approved = Path.Combine(Repository.Root, "tests", "PredictiveRetention.Service.Tests", "Access", "openapi.approved.txt");
        var now = string.Join('\n', lines) + "\n";
        if (!File.Exists(approved) || File.ReadAllText(approved) != now) await File.WriteAllTextAsync(approved.Replace("approved", "received", StringComparison.Ordinal), now);
        Assert.Equal(await File.ReadAllTextAsync(approved), now);
    }
}
