using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using Radzen;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>Writes a report as one self-contained HTML file, with the charts the pages have.</summary>
public static class ReportPrinter
{
    public static async Task<string> HtmlAsync(ReportDocument document, Localiser texts, Writer writer)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRadzenComponents();
        services.AddSingleton<IJSRuntime, NoScripts>();
        services.AddSingleton<NavigationManager, Nowhere>();
        services.AddSingleton(texts);
        services.AddSingleton(writer);
        await using var provider = services.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(provider, provider.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<ReportPage>(ParameterView.FromDictionary(new Dictionary<string,
                object?>
            { [nameof(ReportPage.Document)] = document }))).ToHtmlString());
    }

    /// <summary>Radzen's components ask for one; nothing is called while a page is only written.</summary>
    private sealed class NoScripts : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => default;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => default;
    }

    private sealed class Nowhere : NavigationManager
    {
        public Nowhere() => Initialize("http://report/", "http://report/");
    }
}
