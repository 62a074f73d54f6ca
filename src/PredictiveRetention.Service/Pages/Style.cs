using System.Reflection;

namespace PredictiveRetention.Service.Pages;

/// <summary>The one style sheet and the one script, from the assembly.</summary>
internal static class Style
{
    public static void MapStyle(this IEndpointRouteBuilder app)
    {
        Map(app, "site.css", "text/css");
        Map(app, "site.js", "text/javascript");
    }

    private static void Map(IEndpointRouteBuilder app, string name, string type)
    {
        var content = Read(name);
        app.MapGet("/" + name, (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "max-age=600";
            return Results.Bytes(content, type);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
