using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Microsoft.Playwright;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>
/// A shop whose customers, categories, countries, channels and campaigns have the names nobody hopes for, over real HTTP and in Chromium.
/// </summary>
public sealed class HostileShop : IAsyncLifetime
{
    public const string Markup = "<script>alert(1)</script>";

    /// <summary>Of a text of 10,000 characters, what no page may hold.</summary>
    public static readonly string LongPart = new('L', 200);

    public static readonly string[] Ids =
    [
        Markup, "\"><img src=x onerror=alert(2)>", "'onmouseover='alert(3)", "</title><script>alert(4)</script>", "{{7*7}}${7*7}@(7*7)",
        "=HYPERLINK(\"http://example.org\",\"x\")", "+1+2", "@SUM(A1:A9)", "-2+cmd|'/c calc'!A0",
        "زبون\u202Egnp.exe", "عميل مهم جدا", "a/b", "a//b/../c", "50%", "50%2541", "x#y?z&w=1;v", "a\\b", "a+b c", "...", "quote\"d, twice",
        "🛒" + new string('й', 60),
        new string('W', 255),
    ];

    /// <summary>What an import cleans away, and a store may hold from before it did.</summary>
    private static readonly string[] s_cleaned = [.. Ids.Where(id => id.Contains('\u202E') || id.StartsWith('='))];

    public static readonly string[] Refused = [new('L', 256), new('L', 10_000)];

    private static readonly string[] s_names = [Markup, "\"><img src=x onerror=alert(5)>", "=HYPERLINK(\"http://example.org\")", "+1+2",
        "@SUM(A1)", "قناة\u202Egnp.exe", "a/b%2F#c", new('L', 10_000)];

    public ServiceUnderTest Service { get; } = new(new SqliteUnderTest());

    /// <summary>Null where there is no Chromium.</summary>
    public IBrowser? Browser { get; private set; }

    public string Url { get; private set; } = "";

    public HttpClient Admin { get; } = new(new HttpClientHandler { AllowAutoRedirect = false });

    public ImportOutcome Imported { get; private set; } = null!;

