using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using static PredictiveRetention.Exports.Cell;

namespace PredictiveRetention.Exports;

/// <summary>
/// A run as a file, one row a customer: customer_id, p_churn and clv first, then what else was found. Money has the currency's decimals
/// (expected spend two finer: customers who hardly spend are still told apart), probabilities are unrounded. Where a file keeps types, a
/// next order that is not within the horizon is null, as is a figure that is not available.
/// </summary>
public static class ScoreFile
{
    private static readonly ExportColumn<Scored>[] s_columns =
    [
        new("customer_id", ColumnKind.Id, one => one.Row.CustomerId),
        new("p_churn", ColumnKind.Number, one => Number(one.Row.PChurn)),
        new("clv", ColumnKind.Number, one => Money(one.Row.Clv, one.Decimals + 2)),
        new("clv_lo80", ColumnKind.Number, one => Money(one.Row.ClvLo80, one.Decimals)),
        new("clv_hi80", ColumnKind.Number, one => Money(one.Row.ClvHi80, one.Decimals)),
        new("clv_lo90", ColumnKind.Number, one => Money(one.Row.ClvLo90, one.Decimals)),
        new("clv_hi90", ColumnKind.Number, one => Money(one.Row.ClvHi90, one.Decimals)),
        new("p_alive", ColumnKind.Number, one => Number(one.Row.PAlive)),
        new("next_order_p10", ColumnKind.Date, one => one.Day(one.Row.NextOrderP10)),
        new("next_order_p50", ColumnKind.Date, one => one.Day(one.Row.NextOrderP50)),
        new("next_order_p90", ColumnKind.Date, one => one.Day(one.Row.NextOrderP90)),
        new("spend_if_order", ColumnKind.Number, one => Money(one.Row.SpendIfOrder, one.Decimals)),
        new("revenue_at_risk", ColumnKind.Number, one => Money(one.Row.RevenueAtRisk, one.Decimals)),
        new("lost", ColumnKind.Flag, one => Flag(one.Row.Lost)),
        new("orders", ColumnKind.Whole, one => Whole(one.Row.Orders)),
        new("purchase_days", ColumnKind.Whole, one => Whole(one.Row.PurchaseDays)),
        new("days_since_last_order", ColumnKind.Whole, one => Whole(one.Row.DaysSinceLastOrder)),
        new("days_since_first_order", ColumnKind.Whole, one => Whole(one.Row.DaysSinceFirstOrder)),
        new("usual_gap", ColumnKind.Number, one => Number(one.Row.UsualGapDays)),
        new("overdue", ColumnKind.Flag, one => Flag(one.Row.Overdue)),
        new("slipping", ColumnKind.Flag, one => Flag(one.Row.Slipping)),
        new("high_value", ColumnKind.Flag, one => Flag(one.Row.HighValue)),
        new("revenue_12m", ColumnKind.Number,
            one => one.Row.Revenue12mMinor is { } minor ? one.Of.Shop.Currency.Text(minor) : null),
        new("net_revenue", ColumnKind.Number, one => one.Of.Shop.Currency.Text(one.Row.NetRevenueMinor)),
        new("currency", ColumnKind.Text, one => one.Of.Shop.Currency.Code),
        new("rfm", ColumnKind.Whole, one => Whole(one.Row.Rfm)),
        new("rfm_segment", ColumnKind.Text, one => SegmentNames.Name((RfmSegment)one.Row.RfmSegment)),
        new("lifecycle", ColumnKind.Text, one => SegmentNames.Name((Lifecycle)one.Row.Lifecycle)),
        new("value_tier", ColumnKind.Text, one => SegmentNames.Name((ValueTier)one.Row.ValueTier)),
        new("frequency_class", ColumnKind.Text, one => SegmentNames.Name((FrequencyClass)one.Row.FrequencyClass)),
        new("clv_tier", ColumnKind.Text, one => SegmentNames.Name((ClvTier)one.Row.ClvTier)),
        new("business_segment", ColumnKind.Text, one => SegmentNames.Name((BusinessSegment)one.Row.BusinessSegment)),
        new("engagement_segment", ColumnKind.Text, one => SegmentNames.Name((EngagementSegment)one.Row.EngagementSegment)),
        new("persona", ColumnKind.Text, one => SegmentNames.Name((Persona)one.Row.Persona)),
        new("risk_band", ColumnKind.Text, one => SegmentNames.Name((RiskBand)one.Row.RiskBand)),
        new("play", ColumnKind.Text, one => one.Row.PlayId),
        new("no_action", ColumnKind.Text, one => one.Row.NoAction is { } reason ? PlayNames.Name((NoAction)reason) : null),
        new("expected_net_value", ColumnKind.Number, one => Money(one.Row.ExpectedNetValue, one.Decimals)),
        new("action_cost", ColumnKind.Number, one => Money(one.Row.ActionCost, one.Decimals)),
        new("reasons", ColumnKind.Words, one => one.Why()),
        new("model_level", ColumnKind.Text, one => one.Of.Recipe?.ModelLevel.ToString()),
        new("as_of", ColumnKind.Date, one => one.Of.Run.AsOf.ToString()),
        new("run_id", ColumnKind.Whole, one => Whole(one.Of.Run.RunId)),
        new("model_version", ColumnKind.Text, one => one.Of.Run.ModelVersion),
    ];

    /// <summary>The names as the first line of a CSV file has them.</summary>
    public static string Header { get; } = string.Join(',', s_columns.Select(column => column.Name));

    /// <summary>The rows are read as they are written.</summary>
    public static ExportTable Table(RetentionStore store, Shop shop, Run run)
    {
        var of = new ScoredRun(run, run.Recipe, shop);
        return ExportTable.Build(s_columns, store.Predictions.ReadAll(run.RunId).Select(row => new Scored(row, of)));
    }

    /// <summary>Parquet where the name ends so, else CSV. Returns the number of rows.</summary>
    public static long Write(RetentionStore store, Shop shop, Run run, string path)
    {
        var table = Table(store, shop, run);
        return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)
            ? ExportFile.Parquet(table, path)
            : ExportFile.WriteCsv(table, path);
    }

    private sealed record ScoredRun(Run Run, RunRecipe? Recipe, Shop Shop);

    private readonly record struct Scored(PredictionRow Row, ScoredRun Of)
    {
        public int Decimals => Of.Shop.Currency.Decimals;

        public string? Day(double? days) =>
            NextOrderDate.After(Of.Run.AsOf, days)?.ToIso()
                ?? (Of.Recipe?.ModelLevel == ModelLevel.RecencyRule ? null : "not within the horizon");

        public string? Why()
        {
            var reasons = ReasonWords.Say(StoredReasons.Read(Row.Reasons), Of.Recipe?.Features ?? [], Of.Shop.Currency, Row.Overdue);
            var words = string.Join("; ", reasons.Select(reason => $"{reason.Words} ({(reason.Effect > 0 ? "raises" : "lowers")} churn)"));
            return words.Length == 0 ? null : words;
        }
    }
}
