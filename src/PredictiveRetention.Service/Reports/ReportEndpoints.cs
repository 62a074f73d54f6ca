using Microsoft.AspNetCore.Mvc;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Reports;

/// <summary>What the buttons and links of the reports page ask for.</summary>
internal static class ReportEndpoints
{
    public const string Files = "/reports/files";

    /// <summary>A report is a page of its own: its style sheet lies within it, and nothing else may run or be loaded.</summary>
    public const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "sandbox";

    public static void MapReports(this IEndpointRouteBuilder app)
    {
        app.MapPost("/reports", MakeAsync).ExcludeFromDescription();
        app.MapGet(Files + "/{name}", (string name, HttpContext http, ReportShelf shelf) =>
        {
            if (shelf.Find(name) is not { } report) return Results.NotFound();
            var type = report.Format switch
            {
                ReportFormat.Html => "text/html; charset=utf-8",
                ReportFormat.Pdf => "application/pdf",
                _ => "application/json; charset=utf-8"
            };
            var inline = report.Format == ReportFormat.Html && !http.Request.Query.ContainsKey("download");
            return Results.File(shelf.PathOf(report.Name), type, inline ? null : report.Name, report.MadeAt);
        }).ExcludeFromDescription();
    }

    /// <summary>Back to the page with the name of what was made, or with why there is none.</summary>
    private static async Task<IResult> MakeAsync(HttpContext http, [FromForm] string? report, [FromForm] string? format,
        [FromForm] string? run, RetentionStore store, ReportShelf shelf)
    {
        if (!Known<ReportKind>(report, out var kind)) return Problem.BadParameter("report", "It is executive, monthly or performance.");
        if (!Known<ReportFormat>(format, out var form)) return Problem.BadParameter("format", "It is html, pdf or json.");
        long number = 0;
        if (run is { Length: > 0 }
            && (!long.TryParse(run, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number)
                || number == 0)) return Problem.UnknownRun(run);
        var asked = number > 0
            ? await store.Runs.FindAsync(number, http.RequestAborted)
            : await store.Nights.CurrentAsync(http.RequestAborted);
        if (asked is not { MayBeAskedFor: true })
            return run is { Length: > 0 } ? Problem.UnknownRun(run) : Problem.NothingPublished();
        try
        {
            var made = await shelf.MakeAsync(asked, kind, form, http.RequestAborted);
            return Results.LocalRedirect("/reports?made=" + Uri.EscapeDataString(Path.GetFileName(made.File)));
        }
        catch (RetentionException refused)
        {
            return Results.LocalRedirect("/reports?refused=" + shelf.Remember(refused.Message));
        }
    }

    private static bool Known<T>(string? word, out T known)
        where T : struct, Enum
    {
        known = default;
        return word is { Length: > 0 } && !char.IsDigit(word[0]) && Enum.TryParse(word, ignoreCase: true, out known);
    }
}
