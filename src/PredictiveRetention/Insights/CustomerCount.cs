using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using static PredictiveRetention.Insights.Measure;

namespace PredictiveRetention.Insights;

/// <summary>
/// Counts customers into the sums of a shard, one after the other, from the same history, facts, score and segments that are written as
/// their prediction. Not thread-safe: it keeps scratch buffers.
/// </summary>
internal sealed class CustomerCount
{
    private readonly InsightContext _context;
    private readonly MonthGrid _grid;
    private readonly RuleSegments _rules;
    private readonly Snapshots _snapshots;
    private readonly MonthWalk _months;
    private readonly double[] _v = new double[(int)Measure.Count];
    private readonly Dictionary<string, (int Region, string? Code)> _places = [];
    private readonly HashSet<long> _opened = [];
    private readonly HashSet<long> _clicked = [];
    private readonly List<(int Day, bool Click)> _firsts = [];
    /// <summary>Places of the dimensions the shop has a source for.</summary>
    private readonly int[] _counted;

    /// <summary>Complete months from each month on.</summary>
    private readonly int[] _observable;

    public CustomerCount(InsightContext context)
    {
        _context = context;
        _grid = context.Months;
        _rules = new RuleSegments(context);
        _snapshots = new Snapshots(context.Coverage);
        Sums = new ShopSums(_grid.Last, context.Recipe.Settings.Days);
        _months = new MonthWalk(context, _rules, _snapshots, Sums);
        _counted = CountedDimensions(context);
        Places = new int[_counted.Length];
        _observable = [.. Enumerable.Range(0, _grid.Last + 1)
            .Select(from => Enumerable.Range(from, _grid.Last + 1 - from).Count(month => month > 0 && _grid.IsComplete(month)))];
    }

    public ShopSums Sums { get; }

    /// <summary>Where the customer added last is counted, in the order of <see cref="CountedDimensions"/>.</summary>
    public int[] Places { get; }

    /// <summary>Places of the dimensions the shop has a source for.</summary>
    public static int[] CountedDimensions(InsightContext context) =>
        [.. Enumerable.Range(0, Dimension.All.Count).Where(i => context.Coverage.Has(FigureBuilder.NeededBy(Dimension.All[i])))];

    /// <param name="histories">Where the customer's texts are.</param>
    /// <param name="riskRise">See <see cref="RiskRise"/>; NaN where it is not known.</param>
    public void Add(ShardHistories histories, in CustomerHistory whole, in CustomerFacts facts, in CustomerScore score,
        in SegmentAssignment segments, float riskRise)
    {
        var history = whole.Before(_context.AsOf);
        _snapshots.Load(history);
        _v.AsSpan().Clear();
        Now(facts, score, segments, riskRise);
        var purchases = Orders(history, out var first);
        Engagement(history);
        Groups(histories, history, facts, score, segments, first, purchases);
        Risk(score, segments);
        Sums.NetMinor.Add(facts.NetRevenueMinor);
        Sums.Clv.Add((float)score.Clv);
        if (history.Profile.CustomerKey <= _context.Recipe.SampleUpTo && _context.Coverage.Has(DataSource.Visits))
            Sums.Sample.Add(((int)_v[(int)Visits12m], (long)_v[(int)Revenue12mMinor]));
        _months.Add(history, _firsts);
        Churn(history);
    }

    private double this[Measure measure]
    {
        get => _v[(int)measure];
        set => _v[(int)measure] = value;
    }

    private void Now(in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments, float riskRise)
    {
        this[Customers] = 1;
        this[Buyers] = facts.Orders > 0 ? 1 : 0;
        this[Purchases] = facts.Orders;
        this[RevenueMinor] = facts.NetRevenueMinor;
        this[Revenue12mMinor] = facts.Revenue12mMinor;
        this[DiscountMinor] = facts.DiscountMinor ?? 0;
        this[GrossMinor] = facts.GrossMinor ?? 0;
        this[DiscountedPurchases] = facts.DiscountedOrders ?? 0;
        this[RepeatCustomers] = facts.Orders >= 2 ? 1 : 0;
        this[PowerUsers] = segments.FrequencyClass == Segments.FrequencyClass.PowerUser ? 1 : 0;
        this[Measure.Clv] = score.Clv;
        this[TotalClv] = score.Clv + ((double)facts.NetRevenueMinor / _context.Currency.MinorPerUnit);
        Money(CustomerMoney.Of(score, segments.Rhythm), segments.Rhythm);
        this[TenureDays] = facts.TenureDays;
        this[RecencyDays] = facts.DaysSinceLastOrder;
        this[Subscribers] = facts.HasActiveSubscription == true ? 1 : 0;
        if (!score.Lost)
        {
            this[NotLost] = 1;
            this[PChurn] = this[ExpectedChurners] = score.PChurn;
            this[HighRisk] = segments.RiskBand == Segments.RiskBand.High ? 1 : 0;
        }
        if (segments.HighValue && (segments.Rhythm.Slipping || RiskRise.IsNotable(riskRise)))
        {
            this[Priority] = 1;
            this[PrioritySpend] = score.SpendIfOrder;
        }
        if (segments.ClvTier == Segments.ClvTier.Gold && score.Clv >= 0.8 * _context.Cutoffs.PremiumClv) this[NearPremium] = 1;
    }

