using System.Data.Common;
using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>Histories of customers as they were before a cutoff: valid orders, and what else the shop's sources say.</summary>
public sealed class HistoryReader
{
    private readonly Engine _engine;

    internal HistoryReader(Engine engine) => _engine = engine;

    /// <summary>
    /// Fills the buffers with every customer of a range who has a valid order before the cutoff, and their rows before it, as one
    /// consistent state of the database. Without a cutoff everything is read (labels need what came after).
    /// </summary>
    public void Read(ShardHistories into, KeyRange range, Shop shop, SourceCoverage coverage, Cutoff? before = null)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        new HistoryQuery(_engine, connection, transaction, shop, coverage, range, shop.StartMs(before)).Fill(into);
    }

    /// <summary>Range after range in one buffer, which is filled again for the next.</summary>
    public IEnumerable<ShardHistories> ReadEach(
        IEnumerable<KeyRange> ranges, Shop shop, SourceCoverage coverage, Cutoff? before, CancellationToken cancellation)
    {
        var buffers = new ShardHistories();
        foreach (var range in ranges)
        {
            cancellation.ThrowIfCancellationRequested();
            Read(buffers, range, shop, coverage, before);
            yield return buffers;
        }
    }

    /// <summary>
    /// The same for the customers of a frozen population, in ascending key order. Whoever has no order any more is there with an empty
    /// history; who came later is not. Ids are left out: nothing that is computed needs them.
    /// </summary>
    public void Read(ShardHistories into, ReadOnlySpan<long> population, Shop shop, SourceCoverage coverage, Cutoff before)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        new HistoryQuery(_engine, connection, transaction, shop, coverage, new KeyRange(population[0], population[^1]),
            shop.StartMs(before))
            .Fill(into, population);
    }

    /// <summary>One customer's history; null when the customer has no valid order before the cutoff.</summary>
    public ShardHistories? ReadOne(string customerId, Shop shop, SourceCoverage coverage, Cutoff before)
    {
        var key = CustomerKey.Hash(customerId);
        var histories = new ShardHistories();
        Read(histories, new KeyRange(key, key), shop, coverage, before);
        return histories.Count == 1 ? histories : null;
    }

    /// <summary>The queries of a range, each in (customer key, time) order, and how a row becomes a history row.</summary>
    private sealed class HistoryQuery(Engine engine, DbConnection connection, DbTransaction transaction, Shop shop, SourceCoverage coverage,
        KeyRange range, long beforeMs)
    {
        /// <summary>What was given back for an order that is no sale was never counted: it is taken from nothing else.</summary>
        private const string NoSale =
            "NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_key = refund.customer_key AND o.order_id = refund.order_id AND NOT "
                + "o.is_valid) AND ";

        private const string Who = "birth_year, gender, country, consent_email, acquisition_channel, first_seen_at_ms";

        public void Fill(ShardHistories into)
        {
            into.Clear();
            var begun = FirstOrderDay();
            using (var row = Rows("customer_key, customer_id, " + Who, "customer", "first_order_at_ms", "customer_key"))
                while (row.Read()) into.AddCustomer(Profile(row.Long(), row.Text(), row, begun));
            Events(into);
        }

        /// <summary>Day of the shop's first order, wherever the cutoff is: the data begin when they begin.</summary>
        private int FirstOrderDay()
        {
            using var row = engine.Rows(connection, transaction, "SELECT min(quarter_hour) * 900000 FROM order_span");
            return row.Read() && row.MaybeLong() is { } first ? Day(first) : BusinessCalendar.FirstDay;
        }

        /// <param name="row">The columns of <see cref="Who"/> are next.</param>
        private CustomerProfile Profile(long key, string id, RowReader row, int begun)
        {
            var profile = new CustomerProfile(key, id, row.MaybeInt(), row.MaybeText(), row.MaybeText(), row.MaybeBool(), row.MaybeText());
            // Read whether it is used or not: columns come one behind the other.
            var seen = MaybeDay(row.MaybeLong());
            return coverage.Has(DataSource.Profiles) && seen is { } day
                ? profile with { FirstSeenDay = day, SeenBeforeData = day < begun }
                : profile;
        }

        public void Fill(ShardHistories into, ReadOnlySpan<long> population)
        {
            into.Clear();
            if (coverage.Has(DataSource.Profiles)) Profiles(into, population);
            else foreach (var key in population) into.AddCustomer(new CustomerProfile(key, ""));
            Events(into);
        }

        private void Profiles(ShardHistories into, ReadOnlySpan<long> population)
        {
            var (next, begun) = (0, FirstOrderDay());
            using (var row = Rows("customer_key, " + Who, "customer", null, "customer_key"))
            {
                while (row.Read() && next < population.Length)
                {
                    var profile = Profile(row.Long(), "", row, begun);
                    while (next < population.Length && population[next] < profile.CustomerKey)
                        into.AddCustomer(new CustomerProfile(population[next++], ""));
                    if (next == population.Length || population[next] != profile.CustomerKey) continue;
                    into.AddCustomer(profile);
                    next++;
                }
            }
            while (next < population.Length) into.AddCustomer(new CustomerProfile(population[next++], ""));
        }

        private void Events(ShardHistories into)
        {
            Orders(into);
            if (coverage.Has(DataSource.Refunds))
            {
                using var row = Rows("customer_key, refunded_at_ms, amount_minor, order_id, is_undated", "refund",
                    NoSale + "refunded_at_ms", "customer_key, refunded_at_ms, refund_id");
                while (row.Read())
                    into.Add(row.Long(), new Refund(Day(row.Long()), row.Long(), row.MaybeText() is { } order ? CustomerKey.Hash(order)
                        : 0, row.Bool()));
            }
            if ((coverage.Sources & (DataSource.Email | DataSource.Visits | DataSource.Tickets)) != 0)
            {
                using var row = Rows("customer_key, occurred_at_ms, event_type, message_id", "engagement", "occurred_at_ms",
                    "customer_key, occurred_at_ms, event_type, message_id");
                while (row.Read())
                    into.Add(row.Long(),
                        new Engagement(Day(row.Long()), (EngagementType)row.Int(),
                            row.Text() is { Length: > 0 } message ? CustomerKey.Hash(message) : 0));
            }
            if (coverage.Has(DataSource.Subscriptions))
            {
                using var row = Rows("customer_key, started_at_ms, ended_at_ms, cancelled_at_ms, amount_minor, is_trial, period",
                    "subscription", "started_at_ms", "customer_key, started_at_ms, subscription_id");
                while (row.Read())
                {
                    var customer = row.Long();
                    var (started, ended, cancelled) = (Day(row.Long()), MaybeDay(row.MaybeLong()), MaybeDay(row.MaybeLong()));
                    var (amount, isTrial, period) = (row.MaybeLong(), row.Bool(), row.MaybeText());
                    ended ??= PaidTerm.EndOf(started, cancelled, period);
                    into.Add(customer, new Subscription(started, ended, cancelled, amount, isTrial));
                }
            }
        }

        /// <summary>
        /// Only the columns the shop fills are fetched: most shops have three, and PostgreSQL finds those in the index alone.
        /// </summary>
        private void Orders(ShardHistories into)
        {
            var (discounts, quantities, margins, categories, channels, delivery, reviews, refunds) = (
                coverage.Has(DataSource.Discounts), coverage.Has(DataSource.Quantities), coverage.Has(DataSource.Margins),
                coverage.Has(DataSource.Categories),
                coverage.Has(DataSource.Channels), coverage.Has(DataSource.Delivery), coverage.Has(DataSource.Reviews),
                coverage.Has(DataSource.Refunds));
            var columns = "customer_key, ordered_at_ms, amount_minor" + (discounts ? ", discount_minor" : "")
                + (quantities ? ", quantity" : "") + (margins ? ", margin_minor" : "")
                + (categories ? ", category" : "") + (channels ? ", channel" : "") + (delivery ? ", promised_at_ms, delivered_at_ms" : "")
                + (reviews ? ", review_score" : "") + (refunds ? ", order_id" : "");
            using var row = Rows(columns, "orders", "is_valid AND ordered_at_ms", "customer_key, ordered_at_ms, order_id");
            var (merge, key, held) = (shop.Purchases.MergeDays, 0L, default(Order?));
            while (row.Read())
            {
                var customer = row.Long();
                var order = new Order(
                    Day(row.Long()),
                    row.Long(),
                    discounts ? row.MaybeLong() : null,
                    quantities ? row.MaybeInt() : null,
                    margins ? row.MaybeLong() : null,
                    categories ? into.Code(row.MaybeText()) : 0,
                    channels ? into.Code(row.MaybeText()) : 0,
                    delivery ? MaybeDay(row.MaybeLong()) : null,
                    delivery ? MaybeDay(row.MaybeLong()) : null,
                    reviews ? (float?)row.MaybeDouble() : null,
                    refunds ? CustomerKey.Hash(row.Text()) : 0,
                    shop.Purchases.ZeroValue);
                if (!merge)
                {
                    into.Add(customer, order);
                    continue;
                }
                if (held is { } before && (customer != key || order.Day != before.Day))
                {
                    into.Add(key, before);
                    held = null;
                }
                (key, held) = (customer, held is { } same ? Merged(same, order) : order with { OrderKey = 0 });
            }
            if (held is { } last) into.Add(key, last);
        }

        /// <summary>Two orders of one day as one: money and quantities add up, of the rest the first known counts.</summary>
        private static Order Merged(in Order first, in Order second)
        {
            // A promise goes with its own delivery.
            var came = first.DeliveredDay is null && second.DeliveredDay is not null ? second : first;
            return first with
            {
                AmountMinor = first.AmountMinor + second.AmountMinor,
                DiscountMinor = Sum(first.DiscountMinor, second.DiscountMinor),
                Quantity = (int?)Sum(first.Quantity, second.Quantity),
                MarginMinor = Sum(first.MarginMinor, second.MarginMinor),
                CategoryCode = first.CategoryCode != 0 ? first.CategoryCode : second.CategoryCode,
                ChannelCode = first.ChannelCode != 0 ? first.ChannelCode : second.ChannelCode,
                PromisedDay = came.PromisedDay,
                DeliveredDay = came.DeliveredDay,
                ReviewScore = first.ReviewScore ?? second.ReviewScore,
            };
        }

        private static long? Sum(long? first, long? second) => first is null && second is null ? null : (first ?? 0) + (second ?? 0);

        private RowReader Rows(string columns, string table, string? before, string order) =>
            engine.Rows(connection, transaction, string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {columns} FROM {table} WHERE customer_key BETWEEN {range.First} AND "
                + $"{range.Last}{(before is null ? "" : string.Create(CultureInfo.InvariantCulture, $" AND {before} < {beforeMs}"))} "
                + $"ORDER BY {order}"));

        private int Day(long instantMs) => shop.Calendar.DayOf(instantMs);

        private int? MaybeDay(long? instantMs) => instantMs is { } known ? Day(known) : null;
    }
}
