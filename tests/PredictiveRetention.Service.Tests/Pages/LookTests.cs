using System.Globalization;
using System.Text;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>One service over the whole shop and one Chromium, for all that is looked at.</summary>
public sealed class WholeShopInBrowser : IAsyncLifetime
{
    public ServiceUnderTest Service { get; } = new(new SqliteUnderTest());

    /// <summary>Null where there is no Chromium.</summary>
    public IBrowser? Browser { get; private set; }

    public string Url { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (OneChromium.File is null) return;
        Service.WithWholeShop();
        Service.UseKestrel(0);
        Service.StartServer();
        Url = Service.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        Browser = await OneChromium.BrowserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
    }
}

/// <summary>
/// Every page in Chromium, light and dark, wide and narrow: what axe finds, what the console says, whether it fits, holds still and can be
/// reached by keyboard.
/// </summary>
public sealed class LookTests(WholeShopInBrowser shop) : IClassFixture<WholeShopInBrowser>
{
    /// <summary>After so many stops of the Tab key a page is believed to go on as it began.</summary>
    private const int MaxTabs = 400;

    private const string Shifts =
        "window.shifts = []; new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) "
            + "shifts.push([e.value, ...e.sources.map(s => (s.node && (s.node.id || s.node.className || s.node.nodeName)) || "
            + "'?')].join(' ')); }).observe({ type: 'layout-shift', buffered: true });";

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>The serious faults axe finds in a page without frames; what is in order is not told.</summary>
    private const string Violations = """
        async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .flatMap(({ id, impact, nodes }) => nodes.slice(0, 3).map(node => `${id} (${impact}), ${node.html.slice(0, 160)}`))
        """;

