namespace PredictiveRetention.Simulation;

/// <summary>
/// Draws customers, one after the other: who they are and when they leave, then what they order, then what they open and visit.
/// </summary>
internal sealed class CustomerSimulator
{
    /// <summary>Newcomers of the last day over those of the first, less one.</summary>
    public const double Growth = 1;

    public const double CancelledShare = 0.02;
    public const double RefundedShare = 0.04;

    /// <summary>Part of the refunds that give back the whole order; the others give back 20 to 80 %.</summary>
    public const double RefundedInFull = 0.6;

    public const double ReviewedShare = 0.55;

    /// <summary>Every delivery after the promised day leaves this part of the purchase rate, for good.</summary>
    public const double RateAfterLateDelivery = 0.92;

    public const double UnknownGender = 0.08;
    public const double UnknownBirthYear = 0.18;
    public const double AnnoyedShare = 0.07;

    public static IReadOnlyList<string> Categories { get; } = ["Home", "Kitchen", "Garden", "Beauty", "Stationery", "Toys", "Gifts"];
    public static IReadOnlyList<double> CategoryMargins { get; } = [0.42, 0.38, 0.35, 0.50, 0.45, 0.36, 0.44];
    public static IReadOnlyList<string> OrderChannels { get; } = ["web", "app", "phone"];

    private const double ShippingCost = 3.5;
    private const int FirstOfGifts = 5;

    /// <summary>What is drawn from a stream of its own.</summary>
    private enum Purpose
    {
        Person = 1,
        Orders,
        Engagement,
        Membership,
    }

    private static readonly double[] s_depths = [0.10, 0.15, 0.20, 0.25];
    private static readonly double[] s_consents = Shares.Running([0.62, 0.25, 0.13]);
    private static readonly double[] s_genders = Shares.Running([0.52, 0.38, 0.02, UnknownGender]);
    private static readonly string[] s_genderNames = ["female", "male", "other", ""];

    private readonly ShopPlan _plan;
    private readonly ShopCalendar _calendar;
    private readonly Chance _chance = new();
    private readonly EngagementSimulator _engagement;
    private readonly MembershipSimulator _membership;
    private readonly int _end;

    /// <param name="lookAhead">Days after the end to go on ordering for: what a test compares expectations with.</param>
    public CustomerSimulator(ShopPlan plan, int lookAhead = 0)
    {
        _plan = plan;
        _end = plan.Until.Day + lookAhead;
        _calendar = new ShopCalendar(plan.From, plan.Until, plan.Until.Day + Math.Max(lookAhead, CustomerTruth.DaysAhead), Growth);
        _engagement = new EngagementSimulator(plan, _chance);
        _membership = new MembershipSimulator(plan, _chance);
    }

    public ShopCalendar Calendar => _calendar;

    public SimulatedCustomer Customer { get; } = new();

    /// <summary>Makes <see cref="Customer"/> the one of this number, counted from 1.</summary>
    public SimulatedCustomer Draw(long number)
    {
        Customer.Number = number;
        StartOver(Purpose.Person);
        DrawPerson(Customer);
        StartOver(Purpose.Orders);
        DrawOrders(Customer);
        StartOver(Purpose.Engagement);
        _engagement.Draw(Customer);
        StartOver(Purpose.Membership);
        _membership.Draw(Customer);
        return Customer;
    }

    /// <summary>Part of the price an order costs on average, in or out of a sale.</summary>
    public static double PaidShare(bool sale, double priceSensitivity) => 1 - DiscountedShare(sale, priceSensitivity) * s_depths.Average();

    /// <summary>Part of the orders that use a discount.</summary>
    public static double DiscountedShare(bool sale, double priceSensitivity) =>
        sale ? 0.35 + 0.60 * priceSensitivity : 0.03 + 0.15 * priceSensitivity;

    /// <summary>Part of what is paid that is kept after refunds.</summary>
    public const double KeptShare = 1 - RefundedShare * (RefundedInFull + (1 - RefundedInFull) * 0.5);

    private void StartOver(Purpose purpose) => _chance.StartOver(_plan.Seed, Customer.Number, (int)purpose);

    private void DrawPerson(SimulatedCustomer customer)
    {
        customer.Channel = AcquisitionChannel.All[_chance.Pick(AcquisitionChannel.RunningShares)];
        customer.Traits = TypeTraits.All[_chance.Pick(customer.Channel.RunningTypes)];
        customer.Country = ShopCountry.All[_chance.Pick(ShopCountry.RunningShares)];
        customer.City = customer.Country.Cities[_chance.Pick(customer.Country.RunningCities)];
        customer.Gender = s_genderNames[_chance.Pick(s_genders)];
        var born = (int)Math.Clamp(1984 + 13 * _chance.Normal(), 1935, 2006);
        customer.BirthYear = _chance.Happens(UnknownBirthYear) ? null : born;
        customer.Consent = _chance.Pick(s_consents) switch { 0 => true, 1 => false, _ => null };
        var traits = customer.Traits;
        customer.PriceSensitivity = _chance.Beta(traits.PriceSensitivity, 6);
        customer.Engagement = _chance.Beta(traits.Engagement, 5);
        customer.AnnoyedByContact = _chance.Happens(AnnoyedShare);
        customer.OrdersAYear = _chance.Gamma(traits.RateShape, traits.OrdersAYear);
        customer.LeavesAYear = _chance.Gamma(traits.LeaveShape, traits.LeavesAYear);
        // p / nu with nu gamma: the mean of the gamma-gamma model, scaled to the mean of the type.
        customer.OrderValue = traits.OrderValue * (TypeTraits.ValueSpread - 1) / TypeTraits.ValueSpread
            / _chance.Gamma(TypeTraits.ValueSpread, 1);
        customer.ReviewBias = 0.4 * _chance.Normal();
        customer.HasApp = _chance.Happens(0.3);
        customer.FavouriteCategory = traits.Gifts ? FirstOfGifts + _chance.Below(2) : _chance.Below(Categories.Count);
        customer.FirstOrder = _calendar.ArrivalTime(_chance.Uniform());
        customer.FirstSeen = Math.Max(_plan.From.Day, customer.FirstOrder - 4 * _chance.Exponential());
        customer.ChurnedAt = customer.FirstOrder + _chance.Exponential() / customer.LeavesAYear * ShopCalendar.DaysAYear;
    }