    private void Money(in CustomerMoney money, in Rhythm rhythm)
    {
        this[Expected] = money.Expected;
        this[AtRisk] = money.AtRisk;
        this[CouldComeBack] = money.CouldComeBack;
        this[rhythm.StillBuying ? ExpectedBuying : ExpectedInactive] = money.Expected;
        if (!rhythm.StillBuying) return;
        this[StillBuying] = 1;
        if (!rhythm.Slipping) return;
        this[Slipping] = 1;
        this[AtRiskSlipping] = money.AtRisk;
    }

    /// <summary>Orders, deliveries, cohort, funnel; returns the number of purchases.</summary>
    private int Orders(in HistoryBefore history, out FirstOrder first)
    {
        first = FirstOrder.None;
        var asOf = _context.AsOf.Day;
        int purchases = 0, firstDay = 0, secondDay = 0, lastDay = 0, activeMonth = -1, days = 0;
        double afterFirstDay = 0;
        var cohort = new Cohort(Sums, _grid, history.Profile.JoinedDay);
        for (var i = 0; i < history.Orders.Length; i++)
        {
            ref readonly var order = ref history.Orders[i];
            this[Measure.Orders]++;
            this[PaidMinor] += order.AmountMinor;
            if (order.Day >= asOf - 30) this[Active30d] = this[Active30dAny] = 1;
            if (order.MarginMinor is { } margin)
            {
                this[MarginMinor] += margin;
                this[MarginPaidMinor] += order.AmountMinor;
            }
            var month = _grid.MonthAt(order.Day);
            if (month != activeMonth)
            {
                activeMonth = month;
                if (month > 0 && _grid.IsComplete(month)) this[ActiveMonths]++;
            }
            Delivery(history, order);
            if (i == 0)
            {
                first = FirstOrder.Read(history, order);
                this[ObservableMonths] = _observable[Math.Max(1, month)];
            }
            if (!_snapshots.IsPurchase(i)) continue;
            purchases++;
            if (purchases == 1) firstDay = order.Day;
            if (purchases == 2) secondDay = order.Day;
            if (purchases == 1 || order.Day != lastDay) days++;
            if (order.Day != firstDay) afterFirstDay += order.AmountMinor;
            var sequence = Sums.Sequence[Math.Min(purchases, ShopSums.SequenceEnd)];
            sequence[0]++;
            sequence[1] += order.AmountMinor;
            if (purchases > 1) sequence[2] += order.Day - lastDay;
            cohort.Add(month, order.AmountMinor, purchases);
            lastDay = order.Day;
        }
        cohort.End();
        for (var i = 0; i < history.Refunds.Length; i++) this[RefundsMinor] += history.Refunds[i].AmountMinor;
        // How soon a second purchase follows is known of those whose first it is.
        if (purchases > 0 && history.Profile.JoinedDay is null && firstDay >= _context.NewFromDay)
            Seconds(asOf - firstDay, purchases > 1 ? secondDay - firstDay : null);
        if (days > 1) Correlate(days - 1, afterFirstDay / _context.Currency.MinorPerUnit / (days - 1));
        first = first with { Cohort = cohort.Month };
        return purchases;
    }

    private void Delivery(in HistoryBefore history, in Order order)
    {
        var fulfilment = Fulfilment.Read(history, order);
        fulfilment.AddTo(_v.AsSpan((int)Delivered, Fulfilment.Sums));
        if (fulfilment.Days is not { } days) return;
        var row = Sums.Deliveries[Math.Min(days, ShopSums.DeliveryEnd)];
        row[0]++;
        if (fulfilment.ReviewScore is not { } rated) return;
        row[1]++;
        row[2] += rated;
        row[2 + (int)Math.Clamp(MathF.Round(rated, MidpointRounding.AwayFromZero), 1, 5)]++;
    }

    private void Seconds(int seenFor, int? after)
    {
        for (var i = 0; i < ShopSums.SecondWithin.Length; i++)
        {
            if (seenFor < ShopSums.SecondWithin[i]) break;
            var row = Sums.Seconds[i];
            row[0]++;
            if (after <= ShopSums.SecondWithin[i]) row[1]++;
        }
        Second(30, Observed30d, Second30d);
        Second(60, Observed60d, Second60d);
        Second(90, Observed90d, Second90d);

        void Second(int days, Measure observed, Measure converted)
        {
            if (seenFor < days) return;
            this[observed] = 1;
            if (after <= days) this[converted] = 1;
        }
    }

