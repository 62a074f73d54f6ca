using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Service.Figures;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Importing;

/// <summary>What the forms of the import wizard post, and the files it offers. Each change answers with the page to look at next.</summary>
internal static class ImportEndpoints
{
    public static void AddImports(this IServiceCollection services)
    {
        services.AddSingleton<Uploads>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<ImportWork>();
        services.AddHostedService(provider => provider.GetRequiredService<ImportWork>());
    }

    public static void MapImports(this IEndpointRouteBuilder app)
    {
        var import = app.MapGroup("/data/import").ExcludeFromDescription();
        import.MapPost("/files", async (HttpContext http, UploadReader reader) =>
        {
            var (upload, problem) = await reader.ReadAsync(http);
            return See(upload is null ? "/data/import?problem=" + problem : $"/data/import/{upload.Id}/mapping");
        });
        MapForm(import, "/{id}/choices", async (id, form, services) =>
        {
            var (uploads, texts) = (services.GetRequiredService<Uploads>(), services.GetRequiredService<Localiser>());
            var isOfShop = services.GetRequiredService<ServiceSettings>().Demo == DemoKind.None
                && await services.GetRequiredService<RetentionStore>().ShopAsync() is not null;
            var changed = uploads.Change(id, upload => upload.IsAtWork || upload.Step == UploadStep.Imported
                ? null
                : ChoicesForm.Read(upload, form, uploads, isOfShop, texts));
            if (changed is null) return uploads.Find(id) is null ? null : $"/data/import/{id}/check";
            if (form["do"] != "check" || changed.Problem is not null) return $"/data/import/{id}/mapping";
            services.GetRequiredService<ImportWork>().Start(id, UploadStep.Checking);
            return $"/data/import/{id}/check";
        });
        MapForm(import, "/{id}/commit", (id, _, services) =>
        {
            if (services.GetRequiredService<ServiceSettings>().Demo != DemoKind.None) return $"/data/import/{id}/check";
            services.GetRequiredService<ImportWork>().Start(id, UploadStep.Importing);
            return $"/data/import/{id}/result";
        });
        MapForm(import, "/{id}/cancel", (id, _, services) =>
        {
            services.GetRequiredService<ImportWork>().Cancel(id);
            return $"/data/import/{id}/check";
        });
        MapForm(import, "/{id}/remove", (id, _, services) =>
        {
            var uploads = services.GetRequiredService<Uploads>();
            if (uploads.Find(id) is { IsAtWork: false }) uploads.Remove(id);
            return "/data/import";
        });
        import.MapGet("/{id}/mapping.json", (string id, Uploads uploads) =>
            uploads.Find(id) is { } upload
                ? Results.Bytes(System.Text.Encoding.UTF8.GetBytes(upload.MappingJson()), "application/json", "mapping.json")
                : Results.NotFound());
        import.MapGet("/{id}/rejects.csv", (string id, Uploads uploads) =>
            uploads.Find(id) is not null && File.Exists(uploads.RejectsOf(id))
                ? CsvAnswer.OfFile(uploads.RejectsOf(id), "rejects.csv")
                : Results.NotFound());
    }

    private static void MapForm(RouteGroupBuilder group, string pattern, Func<string, IFormCollection, IServiceProvider, string?> act) =>
        MapForm(group, pattern, (id, form, services) => Task.FromResult(act(id, form, services)));

    /// <summary>A form whose answer is the page to look at next; null where there is no such upload.</summary>
    private static void MapForm(RouteGroupBuilder group, string pattern,
        Func<string, IFormCollection, IServiceProvider, Task<string?>> act) =>
        group.MapPost(pattern, async Task<IResult> (string id, HttpContext http, IAntiforgery antiforgery, Uploads uploads) =>
        {
            await antiforgery.ValidateRequestAsync(http);
            if (uploads.Find(id) is null) return Results.NotFound();
            return await act(id, await http.Request.ReadFormAsync(http.RequestAborted), http.RequestServices) is { } next
                ? See(next)
                : Results.NotFound();
        });

    /// <summary>After a change, with GET.</summary>
    private static RedirectHttpResult See(string path) => TypedResults.LocalRedirect(path);
}
