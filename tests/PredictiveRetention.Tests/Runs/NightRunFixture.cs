using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Tests.Runs;

/// <summary>A shop of 300 customers on one engine: too few for a model, enough for seven shards.</summary>
public abstract class NightRunFixture(EngineUnderTest engine) : StoreFixture(engine)
{
    protected static readonly DateOnly Date = SimulatedHistories.End.Date;
    protected static readonly RunRequest Tonight = new(RunPurpose.Night, Date, SimulatedHistories.End);

    protected RetentionStore Shop()
    {
        var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(300));
        return store;
    }

    protected RunResult Night(RetentionStore store, int day = 0, Func<RunSettings, RunSettings>? with = null,
        CancellationToken cancellation = default)
    {
        var settings = new RunSettings { ShardSize = 43, Parallelism = 1 };
        return new NightRun(store, Models, with is null ? settings : with(settings))
            .Execute(Tonight with { BusinessDate = Date.AddDays(day) }, null, cancellation);
    }

    protected static long? Current(RetentionStore store) => store.Nights.Current()?.RunId;
}
