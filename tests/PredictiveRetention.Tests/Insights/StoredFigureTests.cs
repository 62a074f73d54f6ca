using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>Figures through the store: what an import may bring that must not break or bend them.</summary>
public sealed class StoredFigureTests() : StoreFixture(new SqliteUnderTest())
{
    private static readonly int s_today = SimulatedHistories.End.Day;

    [Fact]
    public async Task A_refund_of_an_order_that_is_no_sale_takes_nothing_from_what_was_sold()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(
            [Some.Order("a", "1", s_today - 50, 10_000), Some.Order("a", "2", s_today - 40, 7_000, valid: false),
                Some.Order("a", "3", s_today - 30, 3_000)],
            [new RefundRow("a", "r", Some.Shop.Calendar.StartOf(s_today - 20), 7_000, "GBP", "2"),
                new RefundRow("a", "s", Some.Shop.Calendar.StartOf(s_today - 10), 1_000, "GBP", "3")]);
        Assert.Equal(120, await ValueAsync(store, Night(store), "kpis", "revenue"));
        Assert.Equal("10", Engine.Query("SELECT CAST(refunded AS int) FROM v_customer_360")[0]);
    }

    [Fact]
    public async Task A_source_may_call_a_value_like_the_rest_or_write_a_novel_into_it()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        var channels = Enumerable.Range(0, 80).Select(i => i == 0 ? "(other values)" : i == 1 ? new string('x', 9000) : "channel " + i);
        store.Import(
            Enumerable.Range(0, 160).Select(i => Some.Order("c" + i, "1", s_today - 50)),
            customers: channels.SelectMany((channel,
                i) => new[] { new CustomerRow("c" + 2 * i, AcquisitionChannel: channel),
                    new CustomerRow("c" + (2 * i + 1), AcquisitionChannel: channel) }));
        var figures = await store.Figures.ReadAsync(Night(store).RunId, "by_channel", "customers");
        Assert.Equal(160, figures.Sum(figure => figure.Value));
        Assert.Equal(figures.Count, figures.Select(figure => figure.D1).Distinct().Count());
        Assert.All(figures, figure => Assert.InRange(figure.D1.Length, 1, 120));
    }

    [Fact]
    public void Cut_offs_of_past_quarters_stand_until_an_import_brings_orders_of_before()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(300, seed: 1));
        var first = Night(store).Recipe!.Insights!.Quarters;
        store.Import([Some.Order("late", "1", s_today - 1, 99_000_000)]);
        Assert.Equal(first.Select(quarter => quarter.Cutoffs), Night(store).Recipe!.Insights!.Quarters.Select(quarter => quarter.Cutoffs));
        store.Import(SimulatedHistories.Customers(300, seed: 2).SelectMany(customer => customer.Orders.Select((order,
            i) => Some.Order("E" + customer.Key, $"E{customer.Key}-{i}", order.Day, 50 * order.AmountMinor))));
        Assert.NotEqual(first[^1].Cutoffs, Night(store).Recipe!.Insights!.Quarters[^1].Cutoffs);
    }

    [Fact]
    public async Task A_store_of_an_earlier_version_learns_which_sources_it_has_when_it_is_opened()
    {
        var address = Engine.NewAddress();
        using (var store = RetentionStore.Open(address))
            store.Import([Some.Order("a", "1", s_today - 50)], customers: [new CustomerRow("a", Country: "GB", Gender: "female")]);
        // As 0003 left it: summaries without the sources that are told apart since.
        Engine.Execute(
            "DELETE FROM source_span WHERE source >= 16384; DELETE FROM schemaversions WHERE scriptname >= 'schema/0004'; DROP VIEW "
                + "v_cohort; DROP VIEW v_segment_month; DROP VIEW v_metric; DROP VIEW v_rfm; DROP VIEW v_actions; DROP VIEW "
                + "v_customer_360; DROP VIEW v_current_predictions; DROP VIEW v_order; DROP VIEW v_runs; DROP TABLE segment_name; DROP "
                + "TABLE metric_name; DROP TABLE figure; DROP TABLE card; DROP TABLE action_work; DROP TABLE action_event; ALTER TABLE "
                + "run_shard DROP COLUMN insights; ALTER TABLE shop DROP COLUMN zero_value_purchases; ALTER TABLE shop DROP COLUMN "
                + "merge_days; ALTER TABLE shop DROP COLUMN minor_per_unit; ALTER TABLE orders DROP COLUMN import_id; ALTER TABLE refund "
                + "DROP COLUMN is_undated; DROP INDEX orders_by_id; DROP INDEX customer_by_plain_id; ALTER TABLE import_batch DROP COLUMN "
                + "order_identity; ALTER TABLE order_span ADD COLUMN first_ms bigint; ALTER TABLE order_span ADD COLUMN last_ms bigint; "
                + "DROP TABLE nobody_order; DROP TABLE source_choice; DROP TABLE play; DROP TABLE assignment; DROP TABLE assignment_end; "
                + "DROP TABLE assignment_past; DROP TABLE assignment_past_count; "
                + "ALTER TABLE run_shard DROP COLUMN decisions; "
                + "DROP TABLE score_night; DROP TABLE score_member; DROP TABLE score_chunk; "
                + string.Concat(new[] { "overdue", "slipping", "still_buying", "usual_gap_days", "high_value", "revenue_12m_minor" }
                    .Append("risk_rise").Select(column => $"ALTER TABLE prediction DROP COLUMN {column}; ")));
        using var opened = RetentionStore.Open(address);
        Assert.Equal(1, await ValueAsync(opened, Night(opened), "by_country", "customers", "GB"));
    }

    private Run Night(RetentionStore store) =>
        new NightRun(store, Models,
            new RunSettings
            {
                ShardSize = 50,
                Guard = new GuardBands { MaxCustomersGrowth = 100, MaxMeanShift = 1, MaxClvRatio = 1e9, MaxStabilityIndex = 1e9 }
            })
            .Execute(new RunRequest(RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End, Again: true), null, default).Run;

    private static async Task<double?> ValueAsync(RetentionStore store, Run run, string view, string metric, string d1 = "") =>
        (await store.Figures.ReadAsync(run.RunId, view, metric)).Single(figure => figure.D1 == d1).Value;
}
