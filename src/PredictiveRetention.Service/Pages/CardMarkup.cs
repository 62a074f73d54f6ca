using System.Text.Encodings.Web;
using Markdig;

namespace PredictiveRetention.Service.Pages;

/// <summary>A model card as HTML. Markup in it (a feature table may name its columns as it likes) is shown, not followed.</summary>
internal static class CardMarkup
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    /// <param name="table">What a wide table is called, which scrolls in a box of its own.</param>
    public static string Html(string markdown, string table) => Markdown.ToHtml(markdown, s_pipeline)
        .Replace("<table>",
            $"<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{HtmlEncoder.Default.Encode(table)}\"><table>",
            StringComparison.Ordinal)
        .Replace("</table>", "</table></div>", StringComparison.Ordinal);
}
