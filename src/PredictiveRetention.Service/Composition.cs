using System.Globalization;
using System.Text.Json.Serialization;
using Hangfire;
using Hangfire.PostgreSql;
using PredictiveRetention.Service.Access;
using PredictiveRetention.Service.Demo;
using PredictiveRetention.Service.Documents;
using PredictiveRetention.Service.Figures;
using PredictiveRetention.Service.Health;
using PredictiveRetention.Service.Importing;
using PredictiveRetention.Service.Model;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Service.Pages;
using PredictiveRetention.Service.Pages.Actions;
using PredictiveRetention.Service.Pages.Risk;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Proxy;
using PredictiveRetention.Service.Reports;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;
using Scalar.AspNetCore;

namespace PredictiveRetention.Service;

/// <summary>Puts the service together.</summary>
internal static class Composition
{
    public static WebApplication Build(string[] args)
    {
        CommandLine.Check(args);
#pragma warning disable RS0030 // Hangfire's pages name it as theirs
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.GetCultureInfo("en");
#pragma warning restore RS0030
        var builder = WebApplication.CreateBuilder(CommandLine.WithDemoJoined(args));
        if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls("http://localhost:5080");
        ConsoleLog.SetDefaults(builder.Configuration);
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A start that fails ends in one line of Program, not in the host's stack trace before it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // Read when first asked for, so that a test host's settings count too; asked for below, so that faults stop the start.
        var services = builder.Services;
        services.AddSingleton(provider => ServiceSettings.Read(provider.GetRequiredService<IConfiguration>()));
#pragma warning disable RS0030 // the service's one clock
        services.AddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        services.AddSingleton(provider => RetentionStore.Open(provider.GetRequiredService<ServiceSettings>().Store));
        services.AddSingleton(provider => new ModelRegistry(provider.GetRequiredService<ServiceSettings>().Models));
        services.AddBackgroundFaults();
        services.AddSingleton<ModelHandle>();
        services.AddSingleton<CurrentNight>();
        services.AddSingleton<ActionDesk>();
        services.AddSingleton<DemoProgress>();
        services.AddProxies();
        services.AddAdminAccess();
        services.AddAntiforgery();
        services.AddRequestLimits();
        services.AddFaults();
        services.AddApiDocument();
        services.AddPages();
        services.AddSingleton<ReportShelf>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.NumberHandling |= JsonNumberHandling.AllowNamedFloatingPointLiterals;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswerJson.Default);
        });
        AddHangfire(services,
            Enum.TryParse<ServiceRole>(builder.Configuration["role"], ignoreCase: true, out var role) ? role : ServiceRole.All);

        var app = builder.Build();
        var settings = app.Services.GetRequiredService<ServiceSettings>();
        app.Services.GetRequiredService<AdminKey>();
        app.Services.GetRequiredService<RetentionStore>();
        app.UseProxies(settings);
        app.UseHeadLikeGet();
        app.UseRouting();
        app.UseSecurityHeaders();
        app.UseResponseCompression();
        app.UsePathBaseInPages();
        app.UseFaults();
        app.UseNotFoundPage();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        if (settings.Role != ServiceRole.Worker) app.UseShop();
        app.MapGroup("").WithTags("Health").MapHealth();
        if (settings.Role == ServiceRole.Worker)
        {
            PrintWork(app);
            return app;
        }
        app.MapSignIn();
        app.MapStyle();
        app.MapTheme();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs",
            options => options.DisableDefaultFonts()
                .DisableAgent()
                .DisableMcp()
                .DisableTelemetry()
                .HideDeveloperTools()
                .WithTitle("PredictiveRetention API"));
        var api = QueryContract.CheckQueries(app.MapGroup("/api/v1").ProducesProblem(400));
        api.MapGroup("").WithTags("Predictions").MapPredictions();
        api.MapGroup("").WithTags("Actions").MapActions();
        api.MapGroup("").WithTags("Figures").MapInsights();
        api.MapGroup("").WithTags("Figures").MapSegments();
        api.MapGroup("").WithTags("Figures").MapCohorts();
        api.MapGroup("").WithTags("Runs").MapRuns();
        api.MapGroup("").WithTags("Runs").MapRunDecisions();
        app.MapRunButtons();
        app.MapFirstNight();
        api.MapGroup("").WithTags("Model").MapModel();
        api.MapGroup("").WithTags("Model").MapVersions();
        api.MapGroup("").WithTags("Insights").MapCards();
        app.MapVersionButtons();
        app.MapImports();
        app.MapReports();
        app.MapRiskList();
        app.MapActionForms();
        app.MapHangfireDashboard("/jobs",
            new DashboardOptions { Authorization = [new JobsAccess()], DisplayStorageConnectionString = false, DashboardTitle = "Jobs" })
            .RequireAuthorization();
        app.MapRazorComponents<App>();
        WarnOfPlainHttp(app);
        if (settings.Demo == DemoKind.None) PrintAccess(app);
        return app;
    }

    private static void AddHangfire(IServiceCollection services, ServiceRole role)
    {
        services.AddHangfire((provider, hangfire) =>
        {
            hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            var settings = provider.GetRequiredService<ServiceSettings>();
            if (settings.OnPostgres)
            {
                var schema = JobTables.Create(settings.Store, settings.HangfireSchema);
                hangfire.UsePostgreSqlStorage(
                    postgres => postgres.UseNpgsqlConnection(StoreAddress.ConnectionString(settings.Store)),
                    new PostgreSqlStorageOptions
                    {
                        SchemaName = schema,
                        PrepareSchemaIfNecessary = false,
                        // Without sliding, a job longer than the timeout is started again beside itself.
                        UseSlidingInvisibilityTimeout = true,
                        InvisibilityTimeout = TimeSpan.FromMinutes(5),
                        QueuePollInterval = TimeSpan.FromSeconds(2),
                        AllowDegradedModeWithoutStorage = false,
                    });
            }
            else hangfire.UseInMemoryStorage();
        });
        if (role != ServiceRole.Worker) services.AddImports();
        if (role != ServiceRole.Web)
        {
            services.AddHangfireServer(server => (server.ServerName, server.Queues, server.WorkerCount) = ("nightly", [NightJob.Queue], 1));
            services.AddHostedService<NightSchedule>();
            services.AddHostedService<OutboxDispatcher>();
        }
        services.AddHostedService<DemoIfAsked>();
    }

    private static void PrintWork(WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
        Console.Out.WriteLine(
            $"PredictiveRetention works on nights; {string.Join(", ", Urls(app).Select(url => url + "/health/ready"))} says how it is."));

    /// <summary>Where it listens, with the path it lies under: an address works with it whether a proxy is between or not.</summary>
    private static IEnumerable<string> Urls(WebApplication app) =>
        app.Urls.Select(url => url.TrimEnd('/') + app.Services.GetRequiredService<ServiceSettings>().PathBase.ToUriComponent());

    private static void WarnOfPlainHttp(WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        if (BehindProxy.IsToBelieveAnybody(app.Configuration)) app.Logger.LogWarning(BehindProxy.BelievesNobodyMore);
        if (app.Services.GetRequiredService<ServiceSettings>().KnownProxies.Count > 0) return;
        foreach (var url in app.Urls.Where(PlainHttp.ReachesOthers)) app.Logger.LogWarning(PlainHttp.Warning, url);
    });

    private static void PrintAccess(WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var key = app.Services.GetRequiredService<AdminKey>();
        foreach (var url in Urls(app))
        {
            Console.Out.WriteLine($"PredictiveRetention listens on {url}");
            Console.Out.WriteLine($"  Dashboard  {url}/sign-in?ticket={key.NewTicket()}  (signs in once, within 30 minutes)");
        }
        var settings = app.Services.GetRequiredService<ServiceSettings>();
        Console.Out.WriteLine($"  Admin key  {key.Place}");
        Console.Out.WriteLine($"  Store      {settings.StoreFile ?? "PostgreSQL"}");
        Console.Out.WriteLine($"  Models     {Path.GetFullPath(settings.Models)}");
    });
}