    /// <summary>What the Tab key must reach: shown, not disabled, not taken out of the order.</summary>
    private const string Stops = """
        () => {
          const radios = new Set();
          return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(node => {
            if (node.disabled || node.tabIndex < 0 || node.type === 'hidden' || !node.checkVisibility({ visibilityProperty: true })) return false;
            if (node.type === 'radio') { if (radios.has(node.name)) return false; radios.add(node.name); }
            return true;
          }).map((node, i) => { node.dataset.stop = i; return node.outerHTML.slice(0, 120); });
        }
        """;

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    [InlineData("dark", 360)]
    public async Task Every_page_is_accessible_fits_and_holds_still(string theme, int width)
    {
        var (page, errors) = await OpenAsync(theme, width);
        var faults = new List<string>();
        var painted = new StringBuilder("page\ttheme\twidth\tfirst contentful paint, ms\tshift\n");
        foreach (var route in await Routes.OfAsync(shop.Service))
        {
            await page.GotoAsync(shop.Url + route, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            await page.EvaluateAsync(s_axe);
            faults.AddRange((await page.EvaluateAsync<string[]>(Violations)).Select(violation => $"{route}: {violation}"));
            if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var wide && wide > width)
                faults.Add($"{route}: {wide} px wide, because of {await WidestAsync(page, width)}");
            var shifts = await page.EvaluateAsync<string[]>("window.shifts");
            faults.AddRange(shifts.Select(shift => $"{route}: moves while it loads, {shift}"));
            var first =
                await page.EvaluateAsync<double>(
                    "(performance.getEntriesByName('first-contentful-paint')[0] || { startTime: -1 }).startTime");
            painted.Append(CultureInfo.InvariantCulture, $"{route}\t{theme}\t{width}\t{first:F0}\t{shifts.Length}\n");
            faults.AddRange(errors.Select(error => $"{route}: console: {error}"));
            errors.Clear();
            await BrowserTests.PictureAsync(page, $"{Routes.NameOf(route)}-{theme}-{width}");
        }
        if (BrowserTests.Pictures is { } pictures)
            await File.WriteAllTextAsync(Path.Combine(pictures, $"painted-{theme}-{width}.tsv"), painted.ToString());
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    [Fact]
    public async Task Axe_tells_a_picture_without_a_text()
    {
        var (page, _) = await OpenAsync("light", 1280);
        await page.EvaluateAsync("document.querySelector('main').append(document.createElement('img'))");
        await page.EvaluateAsync(s_axe);
        Assert.Equal("image-alt (critical), <img>", Assert.Single(await page.EvaluateAsync<string[]>(Violations)));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task Every_link_button_and_input_is_reached_by_the_tab_key(int width)
    {
        var (page, _) = await OpenAsync("light", width);
        var faults = new List<string>();
        foreach (var route in await Routes.OfAsync(shop.Service))
        {
            await page.GotoAsync(shop.Url + route);
            var stops = await page.EvaluateAsync<string[]>(Stops);
            var reached = new HashSet<int>();
            for (var i = 0; i < Math.Min(stops.Length + 5, MaxTabs); i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<string?>("document.activeElement && document.activeElement.dataset.stop") is { } stop)
                    reached.Add(int.Parse(stop, CultureInfo.InvariantCulture));
            }
            if (stops.Length == 0) faults.Add($"{route}: nothing to reach");
            if (stops.Length + 5 <= MaxTabs)
                faults.AddRange(Enumerable.Range(0, stops.Length)
                    .Except(reached)
                    .Take(5)
                    .Select(at => $"{route}: not reached: {stops[at]}"));
            else if (reached.Count < MaxTabs - 10) faults.Add($"{route}: {reached.Count} reached by {MaxTabs} stops");
        }
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    /// <summary>What of a chart is cut, lies beyond its axes, is black, or is another colour than its key.</summary>
    private const string ChartFaults = """
        () => {
          const faults = [];
          const colour = (node, what) => getComputedStyle(node)[what];
          for (const plot of document.querySelectorAll('.plot')) {
            const box = plot.getBoundingClientRect();
            if (!box.width) continue;
            const say = what => faults.push(`#${plot.closest('figure').id} (${plot.className.trim()}): ${what}`);
            for (const text of plot.querySelectorAll('text')) {
              if (text.querySelector('text') || !text.textContent.trim()) continue;
              const at = text.getBoundingClientRect();
              if (text.textContent.includes('…')) say(`label shortened: ${text.textContent}`);
              const clip = text.closest('[style*="clip-path"]');
              const isClipped = clip && colour(clip, 'clipPath') !== 'none';
              const room = isClipped ? clip.closest('svg').getBoundingClientRect() : box;
              if (at.left < room.left - 1 || at.right > room.right + 1 || at.bottom > box.bottom + 1) say(`label cut: ${text.textContent}`);
            }
            const [axis, base] = ['.rz-value-axis .rz-line', '.rz-category-axis .rz-line'].map(line => plot.querySelector(line));
            if (axis && base)
              for (const dot of plot.querySelectorAll('.rz-scatter-series circle')) {
                const [at, up, across] = [dot, axis, base].map(node => node.getBoundingClientRect());
                const within = [at.left - up.left, across.top - at.bottom, at.top - up.top, across.right - at.right];
                if (within.some(room => room < -3)) say(`dot beyond the axes: ${within.map(Math.round)}`);
              }
            plot.closest('figure').querySelectorAll('.legend .key').forEach(key => {
              const series = [...key.classList].find(name => /^s\d+$/.test(name)).slice(1);
              const mark = plot.querySelector(`.rz-series-${series} path, .rz-series-${series} circle`);
              if (!mark) return;
              const isFilled = mark.closest('.rz-column-series, .rz-stacked-column-series') || mark.tagName === 'circle';
              const [drawn, told] = [colour(mark, isFilled ? 'fill' : 'stroke'), colour(key, 'backgroundColor')];
              if (drawn !== told) say(`series ${series} is ${drawn}, its key ${told}`);
            });
            const marks = '[class*="rz-series-"] circle, .rz-column-series path, .rz-stacked-column-series path';
            if ([...plot.querySelectorAll(marks)].some(mark => colour(mark, 'fill') === 'rgb(0, 0, 0)')) say('a mark is black');
          }
          for (const region of document.querySelectorAll('.scroll'))
            if (region.checkVisibility() && region.scrollWidth > region.clientWidth + 2 && !region.classList.contains('goes-on'))
              faults.push(`${region.getAttribute('aria-label')}: goes on to the right, and nothing says so`);
          return faults;
        }
        """;

    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task Every_chart_has_whole_labels_marks_within_its_axes_and_the_colours_of_its_legend(int width)
    {
        var (page, _) = await OpenAsync("light", width);
        var faults = new List<string>();
        string[] filtered = ["/segments?by=rfm_segment", "/segments?by=persona", "/audience?metric=p_churn"];
        foreach (var route in (await Routes.OfAsync(shop.Service)).Concat(filtered))
        {
            await page.GotoAsync(shop.Url + route, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            faults.AddRange((await page.EvaluateAsync<string[]>(ChartFaults)).Select(fault => $"{route}: {fault}"));
        }
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    [Fact]
    public async Task The_first_table_of_engagement_fits_its_card()
    {
        var (page, _) = await OpenAsync("light", 1280);
        await page.GotoAsync(shop.Url + "/engagement");
        const string Fits = "(region => region.scrollWidth <= region.clientWidth + 1)(document.querySelector('#groups .scroll'))";
        Assert.True(await page.EvaluateAsync<bool>(Fits));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task The_focus_is_seen_wherever_the_tab_key_takes_it(int width)
    {
        var (page, _) = await OpenAsync("light", width);
        await page.GotoAsync(shop.Url + "/");
        for (var i = 0; i < 12; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            // A hidden box may lend its ring to the label after it.
            var unseen = await page.EvaluateAsync<string?>("""
                () => {
                  const at = document.activeElement;
                  const seen = node => node && node.checkVisibility() && node.getBoundingClientRect().width > 2
                    && getComputedStyle(node).outlineStyle !== 'none';
                  return seen(at) || seen(at.nextElementSibling) ? null : at.outerHTML.slice(0, 120);
                }
                """);
            Assert.True(unseen is null, $"stop {i + 1} is not seen: {unseen}");
        }
    }

    /// <summary>Signed in, at the first page; the list receives what the console says of errors.</summary>
    private async Task<(IPage Page, List<string> Errors)> OpenAsync(string theme, int width)
    {
        Assert.SkipWhen(shop.Browser is null, "needs Chromium");
        var context = await OneChromium.ContextAsync(theme, width);
        await context.AddInitScriptAsync(Shifts);
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(shop.Url + "/sign-in");
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("main button");
        return (page, errors);
    }

    private static async Task<string> WidestAsync(IPage page, int width) => await page.EvaluateAsync<string>(
        "width => [...document.querySelectorAll('body *')].filter(node => node.getBoundingClientRect().right > width + 1 && "
            + "!node.closest('.scroll')).slice(0, 4).map(node => node.nodeName + '.' + (node.getAttribute('class') || '')).join(', ')",
                width);
}
