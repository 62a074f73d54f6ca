using CsCheck;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Features;

public class FeatureBuilderTests
{
    private static readonly Currency s_pounds = Currency.Parse("GBP");
    private static readonly SourceCoverage s_everything = new((DataSource)~0);

    [Theory]
    [InlineData("frequency", 4)]
    [InlineData("days_since_last_order", 10)]
    [InlineData("tenure_days", 100)]
    [InlineData("monetary_total", 100)]
    [InlineData("monetary_mean", 25)]
    [InlineData("btyd_frequency", 2)]
    [InlineData("btyd_recency", 90)]
    [InlineData("btyd_monetary", 40)]
    [InlineData("gap_mean", 45)]
    [InlineData("gap_median", 45)]
    [InlineData("gap_last", 30)]
    [InlineData("gap_max", 60)]
    [InlineData("overdue_ratio", 10.0 / 45)]
    [InlineData("recency_share", 0.9)]
    [InlineData("orders_30d", 1)]
    [InlineData("orders_90d", 2)]
    [InlineData("spend_90d", 80)]
    [InlineData("orders_180d", 4)]
    [InlineData("orders_trend_90d", 0)]
    [InlineData("order_value_last", 50)]
    [InlineData("order_value_max", 50)]
    [InlineData("has_repeat", 1)]
    [InlineData("has_year", 0)]
    [InlineData("zero_value_orders", 1)]
    public void Features_OfFourOrdersOnThreeDays_AreAsCountedByHand(string name, double expected)
    {
        // 100 days ago 10 and 10, 40 days ago 30, 10 days ago 50; and an order worth nothing.
        var history = HistoryOf.Orders(
            new Order(HistoryOf.Today - 100, 1000), new Order(HistoryOf.Today - 100, 1000), new Order(HistoryOf.Today - 50, 0),
            new Order(HistoryOf.Today - 40, 3000), new Order(HistoryOf.Today - 10, 5000));
        Assert.Equal(expected, Value(history, name), 1e-5);
    }

    [Theory]
    [InlineData(-38, -37, 1, 1)]
    [InlineData(-38, -40, 0, 0.5)]
    [InlineData(null, -40, 0, 1)]
    public void LastLate_IsOfTheLastDelivery_AndOfNoOther(int? promised, int delivered, double late, double lateShare)
    {
        var history = HistoryOf.Orders(
            new Order(HistoryOf.Today - 90, 1000, PromisedDay: HistoryOf.Today - 85, DeliveredDay: HistoryOf.Today - 80),
            new Order(HistoryOf.Today - 50, 1000, PromisedDay: HistoryOf.Today + promised, DeliveredDay: HistoryOf.Today + delivered));
        Assert.Equal((late, lateShare), (Value(history, "last_late"), Value(history, "late_share")));
    }

    [Fact]
    public void Facts_CountMoneyExactly()
    {
        var history = new CustomerHistory(HistoryOf.Customer(), [new Order(HistoryOf.Today - 5, 1999, DiscountMinor: 201)],
            [new Refund(HistoryOf.Today - 1, 500)]);
        var facts = new FeatureBuilder(s_pounds, s_everything)
            .Build(history.Before(new Cutoff(HistoryOf.Today)), new float[FeatureBuilder.Width]);
        Assert.Equal(1499, facts.NetRevenueMinor);
        Assert.Equal(2200, facts.GrossMinor);
        Assert.Equal(201, facts.DiscountMinor);
        Assert.Equal(1, facts.DiscountedOrders);
    }

    [Fact]
    public void A_fully_refunded_order_is_no_purchase_from_the_day_of_the_refund_on()
    {
        Order[] orders = [new Order(HistoryOf.Today - 50, 1000, OrderKey: 7), new Order(HistoryOf.Today - 20, 1000, OrderKey: 8)];
        Refund[] refunds = [new Refund(HistoryOf.Today - 10, 1000, OrderKey: 8)];
        Assert.Equal(2, Value(new CustomerHistory(HistoryOf.Customer(), orders, refunds), "frequency", HistoryOf.Today - 10));
        Assert.Equal(1, Value(new CustomerHistory(HistoryOf.Customer(), orders, refunds), "frequency", HistoryOf.Today - 9));
    }

    [Fact]
    public void A_refund_is_taken_from_all_that_was_paid_its_own_order_too()
    {
        // Two orders of 10.00, one of them refunded in full: half is kept, not nothing.
        var history = new CustomerHistory(HistoryOf.Customer(),
            [new Order(HistoryOf.Today - 50, 1000, OrderKey: 7), new Order(HistoryOf.Today - 20, 1000, OrderKey: 8)],
            [new Refund(HistoryOf.Today - 10, 1000, OrderKey: 8)]);
        Assert.Equal((10, 0.5, 10),
            (Value(history, "monetary_total"), Value(history, "refund_rate"), Value(history, "refunded_total")));
    }

