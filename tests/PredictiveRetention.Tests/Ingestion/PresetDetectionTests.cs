using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Headers as the sources write them.</summary>
public sealed class PresetDetectionTests
{
    [Theory]
    [InlineData("orders.csv", "customer_id,order_id,ordered_at,amount", "generic", "orders")]
    [InlineData("orders.csv",
        "customer_id,order_id,ordered_at,amount,discount,currency,status,channel,category,quantity,promised_at,delivered_at,review_score,"
            + "margin", "generic", "orders")]
    [InlineData("export.csv", "Kundennummer;Bestellnummer;Bestelldatum;Betrag", "generic", "orders")]
    [InlineData("export.csv", "User ID,Transaction ID,Date,Revenue,SKU", "generic", "orders")]
    [InlineData("refunds.csv", "customer_id,refund_id,refunded_at,amount,order_id", "generic", "refunds")]
    [InlineData("refunds.csv", "customer_id,order_id,date,amount", "generic", "refunds")]
    [InlineData("customers.csv", "customer_id,first_seen_at,birth_year,gender,country,city,acquisition_channel,consent_email,email",
        "generic", "customers")]
    [InlineData("data.csv", "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,Total Spent", "generic",
        "customers")]
    [InlineData("events.csv", "customer_id,event_type,occurred_at,campaign_id,message_id", "generic", "events")]
    [InlineData("subscriptions.csv", "customer_id,subscription_id,started_at,plan,ended_at,cancelled_at,amount,period,is_trial", "generic",
        "subscriptions")]
    [InlineData("data.csv", "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", "online-retail", "orders")]
    [InlineData("data.csv", "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", "online-retail", "orders")]
    [InlineData("olist_orders_dataset.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
            + "order_delivered_customer_date,order_estimated_delivery_date", "olist", "orders")]
    [InlineData("olist_customers_dataset.csv", "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state",
        "olist", "order_customers")]
    [InlineData("olist_order_payments_dataset.csv", "order_id,payment_sequential,payment_type,payment_installments,payment_value", "olist",
        "payments")]
    [InlineData("orders_export.csv",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts "
            + "Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem "
            + "quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Shipping City,Shipping Country,Notes,Cancelled "
            + "at,Refunded Amount,Id,Source", "shopify", "orders")]
    [InlineData("orders.csv",
        "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Email (Billing),City "
            + "(Billing),Country Code (Billing),Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,Item "
            + "Name,Quantity (- Refund),Item Cost", "woocommerce", "orders")]
    [InlineData("orders.csv",
        "order_id,date,status,order_total,order_currency,customer_id,customer_user,refunded_total,refund_date,billing_country,attribution",
        "woocommerce", "orders")]
    [InlineData("unified_payments.csv",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Mode,Status,Refunded date (UTC),Customer ID,Customer "
            + "Email,Disputed Amount", "stripe", "orders")]
    [InlineData("charges.csv",
        "id,Description,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,Fee,Status,Customer ID,Customer "
            + "Email,Captured,Card ID", "stripe", "orders")]
    [InlineData("events.json", "type,event,userId,messageId,timestamp,channel,properties", "segment", "orders")]
    [InlineData("tracks.csv", "type,event,userId,anonymousId,messageId,timestamp,properties_order_id,properties_total,properties_currency",
        "segment", "orders")]
    public void A_file_is_known_by_its_headers(string name, string headers, string preset, string file)
    {
        var best = PresetDetection.Rank(name, headers.Split(',', ';'))[0];
        Assert.Equal((preset, file), (best.Preset, best.File));
        Assert.True(best.Fits);
        Assert.InRange(best.Confidence, 0.55, 0.99);
    }

    [Fact]
    public void Columns_that_nobody_knows_leave_no_confidence_and_name_what_is_missing()
    {
        var best = PresetDetection.Rank("notes.csv", ["aaa", "bbb"])[0];
        Assert.False(best.Fits);
        Assert.NotEmpty(best.Missing);
        Assert.True(best.Confidence < PresetDetection.Unlikely);
    }

    [Fact]
    public void Synonyms_leave_more_doubt_than_names_and_a_second_reading_more_than_none()
    {
        double Sure(string name, string headers) => PresetDetection.Rank(name, headers.Split(','))[0].Confidence;
        Assert.True(Sure("orders.csv", "customer_id,order_id,ordered_at,amount") > 0.9);
        Assert.True(Sure("a.csv", "user,transaction,date,total") < Sure("a.csv", "customer_id,order_id,ordered_at,amount"));
    }

    [Fact]
    public void Every_shipped_preset_says_what_it_reads()
    {
        foreach (var preset in ImportRequest.Presets)
        {
            Assert.Contains("orders", PresetDetection.Files(preset));
            Assert.Contains(PresetDetection.Fields(preset, "orders"), field => field.Required);
        }
        Assert.Equal(["orders", "refunds", "customers", "events", "subscriptions"], PresetDetection.Files("generic"));
    }

    [Fact]
    public void The_preview_shows_rows_as_they_are_written_with_their_lines()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("preview-").FullName, "orders.csv");
        try
        {
            File.WriteAllText(path, "Name;Wert\n\"a\nb\";\"say \"\"hi\"\"\"\nonly one\n<b>;=1+1\n");
            var preview = FilePreview.Read(path, null, 20, FileLimits.UnpackedBytes, TestContext.Current.CancellationToken);
            Assert.Equal(["Name", "Wert"], preview.Headers);
            Assert.Equal(";", preview.Delimiter);
            Assert.Equal([2L, 4L, 5L], preview.Rows.Select(row => row.Line));
            Assert.Equal(["a\nb", "say \"hi\""], preview.Rows[0].Cells);
            Assert.Equal(["only one", ""], preview.Rows[1].Cells);
            Assert.Equal(["<b>", "=1+1"], preview.Rows[2].Cells);
            Assert.Single(FilePreview.Read(path, null, 1, FileLimits.UnpackedBytes, TestContext.Current.CancellationToken).Rows);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