    private void Correlate(double x, double y) => Sums.Correlation.Add(0, [1, x, y, x * x, y * y, x * y]);

    private void Engagement(in HistoryBefore history)
    {
        _opened.Clear();
        _clicked.Clear();
        _firsts.Clear();
        var asOf = _context.AsOf.Day;
        var delivery = _context.Coverage.Has(DataSource.EmailDeliveries) ? EngagementType.EmailDelivered : EngagementType.EmailSent;
        foreach (ref readonly var engagement in history.Engagements)
        {
            var (year, month) = (engagement.Day >= asOf - 365, engagement.Day >= asOf - 30);
            if (engagement.Type == delivery && year) this[EmailsDelivered12m]++;
            switch (engagement.Type)
            {
                case EngagementType.EmailOpened:
                    if (month) this[Active30dAny] = 1;
                    if (engagement.MessageKey != 0 && !_opened.Add(engagement.MessageKey)) break;
                    _firsts.Add((engagement.Day, false));
                    if (year) this[UniqueOpens12m]++;
                    break;
                case EngagementType.EmailClicked:
                    if (engagement.MessageKey != 0 && !_clicked.Add(engagement.MessageKey)) break;
                    if (year) this[UniqueClicks12m]++;
                    break;
                case EngagementType.Visit or EngagementType.AppSession:
                    if (month) this[Visits30d]++;
                    if (month) this[Active30dAny] = 1;
                    if (year) this[Visits12m]++;
                    break;
                case EngagementType.Ticket:
                    if (year) this[Tickets12m]++;
                    break;
            }
        }
    }

    private void Groups(ShardHistories histories, in HistoryBefore history, in CustomerFacts facts, in CustomerScore score,
        in SegmentAssignment segments, in FirstOrder first, int purchases)
    {
        var profile = history.Profile;
        var (age, gender, (region, country)) = (Age(profile), Gender(profile.Gender), Place(profile.Country));
        this[Known] = profile.AcquisitionChannel is null ? 0 : 1;
        var channel = Text(profile.AcquisitionChannel);
        var combined = (9 * Taxonomy.Folded(segments.Lifecycle)) + (3 * (int)segments.ValueTier) + (int)segments.FrequencyClass;
        var recency = facts.DaysSinceLastOrder <= _context.Segments.ActiveDays ? 0
            : facts.DaysSinceLastOrder <= _context.Segments.AtRiskDays ? 1 : 2;
        var cohort = purchases > 0 ? first.Cohort : -1;
        ReadOnlySpan<int> codes =
        [
            (int)segments.Lifecycle, Taxonomy.Folded(segments.Lifecycle), recency, (int)segments.ValueTier, (int)segments.FrequencyClass,
            (int)segments.ClvTier, (int)segments.BusinessSegment,
            (int)segments.EngagementSegment, (int)segments.Persona, score.Lost ? 3 : (int)segments.RiskBand, (int)segments.RfmSegment,
            ((segments.Rfm.R - 1) * 25) + ((segments.Rfm.F - 1) * 5) + segments.Rfm.M - 1, combined,
            (3 * recency) + (int)segments.ValueTier,
            age, gender, (4 * age) + gender, region, first.Delivery, first.DeliveryDays, VisitBucket((int)this[Visits12m]),
            cohort + 1, cohort < 0 ? 0 : _grid.QuarterOf(cohort) + 1,
            channel, Text(country), Text(histories.Text(first.CategoryCode)), (27 * channel) + combined,
        ];
        Sums.Total.Add(0, _v);
        for (var i = 0; i < _counted.Length; i++)
        {
            Places[i] = codes[_counted[i]];
            Sums.Groups[_counted[i]].Add(Places[i], _v);
        }
    }

    private void Risk(in CustomerScore score, in SegmentAssignment segments)
    {
        if (score.Lost) return;
        var bin = Math.Min(ShopSums.RiskBins - 1, (int)(ShopSums.RiskBins * score.PChurn));
        Sums.Risk[(int)segments.BusinessSegment][bin]++;
        Sums.Risk[SegmentNames.All<BusinessSegment>().Count][bin]++;
    }

    /// <summary>Who was active one horizon ago, and did not purchase since.</summary>
    private void Churn(in HistoryBefore history)
    {
        var start = _context.AsOf.Day - _context.HorizonDays;
        if (!_snapshots.At(history, start, out var then) || then.Orders == 0 || then.DaysSinceLastOrder > _context.LostAfterDays) return;
        var bought = false;
        for (var i = history.Orders.Length - 1; i >= 0 && history.Orders[i].Day >= start; i--) bought |= _snapshots.IsPurchase(i);
        ReadOnlySpan<double> one = [1, bought ? 0 : 1];
        Sums.Churn.Add(0, one);
        var segments = _rules.AssignOn(then, start - 1);
        foreach (var taxonomy in Taxonomy.All) Sums.Churn.Add(taxonomy.Offset + taxonomy.Of(segments), one);
    }

