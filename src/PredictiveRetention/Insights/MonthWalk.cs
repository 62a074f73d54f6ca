using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Segments;
using static PredictiveRetention.Insights.MonthMeasure;

namespace PredictiveRetention.Insights;

/// <summary>
/// Counts one customer into the months: what happened in each, by everybody and by the segments held at its end; who of a segment at its
/// start came back; who moved from one to another; and the days on which the customer was active.
/// </summary>
internal sealed class MonthWalk(InsightContext context, RuleSegments rules, Snapshots snapshots, ShopSums sums)
{
    /// <summary>Days after an order during which its customer counts as active.</summary>
    private const int ActiveFor = 30;

    private readonly MonthGrid _grid = context.Months;
    private readonly double[] _v = new double[(int)MonthMeasure.Count];
    private readonly int[] _slots = new int[Taxonomy.All.Count + 1];
    private readonly int[] _slotsBefore = new int[Taxonomy.All.Count + 1];

    /// <summary>Of each followed taxonomy: its place in the slots, its offset and its segments, "not yet a customer" included.</summary>
    private readonly (int Place, int Offset, int Size)[] _followed =
        [.. Taxonomy.Followed.Select(taxonomy => (Taxonomy.All.ToList().IndexOf(taxonomy) + 1, taxonomy.Offset, taxonomy.Names.Count + 1))];

    private double this[MonthMeasure measure]
    {
        get => _v[(int)measure];
        set => _v[(int)measure] = value;
    }

    /// <param name="firsts">First openings of messages, in time order.</param>
    public void Add(in HistoryBefore history, List<(int Day, bool Click)> firsts)
    {
        if (history.Orders.IsEmpty) return;
        // Who was seen before the shop's first order joined then, and not with the first order that is known.
        var joinedDay = history.Profile.JoinedDay ?? history.Orders[0].Day;
        int order = 0, refund = 0, engagement = 0, open = 0;
        var delivery = context.Coverage.Has(DataSource.EmailDeliveries) ? EngagementType.EmailDelivered : EngagementType.EmailSent;
        var known = snapshots.At(history, _grid.Start(1), out var before);
        if (known) Taxonomy.SlotsOf(rules.Assign(before, 1), _slotsBefore);
        var joinedIn = _grid.MonthAt(joinedDay);
        for (var month = 0; month <= _grid.Last; month++)
        {
            var end = month == 0 ? _grid.Start(1) : _grid.End(month);
            _v.AsSpan().Clear();
            var (orders, fromOrder) = (0, order);
            for (; order < history.Orders.Length && history.Orders[order].Day < end; order++)
            {
                orders++;
                Order(history, history.Orders[order], month == joinedIn);
            }
            for (; refund < history.Refunds.Length && history.Refunds[refund].Day < end; refund++)
            {
                this[RefundsMinor] += history.Refunds[refund].AmountMinor;
                this[RevenueMinor] -= history.Refunds[refund].AmountMinor;
            }
            for (; engagement < history.Engagements.Length && history.Engagements[engagement].Day < end; engagement++)
            {
                var type = history.Engagements[engagement].Type;
                if (type == delivery) this[EmailsDelivered]++;
                else if (type is EngagementType.Visit or EngagementType.AppSession) this[Visits]++;
            }
            for (; open < firsts.Count && firsts[open].Day < end; open++) this[UniqueOpens]++;
            if (month == joinedIn) this[NewCustomers] = 1;
            if (orders > 0)
            {
                this[Buyers] = 1;
                if (fromOrder > 0 || orders > 1 || month > joinedIn) this[ReturningBuyers] = 1;
            }
            if (month == 0)
            {
                // Earlier than the window: the totals, without segments.
                if (order > 0) this[Customers] = 1;
                else this[EmailsDelivered] = this[Visits] = this[UniqueOpens] = 0;
                sums.Months.Add(0, _v);
                continue;
            }
            if (!snapshots.At(history, end, order, out var facts))
            {
                // Not a customer yet: mails and visits count from the month of the first order.
                this[EmailsDelivered] = this[Visits] = this[UniqueOpens] = 0;
                sums.Months.Add(month, _v);
                continue;
            }
            Taxonomy.SlotsOf(rules.Assign(facts, month, out var pChurn), _slots);
            AtEnd(history, facts, pChurn, end, order);
            // By the cut-offs of this month at both ends, or a move would be one of the cut.
            if (known && month > 1 && !ReferenceEquals(rules.CutoffsIn(month), rules.CutoffsIn(month - 1)))
                Taxonomy.SlotsOf(rules.Assign(before, month), _slotsBefore);
            Count(month, known, orders > 0);
            if (month > _grid.LastComplete - context.Recipe.Settings.MigrationMonths && _grid.IsComplete(month)) CountMoves(month, known);
            (known, before) = (true, facts);
            _slots.CopyTo(_slotsBefore, 0);
        }
        if (_grid.AsOf.Day - history.Orders[^1].Day <= context.Recipe.Settings.Days + ActiveFor) CountActive(history);
    }

