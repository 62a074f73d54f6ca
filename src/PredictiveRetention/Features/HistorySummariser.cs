using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Features;

/// <summary>
/// One pass over a history before its cutoff. Not thread-safe: it keeps scratch buffers, so each thread has its own.
/// </summary>
internal sealed class HistorySummariser(MoneyUnit money)
{
    private HistorySummary _s = new();
    private int[] _scratch = new int[64];

    public HistorySummary Summarise(in HistoryBefore history)
    {
        _s = new HistorySummary
        {
            BirthYear = history.Profile.BirthYear,
            Gender = history.Profile.Gender,
            CutoffYear = history.Cutoff.Date.Year,
        };
        Purchases(history);
        CodeVariety(history);
        Refunds(history);
        _s.Net = money.Of(_s.NetMinor);
        _s.Paid = money.Of(_s.PaidMinor);
        Engagement(history);
        Subscriptions(history);
        return _s;
    }

    private void Purchases(in HistoryBefore history)
    {
        var cutoff = history.Cutoff.Day;
        var months = 0;
        var previousDay = int.MinValue;
        var firstDay = int.MinValue;
        foreach (ref readonly var order in history.Orders)
        {
            // An order refunded in full is no purchase, and its refund is subtracted below: it brings nothing, not less than nothing.
            _s.NetMinor = checked(_s.NetMinor + order.AmountMinor);
            _s.PaidMinor = checked(_s.PaidMinor + Math.Max(0, order.AmountMinor));
            if (!history.IsPurchase(order))
            {
                _s.ZeroValueOrders++;
                continue;
            }
            var age = cutoff - order.Day;
            var amount = money.Of(order.AmountMinor);
            if (order.Day != previousDay) PurchaseDay(order.Day, previousDay);
            if (_s.Purchases == 0)
            {
                firstDay = order.Day;
                _s.FirstAge = age;
                _s.SpendFirst = amount;
            }
            _s.PreviousAge = _s.LastAge;
            _s.LastAge = age;
            _s.SpendLast = amount;
            if (order.Day != firstDay) _s.SpendAfterFirstDay += amount;
            _s.Purchases++;
            Amount(amount, age);
            AddOrderContents(history, order);
            if (age <= 365) months |= 1 << ((age - 1) / 31);
            if (order.Day % 7 is 2 or 3) _s.WeekendPurchases++; // day 0 was a Thursday
            previousDay = order.Day;
        }
        _s.ActiveMonths12 = System.Numerics.BitOperations.PopCount((uint)months);
        if (_s.Purchases == 0) FirstAndLastOfAnyKind(history);
        else
        {
            _s.FirstDayOfYear = BusinessCalendar.DateOf(firstDay).DayOfYear;
            LastThree(history);
            MedianGap();
        }
    }

    /// <summary>A customer who only ever had orders worth nothing is as old as those orders.</summary>
    private void FirstAndLastOfAnyKind(in HistoryBefore history)
    {
        if (history.Orders.IsEmpty) return;
        _s.FirstAge = history.Cutoff.Day - history.Orders[0].Day;
        _s.LastAge = history.Cutoff.Day - history.Orders[^1].Day;
        _s.FirstDayOfYear = BusinessCalendar.DateOf(history.Orders[0].Day).DayOfYear;
    }

    private void PurchaseDay(int day, int previousDay)
    {
        _s.PurchaseDays++;
        if (_s.PurchaseDays == 1) return;
        var gap = day - previousDay;
        if (_s.Gaps == _scratch.Length) Array.Resize(ref _scratch, 2 * _scratch.Length);
        _scratch[_s.Gaps++] = gap;
        _s.GapSum += gap;
        _s.GapSquares += (double)gap * gap;
        _s.GapMax = Math.Max(_s.GapMax, gap);
        _s.GapMin = _s.Gaps == 1 ? gap : Math.Min(_s.GapMin, gap);
        _s.GapLast = gap;
    }

    private void MedianGap()
    {
        if (_s.Gaps == 0) return;
        var gaps = _scratch.AsSpan(0, _s.Gaps);
        var recent = gaps[Math.Max(0, gaps.Length - 3)..];
        foreach (var gap in recent) _s.GapRecentThree += (double)gap / recent.Length;
        gaps.Sort();
        var middle = gaps.Length / 2;
        _s.GapMedian = gaps.Length % 2 == 1 ? gaps[middle] : (gaps[middle - 1] + gaps[middle]) / 2.0;
    }

    private void Amount(double amount, int age)
    {
        _s.Spend += amount;
        _s.SpendSquares += amount * amount;
        _s.SpendMax = Math.Max(_s.SpendMax, amount);
        if (age <= 30) _s.Last30.Add(amount);
        if (age <= 90) _s.Last90.Add(amount);
        else if (age <= 180) _s.Prior90.Add(amount);
        if (age <= 180) _s.Last180.Add(amount);
        if (age <= 365) _s.Last365.Add(amount);
        else if (age <= 730) _s.Prior365.Add(amount);
        if (age is > 275 and <= 365) _s.SeasonLastYear.Add(amount);
        var half90 = Math.Pow(2, -age / 90.0);
        var half180 = Math.Sqrt(half90);
        _s.Orders30Decayed += half90 * half90 * half90;
        _s.Orders90Decayed += half90;
        _s.Orders180Decayed += half180;
        _s.Spend90Decayed += half90 * amount;
        _s.Spend180Decayed += half180 * amount;
    }

