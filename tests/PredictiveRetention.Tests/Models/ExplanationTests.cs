using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Models;

/// <summary>Explanations of blends: fitted on full horizons, carried from a shorter one, BTYD alone.</summary>
public class ExplanationTests
{
    private static readonly Currency s_pounds = Currency.Parse("GBP");
    private static readonly RecipeSettings s_quick = new()
    {
        Orders = new ForestSettings { Trees = 30, Leaves = 8 }, Bagged = new ForestSettings { Trees = 20, Leaves = 8 },
        Spend = new ForestSettings { Trees = 20, Leaves = 6 }, Folds = 2, Decays = [1],
    };
    private static readonly Lazy<(TrainedModel Trained, float[] Rows)> s_blended = new(() => Train(1200, 730, 60));
    private static readonly Lazy<(TrainedModel Trained, float[] Rows)> s_carried = new(() => Train(1200, 260, 250));
    private static readonly Lazy<(TrainedModel Trained, float[] Rows)> s_btyd = new(() => Train(300, 730, 60));

    [Theory]
    [InlineData(ModelLevel.Blended)]
    [InlineData(ModelLevel.ShorterHorizon)]
    [InlineData(ModelLevel.Btyd)]
    public void Explain_AddsUpToTheLogOddsOfTheScore_AndInProbabilityToTheScore(ModelLevel level)
    {
        var (trained, rows) = Of(level);
        var model = trained.Model;
        Assert.Equal(level, model.Level);
        var width = model.Features.Count;
        for (var i = 0; i < 200; i++)
        {
            var row = rows.AsSpan(i * width, width);
            var (p, why) = (model.Predict(row).PChurn, model.Explain(row));
            // Near 0 and 1 the last bit of p itself is worth more than 1e-9 of log-odds.
            Assert.Equal(Math.Log(p / (1 - p)), why.Base + why.Contributions.Sum(), Math.Max(1e-9, 2.3e-16 / (p * (1 - p))));
            Assert.Equal(p, why.PChurn, 1e-12);
            Assert.Equal(p, why.BasePChurn + Explanation.Effects(why.Base, why.Contributions).Sum(), 1e-12);
            Assert.All(Explanation.Effects(why.Base, why.Contributions).Zip(why.Contributions),
                pair => Assert.True(pair.First * pair.Second >= 0));
        }
    }

    [Fact]
    public void Explain_OfBtydAlone_SaysTheSilence_OrHowOftenSomebodyCameBackWhereTheSilencePointsTheOtherWay()
    {
        var (trained, rows) = s_btyd.Value;
        var schema = new FeatureSchema(trained.Model.Features);
        var (silence, repeats, silent) = (schema.Find("days_since_last_order"), schema.Find("btyd_frequency"), 0);
        for (var i = 0; i < 200; i++)
        {
            var row = rows.AsSpan(i * schema.Width, schema.Width);
            var why = trained.Model.Explain(row);
            var (feature, adds) = Assert.Single(why.Contributions.Index(), contribution => contribution.Item != 0);
            var agrees = (schema.LeaningOf(silence, row[silence], schema.StandingOf(row))
                & (adds > 0 ? Leaning.Raises : Leaning.Lowers)) != 0;
            Assert.Equal(agrees ? silence : repeats, feature);
            if (agrees) silent++;
        }
        Assert.InRange(silent, 100, 199);
    }

    /// <summary>The night's path contributions are an approximation of the exact ones, not something else.</summary>
    [Fact]
    public void Explain_AndTheReasonsOfTheNight_AgreeOnWhatMattersMost()
    {
        var (trained, rows) = s_blended.Value;
        var model = trained.Model;
        var (width, count) = (model.Features.Count, rows.Length / model.Features.Count);
        var (answers, reasons) = (new ModelPrediction[count], new Reasons[count]);
        model.Predict(rows, answers, reasons);
        var schema = new FeatureSchema(model.Features);
        var agree = Enumerable.Range(0, count).Where(i => reasons[i].Any).Average(i =>
        {
            var row = rows.AsSpan(i * width, width).ToArray();
            // Of the themes that somebody would say: words of one of its features point the way of its sum.
            var exact = model.Explain(row).Contributions.Index()
                .GroupBy(feature => schema.ThemeOf(feature.Index, row[feature.Index]))
                .Select(theme => (theme.Key, Sum: theme.Sum(feature => feature.Item), Features: theme.Select(feature => feature.Index)))
                .Where(theme => theme.Features.Any(feature => (schema.LeaningOf(feature, row[feature], schema.StandingOf(row))
                    & (theme.Sum > 0 ? Leaning.Raises : Leaning.Lowers)) != 0))
                .Select(theme => (Theme: (Theme?)theme.Key, theme.Sum))
                .DefaultIfEmpty()
                .MaxBy(theme => Math.Abs(theme.Sum));
            var most = reasons[i].All().MaxBy(reason => Math.Abs(reason.Effect));
            return exact.Theme == schema.ThemeOf(most.Feature, most.Value) && exact.Sum > 0 == most.Effect > 0 ? 1.0 : 0;
        });
        Assert.InRange(agree, 0.95, 1);
    }

