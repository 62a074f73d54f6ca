using Microsoft.AspNetCore.Http.Features;

namespace PredictiveRetention.Service;

/// <summary>
/// Answers HEAD as it would answer GET, without the body: endpoints are written for GET, and who asks only whether one is there gets to
/// know.
/// </summary>
internal static class HeadLikeGet
{
    /// <summary>Whether only the head of the answer is wanted: who asks so opens nothing, and spends nothing.</summary>
    public static bool WantsHeadOnly(HttpContext http) => http.Items.ContainsKey(typeof(HeadLikeGet));

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
        http.Items[typeof(HeadLikeGet)] = true;
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
