using System.Runtime.InteropServices;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Simulation;

/// <summary>
/// E-mails, visits and tickets. They tell of what nobody sees: who has left opens and visits little, who buys often and well visits often,
/// and a late delivery makes tickets.
/// </summary>
internal sealed class EngagementSimulator(ShopPlan plan, Chance chance)
{
    /// <summary>Part of the opens and visits that go on after somebody has left.</summary>
    public const double AfterLeaving = 0.2;

    public const double DeliveredShare = 0.985;

    private readonly int _end = plan.Until.Day;

    public void Draw(SimulatedCustomer customer)
    {
        customer.Events.Clear();
        if (customer.Consent == true) Mails(customer);
        Browsing(customer);
        foreach (var order in customer.Orders) AroundOrder(customer, order);
        InOrder(customer.Events);
    }

    /// <summary>One campaign a week, on Tuesday morning; in the weeks of a sale it is the sale.</summary>
    private void Mails(SimulatedCustomer customer)
    {
        for (var week = ShopCalendar.WeekOf((int)customer.FirstSeen) + 1; ; week++)
        {
            var sent = ShopCalendar.MondayOf(week) + 1 + (9 + chance.Uniform()) / 24;
            if (sent >= _end) return;
            Add(customer, sent, EngagementType.EmailSent, week);
            if (!chance.Happens(DeliveredShare)) continue;
            var delivered = sent + (5 + chance.Below(55)) / 86_400.0;
            Add(customer, delivered, EngagementType.EmailDelivered, week);
            var sale = ShopCalendar.IsSale(week);
            if (!chance.Happens(customer.Engagement * (sent < customer.ChurnedAt ? 1 : AfterLeaving))) continue;
            var opened = delivered + 0.01 + 0.2 * chance.Exponential();
            Add(customer, opened, EngagementType.EmailOpened, week);
            if (!chance.Happens(sale ? 0.10 + 0.25 * customer.PriceSensitivity : 0.12)) continue;
            var clicked = opened + (10 + chance.Below(60)) / 86_400.0;
            Add(customer, clicked, EngagementType.EmailClicked, week);
            Add(customer, clicked + 2 / 86_400.0, Visit(customer));
        }
    }

    /// <summary>Visits without a purpose: more of those who buy often and much.</summary>
    private void Browsing(SimulatedCustomer customer)
    {
        var rate = (2 + 1.2 * customer.OrdersAYear) * Math.Sqrt(customer.OrderValue / 60) * chance.Gamma(4, 1) / ShopCalendar.DaysAYear;
        Visits(customer, customer.FirstSeen, Math.Min(customer.ChurnedAt, _end), rate);
        Visits(customer, customer.ChurnedAt, _end, rate * AfterLeaving);
    }

    private void Visits(SimulatedCustomer customer, double from, double to, double rate)
    {
        for (var at = from + chance.Exponential() / rate; at < to; at += chance.Exponential() / rate)
        {
            var visited = Math.Floor(at) + ShopCalendar.TimeOfDay(chance.Uniform());
            if (visited >= from) Add(customer, visited, Visit(customer));
        }
    }

    /// <summary>
    /// Every order but those by telephone is made in a visit; some look around in the days before. A ticket follows three late deliveries
    /// in ten.
    /// </summary>
    private void AroundOrder(SimulatedCustomer customer, in SimulatedOrder order)
    {
        var at = order.Second / 86_400.0;
        if (order.Channel != 2)
            Add(customer, at - (2 + 18 * chance.Uniform()) / 1440, order.Channel == 1 ? EngagementType.AppSession : EngagementType.Visit);
        for (var before = chance.Exponential(); before < 1.2; before += chance.Exponential())
            Add(customer, at - 5 * chance.Uniform() - 0.02, Visit(customer));
        var (asks, after) = (chance.Uniform(), 3 * chance.Uniform());
        if (order.Delivered is { } delivered && asks < (order.DaysLate > 0 ? 0.3 : 0.03))
            Add(customer, delivered / 86_400.0 + after, EngagementType.Ticket);
    }

    private EngagementType Visit(SimulatedCustomer customer) =>
        customer.HasApp && chance.Happens(0.5) ? EngagementType.AppSession : EngagementType.Visit;

    private void Add(SimulatedCustomer customer, double at, EngagementType type, int week = 0)
    {
        if (at >= customer.FirstSeen && at < _end) customer.Events.Add(new SimulatedEvent(CustomerSimulator.Second(at), type, week));
    }

    /// <summary>
    /// By time, and no two in one second: the same kind of event in the same second would be taken for a line written twice.
    /// </summary>
    private void InOrder(List<SimulatedEvent> list)
    {
        var events = CollectionsMarshal.AsSpan(list);
        events.Sort(static (a,
            b) => a.Second != b.Second ? a.Second.CompareTo(b.Second) : a.Type != b.Type ? a.Type.CompareTo(b.Type)
                : a.Week.CompareTo(b.Week));
        for (var i = 1; i < events.Length; i++)
            if (events[i].Second <= events[i - 1].Second) events[i] = events[i] with { Second = events[i - 1].Second + 1 };
        while (list.Count > 0 && list[^1].Second >= _end * 86_400L) list.RemoveAt(list.Count - 1);
    }
}
