using System.Globalization;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace PredictiveRetention.Service;

/// <summary>What protects the service from its callers and browsers from pages: rate limits, body size, headers.</summary>
internal static class RequestLimits
{
    private const int MaxBodyBytes = 1_000_000;

    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
                    context.HttpContext.Response.Headers.RetryAfter =
                        ((int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            // By identity or connection (of a known proxy: the one it names), never by a header a caller could vary. Signing in has a small
            // bucket of its own: keys are not to be guessed, and who guesses keeps only itself out.
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                // or strangers could have the service called dead
                http.Request.Path.StartsWithSegments("/health") ? RateLimitPartition.GetNoLimiter("health")
                : http.Request.Path.StartsWithSegments("/sign-in") && HttpMethods.IsPost(http.Request.Method)
                ? Bucket("sign-in " + Caller(http), 20, 1)
                : http.User.Identity?.IsAuthenticated == true ? Bucket("admin", 2 * Signed(http), Signed(http))
                : Bucket("anonymous " + Caller(http), 400, 100));
        });
    }

    /// <summary>The address a connection comes from; of IPv6 the network, which is what one caller has of it.</summary>
    private static string Caller(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } network => Convert.ToHexString(network.GetAddressBytes().AsSpan(0, 8)),
        var address => address.ToString(),
    };

    private static int Signed(HttpContext http) => http.RequestServices.GetRequiredService<Settings.ServiceSettings>().RequestsPerSecond;

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        // Hangfire's dashboard and the API reference bring inline scripts of their own; our pages have none, and of style only what places
        // a mark in a chart.
        var foreign = http.Request.Path.StartsWithSegments("/jobs") || http.Request.Path.StartsWithSegments("/docs");
        var policy = http.Request.Path.StartsWithSegments(Reports.ReportEndpoints.Files)
            ? Reports.ReportEndpoints.Policy
            : $"default-src 'self'; script-src 'self'{(foreign ? " 'unsafe-inline'" : "")}; style-src "
                + $"'self'{(foreign ? " 'unsafe-inline'" : "; style-src-attr 'unsafe-inline'")}; img-src 'self' data:; font-src 'self' "
                + $"data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        // Written at the last moment, because an error page begins by clearing the headers.
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers.ContentSecurityPolicy = policy;
            return Task.CompletedTask;
        });
        return next(http);
    });

    private static RateLimitPartition<string> Bucket(string name, int burst, int aSecond) =>
        RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = aSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
            AutoReplenishment = true,
        });
}
