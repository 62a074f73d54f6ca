using System.Text.Json;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class TrainingRecipeTests
{
    private static readonly IReadOnlyList<(long Key, Order[] Orders)> s_shop = SimulatedHistories.Customers(1500);
    private static readonly TrainingRequest s_request = new()
    {
        Cutoff = SimulatedHistories.End, Horizon = Horizon.OfDays(60),
        ClvHorizon = Horizon.OfDays(60), Currency = Currency.Parse("GBP"), Coverage = default
    };
    private static readonly RecipeSettings s_quick = new()
    {
        Orders = new ForestSettings { Trees = 40, Leaves = 8 }, Bagged = new ForestSettings { Trees = 20, Leaves = 8 },
        Spend = new ForestSettings { Trees = 40, Leaves = 6 }, Folds = 3, Decays = [1],
    };
    private static readonly Lazy<TrainedModel> s_trained = new(() => Train(s_request, s_shop));
    private static readonly Lazy<TrainedModel> s_earlier = new(() => Train(s_request with { Cutoff = s_request.Cutoff.Minus(60) }, s_shop));

    /// <summary>For others who need a model of a learnable shop.</summary>
    internal static TrainedModel Trained => s_trained.Value;

    [Fact]
    public void Train_OnALearnableShop_BeatsEveryNaiveRule()
    {
        var league = s_trained.Value.League!;
        Assert.False(league.RuleRanksChurnAsWell, string.Join("; ", league.Entries.Select(entry => $"{entry.Name} {entry.Churn?.Auc:F3}")));
        Assert.False(league.RuleIsBetterCalibrated,
            string.Join("; ", league.Entries.Select(entry => $"{entry.Name} {entry.Churn?.LogLoss:F4}")));
        Assert.InRange(league.Model.Churn!.Ece10, 0, 0.08);
        Assert.InRange(league.Model.Spend!.Bias, 0.75, 1.33);
        Assert.InRange(league.Model.Spend.Gini, 0.4, 1);
    }

    [Fact]
    public void Train_SameDataSameSeed_SameModelToTheLastBit() => Assert.Equal(Json(s_trained.Value), Json(Train(s_request, s_shop)));

    [Fact]
    public void The_same_shop_in_won_has_the_same_probabilities_weights_and_a_thousand_times_the_value()
    {
        // 1,000 times the amounts, in a currency without decimals: ten times the minor units.
        List<(long Key, Order[] Orders)> shop = [.. s_shop.Select(customer => (customer.Key,
            customer.Orders.Select(order => order with { AmountMinor = 10 * order.AmountMinor }).ToArray()))];
        var won = Train(s_request with { Currency = Currency.Parse("KRW") }, shop);

        Assert.Equal(s_trained.Value.Model.Churn!.Orders.Weights, won.Model.Churn!.Orders.Weights);
        Assert.Equal(s_trained.Value.Model.Churn!.Value.Weights, won.Model.Churn!.Value.Weights);
        Assert.Equal(1_000 * s_trained.Value.League!.Model.Spend!.Mae, won.League!.Model.Spend!.Mae, 1e-6);
        var pounds = new Scorer(s_trained.Value.Model, s_request.Currency, default);
        var wonScorer = new Scorer(won.Model, Currency.Parse("KRW"), default);
        foreach (var ((key, orders), (_, inWon)) in s_shop.Zip(shop).Take(200))
        {
            var (_, score) = pounds.Score(new CustomerHistory(HistoryOf.Customer(key), orders), s_request.Cutoff);
            var (_, other) = wonScorer.Score(new CustomerHistory(HistoryOf.Customer(key), inWon), s_request.Cutoff);
            Assert.Equal(score.PChurn, other.PChurn);
            Assert.Equal(1_000 * score.Clv, other.Clv, 1e-6 * other.Clv);
            Assert.Equal(1_000 * score.SpendIfOrder, other.SpendIfOrder, 1e-6 * other.SpendIfOrder);
            Assert.Equal(score.Reasons.First.Feature, other.Reasons.First.Feature);
        }
    }

    [Fact]
    public void A_model_made_before_money_was_scaled_reads_amounts_in_currency_units()
    {
        var model = JsonSerializer.Deserialize<RetentionModel>(Json(s_trained.Value))! with { MedianOrderMinor = null };
        Assert.DoesNotContain("MedianOrderMinor", JsonSerializer.Serialize(model), StringComparison.Ordinal);
        Assert.Equal((100, 1), (model.MoneyIn(s_request.Currency).Minor, model.MoneyIn(s_request.Currency).InCurrency));
        Assert.Equal(s_trained.Value.Survey.MedianOrderMinor, s_trained.Value.Model.MedianOrderMinor);
    }

    [Fact]
    public void Train_OtherSeed_OtherModel() => Assert.NotEqual(Json(s_trained.Value), Json(Train(s_request with { Seed = 2 }, s_shop)));

    [Fact]
    public void Train_NothingAtOrAfterTheCutoff_ChangesTheModel()
    {
        var request = s_request with { Cutoff = s_request.Cutoff.Minus(120) };
        var past = s_shop.Select(customer => (customer.Key, customer.Orders.Where(order => order.Day < request.Cutoff.Day).ToArray()))
            .Where(customer => customer.Item2.Length > 0)
            .ToList();
        var future = s_shop.Select(customer => (customer.Key,
            customer.Orders.Append(new Order(request.Cutoff.Day, 999_999)).OrderBy(order => order.Day).ToArray()))
            .ToList();
        var expected = Train(request, past);
        var whole = Train(request, s_shop);
        Assert.Equal(Json(expected), Json(whole));
        Assert.Equal(Json(expected), Json(Train(request, future)));
        Assert.Equal(expected.Survey.Checksum, whole.Survey.Checksum);
    }

    [Fact]
    public void Train_LongClvHorizon_IsCarriedByBtydAndSaysSo()
    {
        var trained = Train(s_request with { ClvHorizon = Horizon.OfDays(700) }, s_shop);
        Assert.Equal(365, trained.Model.ClvFittedDays);
        Assert.Contains("Value is learnt from 365 days and carried to 700 by BTYD", ModelCard.Markdown("v", trained),
            StringComparison.Ordinal);
        var golden = trained.GoldenRows[0];
        Assert.True(golden.Clv > Train(s_request with { ClvHorizon = Horizon.OfDays(365) }, s_shop).GoldenRows[0].Clv);
    }

    [Fact]
    public void Train_TwoHorizons_FitsEachOnItsOwnLabels()
    {
        var trained = Train(s_request with { ClvHorizon = Horizon.OfDays(180) }, s_shop);
        Assert.Equal(60, trained.Model.Churn!.FittedDays);
        Assert.Equal(180, trained.Model.Value!.FittedDays);
        Assert.Equal(180, trained.Value!.Plan.Horizon.Days);
    }

    [Fact]
    public void Train_HorizonLongerThanTheHistoryHolds_LearnsFromAShorterOneAndSaysSo()
    {
        var trained = Train(s_request with { Horizon = Horizon.OfDays(250), ClvHorizon = Horizon.OfDays(250) },
            SimulatedHistories.Customers(1500, 260));
        Assert.Equal(ModelLevel.ShorterHorizon, trained.Model.Level);
        Assert.Equal(130, trained.Model.Churn!.FittedDays);
        Assert.Contains(trained.Missed, text => text.Contains("of 500 days of history (2 horizons of 250 days)", StringComparison.Ordinal));
        Assert.Contains("could not be judged on a full horizon", ModelCard.Markdown("v", trained), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 730, 60, "of 500 customers with a purchase")]
    [InlineData(1500, 150, 60, "150 of 180 days of history")]
    public void Train_TooLittleData_NamesTheMinimumThatFailedAndScoresByBtyd(int customers, int days, int horizon, string missed)
    {
        var trained = Train(s_request with { Horizon = Horizon.OfDays(horizon) }, SimulatedHistories.Customers(customers, days));
        Assert.Equal(ModelLevel.Btyd, trained.Model.Level);
        Assert.Contains(trained.Missed, text => text.Contains(missed, StringComparison.Ordinal));
        Assert.Contains(missed, ModelCard.Markdown("v", trained), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Train_HardlyAnyCustomers_ScoresByTheRuleAndSaysWhy(int customers)
    {
        var trained = Train(s_request, SimulatedHistories.Customers(customers));
        Assert.Equal(ModelLevel.RecencyRule, trained.Model.Level);
        Assert.Contains(trained.Missed, text => text.Contains("BTYD needs 50 customers", StringComparison.Ordinal));
    }

    [Fact]
    public void Train_SilentShop_NamesTheSilence() =>
        Assert.Contains(Train(s_request with { Cutoff = s_request.Cutoff.Plus(90) }, s_shop).Missed,
            text => text.Contains("days before the cutoff", StringComparison.Ordinal));

    [Fact]
    public void Train_NobodyReturns_ScoresByTheRule()
    {
        var oneTimers = s_shop.Select(customer => (customer.Key, customer.Orders[..1])).ToList();
        Assert.Equal(ModelLevel.RecencyRule, Train(s_request, oneTimers).Model.Level);
    }

    [Fact]
    public void Train_AmountsAllZero_NobodyHasBought() =>
        Assert.Equal(ModelLevel.RecencyRule,
            Train(s_request,
                [.. s_shop.Select(customer => (customer.Key,
                    customer.Orders.Select(order => new Order(order.Day, 0)).ToArray()))]).Model.Level);

    [Fact]
    public void Train_AllOrdersOnOneDay_ScoresByTheRule() =>
        Assert.Equal(ModelLevel.RecencyRule,
            Train(s_request,
                [.. s_shop.Select(customer => (customer.Key,
                    new[] { new Order(s_request.Cutoff.Day - 5, 1000), new Order(s_request.Cutoff.Day - 5, 500) }))]).Model.Level);

    [Fact]
    public void Train_EverybodyComesBack_IsScoredByBtydForThereIsNobodyToLearnChurnFrom()
    {
        var regulars = Enumerable.Range(1, 600)
            .Select(key => ((long)key,
                Enumerable.Range(0, 60)
                    .Select(i => new Order(s_request.Cutoff.Day - 595 + i * 10 - key % 5, 1000 + key % 7 * 100))
                    .Where(order => order.Day < s_request.Cutoff.Day)
                    .ToArray()))
            .ToList();
        var trained = Train(s_request, regulars);
        Assert.NotEqual(ModelLevel.Blended, trained.Model.Level);
        Assert.All(trained.GoldenRows, golden => Assert.InRange(golden.PChurn, 0, 0.05));
    }

    [Fact]
    public void Train_TenYearsOfHistory_FitsAndSeesTheSeason()
    {
        var trained = Train(s_request, SimulatedHistories.Customers(2500, 3650));
        Assert.Equal(ModelLevel.Blended, trained.Model.Level);
        Assert.Contains(trained.Churn!.Origins, origin => origin.Weight == 0 && origin.Origin == s_request.Cutoff.Minus(365));
    }

    [Fact]
    public void Intervals_HoldWhatTheyPromise_OnLaterData()
    {
        var earlier = s_earlier.Value.Model;
        var schema = new PredictiveRetention.Features.FeatureSchema(earlier.Features);
        var slice = new SliceBuilder(earlier.MoneyIn(s_request.Currency), s_request.Coverage, schema).Build(
            SimulatedHistories.Shards(s_shop), [(s_request.Cutoff.Minus(60), Horizon.OfDays(60))], 1, default).Values.Single();
        var answers = new ModelPrediction[slice.Count];
        earlier.Predict(slice.Rows, answers);
        double In(Func<SpendRange, (float Low, float High)> bounds) =>
            answers.Zip(slice.Net, (answer,
                net) => bounds(answer.Range) is var (low, high) && net >= low - 1e-3 && net <= high + 1e-3 ? 1.0 : 0).Average();
        Assert.InRange(In(range => (range.Low80, range.High80)), 0.76, 0.85);
        Assert.InRange(In(range => (range.Low90, range.High90)), 0.87, 0.94);
        Assert.All(answers,
            answer => Assert.True(answer.Range.Low90 <= answer.Range.Low80 && answer.Range.High80 <= answer.Range.High90
                && answer.Range.Low90 >= 0));
    }

    [Fact]
    public void NextOrder_Quantiles_HoldWhatTheyPromise_OnLaterData()
    {
        var earlier = s_earlier.Value.Model;
        var schema = new PredictiveRetention.Features.FeatureSchema(earlier.Features);
        var origin = s_request.Cutoff.Minus(60);
        var slice = new SliceBuilder(earlier.MoneyIn(s_request.Currency), s_request.Coverage, schema)
            .Build(SimulatedHistories.Shards(s_shop), [(origin, Horizon.OfDays(60))], 1, default).Values.Single();
        var next = s_shop.ToDictionary(customer => customer.Key,
            customer => customer.Orders.FirstOrDefault(order => order.Day >= origin.Day).Day - origin.Day);
        var answers = new ModelPrediction[slice.Count];
        earlier.Predict(slice.Rows, answers);
        var within = answers.Index().Where(pair => float.IsFinite(pair.Item.Next.P50)).ToList();
        Assert.True(within.Count > 200);
        Assert.InRange(
            within.Average(pair => next[slice.Keys[pair.Index]] >= 0 && next[slice.Keys[pair.Index]] <= pair.Item.Next.P50 ? 1.0 : 0), 0.42,
            0.58);
        Assert.All(answers, answer => Assert.True(answer.Next.P10 <= answer.Next.P50 && answer.Next.P50 <= answer.Next.P90));
    }

    [Fact]
    public void Train_NoOrderBeforeTheCutoff_IsAnError() =>
        Assert.Equal(Failure.InputRejected,
            Assert.Throws<RetentionException>(() => Train(s_request with { Cutoff = Cutoff.On(new DateOnly(2000, 1, 1)) },
                s_shop)).Failure);

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
