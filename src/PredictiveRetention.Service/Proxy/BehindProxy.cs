using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Template;
using PredictiveRetention.Service.Settings;
using IPNetwork = System.Net.IPNetwork;

namespace PredictiveRetention.Service.Proxy;

/// <summary>
/// The service under a path of another host. Inside, every address is one of the service and begins at its own root; here, and nowhere
/// else, the path is taken off what comes in and put before what goes out, so that a new page need not think of it.
/// </summary>
internal static class BehindProxy
{
    /// <summary>Whose word counts without being named: a proxy on this machine.</summary>
    private static readonly IPNetwork[] s_thisMachine = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    public const string BelievesNobodyMore =
        "ASPNETCORE_FORWARDEDHEADERS_ENABLED would believe anybody's X-Forwarded headers and is passed over: a proxy on this machine is "
        + "believed, and those that Retention:KnownProxies names.";

    /// <summary>The host's own switch, which would believe everybody.</summary>
    public static bool IsToBelieveAnybody(IConfiguration configuration) =>
        string.Equals(configuration["FORWARDEDHEADERS_ENABLED"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a proxy says of the request it passes on counts where the proxy is known, whatever else the host was told.</summary>
    public static void AddProxies(this IServiceCollection services) =>
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<ServiceSettings>((options, settings) =>
        {
            options.ForwardedHeaders = ForwardedHeaders.All;
            options.ForwardLimit = null; // as many as are known, one behind the other
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in s_thisMachine.Concat(settings.KnownProxies)) options.KnownIPNetworks.Add(network);
        });

    /// <summary>Before everything that reads an address.</summary>
    public static void UseProxies(this WebApplication app, ServiceSettings settings)
    {
        app.UseForwardedHeaders();
        var own = new Lazy<List<TemplateMatcher>>(() => [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>().Select(route => new TemplateMatcher(new RouteTemplate(route.RoutePattern), []))]);
        app.Use((http, next) =>
        {
            var request = http.Request;
            var said = request.PathBase; // X-Forwarded-Prefix of a proxy that is known
            request.PathBase = settings.PathBase.HasValue ? settings.PathBase : PathBase.TryRead(said.Value, out var path) ? path : default;
            if (!request.PathBase.HasValue) return next(http);
            // A proxy takes the path off, and may say so, or leaves it. Where it is there it goes, but for an address that would be one of
            // the service's as it is (/retention/retention): of one that says it took it off.
            if (request.Path.StartsWithSegments(request.PathBase, out var rest) && !(said.HasValue && IsOwn(request.Path)))
                request.Path = rest.HasValue ? rest : "/";
            http.Response.OnStarting(() =>
            {
                // Those with a host are made by the framework, which knows where it lies.
                if (http.Response.Headers.Location.ToString() is ['/', not ('/' or '\\'), ..] or "/")
                    http.Response.Headers.Location = request.PathBase.ToUriComponent() + http.Response.Headers.Location;
                return Task.CompletedTask;
            });
            return next(http);
        });

        bool IsOwn(PathString path) => !path.Value!.EndsWith('/') && own.Value.Exists(route => route.TryMatch(path, []));
    }

    /// <summary>Where compressed answers are still plain, and outside of what makes pages of faults.</summary>
    public static void UsePathBaseInPages(this IApplicationBuilder app) => app.UseWhen(IsUnderPath, under => under.Use(async (http, next) =>
    {
        var whole = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var isJobs = http.Request.Path.StartsWithSegments("/jobs");
        await using var page = new PageBody(http.Response, http.Request.PathBase.ToUriComponent(), isJobs);
        http.Response.Body = page;
        try
        {
            await next(http);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted); // what was written the other way
            await page.CompleteAsync(http.RequestAborted);
        }
        finally
        {
            http.Features.Set(whole);
        }
    }));

    /// <summary>The API's reference has relative addresses alone, a report none.</summary>
    private static bool IsUnderPath(HttpContext http) => http.Request.PathBase.HasValue && !http.Request.Path.StartsWithSegments("/docs")
        && !http.Request.Path.StartsWithSegments(Reports.ReportEndpoints.Files);
}
