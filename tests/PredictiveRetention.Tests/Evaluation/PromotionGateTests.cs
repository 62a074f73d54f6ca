using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class PromotionGateTests
{
    private static readonly IReadOnlyList<(long Key, Order[] Orders)> s_shop = SimulatedHistories.Customers(1500);
    private static readonly Lazy<JudgedTwin> s_twin = new(() => TrainingRecipeTests.Trained.Judged!);

    [Fact]
    public void Compare_TheSameModel_IsNotWorse() => Assert.Empty(Compare(s_twin.Value.Model, s_twin.Value.Model).Worse);

    [Fact]
    public void Compare_AChallengerThatSaysTooMuch_IsWorseInLogLossAndNotInRanking()
    {
        var model = s_twin.Value.Model;
        var worse = Compare(model,
            model with
            {
                ChurnTarget = model.ChurnTarget with
                {
                    OrderLevel = model.ChurnTarget.OrderLevel
                + 1.5
                }
            }).Worse.Select(standing => standing.Measure)
            .ToList();
        Assert.Contains("log_loss", worse);
        Assert.DoesNotContain("auc", worse);
    }

    [Fact]
    public void Compare_AChallengerThatOverstatesSpend_IsWorseInBias()
    {
        var model = s_twin.Value.Model;
        var comparison = Compare(model,
            model with { ChurnTarget = model.ChurnTarget with { ValueLevel = model.ChurnTarget.ValueLevel + 0.8 } });
        Assert.Equal(["bias"], comparison.Worse.Select(standing => standing.Measure));
        Assert.Empty(Compare(model with { ChurnTarget = model.ChurnTarget with { ValueLevel = model.ChurnTarget.ValueLevel + 0.8 } },
            model).Worse);
    }

    [Fact]
    public void Compare_AFittedModelAfterTheRule_IsNotWorse_TheRuleAfterAFittedModelIs()
    {
        var rule = RetentionModel.Rule(60, 60);
        Assert.Empty(Compare(rule, s_twin.Value.Model).Worse);
        Assert.Contains("log_loss", Compare(s_twin.Value.Model, rule).Worse.Select(standing => standing.Measure));
    }

    [Fact]
    public void Judged_IsTheModelOfOneHorizonEarlier_AndRepeatsItsLeague()
    {
        var twin = s_twin.Value;
        Assert.Equal(SimulatedHistories.End.Minus(60), twin.Origin);
        var comparison = Compare(twin.Model, twin.Model);
        Assert.Equal(twin.League.Customers, comparison.Customers);
        Assert.Equal(twin.League.Model.Churn!.LogLoss,
            comparison.Standings.Single(standing => standing.Measure == "log_loss").Contenders[0].Value.Value, 1e-9);
    }

    private static GateComparison Compare(RetentionModel champion, RetentionModel challenger) => PromotionGate.Compare(
        champion, challenger, s_twin.Value.Origin, s_twin.Value.Horizon, () => SimulatedHistories.Shards(s_shop), Currency.Parse("GBP"),
        default, default)!;
}