    private void DrawOrders(SimulatedCustomer customer)
    {
        customer.Orders.Clear();
        customer.Refunds.Clear();
        var (gifts, saleFactor) = (customer.Traits.Gifts, customer.SaleFactor);
        var rate = customer.OrdersAYear / ShopCalendar.DaysAYear;
        for (var at = customer.FirstOrder; at < _end
            && at < customer.ChurnedAt; at = _calendar.After(gifts, saleFactor, at, _chance.Exponential() / rate))
        {
            var order = DrawOrder(customer, at);
            customer.Orders.Add(order);
            if (order.DaysLate > 0) rate *= RateAfterLateDelivery;
        }
    }

    private SimulatedOrder DrawOrder(SimulatedCustomer customer, double at)
    {
        var day = (int)at;
        var order = new SimulatedOrder(customer.Orders.Count + 1, Second(at));
        order.Category = _chance.Happens(0.6) ? customer.FavouriteCategory : _chance.Below(Categories.Count);
        order.Channel = _chance.Happens(0.04) ? 2 : customer.HasApp && _chance.Happens(0.6) ? 1 : 0;
        var price = Math.Max(1, _chance.Gamma(TypeTraits.OrderSpread, customer.OrderValue));
        var discounted = _chance.Happens(DiscountedShare(ShopCalendar.IsSale(ShopCalendar.WeekOf(day)), customer.PriceSensitivity));
        var depth = s_depths[_chance.Below(s_depths.Length)];
        var priceMinor = (long)Math.Round(100 * price);
        order.AmountMinor = discounted ? (long)Math.Round(priceMinor * (1 - depth)) : priceMinor;
        order.DiscountMinor = priceMinor - order.AmountMinor;
        order.MarginMinor = (long)Math.Round(priceMinor * CategoryMargins[order.Category] - order.DiscountMinor - 100 * ShippingCost);
        order.Quantity = 1 + _chance.Below(1 + (int)(price / 15));
        Deliver(customer, ref order, day);
        return order;
    }

    /// <summary>Draws the delivery, its review and refund; what happens after the end has not happened yet.</summary>
    private void Deliver(SimulatedCustomer customer, ref SimulatedOrder order, int day)
    {
        var country = customer.Country;
        var month = BusinessCalendar.DateOf(day).Month;
        order.Promised = Second(day + country.PromisedDays + 20 / 24.0);
        var days = Math.Max(1,
            (int)(country.UsualDays * (month == 12 ? ShopCountry.December : 1) * Math.Exp(ShopCountry.Spread * _chance.Normal())));
        var delivered = day + days + (8 + 10 * _chance.Uniform()) / 24;
        var (reviewed, reviewAfter, reviewNoise) = (_chance.Happens(ReviewedShare), 3 * _chance.Exponential(), _chance.Normal());
        var (refunded, whole, part, refundAfter) = (_chance.Happens(RefundedShare), _chance.Happens(RefundedInFull),
            0.2 + 0.6 * _chance.Uniform(), 2 + 19 * _chance.Uniform());
        if (_chance.Happens(CancelledShare))
        {
            order.Status = OrderStatus.Cancelled;
            return;
        }
        order.DaysLate = Math.Max(0, days - country.PromisedDays);
        order.Status = delivered < _end ? OrderStatus.Delivered : day + 1 < _end ? OrderStatus.Shipped : OrderStatus.Paid;
        if (order.Status != OrderStatus.Delivered) return;
        order.Delivered = Second(delivered);
        if (reviewed && delivered + reviewAfter < _end)
            order.ReviewScore = (int)Math.Clamp(
                Math.Round(4.4 + customer.ReviewBias - (order.DaysLate > 0 ? 1 + 0.1 * Math.Min(10, order.DaysLate) : 0)
                    + 0.9 * reviewNoise), 1, 5);
        if (!refunded || delivered + refundAfter >= _end) return;
        var amount = whole ? order.AmountMinor : (long)Math.Round(part * order.AmountMinor);
        if (amount > 0) customer.Refunds.Add(new SimulatedRefund(order.Number, Second(delivered + refundAfter), amount));
    }

    /// <summary>Seconds since 1970 of a moment in days.</summary>
    internal static long Second(double at) => (long)(at * 86_400);
}
