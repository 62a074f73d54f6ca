using System.Text.Encodings.Web;
using System.Text.Json;

namespace PredictiveRetention.Simulation;

/// <summary>Figures over all customers, which the files themselves would have to be read for.</summary>
internal sealed class ShopCounts
{
    private readonly long[] _byType = new long[TypeTraits.All.Count];

    public long AliveAtEnd { get; private set; }
    public long PaidMinor { get; private set; }
    public long RefundedMinor { get; private set; }
    public double ExpectedSpend90 { get; private set; }
    public double ExpectedSpend365 { get; private set; }
    public IReadOnlyList<long> ByType => _byType;

    public void Add(SimulatedCustomer customer, in CustomerTruth truth)
    {
        _byType[(int)customer.Traits.Type]++;
        if (truth.Alive) AliveAtEnd++;
        foreach (var order in customer.Orders)
            if (order.Status != OrderStatus.Cancelled) PaidMinor += order.AmountMinor;
        foreach (var refund in customer.Refunds) RefundedMinor += refund.AmountMinor;
        ExpectedSpend90 += truth.Spend90;
        ExpectedSpend365 += truth.Spend365;
    }
}

/// <summary>
/// shop.json: how the shop was made, in words and figures, and what it came to. No clock and no machine is in it: the same plan gives the
/// same bytes.
/// </summary>
internal static class ShopDescription
{
    // Names of cities are text, not escapes.
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    public static string Json(ShopPlan plan, IReadOnlyDictionary<string, long> rows, ShopCounts counts) => JsonSerializer.Serialize(
        new
        {
            Note = "A simulated shop: nobody in it exists. Same customers, seed, until and years give the same files.",
            plan.Customers,
            plan.Seed,
            From = plan.From.ToString(),
            Until = plan.Until.ToString(),
            UntilIs = "exclusive",
            plan.Years,
            Currency = ShopPlan.Currency.Code,
            TimeZone = "UTC",
            Rows = rows,
            CustomersByType = TypeTraits.All.ToDictionary(traits => traits.Name, traits => counts.ByType[(int)traits.Type]),
            counts.AliveAtEnd,
            Paid = ShopPlan.Currency.FromMinor(counts.PaidMinor),
            Refunded = ShopPlan.Currency.FromMinor(counts.RefundedMinor),
            ExpectedSpend90d = Math.Round(counts.ExpectedSpend90, 2),
            ExpectedSpend365d = Math.Round(counts.ExpectedSpend365, 2),
            Distributions = Words(),
            Types = TypeTraits.All.Select(traits => new
            {
                traits.Name, traits.Share, traits.OrdersAYear, traits.RateShape, traits.LeavesAYear, traits.LeaveShape, traits.OrderValue,
                traits.PriceSensitivity, traits.Engagement,
                Season = traits.Gifts ? "gifts" : "shop",
            }),
            Channels = AcquisitionChannel.All.Select(channel => new
            {
                channel.Name, channel.Share,
                Favours = channel.Favours.ToDictionary(favour => TypeTraits.All[(int)favour.Type].Name, favour => favour.Times),
            }),
            Countries = ShopCountry.All.Select(country => new
            {
                country.Name, country.Continent, country.Share, country.UsualDays, country.PromisedDays,
                LateShare = Math.Round(country.LateShare, 4), country.Cities,
            }),
            Calendar = new
            {
                ShopCalendar.Months, ShopCalendar.MonthsOfGifts, ShopCalendar.Weekdays, ShopCalendar.SaleLift,
                Sale = "one week in four, and the week of Black Friday",
            },
        },
        s_options) + "\n";

    private static Dictionary<string, string> Words() => new()
    {
        ["purchases"] =
            Invariant.Text(
                $"A Poisson process from the first order until the customer leaves; its yearly rate is gamma by type. It runs with the "
                    + $"month "
                + $"(November and December high), the weekday, the hour and the weeks of a sale, in which a customer buys 1 + "
                + $"{ShopCalendar.SaleLift} x price sensitivity times as much."),
        ["dropout"] =
            Invariant.Text(
                $"Exponential from the first order, with a yearly hazard that is gamma by type: Pareto/NBD within a type, season apart."),
        ["spend"] =
            Invariant.Text(
                $"Gamma-gamma: an order before discounts is gamma of shape {TypeTraits.OrderSpread} around the customer's mean, which is "
                + $"inverse gamma of shape {TypeTraits.ValueSpread} around the type's."),
        ["acquisition"] =
            Invariant.Text(
                $"First orders follow the season; {1 + CustomerSimulator.Growth} times as many customers come on the last day as on the "
                + $"first. Channels favour some types."),
        ["discounts"] =
            Invariant.Text($"10, 15, 20 or 25 % alike often; used by {CustomerSimulator.DiscountedShare(true, 0)} to "
                + $"{CustomerSimulator.DiscountedShare(true, 1)} of the orders in a sale and "
                + $"{CustomerSimulator.DiscountedShare(false, 0)} to {CustomerSimulator.DiscountedShare(false, 1)} of the others, by "
                + $"price sensitivity."),
        ["deliveries"] =
            Invariant.Text(
                $"Whole days, log-normal around the country's usual days with standard deviation {ShopCountry.Spread} of the logarithm, "
                + $"{ShopCountry.December} times as long for orders of December. Late is after the promised day; every late delivery "
                + $"leaves {CustomerSimulator.RateAfterLateDelivery} of the purchase rate and lowers the review by 1 and 0.1 a day."),
        ["reviews"] =
            Invariant.Text(
                $"{CustomerSimulator.ReviewedShare} of the delivered orders; normal around 4.4 and the customer's own level, rounded, 1 "
                    + $"to 5."),
        ["cancelled"] = Invariant.Text($"{CustomerSimulator.CancelledShare} of the orders."),
        ["refunds"] =
            Invariant.Text($"{CustomerSimulator.RefundedShare} of the orders not cancelled, 2 to 21 days after delivery; "
                + $"{CustomerSimulator.RefundedInFull} of them in full, the others 20 to 80 %."),
        ["emails"] =
            Invariant.Text($"One campaign a week to those who consent (0.62; 0.25 refuse, of 0.13 it is not known); "
                + $"{EngagementSimulator.DeliveredShare} arrive; the customer's engagement is the probability of opening, "
                + $"{EngagementSimulator.AfterLeaving} of it after leaving."),
        ["visits"] =
            Invariant.Text(
                $"At every order but those by telephone, in the days before, after a click, and (2 + 1.2 x orders a year) x the root of "
                    + $"the "
                + $"order value over 60 a year between; {EngagementSimulator.AfterLeaving} of it after leaving."),
        ["tickets"] = Invariant.Text($"After 0.3 of the late deliveries and 0.03 of the others."),
        ["subscriptions"] =
            Invariant.Text($"Memberships of the type subscriber, paid by month ({MembershipSimulator.MonthlyFeeMinor / 100m}) or year "
                + $"({MembershipSimulator.YearlyFeeMinor / 100m}); fees are no orders."),
        ["demography"] =
            Invariant.Text(
                $"Birth years normal around 1984 with deviation 13, {CustomerSimulator.UnknownBirthYear} not known; gender not known of "
                + $"{CustomerSimulator.UnknownGender}."),
    };
}
