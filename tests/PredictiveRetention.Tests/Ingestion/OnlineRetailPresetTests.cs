using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The published figures of UCI Online Retail, from its raw 541,909 lines.</summary>
public sealed class OnlineRetailPresetTests
{
    [Fact]
    public void OnlineRetail_raw_lines_become_18532_orders_of_4338_customers_worth_8911407_90()
    {
        using var import = Raw();
        var orders = import.Stored;
        Assert.Equal(18_532, orders.Count);
        Assert.Equal(4_338, orders.Select(order => order.CustomerId).Distinct().Count());
        Assert.Equal(891_140_790, orders.Sum(order => order.AmountMinor));
        Assert.All(orders, order => Assert.Equal("GBP", order.Currency));
        Assert.Equal(4_338, import.Source.Customers().Count(customer => customer.CustomerId.Length == 5));
    }

    [Fact]
    public void OnlineRetail_cancellations_with_a_customer_become_refunds_worth_611342_09()
    {
        using var import = Raw();
        var refunds = import.Source.Refunds().ToList();
        Assert.Equal(61_134_209, refunds.Sum(refund => refund.AmountMinor));
        Assert.All(refunds, refund => Assert.StartsWith("C", refund.RefundId, StringComparison.Ordinal));
        // The largest order of the data was cancelled within the hour: it stays an order and a refund.
        Assert.Contains(refunds, refund => refund.AmountMinor == 16_846_960);
        Assert.Contains(refunds, refund => refund.AmountMinor == 7_718_360);
        Assert.Contains(import.Source.Orders(), order => order.AmountMinor == 7_718_360);
    }

    [Fact]
    public void OnlineRetail_quality_report_accounts_for_every_line_and_penny()
    {
        using var import = Raw();
        var report = import.Source.Finish();
        var file = Assert.Single(report.Files);
        Assert.Equal(541_909, file.RowsRead);
        Assert.Equal(132_603, file.Rejected.Single(reason => reason.Reason.StartsWith("order of nobody", StringComparison.Ordinal)).Count);
        Assert.Equal(1_179, file.Rejected.Single(reason => reason.Reason == "zero price").Count);
        Assert.Equal(5_268, file.Notes.Single(note => note.Note.StartsWith("exact duplicate lines", StringComparison.Ordinal)).Count);
        var money = Assert.Single(file.Money);
        Assert.Equal(9_747_747.934m, money.Read);
        Assert.Equal(8_911_407.90m - 611_342.09m, money.Stored);
        Assert.Equal(money.Read, money.Stored + money.LeftOut + money.Rejected + money.Rounding);
        Assert.InRange(Math.Abs(money.Rounding), 0m, 0.01m);
        Assert.False(report.TooManyRejected);
        Assert.Equal(file.RowsRejected, file.Rejected.Sum(reason => reason.Count));
        Assert.Equal(file.RowsRejected, import.Rejects().Count);
    }

    [Fact]
    public void OnlineRetail_headers_of_the_workbook_export_are_understood()
    {
        using var import = new Import
        {
            Preset = "online-retail",
            Currency = null,
            Orders = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
                + "489434,85048,LIGHTS,12,12/13/2009 7:45,6.95,13085.0,United Kingdom\n"
                + "C489449,22087,BUNTING,-2,12/13/2009 10:33,2.95,13085.0,Australia\n",
        };
        var order = Assert.Single(import.Stored);
        Assert.Equal(("13085", "489434", 8340L, 12), (order.CustomerId, order.OrderId, order.AmountMinor, order.Quantity));
        Assert.Equal(590, Assert.Single(import.Source.Refunds()).AmountMinor);
        Assert.Equal("GB", Assert.Single(import.Source.Customers()).Country);
    }

    [Fact]
    public void OnlineRetail_preset_on_a_generic_file_names_the_preset_that_fits()
    {
        using var import = new Import { Preset = "online-retail", Currency = null };
        var refusal = import.Refused();
        Assert.Equal(Failure.InputRejected, refusal.Failure);
        Assert.Contains("no column for invoice, stock_code, quantity, invoice_date, unit_price", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--preset generic", refusal.Message, StringComparison.Ordinal);
    }

    private static Import Raw() => new()
    {
        Preset = "online-retail",
        Currency = null,
        Calendar = BusinessCalendar.InZone("Europe/London"),
        OrdersPath = SampleData.File("online-retail/online_retail.csv.gz"),
    };
}