    [Fact]
    public void A_refund_without_a_date_counts_in_money_kept_and_is_no_event_in_time()
    {
        Order[] orders = [new Order(HistoryOf.Today - 50, 4000, OrderKey: 7)];
        CustomerHistory At(int day) =>
            new(HistoryOf.Customer(), orders, new[] { new Refund(day, 1000, OrderKey: 7, IsUndated: true) });

        var history = At(HistoryOf.Today - 45);
        Assert.Equal((30, 10), (Value(history, "monetary_total"), Value(history, "refunded_total")));
        Assert.Equal((0, 0, 0, 0), (Value(history, "refunds"), Value(history, "has_refund"), Value(history, "refunded_365d"),
            Value(history, "refund_rate")));
        Assert.True(double.IsNaN(Value(history, "days_since_last_refund")));
        // Another export may estimate another day: nothing a model reads moves, so no drift comes of it.
        Assert.Equal(Build(history, new Cutoff(HistoryOf.Today)), Build(At(HistoryOf.Today - 3), new Cutoff(HistoryOf.Today)));
    }

    [Fact]
    public void A_row_is_the_same_to_the_last_bit_in_every_currency() => s_rows.Sample(rows =>
    {
        // The same shop with a hundred times the amounts in a currency whose minor unit is ten times coarser.
        var won = new Rows(
            [.. rows.Orders.Select(o => o with { AmountMinor = 10 * o.AmountMinor, DiscountMinor = 10 * o.DiscountMinor,
                MarginMinor = 10 * o.MarginMinor })],
            [.. rows.Refunds.Select(r => r with { AmountMinor = 10 * r.AmountMinor })], rows.Events,
            [.. rows.Subscriptions.Select(s => s with { AmountMinor = 10 * s.AmountMinor })]);

        Assert.Equal(In("EUR", 2_337.5, rows), In("KRW", 23_375, won));

        static float[] In(string currency, double medianOrderMinor, Rows rows)
        {
            var row = new float[FeatureBuilder.Width];
            new FeatureBuilder(MoneyUnit.Of(Currency.Parse(currency), medianOrderMinor), s_everything)
                .Build(rows.History().Before(new Cutoff(HistoryOf.Today)), row);
            return row;
        }
    });

    [Fact]
    public void An_absent_source_is_an_absent_feature_not_zero()
    {
        var row = new float[FeatureBuilder.Width];
        new FeatureBuilder(s_pounds, default).Build(HistoryOf.OrdersOn(HistoryOf.Today - 5).Before(new Cutoff(HistoryOf.Today)), row);
        foreach (var (feature, value) in FeatureRegistry.All.Zip(row))
            if (feature.Source != DataSource.Orders) Assert.True(float.IsNaN(value), feature.Name);
        Assert.DoesNotContain(FeatureSchema.For(default, 1000).Names,
            name => FeatureRegistry.All[FeatureRegistry.IndexOf(name)].Source != DataSource.Orders);
    }

    [Fact]
    public void Every_feature_that_can_be_absent_has_an_indicator_of_the_same_or_no_further_source()
    {
        foreach (var feature in FeatureRegistry.All)
        {
            Assert.NotEmpty(feature.Meaning);
            if (feature.Indicator is not { } indicator) continue;
            var other = FeatureRegistry.All[FeatureRegistry.IndexOf(indicator)];
            Assert.True(other.Source == feature.Source || other.Source == DataSource.Orders, $"{feature.Name} needs {indicator}");
        }
        Assert.Equal(FeatureRegistry.All.Count, FeatureRegistry.All.Select(feature => feature.Name).Distinct().Count());
    }

    /// <summary>Histories of every kind of row around the cutoff.</summary>
    private static readonly Gen<Rows> s_rows =
        from orders in Gen.Select(Gen.Int[-300, 300], Gen.Long[0, 9000], Gen.Int[-40, 60], Gen.Int[0, 5]).Array[1, 12]
        from refunds in Gen.Select(Gen.Int[-300, 300], Gen.Long[1, 9000]).Array[0, 4]
        from events in Gen.Select(Gen.Int[-300, 300], Gen.Int[1, 7]).Array[0, 8]
        from subscriptions in Gen.Select(Gen.Int[-300, 300], Gen.Int[0, 400], Gen.Int[0, 400]).Array[0, 3]
        select new Rows(
            [.. orders.Select(o => new Order(HistoryOf.Today + o.Item1, o.Item2, o.Item2 / 10, o.Item4, o.Item2 / 3, o.Item4, o.Item4 % 3,
                HistoryOf.Today + o.Item1 + 5, HistoryOf.Today + o.Item1 + Math.Abs(o.Item3), 1 + o.Item4 % 5, o.Item2))
                .OrderBy(o => o.Day)],
            [.. refunds.Select(r => new Refund(HistoryOf.Today + r.Item1, r.Item2, r.Item2)).OrderBy(r => r.Day)],
            [.. events.Select(e => new Engagement(HistoryOf.Today + e.Item1, (EngagementType)e.Item2)).OrderBy(e => e.Day)],
            [.. subscriptions.Select(s => new Subscription(HistoryOf.Today + s.Item1, HistoryOf.Today + s.Item1 + s.Item2,
                HistoryOf.Today + s.Item1 + s.Item3, 500))
                .OrderBy(s => s.StartedDay)]);

