using System.Globalization;
using System.Net;
using System.Text;
using Markdig;

namespace PredictiveRetention.Notebook;

/// <summary>A page that needs nothing but itself: text, tables and plots in the order they are added.</summary>
public sealed class Page(string title)
{
    private readonly StringBuilder _body = new();

    public Page Text(string markdown)
    {
        _body.AppendLine(Markdown.ToHtml(markdown, s_pipeline));
        return this;
    }

    public Page Plot(Chart chart)
    {
        _body.AppendLine("<figure>").AppendLine(chart.Svg()).AppendLine("</figure>");
        return this;
    }

    /// <param name="rows">The first cell of each names the row.</param>
    public Page Table(IEnumerable<string> heads, IEnumerable<IEnumerable<string>> rows)
    {
        _body.Append("<div class=\"scroll\"><table><thead><tr>");
        foreach (var head in heads) _body.Append("<th scope=\"col\">").Append(Escape(head)).Append("</th>");
        _body.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            _body.Append("<tr>");
            foreach (var (at, cell) in row.Index())
                _body.Append(at == 0 ? "<th scope=\"row\">" : "<td>").Append(Escape(cell)).Append(at == 0 ? "</th>" : "</td>");
            _body.Append("</tr>");
        }
        _body.AppendLine("</tbody></table></div>");
        return this;
    }

    /// <summary>Writes the page and says where.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{Escape(title)}</title><style>{Style}</style></head><body><main><h1>{Escape(title)}</h1>
            {_body}</main></body></html>
            """);
        Console.WriteLine($"{title}: {path}");
    }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    internal static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private const string Style = """
        :root { --ground: #ffffff; --ink: #1b2430; --quiet: #56616f; --line: #d5dbe3; --a: #0072b2; --b: #d55e00; --c: #009e73; --d: #cc79a7; }
        @media (prefers-color-scheme: dark) { :root { --ground: #12171d; --ink: #e8edf3; --quiet: #a5b0bd; --line: #343e4a; --a: #56b4e9; --b: #e69f00; --c: #3ddc97; --d: #e6a0c4; } }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 860px; margin: 0 auto; padding: 16px 20px 48px; }
        h1 { line-height: 1.25; } h2 { margin-top: 2em; }
        figure { margin: 1.5em 0; } svg { width: 100%; height: auto; }
        svg text { fill: var(--ink); font: 12px system-ui, "DejaVu Sans", sans-serif; } svg .quiet { fill: var(--quiet); } svg .title { font-weight: 600; font-size: 14px; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
        th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); } td { font-variant-numeric: tabular-nums; }
        """;

    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();
}
