using System.Text.Json;
using PredictiveRetention.Audit;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Ingestion;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>Orders that begin with the shop, and orders that begin in the middle of its life.</summary>
public sealed class DataBeginningTests() : StoreFixture(new SqliteUnderTest())
{
    private const int Newcomers = 20, Older = 300;

    private static readonly int s_from = BusinessCalendar.DayNumber(new DateOnly(2025, 1, 1));
    private static readonly Cutoff s_asOf = Cutoff.Parse("2026-01-01");

    private readonly List<OrderRow> _orders = [];
    private readonly List<CustomerRow> _customers = [];

    [Fact]
    public void Who_was_seen_before_the_data_begin_is_no_new_customer()
    {
        TruncatedShop(firstSeen: true);
        var figures = Night(out var recipe);
        Assert.Null(recipe.Beginning);
        Assert.Equal("22 / 220", Sums(figures, "cohort_average_month", "retention", "1"));
        Assert.All(["2025-01", "2025-02", "2025-12"], month => Assert.Equal(20, Value(figures, "months", "month_new_customers", month)));
        Assert.Equal(Older, Value(figures, "by_cohort_month", "customers", "before 2025-01"));
        // Of November those from the third on.
        Assert.Equal((2 * Newcomers) - 2, Value(figures, "by_business_segment", "customers", "New"));
        Assert.True(Value(figures, "kpis", "tenure_days", "") > 365);
        // Who came back of those whose first purchase it is, not of those who had bought before.
        Assert.Equal((11 * Newcomers) + 2, figures.Single(figure => figure is { View: "second_order", D1: "30" }).Denominator);
    }

    [Fact]
    public void First_cohorts_that_probably_hold_older_customers_say_so_and_are_in_no_average()
    {
        TruncatedShop(firstSeen: false);
        var figures = Night(out var recipe);
        Assert.Equal(new DateOnly(2025, 3, 1), recipe.Beginning!.NewFrom);
        Assert.Equal("18 / 180", Sums(figures, "cohort_average_month", "retention", "1"));
        foreach (var (view, metric) in new[] { ("months", "month_new_customers"), ("cohorts_month", "retention") })
        {
            var marked = figures.Where(figure => (figure.View, figure.Metric) == (view, metric) && figure.D1 is ("2025-01" or "2025-02"))
                .ToList();
            Assert.NotEmpty(marked);
            Assert.All(marked, figure => Assert.Equal(FigureState.NotAvailable, figure.State));
            Assert.All(marked, figure => Assert.Null(figure.Value));
            Assert.All(marked, figure => Assert.Equal(recipe.Beginning.Reason, figure.Note));
        }
        Assert.Equal(20, Value(figures, "months", "month_new_customers", "2025-03"));
        Assert.Equal(FigureState.NotAvailable,
            figures.First(figure => figure is { View: "cohorts_quarter", Metric: "retention", D1: "2025-Q1" }).State);
        Assert.Contains("older customers", figures.First(figure => figure is { View: "by_cohort_month", D1: "2025-01" }).Note,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 2, 20, 2)] // a launch brings many, who return like others
    [InlineData(20, 16, 20, 2)] // the first are the most loyal, and no more than later
    [InlineData(20, 2, 40, 8)] // it grows, and gets better
    [InlineData(200, 0, 0, 0)] // it wins nobody any more
    public void A_shop_the_data_begin_with_is_left_as_it_is(int firsts, int back, int later, int laterBack)
    {
        for (var month = 0; month < 12; month++)
        {
            var (many, returning) = month == 0 ? (firsts, back * firsts / 20) : (later, laterBack);
            for (var i = 0; i < many; i++) Buy($"N{month}-{i}", Day(month) + (i % 28), i < returning ? 45 : null);
        }
        Night(out var recipe);
        Assert.Null(recipe.Beginning);
    }

    [Fact]
    public void A_first_order_long_after_an_account_was_opened_says_nothing_of_when_somebody_joined()
    {
        TruncatedShop(firstSeen: false);
        foreach (var id in _orders.Select(order => order.CustomerId).Distinct())
            _customers.Add(new CustomerRow(id, FirstSeenAtMs: BusinessCalendar.Utc.StartOf(s_asOf.Day - 1)));
        Night(out var recipe);
        Assert.Equal(new DateOnly(2025, 3, 1), recipe.Beginning?.NewFrom);
    }

