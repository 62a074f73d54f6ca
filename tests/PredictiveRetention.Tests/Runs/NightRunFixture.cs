using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Tests.Runs;

/// <summary>A shop of 300 customers on one engine: too few for a model, enough for seven shards.</summary>
public abstract class NightRunFixture(EngineUnderTest engine) : IDisposable
{
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory("retention-models-");

    protected static readonly DateOnly Date = SimulatedHistories.End.Date;
    protected static readonly RunRequest Tonight = new(RunPurpose.Night, Date, SimulatedHistories.End);

    protected EngineUnderTest Engine => engine;

    public void Dispose()
    {
        engine.Dispose();
        _models.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected RetentionStore Shop()
    {
        var store = RetentionStore.Open(engine.NewAddress());
        store.Import(Some.Orders(300));
        return store;
    }

    protected RunResult Night(RetentionStore store, int day = 0, Func<RunSettings, RunSettings>? with = null, CancellationToken cancellation = default)
    {
        var settings = new RunSettings { ShardSize = 43, Parallelism = 1 };
        return new NightRun(store, new ModelRegistry(_models.FullName), with is null ? settings : with(settings)).Execute(Tonight with { BusinessDate = Date.AddDays(day) }, null, cancellation);
    }

    protected static long? Current(RetentionStore store) => store.Nights.CurrentAsync().GetAwaiter().GetResult()?.RunId;
}
