using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using PredictiveRetention.Service.Pages;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>
/// Every address at which the service has a page, from the pages themselves: a page that comes later is tested like the others.
/// </summary>
internal static partial class Routes
{
    /// <summary>With parameters, such as /customers/{CustomerId}.</summary>
    public static IReadOnlyList<(string Template, Type Page)> Templates { get; } =
        [.. typeof(Program).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (route.Template, type)))
            .OrderBy(pair => pair.Template, StringComparer.Ordinal)];

    /// <summary>
    /// Names of addresses and what stands in their place in a shop: a parameter that is not here is a fault of the test that asks.
    /// </summary>
    public static async Task<IReadOnlyList<string>> OfAsync(ServiceUnderTest service)
    {
        var run = await service.Store.Nights.CurrentAsync();
        var examples = new Dictionary<string, string?>
        {
            ["CustomerId"] = run is null
                ? null
                : service.Store.Predictions.ReadAll(run.RunId)
                    .Where(row => row.PlayId is not null)
                    .MaxBy(row => row.ExpectedNetValue)?.CustomerId,
            ["Version"] = service.Models.ChampionVersion(),
            // An upload that somebody has made: the tests of the wizard go through its pages.
            ["Id"] = null,
            ["ImportId"] =
                (await service.Store.Imports.NewestAsync(1)).Select(import =>
                    import.ImportId.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .FirstOrDefault(),
        };
        return [.. Templates.Select(pair => Filled(pair.Template, examples)).OfType<string>()];
    }

    /// <summary>
    /// Pages about a run, which have nothing to show before there is one. The page Data is about what was imported, too, and leads to the
    /// import itself.
    /// </summary>
    public static IEnumerable<string> OfFigures =>
        Templates.Where(pair => pair.Page.IsSubclassOf(typeof(FigurePage)) && pair.Template != "/data"
            && !pair.Template.Contains('{', StringComparison.Ordinal))
            .Select(pair => pair.Template);

    /// <summary>A name for files.</summary>
    public static string NameOf(string route) => route == "/" ? "overview" : NoWord().Replace(route.Trim('/'), "-");

    /// <summary>Null where the shop has no such thing.</summary>
    private static string? Filled(string template, Dictionary<string, string?> examples)
    {
        var path = template;
        foreach (Match parameter in Parameter().Matches(template))
        {
            var name = parameter.Groups["name"].Value;
            if (!examples.TryGetValue(name, out var example) && !parameter.Value.EndsWith("?}", StringComparison.Ordinal))
                throw new InvalidOperationException($"{template}: say in Routes what stands for {{{name}}}.");
            if (example is null && !parameter.Value.EndsWith("?}", StringComparison.Ordinal)) return null;
            path = path.Replace(parameter.Value, Uri.EscapeDataString(example ?? ""), StringComparison.Ordinal);
        }
        return path.Length > 1 ? path.TrimEnd('/') : path;
    }

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"[^A-Za-z0-9]+")]
    private static partial Regex NoWord();
}
