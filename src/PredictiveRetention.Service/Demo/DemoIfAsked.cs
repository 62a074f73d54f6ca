using PredictiveRetention.Service.Settings;

namespace PredictiveRetention.Service.Demo;

/// <summary>Runs <see cref="DemoShop"/> where the settings ask for it.</summary>
internal sealed class DemoIfAsked(IServiceProvider provider, ServiceSettings settings) : IHostedService
{
    private readonly DemoShop? _demo = settings.Demo == DemoKind.None ? null : ActivatorUtilities.CreateInstance<DemoShop>(provider);

    public Task StartAsync(CancellationToken cancellationToken) => _demo?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _demo?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
