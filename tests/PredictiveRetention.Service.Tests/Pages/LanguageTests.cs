using AngleSharp.Dom;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>
/// Pages in the pseudo-language, which marks and brackets every text that came through the list: what is neither marked nor said to be data
/// (translate="no") could not be translated.
/// </summary>
public sealed class LanguageTests : IDisposable
{
    private const string Marks = "àéîöûÀÉÎÖÛçñšýÇÑŠÝ[]~";

    /// <summary>Written so in every language.</summary>
    private static readonly string[] s_everywhere = ["CSV", "JSON", "PDF", "API"];

    private readonly ServiceUnderTest _service = new(new SqliteUnderTest()) { Settings = { ["Retention:Language"] = Localiser.Pseudo } };

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Every_text_of_every_page_of_a_shop_can_be_translated()
    {
        _service.WithWholeShop();
        await AssertNoneUnmarkedAsync([.. await Routes.OfAsync(_service), "/customers/nobody", "/nothing-here"]);
    }

    [Fact]
    public async Task Every_text_of_every_page_of_an_empty_store_can_be_translated() =>
        await AssertNoneUnmarkedAsync(await Routes.OfAsync(_service));

    private async Task AssertNoneUnmarkedAsync(IReadOnlyList<string> routes)
    {
        using var admin = _service.Admin();
        var offenders = new List<string>();
        foreach (var route in routes)
        {
            var (_, page) = await PageReader.ReadAsync(admin, route);
            Assert.NotNull(page.QuerySelector("main"));
            offenders.AddRange(Unmarked(page.Body!).Select(text => $"{route}: {text}"));
        }
        Assert.True(offenders.Count == 0,
            $"{offenders.Count} texts are neither in the list of texts nor "
                + $"data:{Environment.NewLine}{string.Join(Environment.NewLine, offenders.Distinct().Take(300))}");
    }

    private static IEnumerable<string> Unmarked(IElement body)
    {
        foreach (var text in body.Descendants().OfType<IText>().Where(text => NeedsMark(text.Data) && !IsData(text.ParentElement)))
            yield return PageReader.TextOf(text);
        foreach (var named in body.QuerySelectorAll("[placeholder]")
            .Where(named => NeedsMark(named.GetAttribute("placeholder")!) && !IsData(named)))
            yield return "placeholder " + named.GetAttribute("placeholder");
        foreach (var control in body.QuerySelectorAll(
            "input[aria-label], select[aria-label], button[aria-label], nav[aria-label], meter[aria-label]")
            .Where(control => NeedsMark(control.GetAttribute("aria-label")!) && !IsData(control)))
            yield return "aria-label " + control.GetAttribute("aria-label");
        // The name of a column, before each cell of a narrow screen.
        foreach (var cell in body.QuerySelectorAll("td[data-label]").Where(cell => NeedsMark(cell.GetAttribute("data-label")!)))
            if (!cell.Closest("table")!.QuerySelectorAll("th[translate=no]")
                .Any(head => PageReader.TextOf(head) == cell.GetAttribute("data-label")))
                yield return "data-label " + cell.GetAttribute("data-label");
    }

    private static bool NeedsMark(string text) =>
        text.Any(char.IsLetter) && !text.Any(letter => Marks.Contains(letter, StringComparison.Ordinal))
            && !s_everywhere.Contains(text.Trim());

    private static bool IsData(IElement? element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
            if (at.GetAttribute("translate") == "no" || at.LocalName is "code" or "script" or "style" or "svg") return true;
        return false;
    }
}
