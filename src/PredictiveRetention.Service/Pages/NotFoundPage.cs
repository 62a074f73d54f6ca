namespace PredictiveRetention.Service.Pages;

/// <summary>An answer without a body gets one: a page for browsers where nothing was found, problem details for everybody else.</summary>
internal static class NotFoundPage
{
    public static void UseNotFoundPage(this IApplicationBuilder app) => app.UseStatusCodePages(async status =>
    {
        var http = status.HttpContext;
        if (http.Response.StatusCode == StatusCodes.Status404NotFound
            && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            await RenderAsync(http);
        else
            await http.RequestServices.GetRequiredService<IProblemDetailsService>()
                .TryWriteAsync(new ProblemDetailsContext { HttpContext = http, ProblemDetails = { Status = http.Response.StatusCode } });
    });

    private static Task RenderAsync(HttpContext http) =>
        FreshPage.RenderAsync<NotFound>(http, StatusCodes.Status404NotFound, new() { ["Path"] = http.Request.Path.Value ?? "" });
}
