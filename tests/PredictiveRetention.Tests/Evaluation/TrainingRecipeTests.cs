using System.Text.Json;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class TrainingRecipeTests
{
    private static readonly IReadOnlyList<(long Key, Order[] Orders)> s_shop = SimulatedHistories.Customers(1500);
    private static readonly TrainingRequest s_request = new() { Cutoff = SimulatedHistories.End, Horizon = Horizon.OfDays(60), ClvHorizon = Horizon.OfDays(60), Currency = Currency.Of("GBP"), Coverage = default };
    private static readonly RecipeSettings s_quick = new() { Orders = new ForestSettings { Trees = 60, Leaves = 8 }, Spend = new ForestSettings { Trees = 40, Leaves = 6 } };
    private static readonly Lazy<TrainedModel> s_trained = new(() => Train(s_request, s_shop));

    [Fact]
    public void Train_OnALearnableShop_BeatsEveryNaiveRule()
    {
        var league = s_trained.Value.League!;
        Assert.False(league.RuleRanksChurnAsWell, string.Join("; ", league.Entries.Select(entry => $"{entry.Name} {entry.Churn?.Auc:F3}")));
        Assert.False(league.RuleIsBetterCalibrated, string.Join("; ", league.Entries.Select(entry => $"{entry.Name} {entry.Churn?.LogLoss:F4}")));
        Assert.InRange(league.Model.Churn!.Ece10, 0, 0.08);
        Assert.InRange(league.Model.Spend!.Bias, 0.75, 1.33);
        Assert.InRange(league.Model.Spend.Gini, 0.4, 1);
    }

    [Fact]
    public void Train_SameDataSameSeed_SameModelToTheLastBit() => Assert.Equal(Json(s_trained.Value), Json(Train(s_request, s_shop)));

    [Fact]
    public void Train_OtherSeed_OtherModel() => Assert.NotEqual(Json(s_trained.Value), Json(Train(s_request with { Seed = 2 }, s_shop)));

    [Fact]
    public void Train_NothingAtOrAfterTheCutoff_ChangesTheModel()
    {
        var request = s_request with { Cutoff = s_request.Cutoff.Minus(120) };
        var past = s_shop.Select(customer => (customer.Key, customer.Orders.Where(order => order.Day < request.Cutoff.Day).ToArray())).Where(customer => customer.Item2.Length > 0).ToList();
        var future = s_shop.Select(customer => (customer.Key, customer.Orders.Append(new Order(request.Cutoff.Day, 999_999)).OrderBy(order => order.Day).ToArray())).ToList();
        var expected = Train(request, past);
        Assert.Equal(Json(expected), Json(Train(request, s_shop)));
        Assert.Equal(Json(expected), Json(Train(request, future)));
        Assert.Equal(expected.Survey.Checksum, Train(request, s_shop).Survey.Checksum);
    }

    [Fact]
    public void Train_LongClvHorizon_IsExtrapolatedAndSaysSo()
    {
        var trained = Train(s_request with { ClvHorizon = Horizon.OfDays(700) }, s_shop);
        Assert.True(trained.Model.ClvExtrapolation is > 1 and < 700.0 / 60);
        Assert.Contains("extrapolated", ModelCard.Markdown("v", trained), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_TwoHorizons_FitsEachOnItsOwnLabels()
    {
        var trained = Train(s_request with { ClvHorizon = Horizon.OfDays(180) }, s_shop);
        Assert.Equal(180, trained.Model.Value!.HorizonDays);
        Assert.Equal(1, trained.Model.ClvExtrapolation);
        Assert.Equal(180, trained.ValuePlan!.Horizon.Days);
    }

    [Theory]
    [InlineData(300, 730, 60, "of 500 customers with a purchase")]
    [InlineData(1500, 150, 60, "150 of 180 days of history")]
    [InlineData(1500, 200, 120, "of 240 days of history (2 horizons of 120 days)")]
    public void Train_TooLittleData_NamesTheMinimumThatFailedAndScoresByTheRule(int customers, int days, int horizon, string missed)
    {
        var trained = Train(s_request with { Horizon = Horizon.OfDays(horizon) }, SimulatedHistories.Customers(customers, days));
        Assert.Equal(ModelLevel.RecencyRule, trained.Model.Level);
        Assert.Contains(trained.Missed, text => text.Contains(missed, StringComparison.Ordinal));
        Assert.Contains(missed, ModelCard.Markdown("v", trained), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_SilentShop_NamesTheSilence() =>
        Assert.Contains(Train(s_request with { Cutoff = s_request.Cutoff.Plus(90) }, s_shop).Missed, text => text.Contains("days before the cutoff", StringComparison.Ordinal));

    [Fact]
    public void Train_NobodyReturns_IsRefusedByTheClassMinimum()
    {
        var oneTimers = s_shop.Select(customer => (customer.Key, customer.Orders[..1])).ToList();
        var trained = Train(s_request, oneTimers);
        Assert.Equal(ModelLevel.RecencyRule, trained.Model.Level);
        Assert.Contains("100 of each are needed", trained.Missed[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Train_NoOrderBeforeTheCutoff_IsAnError() =>
        Assert.Equal(Failure.InputRejected, Assert.Throws<RetentionException>(() => Train(s_request with { Cutoff = Cutoff.Of(new DateOnly(2000, 1, 1)) }, s_shop)).Failure);

    [Fact]
    public void DefaultHorizon_IsTheSmallestCoveringEightyFivePercentOfGaps()
    {
        var survey = Train(s_request with { Horizon = null }, s_shop).Survey;
        var chosen = survey.DefaultHorizon().Days;
        Assert.True(survey.CoveredGaps(chosen) >= 0.85);
        Assert.All(survey.GapCurve().Where(point => point.Days < chosen), point => Assert.True(point.Covered < 0.85));
    }

    private static TrainedModel Train(TrainingRequest request, IReadOnlyList<(long Key, Order[] Orders)> shop) =>
        new TrainingRecipe(s_quick).Train(request, () => SimulatedHistories.Shards(shop), null, default);

    private static string Json(TrainedModel trained) => JsonSerializer.Serialize(trained.Model);
}
