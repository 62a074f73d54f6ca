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
                using var request = new HttpRequestMessage(new HttpMethod(verb.Name.ToUpperInvariant()),
                    path.Name.Replace("{customerId}", "C1", StringComparison.Ordinal).Replace("{id}", "1", StringComparison.Ordinal));
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
        Assert.Equal("/sign-in", response.Headers.Location!.OriginalString.Split('?')[0]);
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-wrong-key-of-some-length");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path)).StatusCode);
        using var admin = _service.Admin();
        var allowed = (await admin.GetAsync(path)).StatusCode;
        Assert.True(allowed is HttpStatusCode.OK or HttpStatusCode.NotFound, allowed.ToString());
    }

    [Fact]
    public async Task A_sign_in_link_shows_a_button_and_works_once()
    {
        var ticket = Ticket(_service);
        foreach (var _ in (int[])[1, 2, 3]) // a preview, a scanner of mail, a person
        {
            using var reader = _service.Stranger();
            using var opened = await reader.GetAsync("/sign-in?ticket=" + ticket);
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
            Assert.Equal(HttpStatusCode.Found, (await reader.GetAsync("/")).StatusCode);
        }
        using var browser = _service.CreateClient();
        Assert.Contains("No orders have been imported yet",
            await (await FollowAsync(browser, ticket)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = _service.CreateClient();
        Assert.Contains("has been used or has expired",
            await (await other.GetAsync("/sign-in?ticket=" + ticket)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_spent_between_opening_it_and_the_button_says_so()
    {
        var ticket = Ticket(_service);
        using var browser = _service.CreateClient();
        var form = await FormAsync(browser, ticket);
        ((PredictiveRetention.Service.Access.AdminKey)_service.Services.GetService(
            typeof(PredictiveRetention.Service.Access.AdminKey))!).Redeem(ticket);
        using var answer = await browser.PostAsync("/sign-in", form);
        Assert.Contains("has been used or has expired", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_loopback_connection_does_not_open_the_jobs_dashboard()
    {
        _service.UseKestrel(0);
        _service.StartServer();
        using var local =
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _service.ClientOptions.BaseAddress };
        foreach (var forwarded in new[] { null, "127.0.0.1", "::1" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/jobs");
            if (forwarded is not null) request.Headers.Add("X-Forwarded-For", forwarded);
            Assert.Equal(HttpStatusCode.Found, (await local.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_cookie_changes_things_only_for_our_own_pages()
    {
        using var browser = await SignedInAsync(_service);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/runs")).StatusCode);
        foreach (var (site, expected) in new[] { (null, HttpStatusCode.Unauthorized), ("same-site", HttpStatusCode.Unauthorized),
            ("cross-site", HttpStatusCode.Unauthorized), ("same-origin", HttpStatusCode.Conflict) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs");
            if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
            Assert.Equal(expected, (await browser.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_new_key_ends_the_sessions_of_the_old_one()
    {
        using var browser = await SignedInAsync(_service);
        var cookie = (await browser.GetAsync("/")).RequestMessage!.Headers.TryGetValues("Cookie", out var sent) ? sent.Single() : "";
        Assert.Contains("retention=", cookie, StringComparison.Ordinal);
        using var same = new ServiceUnderTest(new SqliteUnderTest());
        Assert.Equal(HttpStatusCode.OK, await OpenAsync(same, cookie));
        using var other =
            new ServiceUnderTest(new SqliteUnderTest()) { Settings = { ["Retention:AdminKey"] = "another-key-of-some-length" } };
        Assert.Equal(HttpStatusCode.Found, await OpenAsync(other, cookie));

        static async Task<HttpStatusCode> OpenAsync(ServiceUnderTest service, string cookie)
        {
            using var client = service.Stranger();
            client.DefaultRequestHeaders.Add("Cookie", cookie);
            return (await client.GetAsync("/")).StatusCode;
        }
    }

    [Fact]
    public async Task Guessing_at_the_form_meets_the_limit()
    {
        using var stranger = _service.Stranger();
        HttpResponseMessage last = null!;
        for (var i = 0; i < 40; i++) last = await stranger.PostAsync("/sign-in", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.TooManyRequests, last.StatusCode);
        Assert.NotNull(last.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Who_guesses_at_the_form_keeps_nobody_else_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a second address of this machine");
        _service.UseKestrel(0);
        _service.StartServer();
        using var guesser = From("127.0.0.1");
        using var other = From("127.0.0.2");
        HttpResponseMessage last = null!;
        for (var i = 0; i < 40; i++) last = await guesser.PostAsync("/sign-in", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.TooManyRequests, last.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await other.PostAsync("/sign-in", new FormUrlEncodedContent([]))).StatusCode);

        HttpClient From(string address) => new(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = _service.ClientOptions.BaseAddress };
    }

    /// <summary>A browser drops tabs and line ends from an address: what looks like a path may then be another host.</summary>
    [Theory]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    public async Task A_return_address_that_is_not_of_this_service_leads_to_the_first_page(string back)
    {
        using var browser = await SignedInAsync(_service, follows: false);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await browser.GetStringAsync("/"));
        var token = page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        foreach (var (path, fields) in new (string, (string, string)[])[] { ("/theme", [("theme", "dark"), ("back", back)]),
            ("/sign-in", [("adminKey", ServiceUnderTest.Key), ("returnUrl", back)]) })
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token),
                .. fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))]);
            using var answer = await browser.PostAsync(path, form);
            Assert.True(answer.StatusCode == HttpStatusCode.Found, $"{path}: {answer.StatusCode}");
            Assert.Equal("/", answer.Headers.Location!.OriginalString);
        }
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_is_refused()
    {
        using var stranger = _service.Stranger();
        var response = await stranger.PostAsync("/sign-in",
            new FormUrlEncodedContent(new Dictionary<string, string> { ["adminKey"] = ServiceUnderTest.Key }));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Pages_carry_a_policy_without_inline_scripts()
    {
        using var stranger = _service.Stranger();
        var policy = (await stranger.GetAsync("/sign-in")).Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_document_is_the_approved_one()
    {
        using var admin = _service.Admin();
        var document = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/openapi/v1.json"));
        var lines = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb =>
            $"{verb.Name.ToUpperInvariant()} {path.Name}{Query(verb.Value)} -> "
                + $"{string.Join(' ', verb.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name))}"))
            .Concat(document.GetProperty("components")
                .GetProperty("schemas")
                .EnumerateObject()
                .Where(schema => schema.Value.TryGetProperty("properties", out _))
                .Select(schema =>
                $"{schema.Name}: "
                    + $"{string.Join(' ', schema.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name))}"));
        var approved = Path.Combine(Repository.Root, "tests", "PredictiveRetention.Service.Tests", "Access", "openapi.approved.txt");
        var now = string.Join('\n', lines) + "\n";
        if (!File.Exists(approved) || File.ReadAllText(approved) != now)
            await File.WriteAllTextAsync(approved.Replace("approved", "received", StringComparison.Ordinal), now);
        Assert.Equal(await File.ReadAllTextAsync(approved), now);
    }

    private static string Query(System.Text.Json.JsonElement operation)
    {
        var names = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray()
                .Where(parameter => parameter.GetProperty("in").GetString() == "query")
                .Select(parameter => parameter.GetProperty("name").GetString())
            : [];
        return string.Concat(names.Select(name => " ?" + name));
    }

    private static string Ticket(ServiceUnderTest service) =>
        ((PredictiveRetention.Service.Access.AdminKey)service.Services.GetService(
            typeof(PredictiveRetention.Service.Access.AdminKey))!).NewTicket();

    private static async Task<HttpClient> SignedInAsync(ServiceUnderTest service, bool follows = true)
    {
        var browser =
            service.CreateClient(new Microsoft.AspNetCore.Mvc.Testing.WebApplicationFactoryClientOptions { AllowAutoRedirect = follows });
        var answer = await FollowAsync(browser, Ticket(service));
        if (follows) answer.EnsureSuccessStatusCode();
        return browser;
    }

    /// <summary>Opens a sign-in link and presses its button.</summary>
    internal static async Task<HttpResponseMessage> FollowAsync(HttpClient browser, string ticket) =>
        await browser.PostAsync("/sign-in", await FormAsync(browser, ticket));

    private static async Task<FormUrlEncodedContent> FormAsync(HttpClient browser, string ticket)
    {
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await browser.GetStringAsync("/sign-in?ticket=" + ticket));
        return new FormUrlEncodedContent(page.QuerySelectorAll("main form[action='/sign-in'] input").Select(input =>
            KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value"))));
    }
}
