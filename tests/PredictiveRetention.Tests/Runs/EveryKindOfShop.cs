using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Tests.Runs;

/// <summary>
/// A small shop drawn at random that has every source there is, and what real ones have beside: orders of one moment and of one day, orders
/// worth nothing, deliveries before their order, refunds in full, in parts, twice over, of nobody's order and before it, mails without a
/// message, people without orders, and rows after the as-of.
/// </summary>
internal sealed class EveryKindOfShop(int seed)
{
    private static readonly string?[] s_genders = ["female", "F", "w", "Male", "m", "unknown", "divers", null];
    private static readonly string?[] s_countries = ["Germany", "US", "Brazil", "Atlantis", null];

    private readonly Random _random = new(seed);

    public BusinessCalendar Calendar { get; } =
        BusinessCalendar.InZone(new[] { "UTC", "America/Sao_Paulo", "Australia/Lord_Howe" }[seed % 3]);

    /// <summary>Day of the first order; the first of a month in some shops.</summary>
    public int From { get; } = BusinessCalendar.DayNumber(new DateOnly(2016 + (seed % 3), 1 + (seed % 12), seed % 2 == 0 ? 1 : 17));

    /// <summary>On the first of a month or of a quarter, or in the middle of one.</summary>
    public Cutoff AsOf =>
        new(seed % 4 == 0 ? BusinessCalendar.DayNumber(new DateOnly(2018 + (seed % 3), 4, 1)) : From + 500 + (37 * seed % 400));

    public ImportResult Import(RetentionStore store, int customers)
    {
        List<CustomerRow> people = [];
        List<OrderRow> orders = [];
        List<RefundRow> refunds = [];
        List<EngagementRow> events = [];
        List<SubscriptionRow> subscriptions = [];
        for (var i = 0; i < customers; i++)
        {
            var id = "K" + i;
            if (Chance(0.9))
                people.Add(new CustomerRow(id, BirthYear: Chance(0.7) ? 1930 + _random.Next(75) : null, Gender: Pick(s_genders),
                    Country: Pick(s_countries),
                    AcquisitionChannel: Chance(0.8) ? "channel " + (int)(8 * _random.NextDouble() * _random.NextDouble()) : null));
            if (Chance(0.97)) Orders(id, orders, refunds, i == 0);
            Events(id, events);
            if (Chance(0.2)) Subscription(id, subscriptions);
        }
        using var writer = store.Imports.Begin();
        writer.UseShop(Currency.Parse(seed % 5 == 0 ? "JPY" : "EUR"), Calendar);
        writer.Customers(people);
        writer.Orders(orders);
        writer.Refunds(refunds);
        writer.Events(events);
        writer.Subscriptions(subscriptions);
        return writer.Commit("test", "", 0, 0, 0, "{}");
    }

    private int End => AsOf.Day + 40;

    private void Orders(string id, List<OrderRow> orders, List<RefundRow> refunds, bool first)
    {
        var (day, pace) = (first ? From : From + _random.Next(End - From), 5 + (200 * _random.NextDouble()));
        var discounts = Chance(0.3) ? 0.8 : 0.2;
        for (var n = 0; day < End && (n == 0 || Chance(0.85)); n++)
        {
            var at = Chance(0.1) ? Calendar.StartOf(day) : At(day);
            var amount = Chance(0.06) ? 0 : 100 + _random.Next(9_900);
            var ordered = $"{id}-{n}";
            orders.Add(new OrderRow(
                id, ordered, at, amount, "EUR", IsValid: Chance(0.95),
                DiscountMinor: Chance(0.1) ? null : Chance(discounts) ? _random.Next(amount + 50) : 0,
                Category: Chance(0.1) ? null : "category " + _random.Next(9), Channel: "web", Quantity: 1 + _random.Next(4),
                MarginMinor: Chance(0.5) ? amount / 3 : null,
                PromisedAtMs: Chance(0.7) ? At(day + 2 + _random.Next(9)) : null,
                DeliveredAtMs: Chance(0.8) ? At(day - 1 + (int)(70 * Math.Pow(_random.NextDouble(), 3))) : null,
                ReviewScore: Chance(0.5) ? 1 + _random.Next(5) : null));
            Refunds(id, ordered, day, amount, refunds);
            day += Chance(0.12) ? 0 : 1 + (int)(-Math.Log(1 - _random.NextDouble()) * pace);
        }
    }

    private void Refunds(string id, string order, int day, int amount, List<RefundRow> refunds)
    {
        if (!Chance(0.2)) return;
        var back = day + _random.Next(120) - (Chance(0.1) ? 30 : 0);
        switch (_random.Next(5))
        {
            case 0: Add("a", back, amount, order); break;
            case 1: Add("a", back, 1 + (amount / 3), order); break;
            case 2:
                Add("a", back, amount / 2, order);
                Add("b", back + _random.Next(50), amount - (amount / 2) + _random.Next(2), order);
                break;
            case 3: Add("a", back, 1 + _random.Next(3000), null); break;
            default: Add("a", back, amount, "nobody's"); break;
        }

        void Add(string part, int on, int minor, string? of)
        {
            if (minor > 0) refunds.Add(new RefundRow(id, $"R{order}{part}", At(on), minor, "EUR", of));
        }
    }

    private void Events(string id, List<EngagementRow> events)
    {
        for (var n = _random.Next(30); n > 0; n--)
            events.Add(new EngagementRow(id, Type(), At(From - 20 + _random.Next(End - From + 20)),
                MessageId: Chance(0.2) ? null : "m" + _random.Next(12)));
    }

    /// <summary>Some shops record no delivery of mails.</summary>
    private EngagementType Type()
    {
        var type = (EngagementType)(1 + _random.Next(7));
        return seed % 2 == 0 && type == EngagementType.EmailDelivered ? EngagementType.EmailSent : type;
    }

    private void Subscription(string id, List<SubscriptionRow> subscriptions)
    {
        var start = From + _random.Next(End - From);
        long? ended = Chance(0.6) ? At(start + _random.Next(400)) : null;
        string?[] periods = [null, "month", "2 weeks", "quarter", "1 year", "90 days", "as agreed"];
        subscriptions.Add(new SubscriptionRow(id, "S" + id, At(start), EndedAtMs: ended,
            CancelledAtMs: start % 3 == 0 ? Calendar.StartOf(start + start % 200) : null, Period: periods[start % periods.Length]));
    }

    private long At(int day) => Calendar.StartOf(day) + _random.Next(1, 22) * 3_600_000L;

    private bool Chance(double share) => _random.NextDouble() < share;

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