    [Fact]
    public void Moving_adding_or_deleting_anything_at_or_after_the_cutoff_changes_no_feature()
    {
        var cutoff = new Cutoff(HistoryOf.Today);
        Gen.Select(s_rows, s_rows, Gen.Int[0, 500]).Sample((known, other, shift) =>
        {
            var expected = Build(known.History(), cutoff);
            Assert.Equal(expected, Build(known.Without(cutoff).History(), cutoff));
            Assert.Equal(expected, Build(known.FutureMoved(cutoff, shift).History(), cutoff));
            Assert.Equal(expected, Build(known.WithFutureOf(other, cutoff).History(), cutoff));
        });
    }

    [Fact]
    public void Changing_the_past_changes_features()
    {
        // The property above could be met by features that never change: they do.
        var cutoff = new Cutoff(HistoryOf.Today);
        Assert.NotEqual(Build(HistoryOf.OrdersOn(HistoryOf.Today - 5, HistoryOf.Today - 2), cutoff),
            Build(HistoryOf.OrdersOn(HistoryOf.Today - 5), cutoff));
        Assert.NotEqual(Build(HistoryOf.OrdersOn(HistoryOf.Today - 1), cutoff), Build(HistoryOf.OrdersOn(HistoryOf.Today - 2), cutoff));
    }

    [Fact]
    public void Project_NoNaNOrInfinity_ReachesAModel() => s_rows.Sample(rows =>
    {
        var schema = FeatureSchema.For(s_everything, 1000, demographics: true);
        var projected = new float[schema.Width];
        schema.Project(Build(rows.History(), new Cutoff(HistoryOf.Today)), projected);
        Assert.All(projected, value => Assert.True(float.IsFinite(value)));
    });

    private static double Value(CustomerHistory history, string name, int day = HistoryOf.Today) =>
        Build(history, new Cutoff(day))[FeatureRegistry.IndexOf(name)];

    private static float[] Build(CustomerHistory history, Cutoff cutoff)
    {
        var row = new float[FeatureBuilder.Width];
        new FeatureBuilder(s_pounds, s_everything).Build(history.Before(cutoff), row);
        return row;
    }

    private sealed record Rows(Order[] Orders, Refund[] Refunds, Engagement[] Events, Subscription[] Subscriptions)
    {
        public CustomerHistory History() => new(HistoryOf.Customer(), Orders, Refunds, Events, Subscriptions);

        public Rows Without(Cutoff cutoff) => new(
            [.. Orders.Where(o => o.Day < cutoff.Day)
                .Select(o => o with { DeliveredDay = o.DeliveredDay >= cutoff.Day ? null : o.DeliveredDay })],
            [.. Refunds.Where(r => r.Day < cutoff.Day)],
            [.. Events.Where(e => e.Day < cutoff.Day)],
            [.. Subscriptions.Where(s => s.StartedDay < cutoff.Day)
                .Select(s => s with { EndedDay = s.EndedDay >= cutoff.Day ? null : s.EndedDay,
                    CancelledDay = s.CancelledDay >= cutoff.Day ? null : s.CancelledDay })]);

        /// <summary>Everything at or after the cutoff happens later still.</summary>
        public Rows FutureMoved(Cutoff cutoff, int days)
        {
            return new Rows(
                [.. Orders.Select(o => o with { Day = Moved(o.Day), DeliveredDay = MaybeMoved(o.DeliveredDay) })],
                [.. Refunds.Select(r => r with { Day = Moved(r.Day) })],
                [.. Events.Select(e => e with { Day = Moved(e.Day) })],
                [.. Subscriptions.Select(s => s with { StartedDay = Moved(s.StartedDay), EndedDay = MaybeMoved(s.EndedDay),
                    CancelledDay = MaybeMoved(s.CancelledDay) })]);

            int Moved(int day) => day < cutoff.Day ? day : day + days;
            int? MaybeMoved(int? day) => day is { } known ? Moved(known) : null;
        }

        public Rows WithFutureOf(Rows other, Cutoff cutoff) => new(
            [.. Orders.Where(o => o.Day < cutoff.Day), .. other.Orders.Where(o => o.Day >= cutoff.Day)],
            [.. Refunds.Where(r => r.Day < cutoff.Day), .. other.Refunds.Where(r => r.Day >= cutoff.Day)],
            [.. Events.Where(e => e.Day < cutoff.Day), .. other.Events.Where(e => e.Day >= cutoff.Day)],
            [.. Subscriptions.Where(s => s.StartedDay < cutoff.Day), .. other.Subscriptions.Where(s => s.StartedDay >= cutoff.Day)]);
    }
}
