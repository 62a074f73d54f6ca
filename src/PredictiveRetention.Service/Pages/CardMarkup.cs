using Markdig;

namespace PredictiveRetention.Service.Pages;

/// <summary>A model card as HTML. Markup in it (a feature table may name its columns as it likes) is shown, not followed.</summary>
internal static class CardMarkup
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    public static string Html(string markdown) => Markdown.ToHtml(markdown, s_pipeline);
}
