using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>A page as it comes over HTTP, without a browser.</summary>
internal static class PageReader
{
    public static async Task<(int Status, IHtmlDocument Page)> ReadAsync(HttpClient client, string route)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, route);
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync()));
    }

    /// <summary>Text as it is read: spaces and line ends are one space.</summary>
    public static string TextOf(INode node) =>
        string.Join(' ', node.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public static string MainOf(IHtmlDocument page) => page.QuerySelector("main") is { } main ? TextOf(main) : "";
}
