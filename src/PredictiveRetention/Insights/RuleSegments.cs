using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Insights;

/// <summary>
/// Segments of past days: by the cut-offs of their quarter, and by the recency rule where one asks for a probability or a CLV. A model that
/// learnt from later days has no say in them.
/// </summary>
internal sealed class RuleSegments
{
    private readonly InsightContext _context;
    private readonly SegmentCutoffs[] _byMonth;

    public RuleSegments(InsightContext context)
    {
        _context = context;
        var grid = context.Months;
        _byMonth = new SegmentCutoffs[grid.Last + 1];
        for (var month = 1; month <= grid.Last; month++)
        {
            var start = grid.QuarterStart(grid.QuarterOf(month));
            _byMonth[month] = context.Recipe.Quarters.LastOrDefault(quarter => quarter.From <= start)?.Cutoffs
                ?? (context.Recipe.Quarters.Count > 0 ? context.Recipe.Quarters[0].Cutoffs : context.Cutoffs);
        }
        _byMonth[0] = _byMonth[1];
    }

    /// <summary>The cut-offs of the quarter a month lies in; the same instance for months of one quarter.</summary>
    public SegmentCutoffs CutoffsIn(int month) => _byMonth[month];

    /// <param name="pChurn">By the rule.</param>
    public SegmentAssignment Assign(in CustomerFacts facts, int month, out double pChurn)
    {
        var score = Score(facts, _context.Currency, _context.HorizonDays, _context.ClvHorizonDays, _context.LostAfterDays);
        pChurn = score.PChurn;
        return Segmenter.Assign(facts, score, _byMonth[month], _context.Segments);
    }

    public SegmentAssignment Assign(in CustomerFacts facts, int month) => Assign(facts, month, out _);

    public SegmentAssignment AssignOn(in CustomerFacts facts, int day) => Assign(facts, _context.Months.MonthAt(day));

    public static CustomerScore Score(in CustomerFacts facts, Currency currency, int horizonDays, int clvHorizonDays, int lostAfterDays)
    {
        var pChurn = RecencyRule.PChurn(facts.DaysSinceLastOrder, horizonDays);
        var net = (double)facts.NetRevenueMinor / currency.MinorPerUnit;
        return new CustomerScore(
            pChurn, RecencyRule.ExpectedSpend(net, facts.DaysSinceFirstOrder, clvHorizonDays, pChurn),
            facts.Orders > 0 ? Math.Max(0, net) / facts.Orders : 0, facts.DaysSinceLastOrder > lostAfterDays);
    }
}
