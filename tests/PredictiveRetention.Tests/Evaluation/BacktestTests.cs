using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class BacktestTests
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
    private static readonly Lazy<BacktestReport> s_report = new(() => Run(s_request, s_shop, 3));

    [Fact]
    public void Run_JudgesAtRollingOriginsOneHorizonApart_OnLabelsThatDoNotOverlap()
    {
        var report = s_report.Value;
        Assert.Equal([60, 120, 180], report.Origins.Select(origin => SimulatedHistories.End.Day - origin.Origin.Day));
        Assert.Empty(report.Notes);
        Assert.All(report.Origins, origin => Assert.Equal(ModelLevel.Blended, origin.Level));
        Assert.All(report.Origins, origin => Assert.Equal(ContenderKind.Model, origin.League.Model.Kind));
    }

    [Fact]
    public void Run_Standings_HoldTheirIntervalsAndNameTheWinner()
    {
        var standings = s_report.Value.Standings.ToDictionary(standing => standing.Measure);
        var auc = standings["auc"];
        Assert.All(auc.Contenders,
            placed => Assert.True(placed.Value.Low <= placed.Value.Value && placed.Value.Value <= placed.Value.High, $"{placed}"));
        Assert.Equal(auc.Contenders.OrderByDescending(placed => placed.Value.Value), auc.Contenders);
        var model = auc.Contenders.Single(placed => placed.Kind == ContenderKind.Model).Value.Value;
        Assert.Equal(s_report.Value.Origins.Average(origin => origin.League.Model.Churn!.Auc), model, 1e-12);
        Assert.Equal(model - auc.Contenders.Single(placed => placed.Name == auc.Rival).Value.Value, auc.Lead.Value, 1e-12);
    }

    [Theory]
    [InlineData(0.0, 1.0, "first")]
    [InlineData(1.0, 0.0, "behind")]
    [InlineData(0.5, 0.5, "tied")]
    public void Standings_TellFirstFromTiedFromBehind(double noise, double rivalsNoise, string verdict)
    {
        var random = new Random(5);
        double[] p = [.. Enumerable.Range(0, 3_000).Select(_ => random.NextDouble())];
        double[] Blurred(double by) => [.. p.Select(value => Math.Clamp(value + by * (random.NextDouble() - 0.5), 0, 1))];
        var slice = new LabelledSlice(
            SimulatedHistories.End, Horizon.OfDays(60), 0, [.. Enumerable.Range(0, p.Length).Select(i => (long)i * 7_919)], [], [], [],
            [.. p.Select(value => random.NextDouble() > value)], [.. p.Select(_ => 1)], [.. p.Select(_ => 1.0)], new OriginPast());
        var origin = new JudgedOrigin(slice, ModelLevel.Blended,
            [new Contender(Contender.Ours, ContenderKind.Model, Blurred(noise), null),
                new Contender("rival", ContenderKind.Rule, Blurred(rivalsNoise), null)], null);
        var standings = Standings.Rank([origin], default).ToDictionary(standing => standing.Measure);
        Assert.Equal((verdict, verdict), (standings["auc"].Verdict, standings["brier"].Verdict));
        Assert.DoesNotContain("gini", standings.Keys);
    }

    [Fact]
    public void Run_Mae_IsComparedAmongContendersOfLikeBiasOnly()
    {
        var report = s_report.Value;
        double Bias(string name) =>
            Math.Abs(Math.Log(report.Standings.Single(standing => standing.Measure == "bias").Contenders.Single(placed =>
                placed.Name == name).Value.Value));
        var mae = report.Standings.SingleOrDefault(standing => standing.Measure == "mae");
        Assert.All(mae?.Contenders ?? [],
            placed => Assert.True(placed.Kind == ContenderKind.Model || Bias(placed.Name) <= Bias(Contender.Ours) + 0.05, placed.Name));
        Assert.DoesNotContain(mae?.Contenders ?? [], placed => placed.Name == "spend to date");
    }

    [Fact]
    public void Run_Slices_AddUpToEverybody_AndIntervalsHold()
    {
        var report = s_report.Value;
        var all = report.Slices.Single(slice => slice.Dimension == "all");
        Assert.Equal(report.Origins.Sum(origin => origin.Customers), all.Customers);
        Assert.InRange(all.Coverage90!.Value, 0.86, 0.95);
        Assert.InRange(all.Coverage80!.Value, 0.75, 0.88);
        var segments = report.Slices.Where(slice => slice.Dimension == "segment").ToList();
        Assert.Equal(["new or not"], segments.Select(slice => slice.Value).Distinct());
        Assert.Equal(all.Customers, segments.Sum(slice => slice.Customers));
        Assert.All(report.Slices, slice => Assert.True(slice.Customers >= Backtest.MinSlice || slice.Dimension == "all"));
        Assert.All(report.Slices, slice => Assert.InRange(slice.MeanPChurn - slice.ChurnRate, -0.12, 0.12));
    }

    [Fact]
    public void Run_SameDataSameSeed_SameReport() =>
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(s_report.Value.Standings),
            System.Text.Json.JsonSerializer.Serialize(Run(s_request, s_shop, 3).Standings));

    [Fact]
    public void Run_NothingAtOrAfterTheOrigin_ChangesWhatIsSaidThere()
    {
        // Everybody buys in the last horizon, once: nothing can be judged there, and the older origins are judged as before.
        var (request, end) = (s_request, SimulatedHistories.End.Day - 60);
        var changed = s_shop.Select(customer => (customer.Key,
            customer.Orders.Where(order => order.Day < end).Append(new Order(SimulatedHistories.End.Day - 1, 5_000)).ToArray()))
            .ToList();
        var expected = s_report.Value.Origins.Skip(1).Select(origin => (origin.Origin, origin.League.Model.Churn!.LogLoss));
        Assert.Equal(expected, Run(request, changed, 3).Origins.Select(origin => (origin.Origin, origin.League.Model.Churn!.LogLoss)));
    }

    [Fact]
    public void Run_ShortHistory_JudgesOnWhatThereIsAndSaysSo()
    {
        var report = Run(s_request with { Horizon = Horizon.OfDays(250) }, SimulatedHistories.Customers(1500, 260), 3);
        Assert.Equal(130, report.Horizon.Days);
        Assert.Contains(report.Notes, note => note.Contains("too short to judge 250 days on", StringComparison.Ordinal));
        Assert.Contains(report.Notes, note => note.Contains("of 3 origins", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_NoHorizonToJudgeOn_IsRefusedWithTheReason()
    {
        var refused = Assert.Throws<RetentionException>(() => Run(s_request, [.. s_shop.Take(40)], 2));
        Assert.Equal(Failure.InputRejected, refused.Failure);
        Assert.Contains("too few customers had bought to fit on", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeakAudit_Coins_AreKnownOnlyWhereACustomerIsOnBothSides()
    {
        var random = new Random(3);
        long[] keys = [.. Enumerable.Range(0, 800).Select(i => (long)i * 7_919 + 1)];
        float[] rows = [.. keys.SelectMany(_ => Enumerable.Range(0, 5).Select(_ => (float)random.NextDouble()))];
        LabelledSlice[] origins = [.. new[] { 0,
            30 }.Select(days => new LabelledSlice(SimulatedHistories.End.Minus(days), Horizon.OfDays(60), 5, keys, rows, [], [], [], [], [],
                new OriginPast()))];
        var (fair, error) = LeakAudit.Coins(origins, (key, _) => CustomerKey.FoldOf(key, 2));
        Assert.InRange(fair, 0.5 - 4 * error, 0.5 + 4 * error);
        var (leaking, _) = LeakAudit.Coins(origins, (_, origin) => origin.Day % 60 < 30 ? 1 : 0);
        Assert.True(leaking > 0.5 + 4 * error, $"{leaking} by {error}");
    }

    [Fact]
    public void LeakAudit_OfTheRecipe_Passes() =>
        Assert.True(s_report.Value.Leaks.Passed, string.Join("; ", LeakWords.Sentences(s_report.Value.Leaks)));

    [Fact]
    public void FutureProbe_AFeatureThatLooksAhead_IsNamed()
    {
        var origin = SimulatedHistories.End.Minus(60);
        var probe = FutureProbe.Compare(SimulatedHistories.Shards(s_shop), origin, ["honest", "ahead"], (in CustomerHistory history,
            Span<float> row) =>
        {
            row[0] = history.Before(origin).Orders.Length;
            row[1] = history.Orders.Length;
        }, default);
        Assert.True(probe.Customers > 100);
        Assert.Equal(["ahead"], probe.Shifted);
    }

    [Fact]
    public void LeakAudit_AFeatureThatIsTheLabel_SetsOffTheAlarm()
    {
        var slice = new SliceBuilder(s_request.Currency, default, FeatureSchema.For(default, 600)).Build(
            SimulatedHistories.Shards(s_shop), [(SimulatedHistories.End.Minus(60), Horizon.OfDays(60))], 1, default).Values.Single();
        var rows = (float[])slice.Rows.Clone();
        var random = new Random(3);
        for (var i = 0; i < slice.Count; i++) rows[i * slice.Width] = (slice.Ordered[i] ? 1 : 0) + (float)random.NextDouble() * 1.1f;
        double[] p = [.. slice.Facts.Select(facts => RecencyRule.PChurn(facts.DaysSinceLastOrder, 60))];
        LeakAudit Audit(LabelledSlice of) =>
            LeakAudit.Audit(new FutureProbe(1, []),
                new JudgedOrigin(of, ModelLevel.Blended, [new Contender(Contender.Ours, ContenderKind.Model, p, null)], null), [],
                [.. Enumerable.Range(0, slice.Width).Select(j => $"f{j}")]);
        Assert.Contains("f0", Audit(slice with { Rows = rows }).Alarms.Select(alarm => alarm.Feature));
        Assert.False(Audit(slice with { Rows = rows }).Passed);
        Assert.True(Audit(slice).Passed);
    }

    private static BacktestReport Run(TrainingRequest request, IReadOnlyList<(long Key, Order[] Orders)> shop, int origins) =>
        new Backtest(s_quick).Run(request, () => SimulatedHistories.Shards(shop), origins, _ => "new or not", null, default);
}
