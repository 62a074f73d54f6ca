using System.Security.Claims;
using System.Text.Encodings.Web;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace PredictiveRetention.Service.Access;

/// <summary>
/// Who may in: a caller with 'Authorization: Bearer KEY', or a browser with the cookie of a sign-in. Everything else is refused unless an
/// endpoint says otherwise; where the request comes from is never asked.
/// </summary>
internal static class AdminAccess
{
    public const string BearerScheme = "AdminKey";
    private const string EitherScheme = "BearerOrCookie";
    private const string KeyClaim = "key";

    public static void AddAdminAccess(this IServiceCollection services)
    {
        services.AddSingleton<AdminKey>();
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") || context.Request.Path.StartsWithSegments("/api")
                    || context.Request.Path.StartsWithSegments("/openapi")
                && !context.Request.Cookies.ContainsKey("retention") ? BearerScheme : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerScheme, null)
            .AddCookie(options =>
            {
                options.Cookie.Name = "retention";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.SlidingExpiration = false;
                options.LoginPath = "/sign-in";
                options.Events.OnValidatePrincipal = RefuseOtherKeys;
                var redirect = options.Events.OnRedirectToLogin;
                options.Events.OnRedirectToLogin = context =>
                {
                    context.RedirectUri = SignInOf(context);
                    return redirect(context);
                };
            });
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    public static ClaimsPrincipal Admin(string scheme, AdminKey key) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "admin"), new Claim(KeyClaim, key.Fingerprint)], scheme));

    /// <summary>
    /// With the host that a known proxy says, else by the path alone: Host may be the inner address. The way back is an address of the
    /// service.
    /// </summary>
    private static string SignInOf(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        var back = QueryString.Create(context.Options.ReturnUrlParameter, request.Path + request.QueryString);
        return request.Headers.ContainsKey(ForwardedHeadersDefaults.XOriginalHostHeaderName)
            ? UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, context.Options.LoginPath, back)
            : context.Options.LoginPath + back;
    }

    /// <summary>A new admin key ends the sessions of the old one.</summary>
    private static Task RefuseOtherKeys(CookieValidatePrincipalContext context)
    {
        if (context.Principal?.FindFirstValue(KeyClaim) != context.HttpContext.RequestServices.GetRequiredService<AdminKey>().Fingerprint)
            context.RejectPrincipal();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Cookies go to every port of a host, so a page of another local server could post with ours: only our own pages may change things by
    /// cookie, and browsers say who asks.
    /// </summary>
    private static bool MayUseCookie(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers["Sec-Fetch-Site"] == "same-origin";

    private sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
        AdminKey key)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            const string Prefix = "Bearer ";
            var header = Request.Headers.Authorization.ToString();
            if (header.Length == 0)
            {
                // An API call from a signed-in page.
                if (!MayUseCookie(Request)) return AuthenticateResult.NoResult();
                var cookie = await Context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
                return cookie.Succeeded ? cookie : AuthenticateResult.NoResult();
            }
            return header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && key.Matches(header[Prefix.Length..].Trim())
                ? AuthenticateResult.Success(new AuthenticationTicket(Admin(BearerScheme, key), BearerScheme))
                : AuthenticateResult.Fail("The key is not the admin key.");
        }

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Problem.Unauthorized().ExecuteAsync(Context);
        }
    }
}

/// <summary>
/// Hangfire's own check lets every local request in, and behind a proxy on the same host every request is local: ask for our identity.
/// </summary>
internal sealed class JobsAccess : IDashboardAuthorizationFilter
{
    public bool Authorize(DashboardContext context) => context.GetHttpContext().User.Identity?.IsAuthenticated == true;
}
