using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;
using PredictiveRetention.Presentation.Writing;

namespace PredictiveRetention.Presentation.Charts;

/// <summary>
/// A <see cref="Plot"/> as markup. The same cells drawn once are not drawn again: that is most of the time a page of charts takes.
/// </summary>
public sealed class Drawing : ComponentBase
{
    /// <summary>Some ten thousand characters each.</summary>
    private const int Most = 600;

    private static readonly ConcurrentDictionary<string, string> s_drawn = new();

    private string _markup = "";

    [Parameter, EditorRequired] public ChartKind Kind { get; set; }
    [Parameter, EditorRequired] public ChartTable Table { get; set; } = null!;
    [Parameter, EditorRequired] public int Width { get; set; }
    [Parameter, EditorRequired] public int Height { get; set; }
    [Inject] private IServiceProvider Services { get; set; } = null!;
    [Inject] private ILoggerFactory Logging { get; set; } = null!;
    [Inject] private Writer W { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        var key = Key();
        if (s_drawn.TryGetValue(key, out var known))
        {
            _markup = known;
            return;
        }
        await using var renderer = new HtmlRenderer(Services, Logging);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(Kind)] = Kind, [nameof(Table)] = Table,
            [nameof(Width)] = Width, [nameof(Height)] = Height
        });
        _markup = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Plot>(parameters)).ToHtmlString());
        if (s_drawn.Count >= Most) s_drawn.Clear();
        s_drawn[key] = _markup;
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddMarkupContent(0, _markup);

    /// <summary>Everything the drawing depends on.</summary>
    private string Key()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{Kind}|{Width}|{Height}|{W.CultureName}|{W.Currency.Code}|{Table.RowName}|{Table.RowIsPeriod}");
        foreach (var series in Table.Series) text.Append(CultureInfo.InvariantCulture, $"\n{series.Name}|{series.Unit}");
        foreach (var row in Table.Rows)
        {
            text.Append('\n').Append(row.Label);
            foreach (var cell in row.Cells)
                text.Append('|')
                    .Append(cell.Value is { } value ? value.ToString("R", CultureInfo.InvariantCulture) : "")
                    .Append(cell.IsSmall ? "*" : "");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
