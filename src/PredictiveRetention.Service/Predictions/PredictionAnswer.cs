using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="Amount">Decimal text with the currency's decimals.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record MoneyAnswer(string Amount, string Currency)
{
    public static MoneyAnswer From(double amount, Currency currency) =>
        new(currency.Text(currency.ToMinor((decimal)amount)), currency.Code);

    public static MoneyAnswer From(long minor, Currency currency) => new(currency.Text(minor), currency.Code);
}

/// <param name="Score">Three digits 1 to 5: recency, frequency, monetary value; 5 is best.</param>
public sealed record RfmAnswer(int Score, int RecencyDays, int Frequency, MoneyAnswer Monetary);

public sealed record SegmentsAnswer(
    string Rfm, string Lifecycle, string ValueTier, string FrequencyClass, string ClvTier, string Business, string Engagement,
    string Persona, string RiskBand);

/// <param name="Play">Null when nothing is recommended; None then says why.</param>
public sealed record ActionAnswer(
    string? Play, string? Name, string? Priority, string? Owner, string? Channel, string? Timeline, MoneyAnswer? ExpectedNetValue,
    MoneyAnswer? Cost, string? None);

/// <summary>How long the customer is silent beside how often the customer buys: by rule, not predicted.</summary>
/// <param name="UsualGapDays">
/// The mean gap between purchase days, drawn towards the shop's median; null in runs of earlier versions.
/// </param>
/// <param name="Overdue">Silent for much longer than usual for this customer.</param>
/// <param name="Slipping">Overdue, and neither inactive nor lost.</param>
/// <param name="StillBuying">Neither inactive nor lost.</param>
public sealed record RhythmAnswer(int SilentDays, double? UsualGapDays, bool Overdue, bool Slipping, bool StillBuying);

/// <summary>Bounds of expected spend: so much of customers like this one spent within them.</summary>
public sealed record RangeAnswer(MoneyAnswer Low80, MoneyAnswer High80, MoneyAnswer Low90, MoneyAnswer High90);

/// <summary>Dates by which the next order came with probability 10, 50 and 90 %; null: not within HorizonDays.</summary>
public sealed record NextOrderAnswer(string? P10, string? P50, string? P90);

/// <summary>What the service says of one customer.</summary>
/// <param name="PChurn">P(no purchase within HorizonDays).</param>
/// <param name="Clv">Expected net spend within ClvHorizonDays.</param>
/// <param name="ClvRange">Null where the model has no intervals.</param>
/// <param name="HistoricNet">Net spend to date.</param>
/// <param name="TotalClv">HistoricNet + Clv.</param>
/// <param name="PAlive">P(has not stopped buying), as Pareto/NBD alone tells it; null for the recency rule.</param>
/// <param name="NextOrder">Null for the recency rule.</param>
/// <param name="SpendIfOrder">Expected net spend within HorizonDays if there is a purchase.</param>
/// <param name="RevenueAtRisk">PChurn x SpendIfOrder of the still buying; 0 of others.</param>
/// <param name="Lost">Silent for so long that the customer is reported, not counted as risk.</param>
/// <param name="RiskRise">PChurn less what the night 28 days before said; null where none says, and of customers who are lost.</param>
/// <param name="HighValue">Still buying, and among the top by net spend of the last 12 months or by SpendIfOrder.</param>
/// <param name="Reasons">The three to five themes that move PChurn most: those that raise it first, then those that lower it, the strongest
/// first, each said by its strongest feature whose words point that way. Empty for the recency rule.</param>
/// <param name="Stale">Published more than 36 hours ago, or of orders that ended more than Retention:StaleAfterDays before today.</param>
public sealed record PredictionAnswer(
    string CustomerId, double PChurn, MoneyAnswer Clv, RangeAnswer? ClvRange, MoneyAnswer HistoricNet, MoneyAnswer TotalClv, double? PAlive,
    NextOrderAnswer? NextOrder, MoneyAnswer SpendIfOrder, MoneyAnswer RevenueAtRisk, bool Lost, double? RiskRise,
    RhythmAnswer Rhythm, bool HighValue, RfmAnswer Rfm, SegmentsAnswer Segments,
    ActionAnswer Action, IReadOnlyList<SaidReason> Reasons,
    string AsOf, long RunId, string BusinessDate, string ModelVersion, string ModelLevel, int HorizonDays, int ClvHorizonDays,
    DateTimeOffset PublishedAt, bool Stale);

/// <summary>Turns stored rows and fresh scores into answers, with the words of the run they belong to.</summary>
internal sealed class AnswerWriter(Run run, RunRecipe recipe, Shop shop, Playbook playbook, Freshness freshness)
{
    public DateTimeOffset PublishedAt { get; } = DateTimeOffset.FromUnixTimeMilliseconds(run.PublishedAtMs ?? 0);

    public bool Stale => freshness.IsStale;

