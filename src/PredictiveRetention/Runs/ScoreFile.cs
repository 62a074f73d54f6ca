using System.Globalization;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// A run as CSV, one row a customer: customer_id, p_churn and clv first, then what else was found. Numbers are invariant, money in the
/// currency's decimals (expected spend two finer), probabilities unrounded; texts that
/// a spreadsheet would take for a formula get an apostrophe.
/// </summary>
public static class ScoreFile
{
    public const string Header =
        "customer_id,p_churn,clv,clv_lo80,clv_hi80,clv_lo90,clv_hi90,p_alive,next_order_p10,next_order_p50,next_order_p90,spend_if_order,revenue_at_risk,lost,orders,purchase_days,days_since_last_order,days_since_first_order,net_revenue,currency,"
        + "rfm,rfm_segment,lifecycle,value_tier,frequency_class,clv_tier,business_segment,engagement_segment,persona,risk_band,"
        + "play,no_action,expected_net_value,action_cost,reasons,model_level,as_of,run_id,model_version";

    /// <summary>Writes beside and renames, so that a reader never sees half a file. Returns the number of rows.</summary>
    public static long Write(RetentionStore store, Shop shop, Run run, string path)
    {
        var temporary = path + ".partial";
        long rows;
        using (var writer = new StreamWriter(temporary)) rows = Write(store, shop, run, writer);
        File.Move(temporary, path, overwrite: true);
        return rows;
    }

    /// <param name="forSpreadsheets">False for programs, which take no text for a formula.</param>
    public static long Write(RetentionStore store, Shop shop, Run run, TextWriter writer, bool forSpreadsheets = true)
    {
        writer.NewLine = "\n";
        writer.WriteLine(Header);
        long rows = 0;
        foreach (var cells in Rows(store, shop, run))
        {
            writer.WriteLine(string.Join(',', cells.Select(cell => Cell(cell, forSpreadsheets))));
            rows++;
        }
        return rows;
    }

    /// <summary>The cells of each customer, empty where there is nothing; streamed.</summary>
    internal static IEnumerable<string[]> Rows(RetentionStore store, Shop shop, Run run)
    {
        var features = run.Recipe?.Features ?? [];
        return store.Predictions.ReadAll(run.RunId).Select(row => Cells(row, shop, run, features, run.Recipe?.ModelLevel.ToString() ?? ""));
    }

    private static string Why(PredictionRow row, Shop shop, IReadOnlyList<string> features) => string.Join("; ", ReasonWords.Of(StoredReasons.Read(row.Reasons), features, shop.Currency)
        .Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Words} ({(reason.Effect > 0 ? "raises" : "lowers")} churn)")));

    private static string[] Cells(PredictionRow row, Shop shop, Run run, IReadOnlyList<string> features, string level) =>
    [
        row.CustomerId, Number(row.PChurn), Expected(row.Clv, shop), Money(row.ClvLo80, shop), Money(row.ClvHi80, shop), Money(row.ClvLo90, shop), Money(row.ClvHi90, shop),
        row.PAlive is { } alive ? Number(alive) : "", Day(run, row.NextOrderP10, level), Day(run, row.NextOrderP50, level), Day(run, row.NextOrderP90, level), Money(row.SpendIfOrder, shop), Money(row.RevenueAtRisk, shop), row.Lost ? "true" : "false",
        Number(row.Orders), Number(row.PurchaseDays), Number(row.DaysSinceLastOrder), Number(row.DaysSinceFirstOrder), shop.Currency.Text(row.NetRevenueMinor), shop.Currency.Code,
        Number(row.Rfm), SegmentNames.Of((RfmSegment)row.RfmSegment), SegmentNames.Of((Lifecycle)row.Lifecycle),
        SegmentNames.Of((ValueTier)row.ValueTier), SegmentNames.Of((FrequencyClass)row.FrequencyClass), SegmentNames.Of((ClvTier)row.ClvTier),
        SegmentNames.Of((BusinessSegment)row.BusinessSegment), SegmentNames.Of((EngagementSegment)row.EngagementSegment),
        SegmentNames.Of((Persona)row.Persona), SegmentNames.Of((RiskBand)row.RiskBand),
        row.PlayId ?? "", row.NoAction is { } reason ? PlayNames.Of((NoAction)reason) : "", Money(row.ExpectedNetValue, shop), Money(row.ActionCost, shop), Why(row, shop, features), level,
        run.AsOf.ToString(), Number(run.RunId), run.ModelVersion ?? "",
    ];

    private static string Money(double amount, Shop shop) => amount.ToString("F" + shop.Currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>An expectation, two decimals finer than money: customers who hardly spend are still told apart.</summary>
    private static string Expected(double amount, Shop shop) => amount.ToString("F" + (shop.Currency.Decimals + 2).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Money(double? amount, Shop shop) => amount is { } known ? Money(known, shop) : "";

    private static string Day(Run run, double? days, string level) => NextOrderDate.Of(run.AsOf, days)?.ToIso() ?? (level == nameof(ModelLevel.RecencyRule) ? "" : "not within the horizon");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A text as a CSV cell; what a spreadsheet would take for a formula gets an apostrophe.</summary>
    public static string Cell(string text, bool forSpreadsheets = true)
    {
        if (forSpreadsheets && text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal) && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
    }
}
