using System.Reflection;
using System.Text;
using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Service.Pages;

/// <summary>The one style sheet and the one script, from the assembly.</summary>
internal static class Style
{
    public static void MapStyle(this IEndpointRouteBuilder app)
    {
        Map(app, "site.css", "text/css", ChartStyle.Marks + Read("site.css"));
        Map(app, "site.js", "text/javascript", Read("site.js"));
    }

    private static void Map(IEndpointRouteBuilder app, string name, string type, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        app.MapGet("/" + name, (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "max-age=600";
            return Results.Bytes(content, type);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