    /// <summary>Number of the row of a slot in a month.</summary>
    public static int Slot(int slot, int month) => (64 * slot) + month;

    private void Order(in HistoryBefore history, in Order order, bool isNew)
    {
        this[Orders]++;
        this[RevenueMinor] += order.AmountMinor;
        this[PaidMinor] += order.AmountMinor;
        this[DiscountMinor] += order.DiscountMinor ?? 0;
        if (isNew) this[NewRevenueMinor] += order.AmountMinor;
        Fulfilment.Read(history, order).AddTo(_v.AsSpan((int)Delivered, Fulfilment.Sums));
    }

    private void AtEnd(in HistoryBefore history, in CustomerFacts facts, double pChurn, int end, int orders)
    {
        this[Customers] = 1;
        this[Active30d] = history.Orders[orders - 1].Day >= end - ActiveFor ? 1 : 0;
        this[RevenueToDateMinor] = facts.NetRevenueMinor;
        this[Revenue12mMinor] = facts.Revenue12mMinor;
        this[RepeatToDate] = facts.Orders >= 2 ? 1 : 0;
        if (facts.Orders == 0 || facts.DaysSinceLastOrder > context.LostAfterDays) return;
        this[NotLost] = 1;
        this[PChurn] = pChurn;
    }

    /// <summary>Into the month's segments at its end, and those at its start.</summary>
    private void Count(int month, bool known, bool ordered)
    {
        // In most months most customers do nothing and stay where they are: then only what holds at the end is added, and only once.
        var happened = ordered || _v.AsSpan((int)Retained).ContainsAnyExcept(0.0);
        var stayed = known && !happened && _slots.AsSpan().SequenceEqual(_slotsBefore);
        if (stayed) this[AtStart] = 1;
        var values = happened ? _v.AsSpan() : _v.AsSpan(0, (int)Retained);
        foreach (var slot in _slots) sums.Months.Add(Slot(slot, month), values);
        if (!known || stayed) return;
        foreach (var slot in _slotsBefore)
        {
            var row = sums.Months[Slot(slot, month)];
            row[(int)AtStart]++;
            if (ordered) row[(int)Retained]++;
        }
    }

    /// <summary>Who stays is not counted: it is whoever was there at the start and did not move.</summary>
    private void CountMoves(int month, bool known)
    {
        for (var i = 0; i < _followed.Length; i++)
        {
            var (place, offset, size) = _followed[i];
            if (known && _slotsBefore[place] == _slots[place]) continue;
            sums.Moves[i][month][((known ? _slotsBefore[place] - offset : size - 1) * size) + _slots[place] - offset]++;
        }
    }

    /// <summary>
    /// The stretches of days with an order in the 30 days up to and including each, cut where the customer's segment may change: at an
    /// order, a refund and the start of a quarter.
    /// </summary>
    private void CountActive(in HistoryBefore history)
    {
        var (from, to) = (Math.Max(_grid.Start(1), _grid.AsOf.Day - context.Recipe.Settings.Days), _grid.AsOf.Day);
        for (var i = 0; i < history.Orders.Length; i++)
        {
            var day = history.Orders[i].Day;
            var until = Math.Min(to, day + ActiveFor);
            if (i + 1 < history.Orders.Length) until = Math.Min(until, history.Orders[i + 1].Day);
            CountActiveDays(history, Math.Max(from, day), until);
        }
    }

    private void CountActiveDays(in HistoryBefore history, int from, int until)
    {
        while (from < until)
        {
            var next = snapshots.AnyUnusual ? from + 1 : until;
            foreach (ref readonly var refund in history.Refunds)
                if (refund.Day > from) next = Math.Min(next, refund.Day);
            var month = _grid.MonthAt(from);
            next = Math.Min(next, Math.Min(until, _grid.NextQuarter(month)));
            snapshots.At(history, from + 1, out var facts);
            var cutoffs = rules.CutoffsIn(month);
            SilentFor(Rhythm.OverdueAfter(Rhythm.UsualGap(facts, cutoffs), context.Segments));
            SilentFor(cutoffs.InactiveAfterDays);
            var row = sums.Daily[(int)rules.Assign(facts, month).EngagementSegment];
            var zero = _grid.AsOf.Day - context.Recipe.Settings.Days;
            row[from - zero]++;
            row[next - zero]--;
            from = next;

            // Who is silent for longer from some day on is of another segment from then on.
            void SilentFor(double limit)
            {
                var inDays = Math.Floor(limit) + 1 - facts.DaysSinceLastOrder;
                if (inDays > 0 && inDays < next - from) next = from + (int)inDays;
            }
        }
    }
}
