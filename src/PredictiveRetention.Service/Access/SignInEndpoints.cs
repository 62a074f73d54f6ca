using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PredictiveRetention.Service.Access;

/// <summary>
/// The forms of the sign-in page, and signing out. A wrong key costs a second, and many of them meet the rate limit. A printed link only
/// shows the button that spends its ticket: previews and scanners of mail open links, too.
/// </summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost("/sign-in", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/sign-out", async (HttpContext http, [FromForm] string? confirm) =>
        {
            await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return Results.LocalRedirect("/sign-in");
        }).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(HttpContext http, AdminKey key, [FromForm] string? adminKey,
        [FromForm] string? returnUrl, [FromForm] string? ticket)
    {
        if (ticket is not null)
        {
            if (!key.Redeem(ticket)) return Results.LocalRedirect("/sign-in?spent=1");
            await AdmitAsync(http, key);
            return Results.LocalRedirect("/");
        }
        if (key.Matches(adminKey?.Trim()))
        {
            await AdmitAsync(http, key);
            return Results.LocalRedirect(RedirectHttpResult.IsLocalUrl(returnUrl) ? returnUrl! : "/");
        }
        await Task.Delay(TimeSpan.FromSeconds(1), http.RequestAborted);
        return Results.LocalRedirect("/sign-in?wrong=1");
    }

    private static Task AdmitAsync(HttpContext http, AdminKey key) =>
        http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme,
            AdminAccess.Admin(CookieAuthenticationDefaults.AuthenticationScheme, key));
}
