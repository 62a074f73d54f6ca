using PredictiveRetention.Audit;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteNightScoreHistoryTests() : NightScoreHistoryTests(new SqliteUnderTest());

public sealed class PostgresNightScoreHistoryTests() : NightScoreHistoryTests(new PostgresUnderTest());

/// <summary>What nights leave in the score history: those that were published, whatever happened to them.</summary>
public abstract class NightScoreHistoryTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    [Fact]
    public async Task Published_nights_are_in_it_when_their_predictions_are_gone()
    {
        using var store = Shop();
        for (var day = 0; day < 3; day++) NightOf(store, day, settings => settings with { KeepRuns = 1 });
        Assert.Equal([.. Days(0, 1, 2)], Recorded());
        var rows = store.Predictions.ReadAll(Current(store)!.Value).ToList();
        foreach (var row in rows.Where((_, i) => i % 30 == 0))
        {
            var past = await store.Predictions.PastScoresAsync(row.CustomerKey);
            Assert.Equal([.. Days(0, 1, 2)], past.Select(score => score.AsOf));
            Assert.Equal((row.PChurn, row.Clv), (past[^1].PChurn, past[^1].Clv));
        }
        var keys = rows.Select(row => row.CustomerKey).ToList();
        var risks = store.Scores.RiskUpTo(SimulatedHistories.End.Plus(2))!.Of(keys);
        Assert.All(rows.Zip(risks), pair => Assert.Equal(pair.First.PChurn, pair.Second!.Value, 0.00013));
    }

    [Fact]
    public void A_replay_is_not_in_it()
    {
        using var store = Shop();
        NightOf(store, 0);
        new NightRun(store, Models, new RunSettings()).Execute(RunRequest.Replay(SimulatedHistories.End.Minus(100)), null, default);
        Assert.Equal([.. Days(0)], Recorded());
    }

    [Fact]
    public async Task A_held_night_is_in_it_once_somebody_published_it_and_the_next_night_came_and_a_discarded_one_never()
    {
        using var store = Shop();
        NightOf(store, 0);
        var held = NightOf(store, 1, Holding);
        Assert.Equal(RunOutcome.Held, held.Outcome);
        Assert.Equal([.. Days(0)], Recorded());
        await store.Decisions.PublishAsync(held.Run.RunId, "anna");
        var discarded = NightOf(store, 2, Holding);
        Assert.Equal([.. Days(0, 1)], Recorded());
        await store.Decisions.DiscardAsync(discarded.Run.RunId, "anna");
        NightOf(store, 3);
        Assert.Equal([.. Days(0, 1, 3)], Recorded());
    }

    [Fact]
    public void A_process_that_dies_between_publishing_and_recording_leaves_the_night_to_the_next()
    {
        using var store = Shop();
        Assert.Throws<IOException>(() => NightOf(store, 0, settings => settings with { OnStep = DieWhenPublished }));
        Assert.Equal(RunState.Published, store.Nights.Current()!.State);
        Assert.Empty(Recorded());
        // Before its shards begin: a play may ask for it.
        Assert.Throws<IOException>(() => NightOf(store, 1, settings => settings with { OnStep = DieAtSnapshot }));
        Assert.Equal([.. Days(0)], Recorded());

        static void DieWhenPublished(string step)
        {
            if (step == "published") throw new IOException("planted");
        }

        static void DieAtSnapshot(string step)
        {
            if (step == "snapshot") throw new IOException("planted");
        }
    }

    [Fact]
    public void A_night_made_again_takes_the_place_of_the_first_also_where_its_process_died_before_that()
    {
        using var store = Shop();
        NightOf(store, 0);
        var again = NightOf(store, 0, again: true);
        Assert.Equal([$"{again.Run.RunId}"], Engine.Query("SELECT run_id FROM score_night"));
        Assert.Throws<IOException>(() => NightOf(store, 0, settings => settings with
        {
            OnStep = step =>
            {
                if (step == "published") throw new IOException("planted");
            },
        }, again: true));
        var third = Current(store);
        Assert.NotEqual(third, again.Run.RunId);
        NightOf(store, 1);
        Assert.Equal([$"{third}", $"{Current(store)}"], Engine.Query("SELECT run_id FROM score_night ORDER BY as_of"));
    }

    [Fact]
    public void A_risk_that_rose_in_four_weeks_is_in_the_row_and_makes_a_valuable_customer_one_to_act_on_first()
    {
        using var store = Shop();
        NightOf(store, 0, Anything);
        Assert.All(store.Predictions.ReadAll(Current(store)!.Value), row => Assert.Null(row.RiskRise));
        var then = store.Predictions.ReadAll(Current(store)!.Value).ToDictionary(row => row.CustomerKey, row => row.PChurn);
        NightOf(store, RiskRise.Days, Anything);
        var run = store.Nights.Current()!;
        var rows = store.Predictions.ReadAll(run.RunId).ToList();
        Assert.All(rows, row =>
        {
            if (row.Lost) Assert.Null(row.RiskRise);
            else Assert.Equal(row.PChurn - then[row.CustomerKey], row.RiskRise!.Value, 0.00013);
        });
        var first = rows.Where(row => row.HighValue && (row.Slipping || row.RiskRise >= 0.1)).ToList();
        Assert.Contains(first, row => !row.Slipping);
        Assert.Contains(rows, row => row is { HighValue: true, Slipping: false, RiskRise: < 0.1 });
        var (count, spend) = (Value("priority_customers"), Value("priority_spend"));
        Assert.Equal((first.Count, first.Sum(row => row.SpendIfOrder)), (count!.Value, spend!.Value));
        Assert.Empty(NumberAudit.Check(store, run, "kpis").Differences);

        double? Value(string metric) =>
            store.Figures.ReadAsync(run.RunId, "kpis").GetAwaiter().GetResult().Single(figure => figure.Metric == metric).Value;
    }

    private static RunSettings Anything(RunSettings settings) => settings with
    {
        Guard = new GuardBands { MaxCustomersGrowth = 100, MaxMeanShift = 1, MaxClvRatio = 1e9, MaxStabilityIndex = 1e9 }
    };

    private static RunSettings Holding(RunSettings settings) => settings with { Guard = new GuardBands { MaxMeanShift = -1 } };

    private static IEnumerable<string> Days(params int[] days) => days.Select(day => SimulatedHistories.End.Plus(day).ToString());

    private List<string> Recorded() => Engine.Query("SELECT as_of FROM score_night ORDER BY as_of");

    private RunResult NightOf(RetentionStore store, int day, Func<RunSettings, RunSettings>? with = null, bool again = false)
    {
        var settings = new RunSettings { ShardSize = 43, Parallelism = 1 };
        return new NightRun(store, Models, with is null ? settings : with(settings)).Execute(
            new RunRequest(RunPurpose.Night, Date.AddDays(day), SimulatedHistories.End.Plus(day), again), null, default);
    }
}
