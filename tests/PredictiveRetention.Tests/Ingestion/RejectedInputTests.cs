using System.Text;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Files that are refused as a whole, and rows that are rejected with their line and column.</summary>
public sealed class RejectedInputTests
{
    private const string Header = "customer_id,order_id,ordered_at,amount,currency\n";
    private const string Good = "a,1,2024-01-01,5.00,EUR\nb,2,2024-01-02,6.00,EUR\n";

    [Theory]
    [InlineData(",9,2024-01-03,5,EUR", "customer_id", "order of nobody known: no customer to attribute it to")]
    [InlineData("null,9,2024-01-03,5,EUR", "customer_id", "order of nobody known: no customer to attribute it to")]
    [InlineData("Guest,9,2024-01-03,5,EUR", "customer_id", "order of nobody known: no customer to attribute it to")]
    [InlineData("4.91511E+12,9,2024-01-03,5,EUR", "customer_id",
        "customer id has lost its digits in a spreadsheet: export the file anew and do not open it there")]
    [InlineData("a,#####,2024-01-03,5,EUR", "order_id",
        "order id has lost its digits in a spreadsheet: export the file anew and do not open it there")]
    [InlineData("a,,2024-01-03,5,EUR", "order_id", "no order id")]
    [InlineData("a,9,,5,EUR", "ordered_at", "no ordered_at")]
    [InlineData("a,9,soon,5,EUR", "ordered_at", "unreadable date")]
    [InlineData("a,9,2024-13-45,5,EUR", "ordered_at", "unreadable date")]
    [InlineData("a,9,0001-01-01,5,EUR", "ordered_at", "date out of range")]
    [InlineData("a,9,9999-12-31,5,EUR", "ordered_at", "date out of range")]
    [InlineData("a,9,1969-12-31,5,EUR", "ordered_at", "date out of range")]
    [InlineData("a,9,2101-01-01,5,EUR", "ordered_at", "date out of range")]
    [InlineData("a,9,2024-01-03,,EUR", "amount", "no amount")]
    [InlineData("a,9,2024-01-03,free,EUR", "amount", "unreadable amount")]
    [InlineData("a,9,2024-01-03,12abc,EUR", "amount", "unreadable amount")]
    [InlineData("a,9,2024-01-03,-5.00,EUR", "amount", "negative amount: --negatives refunds reads such rows as refunds")]
    [InlineData("a,9,2024-01-03,10000000001,EUR", "amount", "absurd amount")]
    [InlineData("a,9,2024-01-03,99999999999999999999,EUR", "amount", "absurd amount")]
    [InlineData("a,9,2024-01-03,5,XQX", "currency", "unknown currency")]
    [InlineData("a,9,2024-01-03,5,EUR,x", "", "\"5 columns expected")]
    [InlineData("a,9,2024-01-03,\"5,EUR", "", "quote is not closed")]
    public void Row_that_cannot_be_stored_is_rejected_with_line_column_and_reason(string row, string column, string reason)
    {
        using var import = new Import { Orders = $"{Header}{Good}{row}\nc,3,2024-01-04,7.00,EUR\n" };
        Assert.Equal(3, import.Stored.Count);
        Assert.Equal(("4", column, reason), import.OnlyReject());
        Assert.Equal((4, 1), (import.Quality.RowsRead, import.Quality.RowsRejected));
    }

    /// <summary>They are keys of tables, whose length is limited, and parts of addresses.</summary>
    [Theory]
    [InlineData("customer_id", "customer id longer than 255 characters")]
    [InlineData("order_id", "order id longer than 255 characters")]
    public void Id_of_more_than_255_characters_is_rejected_and_one_of_255_is_not(string column, string reason)
    {
        string Row(int length) =>
            column == "customer_id" ? $"{new string('x', length)},9,2024-01-03,5,EUR\n" : $"a,{new string('x', length)},2024-01-03,5,EUR\n";
        using var import = new Import { Orders = $"{Header}{Good}{Row(256)}{Row(255)}" };
        Assert.Equal(3, import.Stored.Count);
        Assert.Equal(("4", column, reason), import.OnlyReject());
    }

    [Fact]
    public void Of_a_name_of_more_than_120_characters_the_beginning_is_kept_and_noted()
    {
        using var import =
            new Import
            {
                Orders =
                $"customer_id,order_id,ordered_at,amount,currency,channel\na,1,2024-01-01,5.00,EUR,"
                    + $"{new string('x', 10_000)}\nb,2,2024-01-02,6.00,EUR,{new string('y', 120)}\n"
            };
        Assert.Equal([new string('x', 119) + "…", new string('y', 120)], import.Stored.Select(order => order.Channel));
        Assert.Equal((1, 2L),
            import.Quality.Notes.Where(note => note.Note.StartsWith("names of more than", StringComparison.Ordinal))
                .Select(note => ((int)note.Count, note.ExampleLine ?? 0))
                .Single());
    }

    [Fact]
    public void Other_currency_is_rejected_because_the_shop_has_no_rate()
    {
        using var import = new Import { Currency = null, Orders = $"{Header}{Good}a,9,2024-01-03,5,GBP\n" };
        Assert.Equal("EUR", import.Source.ShopCurrency);
        Assert.Contains("\"currency GBP, the shop keeps EUR and has no rate\",GBP", Assert.Single(import.Rejects()),
            StringComparison.Ordinal);
        Assert.Equal([("EUR", 11m), ("GBP", 5m)], import.Quality.Money.Select(money => (money.Currency, money.Read)));
    }

