using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Events of the Segment specification, nested as they are sent and flat as warehouses export them.</summary>
public sealed class SegmentPresetTests
{
    private const string Events = """
        {"type":"track","event":"Order Completed","userId":"u1","messageId":"m1","timestamp":"2024-05-01T10:00:00.000Z","channel":"web","properties":{"order_id":"A1","total":57.50,"revenue":50.00,"shipping":5,"tax":2.5,"discount":3,"currency":"EUR","products":[{"name":"Lamp","category":"Light","price":20,"quantity":2},{"name":"Rug","category":"Floor","price":10,"quantity":1}]},"context":{"campaign":{"source":"newsletter"},"traits":{"email":"Una@example.com"}}}
        {"type":"track","event":"Order Completed","userId":"u1","messageId":"m2","timestamp":"2024-05-09T12:00:00+02:00","properties":{"order_id":"A2","currency":"EUR","products":[{"category":"Light","price":"19.90","quantity":3}]},"context":{"campaign":{"source":"ads"}}}
        {"type":"track","event":"Order Completed","anonymousId":"x9","messageId":"m3","timestamp":"2024-05-02T10:00:00Z","properties":{"order_id":"A3","total":9,"currency":"EUR"}}
        {"type":"track","event":"Order Refunded","userId":"u1","messageId":"m4","timestamp":"2024-05-20T10:00:00Z","properties":{"order_id":"A1","total":7.5,"currency":"EUR"}}
        {"type":"track","event":"Order Refunded","userId":"u1","messageId":"m5","timestamp":"2024-05-21T10:00:00Z","properties":{"order_id":"A2","currency":"EUR"}}
        {"type":"track","event":"Order Completed","userId":"u2","messageId":"m6","timestamp":"2024-05-03T10:00:00Z","properties":{"order_id":"B1","revenue":10,"shipping":1,"currency":"EUR"}}
        {"type":"track","event":"Order Cancelled","userId":"u2","messageId":"m7","timestamp":"2024-05-03T11:00:00Z","properties":{"order_id":"B1"}}
        {"type":"track","event":"Order Completed","userId":"u1","messageId":"m1","timestamp":"2024-05-01T10:00:00.000Z","properties":{"order_id":"A1","total":57.50,"currency":"EUR"}}
        {"type":"page","userId":"u1","timestamp":"2024-05-01T09:00:00Z","properties":{"path":"/"}}
        {"type":"page","userId":"u1","timestamp":"2024-05-01T09:20:00Z"}
        {"type":"page","userId":"u1","timestamp":"2024-05-01T09:45:00Z"}
        {"type":"page","userId":"u1","timestamp":"2024-05-01T10:16:00Z"}
        {"type":"page","anonymousId":"x9","timestamp":"2024-05-01T10:16:00Z"}
        {"type":"screen","userId":"u1","timestamp":"2024-05-01T09:20:00Z"}
        {"type":"track","event":"Email Delivered","userId":"u1","messageId":"m8","timestamp":"2024-05-04T08:00:00Z","properties":{"email_id":"e1","campaign_id":"c1"}}
        {"type":"track","event":"Email Opened","userId":"u1","messageId":"m9","timestamp":"2024-05-04T09:00:00Z","properties":{"email_id":"e1","campaign_id":"c1"}}
        {"type":"track","event":"Email Link Clicked","userId":"u1","messageId":"m10","timestamp":"2024-05-04T09:01:00Z","properties":{"email_id":"e2"}}
        {"type":"track","event":"Email Opened","userId":"u1","messageId":"m9","timestamp":"2024-05-04T09:00:00Z","properties":{"email_id":"e1","campaign_id":"c1"}}
        {"type":"track","event":"Product Viewed","userId":"u1","timestamp":"2024-05-01T09:21:00Z","properties":{"price":3}}
        {"type":"identify","userId":"u2","timestamp":"2024-05-01T09:21:00Z","traits":{"email":"Udo@example.com","birthday":"1990-04-01","gender":"male","address":{"city":"Graz","country":"Austria"},"createdAt":"2023-01-01T00:00:00Z"}}

        """;

    [Fact]
    public void Segment_order_completed_is_an_order_worth_its_total_its_parts_or_its_products()
    {
        using var import = Stream();
        Assert.Equal(
            [
                new OrderRow("u1", "A1", Utc("2024-05-01T10:00:00Z"), 5750, "EUR", DiscountMinor: 300, Status: "completed", Channel: "web",
                    Category: "Light", Quantity: 3),
                new OrderRow("u1", "A2", Utc("2024-05-09T10:00:00Z"), 5970, "EUR", Status: "completed", Category: "Light", Quantity: 3),
                new OrderRow("u2", "B1", Utc("2024-05-03T10:00:00Z"), 1100, "EUR", Status: "cancelled", IsValid: false),
            ],
            import.Stored);
    }