    [Fact]
    public void Effects_WalkFromTheLargestChangeToTheSmallest()
    {
        var effects = Explanation.Effects(0, [0.5, -2, 1]);
        Assert.Equal(Logistic.Sigmoid(-2) - 0.5, effects[1], 1e-15);
        Assert.Equal(Logistic.Sigmoid(-1) - Logistic.Sigmoid(-2), effects[2], 1e-15);
        Assert.Equal(Logistic.Sigmoid(-0.5) - Logistic.Sigmoid(-1), effects[0], 1e-15);
    }

    [Fact]
    public void Importance_IsTheMeanOfTheAbsoluteContributions_AndWhatTheCardShows()
    {
        var (trained, rows) = s_blended.Value;
        var (model, width) = (trained.Model, trained.Model.Features.Count);
        var some = rows[..(40 * width)];
        var importance = model.Importance(some);
        Assert.Equal(Enumerable.Range(0, 40).Average(i => Math.Abs(model.Explain(some.AsSpan(i * width, width)).Contributions[3])),
            importance[3], 1e-12);
        Assert.Equal(new double[width], model.Importance([]));
        Assert.Equal(importance, model.Importance(some));
        var (top, moved) = trained.Importance.Index().MaxBy(feature => feature.Item);
        Assert.Contains(FormattableString.Invariant($"| {moved:F3} |"),
            ModelCard.Markdown("v", trained)
                .Split('\n')
                .First(line => line.StartsWith($"| {model.Features[top]} |", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OfTheRecencyRule_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => RetentionModel.Rule(90, 365).Explain([]));

    [Fact]
    public void Scorer_Explain_IsTheScoreTakenApartByTheme_TheLostIncluded()
    {
        var model = s_blended.Value.Trained.Model;
        var scorer = new Scorer(model, s_pounds, default);
        var (lost, bounded) = (0, 0);
        foreach (var shard in SimulatedHistories.Shards(SimulatedHistories.Customers(500, 1000)))
            for (var i = 0; i < shard.Count; i++)
            {
                var (facts, score, why) = scorer.Explain(shard[i], SimulatedHistories.End);
                Assert.Equal((facts, score), scorer.Score(shard[i], SimulatedHistories.End));
                Assert.Equal(score.PChurn, why!.PChurn);
                Assert.Equal(score.PChurn, why.BasePChurn + why.Themes.Sum(theme => theme.PChurn), 1e-9);
                Assert.Equal(why.LogOdds, why.BaseLogOdds + why.Themes.Sum(theme => theme.LogOdds), 1e-9);
                Assert.Equal(why.Themes.Count, why.Themes.Select(theme => theme.Theme).Distinct().Count());
                Assert.Equal(why.Themes.OrderByDescending(theme => Math.Abs(theme.LogOdds)), why.Themes);
                if (score.Lost) lost++;
                if (why.Themes.Any(theme => theme.Theme == "Lost")) bounded++;
            }
        Assert.True(lost > 30, $"{lost} lost");
        Assert.True(bounded > 0 && bounded <= lost, $"{bounded} of {lost} lost are held to the recency rule");
        Assert.Null(new Scorer(RetentionModel.Rule(90, 365), s_pounds, default)
            .Explain(HistoryOf.OrdersOn(SimulatedHistories.End.Day - 5), SimulatedHistories.End).Why);
    }

    private static (TrainedModel Trained, float[] Rows) Of(ModelLevel level) =>
        (level == ModelLevel.Blended ? s_blended : level == ModelLevel.ShorterHorizon ? s_carried : s_btyd).Value;

    private static (TrainedModel Trained, float[] Rows) Train(int customers, int days, int horizon)
    {
        var shop = SimulatedHistories.Customers(customers, days);
        var request = new TrainingRequest
        {
            Cutoff = SimulatedHistories.End, Horizon = Horizon.OfDays(horizon),
            ClvHorizon = Horizon.OfDays(horizon), Currency = s_pounds, Coverage = default
        };
        var trained = new TrainingRecipe(s_quick).Train(request, () => SimulatedHistories.Shards(shop), null, default);
        var schema = new FeatureSchema(trained.Model.Features);
        var builder = new FeatureBuilder(s_pounds, default);
        var registryRow = new float[FeatureBuilder.Width];
        var rows = new float[200 * schema.Width];
        var shard = SimulatedHistories.Shards(shop).First();
        for (var i = 0; i < 200; i++)
        {
            builder.Build(shard[i].Before(SimulatedHistories.End), registryRow);
            schema.Project(registryRow, rows.AsSpan(i * schema.Width, schema.Width));
        }
        return (trained, rows);
    }
}
