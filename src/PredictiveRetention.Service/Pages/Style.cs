using System.Reflection;

namespace PredictiveRetention.Service.Pages;

/// <summary>The one style sheet, from the assembly.</summary>
internal static class Style
{
    private static readonly byte[] s_sheet = Read();

    public static void MapStyle(this IEndpointRouteBuilder app) => app.MapGet("/site.css", (HttpContext http) =>
    {
        http.Response.Headers.CacheControl = "max-age=600";
        return Results.Bytes(s_sheet, "text/css");
    }).AllowAnonymous().ExcludeFromDescription();

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("site.css")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