    [Fact]
    public void Segment_refunds_without_an_amount_are_of_the_whole_order()
    {
        using var import = Stream();
        Assert.Equal(
            [new RefundRow("u1", "m4", Utc("2024-05-20T10:00:00Z"), 750, "EUR", "A1"),
                new RefundRow("u1", "m5", Utc("2024-05-21T10:00:00Z"), 5970, "EUR", "A2")],
            import.Source.Refunds().OrderBy(refund => refund.RefundedAtMs));
    }

    [Fact]
    public void Segment_pages_within_half_an_hour_are_one_visit_and_e_mails_keep_their_message()
    {
        using var import = Stream();
        Assert.Equal(
            [
                new EngagementRow("u1", EngagementType.Visit, Utc("2024-05-01T09:00:00Z")),
                new EngagementRow("u1", EngagementType.AppSession, Utc("2024-05-01T09:20:00Z")),
                new EngagementRow("u1", EngagementType.Visit, Utc("2024-05-01T10:16:00Z")),
                new EngagementRow("u1", EngagementType.EmailDelivered, Utc("2024-05-04T08:00:00Z"), "c1", "e1"),
                new EngagementRow("u1", EngagementType.EmailOpened, Utc("2024-05-04T09:00:00Z"), "c1", "e1"),
                new EngagementRow("u1", EngagementType.EmailClicked, Utc("2024-05-04T09:01:00Z"), null, "e2"),
            ],
            import.Source.Events().OrderBy(row => row.OccurredAtMs));
        Assert.Equal(1, import.Note("e-mails opened or clicked that were not sent before").Count);
    }

    [Fact]
    public void Segment_customers_are_user_ids_with_their_traits_and_the_source_of_their_first_order()
    {
        using var import = Stream();
        var customers = import.Source.Customers().ToDictionary(customer => customer.CustomerId);
        Assert.Equal(["u1", "u2"], customers.Keys.Order());
        Assert.Equal(("newsletter", "una@example.com"), (customers["u1"].AcquisitionChannel, customers["u1"].Email));
        Assert.Equal(new CustomerRow("u2", Utc("2023-01-01T00:00:00Z"), 1990, "male", "AT", "Graz", null, null, "udo@example.com"),
            customers["u2"]);
    }

    [Fact]
    public void Segment_every_event_and_cent_is_stored_noted_or_rejected()
    {
        using var import = Stream();
        var quality = import.Quality;
        var noted = import.Note("events that nothing is read from (Product Viewed)").Count
            + import.Note("pages and screens of visitors without").Count
            + import.Note("pages and screens within 30 minutes").Count + import.Note("cancellations").Count
            + import.Note("identifications").Count;
        Assert.Equal(20, quality.RowsRead);
        Assert.Equal(20, quality.Stored.Sum(rows => rows.Count) + quality.RowsRejected + noted);
        Assert.Equal(
            ["exact duplicate of an earlier line", "order of nobody known: an anonymousId and no userId to attribute it to", "order or "
                + "refund of an earlier line"],
            quality.Rejected.Select(reason => reason.Reason).Order());
        var money = Assert.Single(quality.Money);
        Assert.Equal((127.50m, 61.00m, 66.50m), (money.Read, money.Stored, money.Rejected + money.LeftOut));
        Assert.Contains(import.Rejects(), line => line.Contains("anonymousId", StringComparison.Ordinal));
    }

    [Fact]
    public void Segment_flat_columns_of_a_csv_are_read_like_nested_ones()
    {
        using var import = new Import
        {
            Preset = "segment",
            Currency = null,
            Calendar = BusinessCalendar.InZone("Asia/Tokyo"),
            Orders =
                "type,event,user_id,timestamp,sent_at,properties_order_id,properties_total,properties_currency,context_campaign_source\n"
                + "track,Order Completed,u1,2024-05-01 10:00:00,2024-05-01 11:00:00,A1,12.00,eur,ads\n",
        };
        Assert.Equal(new OrderRow("u1", "A1", Utc("2024-05-01T10:00:00Z"), 1200, "EUR", Status: "completed"), Assert.Single(import.Stored));
        Assert.Equal("ads", Assert.Single(import.Source.Customers()).AcquisitionChannel);
    }

    private static long Utc(string time) =>
        DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static Import Stream() => new() { Preset = "segment", Currency = null, OrdersName = "events.ndjson", Orders = Events };
}
