using System.Data.Common;
using Microsoft.AspNetCore.ResponseCompression;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;
using Radzen;

namespace PredictiveRetention.Service.Pages;

/// <summary>What pages are made with.</summary>
internal static class PageServices
{
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddRadzenComponents();
        services.AddHttpContextAccessor();
        services.AddSingleton<FigureShelf>();
        services.AddSingleton<KeptAnswers>();
        services.AddSingleton(provider => new Localiser(provider.GetRequiredService<ServiceSettings>().Language));
        services.AddScoped(provider =>
        {
            var shop = provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<ShopOfRequest>()?.Shop;
            return new Writer(provider.GetRequiredService<ServiceSettings>().Culture ?? WorkspaceCulture.For(shop?.Currency),
                shop?.Currency ?? Currency.Parse("EUR"), shop?.Calendar.TimeZone ?? TimeZoneInfo.Utc);
        });
        services.AddResponseCompression(compression =>
        {
            // Not over HTTPS, the default: pages repeat what a caller typed beside customers' data, and the compressed size would tell of
            // it.
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
    }

    /// <summary>Pages write as the shop does, and what makes their writer cannot wait: the shop is looked up before.</summary>
    public static void UseShop(this IApplicationBuilder app) => app.UseWhen(IsWritten, written => written.Use(async (http, next) =>
    {
        var store = http.RequestServices.GetRequiredService<RetentionStore>();
        http.Features.Set(new ShopOfRequest(await ShopAsync(store, http.RequestAborted)));
        await next(http);
    }));

    /// <summary>Who asks how the service is, and programs, are not to wait for the store here.</summary>
    private static bool IsWritten(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        && !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    /// <summary>Null also where the store is away: the page that says so has nothing of the shop's to write.</summary>
    private static async Task<Shop?> ShopAsync(RetentionStore store, CancellationToken cancellation)
    {
        try
        {
            return await store.ShopAsync(cancellation);
        }
        catch (Exception away) when (away is DbException or RetentionException)
        {
            return null;
        }
    }

    private sealed record ShopOfRequest(Shop? Shop);
}
