namespace PredictiveRetention.Simulation;

/// <summary>What is to be expected of a customer after the end of the data by one who knows everything but the future.</summary>
/// <param name="OrdersAYear">The purchase rate at the end, late deliveries counted.</param>
/// <param name="MeanOrderValue">What an order is paid on average over a year, discounts deducted, in currency units.</param>
/// <param name="POrder90">Probability of an order that is not cancelled within 90 days.</param>
/// <param name="Spend90">Expected spend of 90 days, cancellations and refunds deducted.</param>
internal readonly record struct CustomerTruth(bool Alive, double OrdersAYear, double MeanOrderValue, double POrder90, double Spend90,
    double Spend365)
{
    /// <summary>How far a truth looks ahead.</summary>
    public const int DaysAhead = 365;

    private const int DaysOfResponse = 90;

    public static CustomerTruth Compute(SimulatedCustomer customer, ShopCalendar calendar, Cutoff until)
    {
        var rate = customer.OrdersAYear * Math.Pow(CustomerSimulator.RateAfterLateDelivery, LateOrders(customer, until));
        var (gifts, saleFactor) = (customer.Traits.Gifts, customer.SaleFactor);
        var plain = calendar.DayWeights(gifts, until.Day, DaysAhead);
        var sale = calendar.SaleDayWeights(gifts, until.Day, DaysAhead);
        var (paid, paidInSale) = (CustomerSimulator.PaidShare(sale: false, customer.PriceSensitivity),
            CustomerSimulator.PaidShare(sale: true, customer.PriceSensitivity));
        var mean = MeanValue(customer, gifts, saleFactor, paid, paidInSale);
        if (customer.ChurnedAt < until.Day) return new CustomerTruth(false, rate, mean, 0, 0, 0);

        var perUsualDay = rate / ShopCalendar.DaysAYear / ShopCalendar.MeanWeight(gifts, saleFactor);
        var hazard = customer.LeavesAYear / ShopCalendar.DaysAYear;
        // Late deliveries still to come wear the rate down as a second hazard would, a small one.
        var wear = rate / ShopCalendar.DaysAYear * customer.Country.LateShare * (1 - CustomerSimulator.RateAfterLateDelivery)
            * (1 - CustomerSimulator.CancelledShare);
        var (lasting, daily) = (Math.Exp(-0.5 * (hazard + wear)), Math.Exp(-hazard - wear));
        var (silent, order90, sum, sum90) = (1.0, 0.0, 0.0, 0.0);
        for (var day = 0; day < DaysAhead; day++)
        {
            sum += lasting * (plain[day] * paid + saleFactor * sale[day] * paidInSale);
            lasting *= daily;
            if (day >= DaysOfResponse) continue;
            var orders = perUsualDay * (plain[day] + saleFactor * sale[day]) * (1 - CustomerSimulator.CancelledShare);
            var any = Math.Exp(-orders - hazard);
            order90 += silent * orders / (orders + hazard) * (1 - any);
            silent *= any;
            sum90 = sum;
        }
        var worth = perUsualDay * customer.OrderValue * (1 - CustomerSimulator.CancelledShare) * CustomerSimulator.KeptShare;
        return new CustomerTruth(true, rate, mean, order90, worth * sum90, worth * sum);
    }

    private static int LateOrders(SimulatedCustomer customer, Cutoff until)
    {
        var late = 0;
        foreach (var order in customer.Orders)
            if (order.DaysLate > 0 && order.Second < until.Day * 86_400L) late++;
        return late;
    }

    private static double MeanValue(SimulatedCustomer customer, bool gifts, double saleFactor, double paid, double paidInSale)
    {
        var all = ShopCalendar.MeanWeight(gifts, saleFactor);
        var inSale = (all - ShopCalendar.MeanWeight(gifts, 0)) / all;
        return customer.OrderValue * ((1 - inSale) * paid + inSale * paidInSale);
    }
}