    public string Rejects { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("retention-hostile-").FullName;
        try
        {
            Import(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Service.UseKestrel(0);
        Service.StartServer();
        Url = Service.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        Admin.BaseAddress = new Uri(Url);
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServiceUnderTest.Key);
        if (OneChromium.File is null) return;
        Browser = await OneChromium.BrowserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Service.DisposeAsync();
    }

    private void Import(string folder)
    {
        string Name(int i) => s_names[i % s_names.Length];
        var orders = Some.Orders(300).ToList();
        var last = orders.Max(order => order.OrderedAtMs);
        // Dear ones who came often and have just become late, so that they head every list.
        foreach (var id in Ids.Concat(Refused))
            for (var i = 0; i < 8; i++)
                orders.Add(new OrderRow(id, i == 0 && Name(id.Length) is { Length: < 200 } name ? name : "O" + i,
                    last - (60 + 30L * i) * 86_400_000, 90_000 + 1000 * id.Length % 7000, "GBP"));
        using var store = RetentionStore.Open(Service.Address);
        store.Import(orders.Where(order => s_cleaned.Contains(order.CustomerId)));
        orders.RemoveAll(order => s_cleaned.Contains(order.CustomerId));
        var customers = orders.Select(order => order.CustomerId).Distinct().ToList();
        var file = Lines("customer_id,order_id,ordered_at,amount,currency,channel,category", orders.Select((order, i) => (string[])
            [order.CustomerId, order.OrderId, Day(order.OrderedAtMs), (order.AmountMinor / 100m).ToString(CultureInfo.InvariantCulture),
                "GBP", Name(i), Name(i + 3)]));
        File.WriteAllText(Path.Combine(folder, "orders.csv"), file);
        File.WriteAllText(Path.Combine(folder, "customers.csv"),
            Lines("customer_id,country,city,gender,acquisition_channel", customers.Select((id,
                i) => (string[])[id, i % 2 == 0 ? Name(i / 2) : "EG", Name(i), Name(i), Name(i)])));
        File.WriteAllText(Path.Combine(folder, "events.csv"),
            Lines("customer_id,event_type,occurred_at,campaign_id,message_id", customers.SelectMany((id,
                i) => new[] { "email_delivered", "email_opened",
                    "visit" }.Select(type => (string[])[id, type, Day(last - (i % 300 + 1L) * 86_400_000), Name(i), "m" + i]))));
        var rejects = Path.Combine(folder, "rejects.csv");
        Imported = ImportRun.Execute(store, new ImportRequest
        {
            Preset = "generic",
            OrdersFile = Path.Combine(folder, "orders.csv"),
            CustomersFile = Path.Combine(folder, "customers.csv"),
            EventsFile = Path.Combine(folder, "events.csv"),
            ShopCurrency = "GBP",
            NowMs = last,
        }, dryRun: false, rejects, null, default);
        Rejects = File.ReadAllText(rejects);
        // Nobody is left alone: every name is to head a list.
        Service.Night(store, new RunSettings
        {
            ShardSize = 100,
            Actions = new ActionSettings { ControlShare = 0 },
            Playbook = new Playbook(Playbook.Shipped().Plays.Select(play => play with { HoldoutShare = 0 })),
        });
    }

    private static string Day(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Lines(string header, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")).Append('\n');
        return text.ToString();
    }
}

/// <summary>Names are data: they are shown as they are, in HTML and in files, and do nothing.</summary>
public sealed class HostileNamesTests(HostileShop shop) : IClassFixture<HostileShop>
{
    /// <summary>A page of figures of the whole shop is about a third of that.</summary>
    private const int MostBytes = 1_500_000;

    [Fact]
    public void Ids_that_are_too_long_are_refused_with_file_line_and_column()
    {
        var lines = CsvText.Rows(shop.Rejects).Skip(1).ToList();
        Assert.Equal(8 * HostileShop.Refused.Length,
            lines.Count(line => Path.GetFileName(line[0]) == "orders.csv" && line[2] == "customer_id"
                && line[3] == "customer id longer than 255 characters" && int.Parse(line[1], CultureInfo.InvariantCulture) > 1));
        Assert.Contains(lines, line => Path.GetFileName(line[0]) == "customers.csv" && line[2] == "customer_id");
        Assert.Contains(shop.Imported.Report.Files.SelectMany(file => file.Notes),
            note => note.Note.StartsWith("names of more than 120 characters", StringComparison.Ordinal));
        Assert.All(lines.SelectMany(line => line), AssertNoFormula);
    }

    [Fact]
    public async Task Every_page_shows_names_as_text_and_stays_small()
    {
        foreach (var route in await RoutesAsync())
        {
            var (status, page) = await PageReader.ReadAsync(shop.Admin, route);
            Assert.True(status == 200, $"{route}: {status}");
            AssertHarmless(page, route);
        }
    }

    [Fact]
    public async Task Every_list_names_the_customers_and_its_links_lead_to_them()
    {
        foreach (var route in (string[])["/", "/risk?limit=1000", "/customers"])
        {
            var (_, page) = await PageReader.ReadAsync(shop.Admin, route);
            var links = page.QuerySelectorAll("main table.list th a[href^='/customers/']")
                .ToDictionary(link => link.TextContent, link => link.GetAttribute("href")!);
            Assert.True(links.Count > 0, $"{route} lists nobody");
            if (route != "/") Assert.Empty(HostileShop.Ids.Except(links.Keys));
            foreach (var (id, link) in links.Where(pair => HostileShop.Ids.Contains(pair.Key)))
            {
                var (status, customer) = await PageReader.ReadAsync(shop.Admin, link);
                Assert.True(status == 200, $"{link}, of {id}: {status}");
                Assert.Equal(id, customer.QuerySelector("h1 span")!.TextContent);
                AssertHarmless(customer, link);
            }
        }
    }

    [Fact]
    public async Task Every_customer_is_found_by_the_beginning_of_the_id_and_answered_by_the_endpoint()
    {
        foreach (var id in HostileShop.Ids)
        {
            // A whole id leads to the customer, its beginning to a list.
            if (id.Length <= 200)
                Assert.Equal("/customers/" + Uri.EscapeDataString(id),
                    (await shop.Admin.GetAsync("/customers?q=" + Uri.EscapeDataString(id))).Headers.Location!.OriginalString);
            if (id.Length == 1) continue;
            var (status, page) = await PageReader.ReadAsync(shop.Admin,
                "/customers?q=" + Uri.EscapeDataString(id.Length > 200 ? id[..200] : char.IsHighSurrogate(id[^2]) ? id[..^2] : id[..^1]));
            Assert.Equal(200, status);
            Assert.True(page.QuerySelectorAll("main table.list th a").Any(link => link.TextContent == id),
                $"{id} is not in the list of its beginning: {PageReader.MainOf(page)}");
            AssertHarmless(page, "/customers?q=" + id);
            var answer = await ServiceUnderTest.JsonAsync(await shop.Admin.GetAsync("/api/v1/predictions/" + Uri.EscapeDataString(id)));
            Assert.Equal(id, answer.GetProperty("customerId").GetString());
        }
    }

    [Fact]
    public async Task Nobody_of_such_a_name_is_said_so_without_the_markup()
    {
        foreach (var route in (string[])["/customers?q=", "/customers/", "/risk?business_segment=", "/audience?metric=", "/risk?cursor="])
            foreach (var name in (string[])["<script>alert(6)</script>", new string('L', 3000)])
            {
                var (status, page) = await PageReader.ReadAsync(shop.Admin, route + Uri.EscapeDataString(name));
                Assert.True(status is 200 or 400 or 404, $"{route}: {status}");
                AssertHarmless(page, route);
            }
    }

    [Fact]
    public async Task Files_have_the_names_and_no_formula()
    {
        var risk = CsvText.Rows(await shop.Admin.GetStringAsync("/risk.csv"));
        Assert.Empty(HostileShop.Ids.Select(id => id[0] is '=' or '+' or '-' or '@' ? "'" + id : id).Except(risk.Select(row => row[0])));
        var links = new HashSet<string> { "/risk.csv" };
        foreach (var route in await RoutesAsync())
            links.UnionWith((await PageReader.ReadAsync(shop.Admin, route)).Page.QuerySelectorAll("main a[download]")
                .Select(link => link.GetAttribute("href")!));
        links.Add("/api/v1/insights/by_channel?format=csv");
        foreach (var link in links)
        {
            using var response = await shop.Admin.GetAsync(link);
            Assert.True(response.IsSuccessStatusCode, $"{link}: {(int)response.StatusCode}");
            if (response.Content.Headers.ContentType?.MediaType == "text/csv")
                Assert.All(CsvText.Rows(await response.Content.ReadAsStringAsync()).SelectMany(row => row), AssertNoFormula);
        }
    }

    [Fact]
    public async Task In_a_narrow_browser_nothing_runs_nothing_turns_around_and_no_page_scrolls_sideways()
    {
        Assert.SkipWhen(shop.Browser is null, "needs Chromium");
        var context = await OneChromium.ContextAsync("light", width: 360);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Dialog += async (_, dialog) => { faults.Add($"{page.Url}: a dialog says {dialog.Message}"); await dialog.DismissAsync(); };
        page.Console += (_, message) => { if (message.Type == "error") faults.Add($"{page.Url}: {message.Text}"); };
        await page.GotoAsync(shop.Url + "/sign-in");
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("main button");
        foreach (var route in (await RoutesAsync()).Concat(HostileShop.Ids.Select(id => "/customers/" + Uri.EscapeDataString(id))))
        {
            await page.GotoAsync(shop.Url + route);
            if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var wide && wide > 360)
                faults.Add($"{route}: {wide} px wide, because of "
                    + await page.EvaluateAsync<string>(
                        "[...document.querySelectorAll('main *')].filter(node => node.getBoundingClientRect().right > 361 && "
                            + "!node.closest('.scroll')).slice(0, 4).map(node => node.nodeName + '.' + (node.getAttribute('class') || "
                            + "'') + ' in ' + node.parentElement.outerHTML.slice(0, 90)).join(', ')"));
            // A letter that turns the direction of text ends with its name.
            faults.AddRange(
                (await page.EvaluateAsync<string[]>(
                    "[...document.querySelectorAll('main [translate=no]')].filter(node => node.childElementCount === 0 && "
                        + "node.textContent.includes('\\u202E') && getComputedStyle(node).unicodeBidi === 'normal' && "
                        + "getComputedStyle(node).display === 'inline').map(node => node.outerHTML.slice(0, 120))")).Select(node =>
                            $"{route}: may turn around what follows: {node}"));
        }
        await page.GotoAsync(shop.Url + "/risk");
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(AppContext.BaseDirectory, "hostile-risk-360.png"),
            FullPage = true
        });
        await page.GotoAsync(shop.Url + "/audience");
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(AppContext.BaseDirectory, "hostile-audience-360.png"),
            FullPage = true
        });
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults.Distinct()));
    }

    private async Task<IReadOnlyList<string>> RoutesAsync() =>
        [.. await Routes.OfAsync(shop.Service), "/audience?metric=p_churn", "/segments?by=persona", "/customers?q=a"];

    private static void AssertHarmless(IHtmlDocument page, string route)
    {
        Assert.True(page.Source.Text.Length < MostBytes, $"{route} has {page.Source.Text.Length} characters");
        Assert.True(page.QuerySelector("main") is not null, $"{route} has no main part");
        foreach (var form in page.Forms) form.RemoveAttribute("action"); // the address, as it was asked for
        var shown = page.Title + page.QuerySelector("main")!.OuterHtml;
        var longName = shown.IndexOf(HostileShop.LongPart, StringComparison.Ordinal);
        Assert.True(longName < 0, $"{route} has a long name whole, after {shown[Math.Max(0, longName - 120)..Math.Max(0, longName)]}");
        Assert.True(!page.Scripts.Any(script => script.TextContent.Contains("alert", StringComparison.Ordinal)), $"{route} runs a name");
        Assert.True(
            !page.All.Any(element => element.LocalName == "img"
                || element.Attributes.Any(attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal))),
                    $"{route} has markup of a name");
        Assert.True(
            !page.Links.Any(link => link.GetAttribute("href")?.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) == true),
            $"{route} has a script as link");
    }

    private static void AssertNoFormula(string cell) => Assert.False(
        cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
            && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _), $"a spreadsheet would run {cell}");
}
