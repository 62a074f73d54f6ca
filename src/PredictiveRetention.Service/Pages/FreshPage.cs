using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PredictiveRetention.Service.Pages;

/// <summary>
/// A page in place of one that came to nothing, afresh, headers and services: the one before has used up those of the request.
/// </summary>
internal static class FreshPage
{
    public static async Task RenderAsync<TPage>(HttpContext http, int status,
        Dictionary<string, object?> parameters) where TPage : IComponent
    {
        var services = http.RequestServices;
        http.Response.Clear();
        await using var scope = services.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<TPage>(parameters) { StatusCode = status }.ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }
}
