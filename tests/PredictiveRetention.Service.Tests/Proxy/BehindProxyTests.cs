using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Microsoft.Data.Sqlite;
using PredictiveRetention.Service.Access;
using PredictiveRetention.Service.Tests.Pages;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Proxy;

/// <summary>Under a path of another host: whatever a browser gets leads to what lies there, and to nothing else.</summary>
public sealed partial class BehindProxyTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    public static TheoryData<string, bool, bool> Proxies => [.. SubPath.All.Select(proxy => (proxy.Path, proxy.Strips, proxy.Says))];

    [Theory]
    [InlineData("/retain", true, true)]
    [InlineData("/retention", false, false)]
    public async Task Every_address_of_every_page_stays_under_the_path_and_leads_somewhere(string path, bool strips, bool says)
    {
        using var browser = Browser(path, strips, says, MadeShop.Whole);
        var outside = new List<string>();
        var seen = new HashSet<string>();
        foreach (var route in (string[])[.. await Routes.OfAsync(_service), "/jobs", "/jobs/recurring", "/docs/", "/nothing-here",
            "/customers/nobody", "/reports?refused=1"])
        {
            var (status, page) = await PageReader.ReadAsync(browser, path + route);
            Assert.True(status is 200 or 404, $"{route}: {status}");
            // What a form sends back is an address of the service; all else is followed by the browser.
            foreach (var (element, attribute) in page.All.SelectMany(element => element.Attributes.Select(name => (element, name))))
                if (attribute.Value.StartsWith('/') && !IsUnder(attribute.Value)
                    && (element.LocalName, attribute.Name) is not ("input", "value"))
                    outside.Add($"{route}: <{element.LocalName} {attribute.Name}=\"{attribute.Value}\">");
            foreach (var link in page.QuerySelectorAll("a[href], link[href], script[src]")
                .Select(node => node.GetAttribute("href") ?? node.GetAttribute("src")!)
                .Where(link => link.StartsWith('/') && IsUnder(link))
                .Select(link => link.Split('#')[0])
                .GroupBy(link => link.Split('?')[0].Split('=')[0])
                .Select(kind => kind.First()))
            {
                if (!seen.Add(link)) continue;
                using var answer = await browser.GetAsync(link);
                if ((int)answer.StatusCode >= 400) outside.Add($"{route} links to {link}: {(int)answer.StatusCode}");
            }
        }
        Assert.True(outside.Count == 0, string.Join(Environment.NewLine, outside));
        Assert.True(seen.Count > 60, $"{seen.Count} addresses");
        Assert.Contains(path + "/retention", seen);

        bool IsUnder(string address) => address == path || address.StartsWith(path + "/", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Signing_in_forms_and_signing_out_stay_under_the_path_and_so_do_their_cookies(string path, bool strips, bool says)
    {
        using var browser = Browser(path, strips, says, shop: null);
        browser.DefaultRequestHeaders.Authorization = null;
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var cookies = new CookieContainer();
        var asked = await AskAsync(path + "/risk?sort=clv");
        Assert.Equal((says ? $"https://{SubPath.Host}" : "") + path + "/sign-in?ReturnUrl=%2Frisk%3Fsort%3Dclv", asked.Location);
        var signedIn = await PostAsync(path + "/sign-in?ReturnUrl=%2Frisk%3Fsort%3Dclv", ("adminKey", ServiceUnderTest.Key));
        Assert.Equal(path + "/risk?sort=clv", signedIn.Location);
        var session = signedIn.Cookies.Single(cookie => cookie.StartsWith("retention=", StringComparison.Ordinal));
        Assert.Contains($"; path={path};", session, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(says, session.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        var dark = await PostAsync(path + "/", ("theme", "dark"));
        Assert.Equal(path + "/", dark.Location);
        Assert.Contains(dark.Cookies, cookie => cookie.Contains($"path={path};", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(path + "/sign-in", (await PostAsync(path + "/", "/sign-out")).Location);

        async Task<(string? Location, IReadOnlyList<string> Cookies, string Body)> AskAsync(string address, HttpContent? form = null)
        {
            using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, address) { Content = form };
            request.Headers.Accept.ParseAdd("text/html");
            var here = new Uri("https://" + SubPath.Host + address);
            if (cookies.GetCookieHeader(here) is { Length: > 0 } kept) request.Headers.Add("Cookie", kept);
            using var answer = await browser.SendAsync(request);
            IReadOnlyList<string> set = answer.Headers.TryGetValues("Set-Cookie", out var values) ? [.. values] : [];
            foreach (var cookie in set) cookies.SetCookies(here, cookie);
            return (answer.Headers.Location?.OriginalString, set, await answer.Content.ReadAsStringAsync());
        }

        async Task<(string? Location, IReadOnlyList<string> Cookies, string Body)> PostAsync(string address, params object[] fields)
        {
            var page = new HtmlParser().ParseDocument((await AskAsync(address)).Body);
            var form = page.Forms.First(form => fields is [string action]
                ? form.GetAttribute("action")!.EndsWith(action, StringComparison.Ordinal)
                : form.QuerySelector($"[name={(((string, string))fields[0]).Item1}]") is not null);
            var values = form.QuerySelectorAll("input[name]").ToDictionary(input => input.GetAttribute("name")!,
                input => input.GetAttribute("value") ?? "");
            foreach (var field in fields.OfType<(string Name, string Value)>()) values[field.Name] = field.Value;
            return await AskAsync(form.GetAttribute("action")!, new FormUrlEncodedContent(values));
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Addresses_for_programs_name_the_path_too(string path, bool strips, bool says)
    {
        using var browser = Browser(path, strips, says, MadeShop.OfOrders);
        var root = says ? $"https://{SubPath.Host}{path}" : $"http://localhost:5099{path}";
        var document = await ServiceUnderTest.JsonAsync(await browser.GetAsync(path + "/openapi/v1.json"));
        Assert.Equal(root, document.GetProperty("servers")[0].GetProperty("url").GetString()!.TrimEnd('/'));
        Assert.Contains(root + "/api/v1/predictions", await browser.GetStringAsync(path + "/integrations"), StringComparison.Ordinal);
        var list = await browser.GetAsync(path + "/api/v1/predictions?limit=2");
        Assert.StartsWith($"<{path}/api/v1/predictions?", list.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
        using var queued = await browser.PostAsync(path + "/api/v1/runs", null);
        Assert.Equal(path + "/api/v1/runs", queued.Headers.Location!.OriginalString);
    }

    /// <summary>A check of health on the machine itself goes past the proxy.</summary>
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/retain/health/live")]
    public async Task Past_the_proxy_the_service_answers_with_the_path_and_without(string address)
    {
        _service.Settings["Retention:PathBase"] = "/retain";
        using var stranger = _service.Stranger();
        Assert.Equal("alive", await stranger.GetStringAsync(address));
    }

    /// <summary>Without a setting: the proxy's own word. What is no plain path is none.</summary>
    [Theory]
    [InlineData("/retain", "/retain/sign-in")]
    [InlineData("//evil.example", "/sign-in")]
    [InlineData("/\\evil.example", "/sign-in")]
    [InlineData("/a/../b", "/sign-in")]
    [InlineData("/\"><script>", "/sign-in")]
    [InlineData("https://evil.example", "/sign-in")]
    public async Task Where_nothing_is_set_the_path_is_the_one_a_known_proxy_says(string said, string location)
    {
        using var stranger = _service.Stranger();
        stranger.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-Prefix", said);
        using var answer = await stranger.GetAsync("/");
        Assert.Equal(location, answer.Headers.Location!.OriginalString.Split('?')[0]);
    }

    [Theory]
    [InlineData("203.0.113.5", null, false)]
    [InlineData("203.0.113.5", "203.0.113.5", true)]
    [InlineData("::ffff:203.0.113.5", "203.0.113.0/24", true)]
    [InlineData("203.0.113.5", "10.0.0.0/8, 2001:db8::/32", false)]
    [InlineData("2001:db8::7", "10.0.0.0/8, 2001:db8::/32", true)]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("127.0.0.1", "10.0.0.1", true)]
    [InlineData("::1", null, true)]
    public async Task Forwarded_headers_count_from_this_machine_and_from_proxies_that_are_named(string peer, string? named, bool believed)
    {
        foreach (var anybody in (string[])["true", "false"])
        {
            using var service = new ServiceUnderTest(new SqliteUnderTest()) { Peer = IPAddress.Parse(peer) };
            service.Settings["FORWARDEDHEADERS_ENABLED"] = anybody; // of the host, which would believe everybody
            if (named is not null) service.Settings["Retention:KnownProxies"] = named;
            using var stranger = service.Stranger();
            foreach (var (name, value) in new[] { ("Proto", "https"), ("Host", "shop.example"), ("Prefix", "/retain"),
                ("For", "198.51.100.9") }) stranger.DefaultRequestHeaders.Add("X-Forwarded-" + name, value);
            using var answer = await stranger.GetAsync("/risk");
            Assert.Equal(believed ? "https://shop.example/retain/sign-in?ReturnUrl=%2Frisk" : "/sign-in?ReturnUrl=%2Frisk",
                answer.Headers.Location!.OriginalString);
        }
    }

    /// <summary>What a script or a style sheet asks for would be asked of the root.</summary>
    [Theory]
    [InlineData("/site.js")]
    [InlineData("/site.css")]
    public async Task Script_and_style_sheet_name_no_address_of_the_service(string file)
    {
        using var stranger = _service.Stranger();
        Assert.Empty(RootAddress().Matches(await stranger.GetStringAsync(file)).Select(match => match.Value));
    }

    [Fact]
    public async Task Opening_every_page_and_link_changes_nothing()
    {
        _service.WithWholeShop();
        using var admin = _service.Admin();
        using var stranger = _service.Stranger();
        var key = (AdminKey)_service.Services.GetService(typeof(AdminKey))!;
        var ticket = key.NewTicket();
        var before = State();
        foreach (var route in await Routes.OfAsync(_service))
        {
            var (_, page) = await PageReader.ReadAsync(admin, route);
            foreach (var link in page.QuerySelectorAll("a[href^='/'], form")
                .Select(node => node.GetAttribute("href") ?? node.GetAttribute("action"))
                .OfType<string>().GroupBy(link => link.Split('?')[0]).Select(kind => kind.First().Split('#')[0]))
                (await admin.GetAsync(link)).Dispose();
        }
        using (var opened = await stranger.GetAsync("/sign-in?ticket=" + ticket))
        {
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
            Assert.DoesNotContain(opened.Headers.TryGetValues("Set-Cookie", out var set) ? set : [],
                cookie => cookie.StartsWith("retention=", StringComparison.Ordinal));
        }
        Assert.Equal(before, State());
        Assert.True(key.Redeem(ticket));

        // Every row of the store, and which files there are.
        string State()
        {
            using var connection = new SqliteConnection("Data Source=" + _service.Address["sqlite:".Length..]);
            connection.Open();
            var tables = Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
            var files = Directory.EnumerateFiles(_service.DataFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
            return string.Join('\n', tables.Select(table => table + Rows($"SELECT * FROM \"{table}\"").Aggregate(17L,
                (sum, row) => unchecked(sum * 31 + row.Aggregate(0L, (inRow, letter) => inRow * 31 + letter)))).Concat(files));

            List<string> Rows(string sql)
            {
                using var ask = connection.CreateCommand();
                ask.CommandText = sql;
                using var reader = ask.ExecuteReader();
                var rows = new List<string>();
                while (reader.Read())
                    rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i),
                        System.Globalization.CultureInfo.InvariantCulture))));
                return rows;
            }
        }
    }

    [GeneratedRegex("""(?<=["'`(=]\s*)/[A-Za-z][\w/-]*(?=["'`)?\]])""")]
    private static partial Regex RootAddress();

    /// <summary>Signed in by the key, at the host of the proxy.</summary>
    private HttpClient Browser(string path, bool strips, bool says, MadeShop? shop)
    {
        if (shop == MadeShop.Whole) _service.WithWholeShop();
        else if (shop is not null) _service.WithPublishedNight();
        _service.Settings["Retention:PathBase"] = path;
        var browser = _service.CreateDefaultClient(new Uri("https://" + SubPath.Host), new SubPath(path, strips, says));
        browser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServiceUnderTest.Key);
        return browser;
    }
}