    /// <summary>
    /// Codes of a free text: long ones are cut, so that a label stays one, and none is called like the rest that is shown together.
    /// </summary>
    private int Text(string? text) =>
        text is null
            ? ShopSums.UnknownText
            : Sums.Code(text == Dimension.Others ? Dimension.OthersByName : text.Length > Dimension.LongestLabel
                ? text[..Dimension.LongestLabel] : text);

    private int Age(in CustomerProfile profile)
    {
        if (profile.BirthYear is not { } year) return 3;
        var age = BusinessCalendar.DateOf(_context.AsOf.Day).Year - year;
        this[AgeYears] = age;
        this[WithAge] = 1;
        return age < _context.Recipe.Settings.MiddleAgedFrom ? 0 : age < _context.Recipe.Settings.SeniorFrom ? 1 : 2;
    }

    private static int Gender(string? gender) =>
        gender?.ToLowerInvariant() switch { null or "unknown" => 3, "female" or "f" or "w" => 0, "male" or "m" => 1, _ => 2 };

    /// <summary>Number of the region, and the code of the country; rows of earlier imports may still have its name.</summary>
    private (int Region, string? Code) Place(string? country)
    {
        if (country is null) return (Dimension.Regions.Count - 1, null);
        if (!_places.TryGetValue(country, out var place))
        {
            var known = Country.TryOf(country);
            _places.Add(country, place = (Dimension.Regions.ToList().IndexOf(known?.Region ?? Dimension.Unknown), known?.Code ?? country));
        }
        return place;
    }

    private static int VisitBucket(int visits) => visits switch { 0 => 0, <= 2 => 1, <= 5 => 2, <= 10 => 3, <= 20 => 4, _ => 5 };

    /// <summary>What is known of a customer's first order.</summary>
    private readonly record struct FirstOrder(int Delivery, int DeliveryDays, int CategoryCode, int Cohort)
    {
        public static FirstOrder None { get; } = new(3, 6, 0, -1);

        public static FirstOrder Read(in HistoryBefore history, in Order order)
        {
            var fulfilment = Fulfilment.Read(history, order);
            if (fulfilment.Days is not { } days) return None with { CategoryCode = order.CategoryCode };
            return new FirstOrder(
                fulfilment.IsLate switch { true => 1, false => 0, null => 2 },
                days switch { <= 3 => 0, <= 7 => 1, <= 14 => 2, <= 21 => 3, <= 30 => 4, _ => 5 }, order.CategoryCode, -1);
        }
    }

    /// <summary>One customer's way through the cohort tables.</summary>
    /// <param name="joinedDay">Where it is not the first purchase that tells.</param>
    private struct Cohort(ShopSums sums, MonthGrid grid, int? joinedDay)
    {
        private int _month, _quarter, _lastMonth, _lastQuarter;
        private bool _any;

        /// <summary>Month in which the customer joined; -1 without a purchase.</summary>
        public readonly int Month => _any ? _month : -1;

        public void Add(int month, long amountMinor, int purchase)
        {
            var quarter = grid.QuarterOf(month);
            if (!_any)
            {
                _any = true;
                _month = joinedDay is { } day ? grid.MonthAt(day) : month;
                _quarter = grid.QuarterOf(_month);
                // Whoever joined in it is of the cohort, though the first purchase that is known may come later.
                Join(sums.Cohorts, _month, ref _lastMonth);
                Join(sums.QuarterCohorts, _quarter, ref _lastQuarter);
            }
            Count(sums.Cohorts, grid.Last + 1, _month, month, ref _lastMonth, amountMinor, purchase);
            Count(sums.QuarterCohorts, sums.QuarterCohorts.Width / 4, _quarter, quarter, ref _lastQuarter, amountMinor, purchase);
        }

        public readonly void End()
        {
            if (!_any) return;
            sums.Cohorts[_month][grid.Last + 1 + _lastMonth - _month]++;
            sums.QuarterCohorts[_quarter][(sums.QuarterCohorts.Width / 4) + _lastQuarter - _quarter]++;
        }

        private static void Join(Tally tally, int cohort, ref int last)
        {
            tally[cohort][0]++;
            last = cohort;
        }

        private static void Count(Tally tally, int periods, int cohort, int period, ref int last, long amountMinor, int purchase)
        {
            var row = tally[cohort];
            var index = period - cohort;
            if (period != last) row[index]++;
            if (purchase == 2) row[(2 * periods) + index]++;
            row[(3 * periods) + index] += amountMinor;
            last = period;
        }
    }
}
