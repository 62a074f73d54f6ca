using PredictiveRetention.Audit;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Runs;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Audit;

/// <summary>Every figure twice, by two programs: what a night publishes, and what SQL makes of the same rows.</summary>
public sealed class NumberAuditTests() : StoreFixture(new SqliteUnderTest())
{
    /// <summary>A small shop with every source after a night whose figures hold: damaged in a copy.</summary>
    private static readonly Lazy<string> s_audited = new(SaveAudited);

    private static readonly GuardBands s_anything = new()
    {
        MaxCustomersGrowth = 100, MaxMeanShift = 1, MaxClvRatio = 1e9,
        MaxStabilityIndex = 1e9
    };

    public static TheoryData<int, bool, bool> Shops() =>
        new([..
            from seed in Enumerable.Range(0, 3)
                from zero in new[] { false, true }
                from merge in new[] { false, true }
                select (seed, zero, merge)]);

    [Theory]
    [MemberData(nameof(Shops))]
    public void Every_figure_of_a_shop_with_every_source_is_recomputed(int seed, bool zeroValue, bool mergeDays)
    {
        using var store = Shop(seed, 400, zeroValue, mergeDays);
        var result = Audit(store, new EveryKindOfShop(seed).AsOf);
        Assert.True(result.Figures > 10_000);
        AssertHolds(result);
    }

    [Fact]
    public void Every_figure_is_recomputed_by_other_settings_than_the_default()
    {
        using var store = Shop(7, 400, false, false);
        AssertHolds(Audit(store, new EveryKindOfShop(7).AsOf, settings => settings with
        {
            ShardSize = 71,
            Insights = new InsightSettings
            {
                Months = 14, Days = 100, MigrationMonths = 3, SmallGroup = 5, MiddleAgedFrom = 40,
                SeniorFrom = 60, TextValues = 4, CorrelationSample = 50
            },
            Segments = new SegmentSettings
            {
                ActiveDays = 45, AtRiskDays = 120, DormantDays = 300, NewDays = 30, ReactivatedGapDays = 60,
                PowerUserOrders = 4, FrequencyCuts = new ScoreCuts(1, 2, 3, 5)
            },
        }));
    }

