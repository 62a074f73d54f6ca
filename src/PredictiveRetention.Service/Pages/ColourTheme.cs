using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PredictiveRetention.Service.Pages;

/// <summary>Light or dark as a person chose; the system's choice where nobody did.</summary>
internal static class ColourTheme
{
    private const string Cookie = "theme";

    public static string? Chosen(HttpContext http) => http.Request.Cookies[Cookie] is "light" or "dark" ? http.Request.Cookies[Cookie]
        : null;

    public static void MapTheme(this IEndpointRouteBuilder app) =>
        app.MapPost("/theme", (HttpContext http, [FromForm] string? theme, [FromForm] string? back) =>
    {
        var options = new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(400),
            SameSite = SameSiteMode.Strict,
            HttpOnly = true,
            Path = http.Request.PathBase.HasValue ? http.Request.PathBase.ToUriComponent() : "/",
        };
        if (theme is "light" or "dark") http.Response.Cookies.Append(Cookie, theme, options);
        else http.Response.Cookies.Delete(Cookie, options);
        return Results.LocalRedirect(RedirectHttpResult.IsLocalUrl(back) ? back! : "/");
    }).ExcludeFromDescription();
}
