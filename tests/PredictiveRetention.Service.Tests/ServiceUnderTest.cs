using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Service.Tests;

/// <summary>The real host over a store of its own.</summary>
public sealed class ServiceUnderTest : WebApplicationFactory<Program>
{
    public const string Key = "a-key-only-for-these-tests";

    private static readonly string s_dueInHalfADay =
        string.Create(CultureInfo.InvariantCulture, $"0 {UnendingDay.Clock.GetUtcNow().AddHours(12).Hour} * * *");

    private readonly EngineUnderTest _engine;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-service-");

    public ServiceUnderTest(EngineUnderTest engine)
    {
        _engine = engine;
        Address = engine.NewAddress();
    }

    public string Address { get; }

    /// <summary>What the service takes for now; the database keeps its own time.</summary>
    public SetClock Clock { get; } = new();

    /// <summary>Settings on top of those every test has. No night is due by itself while the tests run, whatever the hour.</summary>
    public Dictionary<string, string> Settings { get; } = new() { ["Retention:Cron"] = s_dueInHalfADay };

    /// <summary>From where requests seem to come; else from nowhere, as those of a test host do.</summary>
    public System.Net.IPAddress? Peer { get; init; }

    public string DataFolder => _folder.FullName;

    public RetentionStore Store => Services.GetRequiredService<RetentionStore>();

    public ModelRegistry Models => new(Path.Combine(_folder.FullName, "models"));

    public HttpClient Admin()
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return client;
    }

    public HttpClient Stranger() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <summary>A shop with orders and a published night; untrained, it is scored by the recency rule, which is quicker.</summary>
    public ServiceUnderTest WithPublishedNight(bool trained = true)
    {
        if (trained) return With(MadeShop.OfOrders);
        using var store = RetentionStore.Open(Address);
        store.Import(Some.Orders(700));
        Night(store);
        return this;
    }

    /// <summary>A shop with every source, trained on and scored: made once for all tests, and copied.</summary>
    public ServiceUnderTest WithWholeShop() => With(MadeShop.Whole);

    /// <summary>The shop of a published night, and a model of an earlier cutoff that is not the champion.</summary>
    public ServiceUnderTest WithTwoVersions() => With(MadeShop.TwoVersions);

    private ServiceUnderTest With(MadeShop shop)
    {
        shop.CopyTo(Address["sqlite:".Length..], Path.Combine(_folder.FullName, "models"));
        return this;
    }

    public RunResult Night(RetentionStore store, bool again = false, Action<string>? onStep = null) =>
        Night(store, new RunSettings { ShardSize = 100, OnStep = onStep }, again);

    public RunResult Night(RetentionStore store, RunSettings settings, bool again = false) =>
        new NightRun(store, Models, settings)
            .Execute(RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock, again), null, default);

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Retention", Address);
        builder.UseSetting("Retention:Models", Path.Combine(_folder.FullName, "models"));
        builder.UseSetting("Retention:Data", _folder.FullName);
        builder.UseSetting("Retention:AdminKey", Key);
        builder.UseSetting("Retention:ShardSize", "100");
        builder.UseSetting("Retention:StaleAfterDays", "1000000"); // the shops of most tests ended years ago
        foreach (var (name, value) in Settings) builder.UseSetting(name, value);
        builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(Clock));
        if (Peer is not null)
            builder.ConfigureServices(services => services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter>(new From(Peer))));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        _engine.Dispose();
        if (Directory.Exists(_folder.FullName)) _folder.Delete(recursive: true);
    }
}

/// <summary>Gives every request the address of a peer.</summary>
internal sealed class From(System.Net.IPAddress peer) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            http.Connection.RemoteIpAddress = peer;
            return rest(http);
        });
        next(app);
    };
}

/// <summary>The time of the tests, moved.</summary>
public sealed class SetClock : UnendingDay
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
