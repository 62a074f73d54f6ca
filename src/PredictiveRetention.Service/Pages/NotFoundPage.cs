using Microsoft.AspNetCore.Http.HttpResults;

namespace PredictiveRetention.Service.Pages;

/// <summary>An answer without a body gets one: a page for browsers where nothing was found, problem details for everybody else.</summary>
internal static class NotFoundPage
{
    public static void UseNotFoundPage(this IApplicationBuilder app) => app.UseStatusCodePages(async status =>
    {
        var http = status.HttpContext;
        if (http.Response.StatusCode == StatusCodes.Status404NotFound && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            await RenderAsync(http);
        else
            await http.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new ProblemDetailsContext { HttpContext = http, ProblemDetails = { Status = http.Response.StatusCode } });
    });

    /// <summary>Afresh, headers and services: a page that found nothing has used up those of the request.</summary>
    private static async Task RenderAsync(HttpContext http)
    {
        var services = http.RequestServices;
        http.Response.Clear();
        await using var scope = services.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<NotFound>(new { Path = http.Request.Path.Value ?? "" }) { StatusCode = StatusCodes.Status404NotFound }.ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }
}
