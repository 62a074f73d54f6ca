namespace PredictiveRetention.Features;

/// <summary>
/// The running figures of one history before a cutoff, from which every feature is read. Ages are days before the cutoff (1 = yesterday).
/// Money is in the units asked for, exact sums in minor units. One instance a history: a new one begins with every field at nothing, and
/// what was left in a used one would be another customer's.
/// </summary>
internal sealed class HistorySummary
{
    // purchases (orders view)
    public int Purchases, PurchaseDays, ZeroValueOrders;
    public long NetMinor, PaidMinor;
    public int FirstAge, LastAge, PreviousAge;
    public double Spend, SpendSquares, SpendMax, SpendLast, SpendFirst, SpendAfterFirstDay, SpendLastThree;
    public Window Last30, Last90, Last180, Last365, Prior90, Prior365, SeasonLastYear;
    public double Orders30Decayed, Orders90Decayed, Orders180Decayed, Spend90Decayed, Spend180Decayed;
    public int WeekendPurchases, ActiveMonths12;

    // days between purchase days
    public int Gaps;
    public double GapSum, GapSquares, GapMedian, GapMax, GapMin, GapLast, GapRecentThree;

    // what an order was like
    public int DiscountedPurchases;
    public long DiscountMinor, GrossMinor;
    public bool LastDiscounted;
    public int WithQuantity, WithMargin;
    public double Quantity, Margin;
    public int Categories, Channels;
    public double TopCategoryShare, TopChannelShare;
    public int Delivered, DeliveredWithPromise, Late;
    public double DeliveryDays, DeliveryDaysLast;
    public bool LastLate;
    public int Reviews;
    public double ReviewSum, ReviewLast, ReviewMin;

    // refunds
    public int Refunds;
    public double Refunded, RefundedDated, Refunded365;
    public int LastRefundAge;

    // engagement
    public int Sent90, Opened90, Clicked90, Sent365, Opened365;
    public int Visits30, Visits90, Tickets90;
    public int LastOpenAge, LastVisitAge;

    // subscriptions
    public int Subscriptions;
    public bool SubscriptionActive, SubscriptionCancelled, SubscriptionTrial;
    public int SubscriptionAge;
    public double SubscriptionAmount;
    public int SubscriptionEndedAge;

    // who and when
    public int? BirthYear;
    public string? Gender;
    public int CutoffYear, FirstDayOfYear;

    // all orders, those refunded in full too, so that a refund is taken from what it gave back
    public double Net, Paid;

    public bool AnyPurchase => Purchases > 0;
    public bool Repeated => PurchaseDays > 1;
    public double MeanSpend => Purchases > 0 ? Spend / Purchases : double.NaN;
    public double MeanGap => Gaps > 0 ? GapSum / Gaps : double.NaN;

    /// <summary>Orders and spend of a span of days.</summary>
    public struct Window
    {
        public int Orders;
        public double Spend;

        public void Add(double amount)
        {
            Orders++;
            Spend += amount;
        }
    }
}
