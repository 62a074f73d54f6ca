using PredictiveRetention.Models;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteRunRowTests() : RunRowTests(new SqliteUnderTest());

public sealed class PostgresRunRowTests() : RunRowTests(new PostgresUnderTest());

/// <summary>A run has types; its row keeps the words and ISO dates that tables, views and BI tools know.</summary>
public abstract class RunRowTests(EngineUnderTest engine) : IDisposable
{
    private static readonly DateOnly s_date = SimulatedHistories.End.Date;

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void ARun_OfTypes_IsARowOfWords()
    {
        using var store = Shop();
        var run = store.Runs.Claim(RunPurpose.Replay, s_date, SimulatedHistories.End.Minus(1), "me", again: false).Run;
        Assert.Equal((RunPurpose.Replay, s_date, SimulatedHistories.End.Minus(1), RunState.Planned),
            (run.Purpose, run.BusinessDate, run.AsOf, run.State));
        Assert.Equal((null, null), (run.Recipe, run.Headline));
        Assert.Equal(
            [$"replay {s_date.ToIso()} {SimulatedHistories.End.Minus(1)} planned"],
            engine.Query("SELECT purpose || ' ' || business_date || ' ' || as_of || ' ' || state FROM run"));
    }

    [Fact]
    public void EveryState_IsReadAsItsWord()
    {
        using var store = Shop();
        var run = store.Runs.Claim(RunPurpose.Night, s_date, SimulatedHistories.End, "me", again: false).Run;
        string[] words = ["planned", "scoring", "validating", "held", "published", "superseded", "dropped", "discarded", "failed"];
        Assert.Equal(words, Enum.GetValues<RunState>().Select(state => state.Word()));
        foreach (var state in Enum.GetValues<RunState>())
        {
            engine.Execute($"UPDATE run SET state = '{state.Word()}'");
            Assert.Equal(state, store.Runs.Find(run.RunId)!.State);
        }
    }

    [Fact]
    public void RecipeAndHeadline_AreReadOnce_AndAsTheyWereWritten()
    {
        using var store = Shop();
        var planned = store.Runs.Claim(RunPurpose.Night, s_date, SimulatedHistories.End, "me", again: false).Run;
        var recipe = new RunRecipe
        {
            ModelVersion = ModelRegistry.RuleSchema,
            ModelLevel = ModelLevel.RecencyRule,
            HorizonDays = 90,
            ClvHorizonDays = 365,
            Coverage = default,
            Cutoffs = SegmentCutoffs.From([], [], new SegmentSettings(), 90, null),
            Segments = new SegmentSettings(),
            Margin = 0.4,
            DataThrough = s_date,
        };
        store.Runs.Snapshot(planned, Some.Shop, 43, ModelRegistry.RuleSchema, recipe);
        var run = store.Runs.Find(planned.RunId)!;
        Assert.Equal((RunState.Scoring, 90, 0.4, s_date), (run.State, run.Recipe!.HorizonDays, run.Recipe.Margin, run.Recipe.DataThrough));
        Assert.Same(run.Recipe, run.Recipe);
        Assert.Null(run.Headline);
    }

    private RetentionStore Shop()
    {
        var store = RetentionStore.Open(engine.NewAddress());
        store.Import(Some.Orders(30));
        return store;
    }
}
