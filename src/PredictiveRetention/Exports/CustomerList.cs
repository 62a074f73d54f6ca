using System.Globalization;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using static PredictiveRetention.Exports.Cell;

namespace PredictiveRetention.Exports;

/// <summary>A customer of a list.</summary>
/// <param name="Work">What people made of the action; null before somebody touched it.</param>
/// <param name="Reason">What the list says of why.</param>
public sealed record ListedCustomer(PredictionRow Row, ActionWork? Work, string Reason);

/// <summary>
/// A list of customers as people work through it: whom, why, what to do and how far it is. Probabilities have four decimals, money those of
/// the currency. Who is lost is not counted as risk, whatever the band.
/// </summary>
public static class CustomerList
{
    private static readonly ExportColumn<Listed>[] s_columns =
    [
        new("customer_id", ColumnKind.Text, one => one.Row.CustomerId),
        new("p_churn", ColumnKind.Number, one => one.Row.PChurn.ToString("F4", CultureInfo.InvariantCulture)),
        new("clv", ColumnKind.Number, one => one.Money(one.Row.Clv)),
        new("revenue_at_risk", ColumnKind.Number, one => one.Money(one.Row.RevenueAtRisk)),
        new("lost", ColumnKind.Flag, one => Flag(one.Row.Lost)),
        new("orders", ColumnKind.Whole, one => Whole(one.Row.Orders)),
        new("days_since_last_order", ColumnKind.Whole, one => Whole(one.Row.DaysSinceLastOrder)),
        new("usual_gap", ColumnKind.Number, one => one.Row.UsualGapDays?.ToString("F1", CultureInfo.InvariantCulture)),
        new("slipping", ColumnKind.Flag, one => Flag(one.Row.Slipping)),
        new("business_segment", ColumnKind.Text, one => SegmentNames.Name((BusinessSegment)one.Row.BusinessSegment)),
        new("value_tier", ColumnKind.Text, one => SegmentNames.Name((ValueTier)one.Row.ValueTier)),
        new("risk_band", ColumnKind.Text, one => SegmentNames.Name((RiskBand)one.Row.RiskBand)),
        new("play", ColumnKind.Text, one => one.Row.PlayId),
        new("no_action", ColumnKind.Text, one => one.Row is { PlayId: null, NoAction: { } reason } ? PlayNames.Name((NoAction)reason)
            : null),
        new("expected_net_value", ColumnKind.Number, one => one.Row.PlayId is null ? null : one.Money(one.Row.ExpectedNetValue)),
        new("owner", ColumnKind.Text, one => one.Work?.Owner),
        new("status", ColumnKind.Text, one => one.Work?.Status ?? (one.Row.PlayId is null ? null : ActionStatus.Open)),
        new("due", ColumnKind.Date, one => one.Work?.Due),
        new("note", ColumnKind.Text, one => one.Work?.Note),
        new("reason", ColumnKind.Text, one => one.Customer.Reason),
        new("currency", ColumnKind.Text, one => one.Shop.Currency.Code),
        new("as_of", ColumnKind.Date, one => one.Run.AsOf.ToString()),
        new("run_id", ColumnKind.Whole, one => Whole(one.Run.RunId)),
    ];

    public static IReadOnlyList<ExportColumn> Columns => s_columns;

    /// <param name="customers">Of the run; all or a page of them.</param>
    public static ExportTable Table(Run run, Shop shop, IEnumerable<ListedCustomer> customers) =>
        ExportTable.Build(s_columns, customers.Select(customer => new Listed(customer, run, shop)));

    private readonly record struct Listed(ListedCustomer Customer, Run Run, Shop Shop)
    {
        public PredictionRow Row => Customer.Row;

        public ActionWork? Work => Customer.Work;

        /// <summary>Rounded as the page rounds.</summary>
        public string Money(double amount) => Shop.Currency.Text(Shop.Currency.ToMinor((decimal)amount));
    }
}