    private void AddOrderContents(in HistoryBefore history, in Order order)
    {
        _s.LastDiscounted = order.DiscountMinor > 0;
        if (order.DiscountMinor is { } discount)
        {
            _s.DiscountMinor = checked(_s.DiscountMinor + discount);
            if (discount > 0) _s.DiscountedPurchases++;
        }
        _s.GrossMinor = checked(_s.GrossMinor + order.AmountMinor + (order.DiscountMinor ?? 0));
        if (order.Quantity is { } quantity)
        {
            _s.WithQuantity++;
            _s.Quantity += quantity;
        }
        if (order.MarginMinor is { } margin)
        {
            _s.WithMargin++;
            _s.Margin += money.Of(margin);
        }
        if (history.DeliveredDay(order) is { } delivered) Delivery(order, delivered);
        if (history.ReviewScore(order) is { } score)
        {
            _s.ReviewMin = _s.Reviews == 0 ? score : Math.Min(_s.ReviewMin, score);
            _s.ReviewLast = score;
            _s.ReviewSum += score;
            _s.Reviews++;
        }
    }

    private void Delivery(in Order order, int delivered)
    {
        _s.Delivered++;
        _s.DeliveryDaysLast = delivered - order.Day;
        _s.DeliveryDays += _s.DeliveryDaysLast;
        _s.LastLate = delivered > order.PromisedDay; // not of one that nobody promised a day for
        if (order.PromisedDay is null) return;
        _s.DeliveredWithPromise++;
        if (_s.LastLate) _s.Late++;
    }

    private void LastThree(in HistoryBefore history)
    {
        var counted = 0;
        for (var i = history.Orders.Length - 1; i >= 0 && counted < 3; i--)
        {
            if (!history.IsPurchase(history.Orders[i])) continue;
            _s.SpendLastThree += money.Of(history.Orders[i].AmountMinor);
            counted++;
        }
        _s.SpendLastThree /= counted;
    }

    private void CodeVariety(in HistoryBefore history)
    {
        (_s.Categories, _s.TopCategoryShare) = Variety(history, static order => order.CategoryCode);
        (_s.Channels, _s.TopChannelShare) = Variety(history, static order => order.ChannelCode);
    }

    /// <summary>How many different codes the purchases have, and the share of the commonest; (0, NaN) where no purchase has one.</summary>
    private (int Distinct, double TopShare) Variety(in HistoryBefore history, Func<Order, int> code)
    {
        if (_scratch.Length < history.Orders.Length) Array.Resize(ref _scratch, Math.Max(history.Orders.Length, 2 * _scratch.Length));
        var coded = 0;
        foreach (ref readonly var order in history.Orders)
        {
            var value = code(order);
            if (value != 0 && history.IsPurchase(order)) _scratch[coded++] = value;
        }
        if (coded == 0) return (0, double.NaN);
        var codes = _scratch.AsSpan(0, coded);
        codes.Sort();
        int distinct = 0, run = 0, top = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            run = i > 0 && codes[i] == codes[i - 1] ? run + 1 : 1;
            if (run == 1) distinct++;
            top = Math.Max(top, run);
        }
        return (distinct, (double)top / coded);
    }

    private void Refunds(in HistoryBefore history)
    {
        foreach (ref readonly var refund in history.Refunds)
        {
            var amount = money.Of(refund.AmountMinor);
            _s.NetMinor = checked(_s.NetMinor - refund.AmountMinor);
            _s.Refunded += amount;
            // One without a date counts in what is kept of the money; it is no event that was more or less long ago.
            if (refund.IsUndated) continue;
            var age = history.Cutoff.Day - refund.Day;
            _s.Refunds++;
            _s.RefundedDated += amount;
            if (age <= 365) _s.Refunded365 += amount;
            _s.LastRefundAge = age;
        }
    }

    private void Engagement(in HistoryBefore history)
    {
        foreach (ref readonly var engagement in history.Engagements)
        {
            var age = history.Cutoff.Day - engagement.Day;
            switch (engagement.Type)
            {
                case EngagementType.EmailSent:
                    if (age <= 90) _s.Sent90++;
                    if (age <= 365) _s.Sent365++;
                    break;
                case EngagementType.EmailOpened:
                    if (age <= 90) _s.Opened90++;
                    if (age <= 365) _s.Opened365++;
                    _s.LastOpenAge = age;
                    break;
                case EngagementType.EmailClicked:
                    if (age <= 90) _s.Clicked90++;
                    break;
                case EngagementType.Visit or EngagementType.AppSession:
                    if (age <= 30) _s.Visits30++;
                    if (age <= 90) _s.Visits90++;
                    _s.LastVisitAge = age;
                    break;
                case EngagementType.Ticket:
                    if (age <= 90) _s.Tickets90++;
                    break;
            }
        }
    }

    private void Subscriptions(in HistoryBefore history)
    {
        _s.Subscriptions = history.SubscriptionCount;
        for (var i = 0; i < history.SubscriptionCount; i++)
        {
            var subscription = history.Subscription(i);
            _s.SubscriptionAge = history.Cutoff.Day - subscription.StartedDay;
            _s.SubscriptionTrial = subscription.IsTrial;
            _s.SubscriptionAmount = subscription.AmountMinor is { } amount ? money.Of(amount) : double.NaN;
            if (subscription.EndedDay is { } ended) _s.SubscriptionEndedAge = history.Cutoff.Day - ended;
            else
            {
                _s.SubscriptionActive = true;
                _s.SubscriptionCancelled |= subscription.CancelledDay is not null;
            }
        }
    }
}