    public PredictionAnswer Write(PredictionRow row) => Write(
        row.CustomerId, ScoreOf(row), row.RiskRise, row.RevenueAtRisk, row.NetRevenueMinor,
        new RhythmAnswer(row.DaysSinceLastOrder, Days(row.UsualGapDays), row.Overdue, row.Slipping, row.StillBuying), row.HighValue,
        new RfmAnswer(row.Rfm, row.DaysSinceLastOrder, row.Orders, MoneyAnswer.From(row.NetRevenueMinor, shop.Currency)),
        new SegmentsAnswer(
            SegmentNames.Name((RfmSegment)row.RfmSegment), SegmentNames.Name((Lifecycle)row.Lifecycle),
            SegmentNames.Name((ValueTier)row.ValueTier),
            SegmentNames.Name((FrequencyClass)row.FrequencyClass), SegmentNames.Name((ClvTier)row.ClvTier),
            SegmentNames.Name((BusinessSegment)row.BusinessSegment),
            SegmentNames.Name((EngagementSegment)row.EngagementSegment), SegmentNames.Name((Persona)row.Persona),
            SegmentNames.Name((RiskBand)row.RiskBand)),
        Action(row.PlayId, row.ExpectedNetValue, row.ActionCost, (NoAction?)row.NoAction), run.AsOf);

    public PredictionAnswer Write(string customerId, in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments,
        in Recommendation action, double? riskRise, Cutoff asOf) => Write(
        customerId, score, riskRise, CustomerMoney.Of(score, segments.Rhythm).AtRisk, facts.NetRevenueMinor,
        new RhythmAnswer(facts.DaysSinceLastOrder, Days(segments.Rhythm.UsualGapDays), segments.Rhythm.Overdue, segments.Rhythm.Slipping,
            segments.Rhythm.StillBuying), segments.HighValue,
        new RfmAnswer(segments.Rfm.Code, facts.DaysSinceLastOrder, facts.Orders, MoneyAnswer.From(facts.NetRevenueMinor, shop.Currency)),
        new SegmentsAnswer(
            SegmentNames.Name(segments.RfmSegment), SegmentNames.Name(segments.Lifecycle), SegmentNames.Name(segments.ValueTier),
            SegmentNames.Name(segments.FrequencyClass),
            SegmentNames.Name(segments.ClvTier), SegmentNames.Name(segments.BusinessSegment), SegmentNames.Name(segments.EngagementSegment),
            SegmentNames.Name(segments.Persona), SegmentNames.Name(segments.RiskBand)),
        Action(action.PlayId, action.ExpectedNetValue, action.Cost, action.Reason), asOf);

    private PredictionAnswer Write(
        string customerId, in CustomerScore score, double? riskRise, double atRisk, long netMinor, RhythmAnswer rhythm, bool highValue,
        RfmAnswer rfm, SegmentsAnswer segments, ActionAnswer action, Cutoff asOf)
    {
        var historic = (double)shop.Currency.FromMinor(netMinor);
        return new PredictionAnswer(
            customerId, score.PChurn, Money(score.Clv), Range(score.Range), Money(historic), Money(historic + score.Clv),
            float.IsNaN(score.PAlive) ? null : score.PAlive, Next(score.Next, asOf),
            Money(score.SpendIfOrder), Money(atRisk), score.Lost, riskRise is { } rise ? Math.Round(rise, 3) : null, rhythm, highValue, rfm,
            segments, action,
            [.. ReasonWords.Say(score.Reasons, recipe.Features, shop.Currency, rhythm.Overdue)],
            asOf.ToString(), run.RunId, run.BusinessDate.ToIso(), recipe.ModelVersion, recipe.ModelLevel.ToString(), recipe.HorizonDays,
            recipe.ClvHorizonDays, PublishedAt, Stale);
    }

    private static CustomerScore ScoreOf(PredictionRow row) =>
        new(row.PChurn, row.Clv, row.SpendIfOrder, row.Lost, StoredReasons.Read(row.Reasons))
        {
            PAlive = (float)(row.PAlive ?? double.NaN),
            Range = row.ClvHi90 is null
            ? SpendRange.None
            : new SpendRange((float)row.ClvLo80!.Value, (float)row.ClvHi80!.Value, (float)row.ClvLo90!.Value, (float)row.ClvHi90.Value),
            Next = new NextOrder((float)(row.NextOrderP10 ?? double.PositiveInfinity), (float)(row.NextOrderP50 ?? double.PositiveInfinity),
            (float)(row.NextOrderP90 ?? double.PositiveInfinity)),
        };

    private static double? Days(double? usualGap) => usualGap is { } days && !double.IsNaN(days) ? Math.Round(days, 1) : null;

    private MoneyAnswer Money(double amount) => MoneyAnswer.From(amount, shop.Currency);

    private RangeAnswer? Range(in SpendRange range) =>
        float.IsNaN(range.High90)
            ? null
            : new RangeAnswer(Money(range.Low80), Money(range.High80), Money(range.Low90), Money(range.High90));

    private NextOrderAnswer? Next(in NextOrder next, Cutoff asOf) =>
        recipe.ModelLevel == ModelLevel.RecencyRule
            ? null
            : new NextOrderAnswer(Date(next.P10, asOf), Date(next.P50, asOf), Date(next.P90, asOf));

    private static string? Date(float days, Cutoff asOf) => NextOrderDate.After(asOf, float.IsFinite(days) ? days : null)?.ToIso();

    private ActionAnswer Action(string? playId, double netValue, double cost, NoAction? reason)
    {
        if (playId is null)
            return new ActionAnswer(null, null, null, null, null, null, null, null, reason is { } why ? PlayNames.Name(why) : null);
        var play = playbook.Find(playId);
        return new ActionAnswer(
            playId, play?.Name, play is null ? null : PlayNames.Name(play.Priority), play?.Owner,
            play is null ? null : PlayNames.Name(play.Channel), play?.Timeline,
            MoneyAnswer.From(netValue, shop.Currency), MoneyAnswer.From(cost, shop.Currency), null);
    }
}