    [Fact]
    public void A_month_whose_rows_were_rejected_is_no_month_without_orders()
    {
        using var files = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount\n" + string.Concat(Enumerable.Range(0, 90).Select(i =>
                $"c{i % 9},{i},{(i % 3 == 1 ? "2025-02-3x" : $"2025-0{1 + (i % 3)}-0{1 + (i % 9)}")},{(i == 5 ? "x" : "1.00")}\n")),
        };
        var quality = files.Quality;
        Assert.Equal([new RejectedMonth("2025-03", 1), new RejectedMonth(null, 30)], quality.RejectedByMonth);
        using var store = RetentionStore.Open(Engine.NewAddress());
        using (var writer = store.Imports.Begin())
        {
            writer.UseShop(Currency.Parse("EUR"), BusinessCalendar.Utc);
            writer.Orders(files.Stored);
            writer.Commit("generic", "orders.csv", 90, 59, 31, JsonSerializer.Serialize(new QualityReport("EUR", [quality]),
                JsonSerializerOptions.Web));
        }
        var figures = Night(store, Cutoff.Parse("2025-04-01"), out _);
        var orders = figures.Where(figure => figure is { View: "months", Metric: "month_orders" }).ToDictionary(figure => figure.D1);
        Assert.Equal(30, orders["2025-01"].Value);
        Assert.Null(orders["2025-01"].Note);
        Assert.Equal(FigureState.NotAvailable, orders["2025-02"].State);
        Assert.Null(orders["2025-02"].Value);
        Assert.Equal("30 rows whose date could not be read were rejected at import 1", orders["2025-02"].Note);
        Assert.Equal(29, orders["2025-03"].Value);
        Assert.Equal("1 rows dated in it were rejected at import 1", orders["2025-03"].Note);
        Assert.Equal(29.5, figures.Single(figure => figure.Metric == "average_month_revenue").Value);
    }

    /// <summary>Old customers who buy every month and a half, and new ones of whom a tenth comes back in the next month.</summary>
    private void TruncatedShop(bool firstSeen)
    {
        for (var i = 0; i < Older; i++)
        {
            var id = $"E{i}";
            if (firstSeen) Seen(id, s_from - 30 - (i * 5));
            for (var day = s_from + (i * 7 % 45); day < s_asOf.Day; day += 40 + (i % 10)) Buy(id, day, null);
        }
        for (var month = 0; month < 12; month++)
        {
            for (var i = 0; i < Newcomers; i++)
            {
                var day = Day(month) + i;
                if (firstSeen) Seen($"N{month}-{i}", day);
                Buy($"N{month}-{i}", day, i < 2 ? 31 : null);
            }
        }
    }

    private static int Day(int month) => BusinessCalendar.DayNumber(new DateOnly(2025, 1 + month, 1));

    private void Seen(string id, int day) => _customers.Add(new CustomerRow(id, FirstSeenAtMs: BusinessCalendar.Utc.StartOf(day)));

    private void Buy(string id, int day, int? again)
    {
        _orders.Add(new OrderRow(id, $"{id}-{day}", BusinessCalendar.Utc.StartOf(day), 1000, "EUR"));
        if (again is { } later && day + later < s_asOf.Day) Buy(id, day + later, null);
    }

    private IReadOnlyList<Figure> Night(out InsightRecipe recipe)
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        using (var writer = store.Imports.Begin())
        {
            writer.UseShop(Currency.Parse("EUR"), BusinessCalendar.Utc);
            writer.Customers(_customers);
            writer.Orders(_orders);
            writer.Commit("test", "", 0, 0, 0, "{}");
        }
        return Night(store, s_asOf, out recipe);
    }

    /// <summary>And every figure of it is what SQL makes of the rows.</summary>
    private IReadOnlyList<Figure> Night(RetentionStore store, Cutoff asOf, out InsightRecipe recipe)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var run = new NightRun(store, Models, new RunSettings { ShardSize = 150, Parallelism = 1 })
            .Execute(new RunRequest(RunPurpose.Night, asOf.Date, asOf), null, cancellation).Run;
        recipe = run.Recipe!.Insights!;
        Assert.Empty(NumberAudit.Check(store, run, cancellation: cancellation).Differences);
        return store.Figures.ReadAsync(run.RunId, cancellation: cancellation).GetAwaiter().GetResult();
    }

    private static string Sums(IEnumerable<Figure> figures, string view, string metric, string label)
    {
        var one = figures.Single(figure => (figure.View, figure.Metric, figure.D1) == (view, metric, label));
        return FormattableString.Invariant($"{one.Numerator} / {one.Denominator}");
    }

    private static double? Value(IEnumerable<Figure> figures, string view, string metric, string label) =>
        figures.Single(figure => (figure.View, figure.Metric, figure.D1) == (view, metric, label)).Value;
}
