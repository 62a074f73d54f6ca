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
            var shop = ShopOf(provider.GetRequiredService<RetentionStore>());
            return new Writer(provider.GetRequiredService<ServiceSettings>().Culture ?? WorkspaceCulture.Of(shop?.Currency), shop?.Currency ?? Currency.Of("EUR"), shop?.Calendar.TimeZone ?? TimeZoneInfo.Utc);
        });
        services.AddResponseCompression(compression =>
        {
            // Not over HTTPS, the default: pages repeat what a caller typed beside customers' data, and the compressed size would tell of it.
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
    }

    /// <summary>Null also where the store is away: the page that says so has nothing of the shop's to write.</summary>
    private static Shop? ShopOf(RetentionStore store)
    {
        try
        {
            return store.Shop();
        }
        catch (Exception away) when (away is DbException or RetentionException)
        {
            return null;
        }
    }
}