    [Fact]
    public void Every_figure_of_a_second_night_is_recomputed_by_the_cut_offs_the_first_one_froze()
    {
        using var store = Shop(5, 300, false, false);
        var asOf = new EveryKindOfShop(5).AsOf;
        AssertHolds(Audit(store, asOf));
        var second = Audit(store, asOf.Plus(20));
        AssertHolds(second);
        Assert.Contains("an earlier night froze them", Assert.Single(second.NotRecomputed), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_figure_is_recomputed_from_PostgreSQL()
    {
        using var postgres = new PostgresUnderTest();
        using var store = RetentionStore.Open(postgres.NewAddress());
        new EveryKindOfShop(4).Import(store, 200);
        AssertHolds(Audit(store, new EveryKindOfShop(4).AsOf));
    }

    [Theory]
    [InlineData("UPDATE figure SET value = value * 1.000001 WHERE view = 'kpis' AND metric = 'aov'", "kpis", "aov", "value")]
    [InlineData("UPDATE figure SET numerator = numerator + 1 WHERE view = 'cohorts_month' AND metric = 'retention' AND d2 = '3'",
        "cohorts_month", "retention", "numerator")]
    [InlineData("UPDATE figure SET customers = customers + 1 WHERE view = 'by_persona' AND metric = 'orders'", "by_persona", "orders",
        "customers")]
    [InlineData("UPDATE figure SET state = 3 WHERE view = 'lorenz' AND d1 = 'clv'", "lorenz", "cumulative_share", "state")]
    [InlineData("DELETE FROM figure WHERE view = 'daily_active' AND d2 = 'Steady'", "daily_active", "daily_active", "not published")]
    [InlineData("UPDATE figure SET view = 'months_of_nothing' WHERE view = 'months'", "months_of_nothing", "month_orders",
        "not recomputed")]
    [InlineData("UPDATE prediction SET persona = 4 WHERE persona = 5", "predictions", "persona", "customers")]
    [InlineData("UPDATE prediction SET p_churn = 0.5", "predictions", "p_churn", "customers")]
    public void A_planted_error_is_named(string damage, string view, string metric, string part)
    {
        using var store = Audited();
        Engine.Execute(damage);
        Assert.Contains(NumberAudit.Check(store, store.Runs.Find(1)!).Differences,
            difference => (difference.View, difference.Metric, difference.Part) == (view, metric, part));
    }

    [Fact]
    public void An_order_changed_after_the_run_is_seen_wherever_it_counts_and_nowhere_else()
    {
        using var store = Audited();
        Engine.Execute(
            "UPDATE orders SET amount_minor = amount_minor + 1 WHERE (customer_key, order_id) = (SELECT customer_key, order_id FROM "
                + "orders WHERE is_valid AND amount_minor > 0 AND customer_key NOT IN (SELECT customer_key FROM refund) ORDER BY "
                + "ordered_at_ms LIMIT 1)");
        var differences = NumberAudit.Check(store, store.Runs.Find(1)!).Differences;
        Assert.All(["revenue", "aov"],
            metric => Assert.Contains(differences, difference => difference.View == "kpis" && difference.Metric == metric));
        Assert.All(["by_lifecycle", "months", "cohorts_month", "lorenz", "order_sequence"],
            view => Assert.Contains(differences, difference => difference.View == view));
        Assert.Contains(differences,
            difference => (difference.View, difference.Metric, difference.Part) == ("predictions", "net_revenue_minor", "customers"));
        Assert.DoesNotContain(differences,
            difference => difference.View is "funnel" or "second_order" or "daily_active" or "risk_distribution"
                || (difference.View != "predictions" && difference.Metric is "orders" or "buyers" or "clv" or "retention"));
    }

    [Fact]
    public void A_view_is_recomputed_by_itself_and_one_there_is_not_is_refused()
    {
        using var store = Audited();
        var result = NumberAudit.Check(store, store.Runs.Find(1)!, "funnel");
        Assert.Equal(new ViewCount("funnel", 5, 0), Assert.Single(result.Views));
        Assert.Equal(5, result.Figures);
        Assert.Equal(Failure.NotFound,
            Assert.Throws<RetentionException>(() => NumberAudit.Check(store, store.Runs.Find(1)!, "funnels")).Failure);
    }

    [Fact]
    public void Every_figure_of_the_Online_Retail_sample_is_recomputed()
    {
        var folder = Path.Combine(Repository.Root, "training-data", "online-retail");
        AssertHolds(Audit(Path.Combine(folder, "orders.csv"), "GBP", Path.Combine(folder, "refunds.csv")));
    }

    [Fact]
    public void Every_figure_of_CDNOW_is_recomputed() => AssertHolds(Audit(Repository.SharedData("cdnow/orders.csv"), "USD"));

    [Fact]
    public void Every_figure_of_Olist_is_recomputed() => AssertHolds(Audit(Repository.SharedData("olist/orders_delivered.csv.gz"), "BRL"));

    private static string SaveAudited()
    {
        using var maker = new NumberAuditTests();
        using var store = maker.Shop(2, 200, false, false);
        AssertHolds(maker.Audit(store, new EveryKindOfShop(2).AsOf));
        var file = Path.Combine(Path.GetTempPath(), $"retention-audited-{Guid.NewGuid():N}.db");
        ((SqliteUnderTest)maker.Engine).SaveTo(file);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(file);
        return file;
    }

    private RetentionStore Audited() => RetentionStore.Open(((SqliteUnderTest)Engine).NewCopyOf(s_audited.Value));

    private RetentionStore Shop(int seed, int customers, bool zeroValue, bool mergeDays)
    {
        var store = RetentionStore.Open(Engine.NewAddress());
        new EveryKindOfShop(seed).Import(store, customers);
        Engine.Execute($"UPDATE shop SET zero_value_purchases = {zeroValue}, merge_days = {mergeDays}");
        return store;
    }

    private AuditResult Audit(RetentionStore store, Cutoff asOf, Func<RunSettings, RunSettings>? with = null)
    {
        var settings = new RunSettings { ShardSize = 150, Parallelism = 1, Guard = s_anything };
        var night = new NightRun(store, Models, with is null ? settings : with(settings))
            .Execute(new RunRequest(RunPurpose.Night, asOf.Date, asOf), null, TestContext.Current.CancellationToken);
        return NumberAudit.Check(store, night.Run, cancellation: TestContext.Current.CancellationToken);
    }

    private AuditResult Audit(string orders, string currency, string? refunds = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var store = RetentionStore.Open(Engine.NewAddress());
        ImportRun.Execute(store,
            new ImportRequest
            {
                Preset = "generic", OrdersFile = orders, RefundsFile = refunds, ShopCurrency = currency,
                Calendar = BusinessCalendar.Utc, NowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()
            }, false, null, null, cancellation);
        return Audit(store, RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System).AsOf);
    }

    private static void AssertHolds(AuditResult result) =>
        Assert.True(result.Holds,
            $"{result.Differences.Count} of {result.Figures} differ: "
                + string.Join("; ", result.Differences.DistinctBy(difference => (difference.View, difference.Metric)).Take(12)));
}