    [Fact]
    public void Unclosed_quote_costs_one_line_even_when_a_later_quote_would_close_it()
    {
        using var import =
            new Import
            {
                Orders =
                $"{Header}a,1,2024-01-01,5,EUR\na,2,2024-01-01,5,\"EUR\na,3,2024-01-01,5,\"EUR\"\na,4,2024-01-01,5,EUR\n"
            };
        Assert.Equal(["1", "3", "4"], import.Stored.Select(order => order.OrderId));
        Assert.Equal("3", import.OnlyReject().Line);
    }

    [Fact]
    public void Rejected_line_is_the_physical_line_after_quoted_line_breaks()
    {
        using var import = new Import
        {
            Orders =
                "customer_id,order_id,ordered_at,amount,note\r\na,1,2024-01-01,5,\"two\r\nlines\"\r\n\r\n"
                    + "a,2,2024-01-01,nothing,\"x\"\"y\"\r\na,3,2024-01-01,5,z\r\n",
        };
        Assert.Equal(["1", "3"], import.Stored.Select(order => order.OrderId));
        Assert.EndsWith(",5,amount,unreadable amount,nothing,\"a,2,2024-01-01,nothing,\"\"x\"\"\"\"y\"\"\"",
            Assert.Single(import.Rejects()), StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_file_runs_no_formulas()
    {
        using var import =
            new Import { Orders = "customer_id,order_id,ordered_at,amount\n=cmd|' /C calc'!A0,1,2024-01-01,=1+1\na,2,2024-01-01,-3\n" };
        var rejects = import.Rejects();
        Assert.EndsWith(",2,amount,unreadable amount,'=1+1,\"'=cmd|' /C calc'!A0,1,2024-01-01,=1+1\"", rejects[0],
            StringComparison.Ordinal);
        Assert.Contains(",-3,", rejects[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Mostly_rejected_file_says_so()
    {
        using var import = new Import { Orders = $"{Header}a,1,2024-01-01,5,EUR\na,2,x,5,EUR\na,3,x,5,EUR\n" };
        Assert.True(import.Source.Finish().TooManyRejected);
        var reason = Assert.Single(import.Quality.Rejected);
        Assert.Equal(("unreadable date", 2L, 10m, 3L), (reason.Reason, reason.Count, reason.Amount, reason.ExampleLine));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("customer_id,order_id,ordered_at,amount\n", "has a header and no rows")]
    public void Empty_file_is_refused(string orders, string message)
    {
        using var import = new Import { Orders = orders };
        var refusal = import.Refused();
        Assert.Equal(Failure.InputRejected, refusal.Failure);
        Assert.Contains("orders.csv", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_required_column_is_refused_with_what_was_looked_for_and_found()
    {
        using var import = new Import { Orders = "customer_id,order_id,Bezahlt\na,1,5\n" };
        var refusal = import.Refused();
        Assert.Equal(Failure.InputRejected, refusal.Failure);
        Assert.Contains("orders.csv, line 1: no column for ordered_at, amount", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("looked for ordered_at, order_date, purchased_at", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("found: customer_id, order_id, Bezahlt", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--map", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_preset_on_raw_online_retail_lines_names_the_preset_that_fits()
    {
        using var import =
            new Import
            {
                Orders =
                "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,a,b,1,2010-12-01,1,1,UK\n"
            };
        Assert.Contains("--preset online-retail", import.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_without_currency_asks_for_one()
    {
        using var import = new Import { Currency = null };
        Assert.Contains("--currency", import.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_folder_and_workbook_are_told_apart()
    {
        using var missing = new Import { OrdersPath = "/nowhere/orders.csv" };
        Assert.Equal((Failure.NotFound, "/nowhere/orders.csv does not exist."), (missing.Refused().Failure, missing.Refused().Message));
        using var folder = new Import { OrdersPath = Path.GetTempPath() };
        Assert.Contains("is a folder", folder.Refused().Message, StringComparison.Ordinal);
        using var workbook = new Import { OrdersName = "orders.xlsx" };
        Assert.Contains("save its sheet as CSV", workbook.Refused().Message, StringComparison.Ordinal);
        using var damaged = new Import { OrdersName = "orders.csv.gz", OrdersBytes = Encoding.ASCII.GetBytes("not packed at all") };
        Assert.Contains("cannot be unpacked", damaged.Refused().Message, StringComparison.Ordinal);
        using var noParquet = new Import { OrdersName = "orders.parquet" };
        Assert.Contains("is no parquet file", noParquet.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_preset_and_file_the_preset_does_not_read_are_usage_errors()
    {
        using var preset = new Import { Preset = "shopware" };
        Assert.Equal(Failure.Usage, preset.Refused().Failure);
        using var refunds = new Import
        {
            Preset = "online-retail", Currency = null, Refunds = "a\n1\n",
            Orders = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,a,1,2010-12-01,1,1\n"
        };
        Assert.Contains("reads no refunds file", refunds.Refused().Message, StringComparison.Ordinal);
    }
}
