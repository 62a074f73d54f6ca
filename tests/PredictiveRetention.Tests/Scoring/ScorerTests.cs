using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Scoring;

public class ScorerTests
{
    private static readonly IReadOnlyList<(long Key, Order[] Orders)> s_shop = SimulatedHistories.Customers(900, days: 1000);
    private static readonly Currency s_pounds = Currency.Parse("GBP");
    private static readonly Lazy<RetentionModel> s_model = new(() =>
    {
        var forest = new ForestSettings { Trees = 30, Leaves = 8 };
        var request = new TrainingRequest
        {
            Cutoff = SimulatedHistories.End, Horizon = Horizon.OfDays(60), ClvHorizon = Horizon.OfDays(120),
            Currency = s_pounds, Coverage = default
        };
        return new TrainingRecipe(new RecipeSettings { Orders = forest, Spend = forest, Folds = 2 })
            .Train(request, () => SimulatedHistories.Shards(s_shop), null, default).Model;
    });

    [Fact]
    public void Score_InAShardOrAlone_IsTheSameToTheLastBit()
    {
        foreach (var shard in SimulatedHistories.Shards(s_shop, 300))
        {
            var (facts, scores) = (new CustomerFacts[shard.Count], new CustomerScore[shard.Count]);
            new Scorer(s_model.Value, s_pounds, default).Score(shard, SimulatedHistories.End, facts, scores);
            var alone = new Scorer(s_model.Value, s_pounds, default);
            for (var i = 0; i < shard.Count; i++) Assert.Equal((facts[i], scores[i]), alone.Score(shard[i], SimulatedHistories.End));
        }
    }

    [Fact]
    public void Score_OfTheLost_IsFlaggedAndNeverMoreHopefulThanTheRecencyRule()
    {
        var lost = 0;
        foreach (var (facts, score) in Scores(s_model.Value))
        {
            Assert.Equal(facts.DaysSinceLastOrder > s_model.Value.LostAfterDays, score.Lost);
            if (!score.Lost) continue;
            lost++;
            Assert.True(score.PChurn >= RecencyRule.PChurn(facts.DaysSinceLastOrder, 60));
            Assert.Equal(default, CustomerMoney.Of(score, new Rhythm(30, true, true, true)));
        }
        Assert.True(lost > 50, $"{lost} lost customers");
    }

    [Fact]
    public void Score_ByTheRule_NeedsNoModel()
    {
        var (facts, score) = Scores(RetentionModel.Rule(90, 365))[0];
        Assert.Equal(RecencyRule.PChurn(facts.DaysSinceLastOrder, 90), score.PChurn);
    }

    [Fact]
    public void Score_OfSomebodyWhoNeverPaid_IsTheRulesAndWorthNothing()
    {
        var history = HistoryOf.Orders(new Order(SimulatedHistories.End.Day - 10, 0));
        var (facts, score) = new Scorer(s_model.Value, s_pounds, default).Score(history, SimulatedHistories.End);
        Assert.Equal(0, facts.Orders);
        Assert.Equal((RecencyRule.PChurn(10, 60), 0), (score.PChurn, score.Clv));
    }

    private static List<(CustomerFacts Facts, CustomerScore Score)> Scores(RetentionModel model)
    {
        var all = new List<(CustomerFacts Facts, CustomerScore Score)>();
        var scorer = new Scorer(model, s_pounds, default);
        foreach (var shard in SimulatedHistories.Shards(s_shop))
            for (var i = 0; i < shard.Count; i++) all.Add(scorer.Score(shard[i], SimulatedHistories.End));
        return all;
    }
}
