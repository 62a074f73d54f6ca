using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Service.Tests.Health;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Service.Tests.Nights;

/// <summary>What a hosted service is given, around a store of its own and a clock that is turned by hand.</summary>
public sealed class HostedWork : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-hosted-");

    public HostedWork(params (string Name, string Value)[] settings)
    {
        Address = Engine.NewAddress();
        Store = RetentionStore.Open(Address);
        Heard = new HeardFaults(Clock);
        Settings = ServiceSettings.Read(new ConfigurationBuilder().AddInMemory(
            [("ConnectionStrings:Retention", Address), ("Retention:Data", _folder.FullName),
                ("Retention:Models", Path.Combine(_folder.FullName, "models")), .. settings])
                .Build());
        Hangfire.Logging.LogProvider.SetCurrentLogProvider(null); // that of a host of another test may be gone; the storage asks for one
        Jobs = new InMemoryStorage();
        Recurring = new RecurringJobManager(Jobs);
        Client = new BackgroundJobClient(Jobs);
    }

    public SqliteUnderTest Engine { get; } = new();
    public string Address { get; }
    public RetentionStore Store { get; }
    public ServiceSettings Settings { get; }
    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);
    public HeardFaults Heard { get; }
    public InMemoryStorage Jobs { get; }
    public RecurringJobManager Recurring { get; }
    public BackgroundJobClient Client { get; }

    public ModelRegistry Models => new(Settings.Models);

    public string Folder => _folder.FullName;

    /// <summary>Methods of the jobs that wait, oldest first.</summary>
    public IEnumerable<string> Enqueued =>
        Jobs.GetMonitoringApi()
            .EnqueuedJobs("nightly", 0, 100)
            .Select(job => $"{job.Value.Job.Type.Name} {string.Join(' ', job.Value.Job.Args.Where(argument => argument is long))}".Trim());

    public void Dispose()
    {
        Store.Dispose();
        Jobs.Dispose();
        Engine.Dispose();
        _folder.Delete(recursive: true);
    }
}
