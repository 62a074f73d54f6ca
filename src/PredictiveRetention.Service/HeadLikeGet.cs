using Microsoft.AspNetCore.Http.Features;

namespace PredictiveRetention.Service;

/// <summary>
/// Answers HEAD as it would answer GET, without the body: endpoints are written for GET, and who asks only whether one is there gets to
/// know.
/// </summary>
internal static class HeadLikeGet
{
    /// <summary>Before routing, and before all that writes.</summary>
    public static void UseHeadLikeGet(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }
        var body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Request.Method = HttpMethods.Get;
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        try
        {
            await next(http);
        }
        finally
        {
            http.Features.Set(body);
            http.Request.Method = HttpMethods.Head;
        }
    });
}
