using System.Data.Common;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using PredictiveRetention.Service.Pages;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Problems;

/// <summary>
/// What is answered when a request ends in an exception: the caller's fault is a 4xx that says where, a database that is away a 503, the
/// rest is ours.
/// </summary>
internal static partial class Faults
{
    private const string NotKnown = "It is not known.";

    public static void AddFaults(this IServiceCollection services)
    {
        // Also outside development: the message of a body that cannot be read is the caller's to read.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Describe);
    }

    public static void UseFaults(this IApplicationBuilder app) => app.UseExceptionHandler(new ExceptionHandlerOptions
    {
        StatusCodeSelector = StatusOf,
        ExceptionHandler = AnswerAsync,
        SuppressDiagnosticsCallback = context => StatusOf(context.Exception) < 500,
    });

    /// <summary>
    /// A database that was away leaves connections behind that are dead: the next request is not to meet another of them.
    /// </summary>
    private static void Reconnect(HttpContext http)
    {
        var store = http.RequestServices.GetRequiredService<RetentionStore>();
        if (http.Features.Get<IExceptionHandlerFeature>()?.Error is { } fault && store.IsPassing(fault)) store.Reconnect();
    }

    /// <summary>A page for browsers, which needs neither store nor sign-in; problem details for everybody else.</summary>
    private static async Task AnswerAsync(HttpContext http)
    {
        Reconnect(http);
        if (http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            await FreshPage.RenderAsync<Trouble>(http, http.Response.StatusCode,
                new()
                {
                    ["Status"] = http.Response.StatusCode,
                    ["Trace"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
                    ["Path"] = http.Request.Path
                });
        else
            await http.RequestServices.GetRequiredService<IProblemDetailsService>()
                .TryWriteAsync(new ProblemDetailsContext
                {
                    HttpContext = http, ProblemDetails = { Status = http.Response.StatusCode },
                    Exception = http.Features.Get<IExceptionHandlerFeature>()?.Error
                });
    }

    private static int StatusOf(Exception fault) => fault switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        Microsoft.AspNetCore.Antiforgery.AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        RetentionException { Failure: Failure.DependencyUnavailable } or DbException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static void Describe(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        switch (context.HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error)
        {
            case BadHttpRequestException { InnerException: JsonException json }:
                problem.Type = Problem.TypePrefix + "invalid-body";
                problem.Title = "The body cannot be read";
                problem.Extensions["errors"] = new Dictionary<string,
                    string[]>
                { [PathOf(json)] = [Unmapped().IsMatch(json.Message) ? NotKnown : "It is not what the API document describes here."] };
                break;
            case BadHttpRequestException bad when Unread().Match(bad.Message) is { Success: true } unread:
                var (name, asked) = (unread.Groups["name"].Value, ForeignText.Shown(unread.Groups["asked"].Value));
                problem.Type = Problem.TypePrefix + Problem.BadParameterType;
                problem.Title = Problem.BadParameterTitle(name);
                problem.Detail = unread.Groups["type"].Value is "double" or "decimal" or "float"
                    ? $"'{asked}' is not a number." : $"'{asked}' is not a whole number.";
                problem.Extensions["parameter"] = name;
                break;
            case BadHttpRequestException bad:
                problem.Detail = ForeignText.Message(bad.Message, Problem.DetailMax);
                break;
            case RetentionException or DbException:
                // Their messages may name hosts and users: the log has them.
                problem.Type = Problem.TypePrefix + "unavailable";
                problem.Title = "A part the service needs is not available";
                problem.Detail = "The store does not answer. /health/ready says what is missing.";
                break;
        }
    }

    [GeneratedRegex("""^Failed to bind parameter "(Nullable<)?(?<type>\w+)>? (?<name>\w+)" from "(?<asked>.*)"\.$""",
        RegexOptions.Singleline)]
    private static partial Regex Unread();

    [GeneratedRegex("^The JSON property '.*' could not be mapped")]
    private static partial Regex Unmapped();

    private static string PathOf(JsonException json) => json.Path is { Length: > 2 } path ? path[2..] : "$";
}
