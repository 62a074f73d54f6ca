using System.IO.Compression;
using System.Text;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>How files are written is found out from the files, and said in the mapping report.</summary>
public sealed class FormatDetectionTests
{
    [Theory]
    [InlineData("utf-8", false, "UTF-8")]
    [InlineData("utf-8", true, "UTF-8")]
    [InlineData("utf-16", true, "UTF-16 LE")]
    [InlineData("utf-16BE", true, "UTF-16 BE")]
    [InlineData("windows-1252", false, "Windows-1252")]
    public void Encoding_is_detected_and_never_a_reason_to_reject(string encoding, bool mark, string reported)
    {
        var text = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);
        var bytes = text.GetBytes("customer_id,order_id,ordered_at,amount,category\nMüller,1,2024-01-01,5,Größe €\nx,bad,row\n");
        using var import = new Import { OrdersBytes = mark ? [.. text.GetPreamble(), .. bytes] : bytes };
        var order = Assert.Single(import.Stored);
        Assert.Equal(("Müller", "Größe €"), (order.CustomerId, order.Category));
        Assert.Equal(reported, import.Source.Mapping.Files[0].Encoding);
        Assert.Equal("3", import.OnlyReject().Line);
    }

    [Theory]
    [InlineData(",", ",")]
    [InlineData(";", ";")]
    [InlineData("\t", "\\t")]
    [InlineData("|", "|")]
    public void Delimiter_is_taken_from_the_header_line(string delimiter, string reported)
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount\na,1,2024-01-01,5\n".Replace(",", delimiter,
            StringComparison.Ordinal)
        };
        Assert.Single(import.Stored);
        Assert.Equal(reported, import.Source.Mapping.Files[0].Delimiter);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Line_ends_of_every_system_are_read(string lineEnd)
    {
        using var import =
            new Import
            {
                Orders = "customer_id,order_id,ordered_at,amount\na,1,2024-01-01,5\na,2,2024-01-01,x\na,3,2024-01-01,7".Replace(
                "\n", lineEnd, StringComparison.Ordinal)
            };
        Assert.Equal([500L, 700L], import.Stored.Select(order => order.AmountMinor));
        Assert.Equal("3", import.OnlyReject().Line);
    }

    [Fact]
    public void File_name_with_brackets_is_a_name_and_no_pattern()
    {
        using var import = new Import { OrdersName = "orders[1].csv" };
        Assert.Single(import.Stored);
    }

    [Fact]
    public void Calendar_days_at_both_ends_are_read_in_every_zone()
    {
        using var import = new Import
        {
            Calendar = BusinessCalendar.InZone("Asia/Tokyo"),
            Orders =
                "customer_id,order_id,ordered_at,amount\na,1,1970-01-01,1\na,2,2100-12-31 23:59:59,1\na,3,1969-12-31 "
                    + "23:59:59,1\na,4,2101-01-01,1\n",
        };
        Assert.Equal(["1", "2"], import.Stored.Select(order => order.OrderId));
    }

    [Fact]
    public void Packed_file_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write("customer_id,order_id,ordered_at,amount\na,1,2024-01-01,5\n"u8);
        using var import = new Import { OrdersName = "orders.csv.gz", OrdersBytes = packed.ToArray() };
        Assert.Single(import.Stored);
    }

    [Fact]
    public void Stray_quotes_spaces_and_duplicate_headers_are_read_as_people_mean_them()
    {
        using var import = new Import
        {
            Orders = "customer_id, order_id, ordered_at, amount, amount,\"category\"\na, \"1\" , 2024-01-01, 5, 6, 12\" vinyl\n",
        };
        var order = Assert.Single(import.Stored);
        Assert.Equal(("1", 500L, "12\" vinyl"), (order.OrderId, order.AmountMinor, order.Category));
        Assert.Equal(["amount__2"], import.Source.Mapping.Files[0].Ignored);
    }

    [Theory]
    [InlineData("1.234,56;7,5", ",", 123456, 750)]
    [InlineData("1 234,56;-0,5", ",", 123456, null)]
    [InlineData("1,234.50;7.5", ".", 123450, 750)]
    [InlineData("$1,234.50;$7", ".", 123450, 700)]
    [InlineData("R$ 10,00;R$ 1.200,00", ",", 1000, 120000)]
    [InlineData("₹12,85,799;₹1.50", ".", 128579900, 150)]
    [InlineData("12,50 €;3,00 €", ",", 1250, 300)]
    [InlineData("CHF 1'234.50;5", ".", 123450, 500)]
    [InlineData("1.234.567;1.000", ",", 123456700, 100000)]
    [InlineData("12.50;1,23", ".", 1250, null)]
    public void Decimal_mark_is_decided_by_the_whole_column(string amounts, string mark, int first, int? second)
    {
        var values = amounts.Split(';');
        using var import = new Import
        {
            Currency = amounts[0] switch { '$' => "USD", 'C' => "CHF", 'R' => "BRL", '₹' => "INR", _ => "EUR" },
            Orders = $"customer_id;order_id;ordered_at;amount\na;1;2024-01-01;{values[0]}\na;2;2024-01-01;{values[1]}\n",
        };
        long?[] expected = second is null ? [first] : [first, second];
        Assert.Equal(expected, import.Stored.Select(order => (long?)order.AmountMinor));
        Assert.Equal(mark, Column(import, "amount").Format);
    }

    [Fact]
    public void Parentheses_mean_negative_in_refunds_and_the_sign_is_ignored()
    {
        using var import =
            new Import { Refunds = "customer_id,refund_id,refunded_at,amount\na,r1,2024-01-01,(12.00)\na,r2,2024-01-01,3.00-\n" };
        Assert.Equal([1200L, 300L], import.Source.Refunds().Select(refund => refund.AmountMinor));
    }

    [Fact]
    public void Amounts_that_may_be_a_thousand_times_as_much_are_asked_about()
    {
        const string Orders = "customer_id;order_id;ordered_at;amount\na;1;2024-01-01;1,234\n";
        using var open = new Import { Orders = Orders };
        var asked = open.Refused().Message;
        Assert.Contains("1,234", asked, StringComparison.Ordinal);
        Assert.Contains("--decimal-mark", asked, StringComparison.Ordinal);
        using var told = new Import { Orders = Orders, Settings = { ["$decimal_mark"] = "." } };
        Assert.Equal(123_400, Assert.Single(told.Stored).AmountMinor);
        using var known = new Import { Orders = Orders, Memory = [new("orders", "decimal_mark", ",", "shown")] };
        Assert.Equal(123, Assert.Single(known.Stored).AmountMinor);
    }

    [Theory]
    [InlineData("1,200", "JPY", "JPY")]
    [InlineData("1.200", "KRW", null)]
    [InlineData("1.200円", null, "JPY")]
    public void Of_a_currency_without_decimals_a_mark_stands_before_thousands(string amount, string? ofFile, string? ofShop)
    {
        var named = ofFile is null ? "" : ";" + ofFile;
        using var import = new Import
        {
            Currency = ofShop,
            Orders = $"customer_id;order_id;ordered_at;amount{(ofFile is null ? "" : ";currency")}\na;1;2024-01-01;{amount}{named}\n",
        };
        Assert.Equal(1200, Assert.Single(import.Stored).AmountMinor);
    }

    [Fact]
    public void A_file_has_one_decimal_mark_whichever_column_shows_it()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount;discount\na;1;2024-01-01;1.234;0,50\na;2;2024-01-01;2.000;1,25\n",
        };
        Assert.Equal([123_400L, 200_000L], import.Stored.Select(order => order.AmountMinor));
        Assert.Equal([50L, 125L], import.Stored.Select(order => order.DiscountMinor!.Value));
    }

    [Theory]
    [InlineData("1999;4950;2900;12999;990;1050", "--amount-unit")]
    [InlineData("1999;4950;2000", "--amount-unit")]
    [InlineData("1999;4950;2900;12999;990;1017", null)]
    [InlineData("20;49;29;129;9;50", null)]
    public void Whole_amounts_that_end_as_prices_in_cents_are_asked_about(string amounts, string? asks)
    {
        var orders = "customer_id;order_id;ordered_at;amount\n"
            + string.Concat(amounts.Split(';').Select((amount, i) => $"a;{i};2024-01-0{i + 1};{amount}\n"));
        using var import = new Import { Orders = orders };
        if (asks is null) Assert.Equal(amounts.Split(';').Length, import.Stored.Count);
        else
        {
            Assert.Contains(asks, import.Refused().Message, StringComparison.Ordinal);
            using var minor = new Import { Orders = orders, Settings = { ["$amount_unit"] = "minor" } };
            Assert.Equal(1999, minor.Stored[0].AmountMinor);
            using var major = new Import { Orders = orders, Settings = { ["$amount_unit"] = "major" } };
            Assert.Equal(199_900, major.Stored[0].AmountMinor);
        }
    }

    [Fact]
    public void A_heading_that_names_the_smallest_units_divides_its_amounts()
    {
        using var import = new Import { Orders = "customer_id,order_id,ordered_at,total_cents\na,1,2024-01-01,1999\n" };
        Assert.Equal(1999, Assert.Single(import.Stored).AmountMinor);
    }

    [Theory]
    [InlineData("13/02/2024;01/02/2024", "dmy", "2024-02-13;2024-02-01")]
    [InlineData("02/13/2024;01/02/2024", "mdy", "2024-02-13;2024-01-02")]
    [InlineData("13.2.24 09:05;1.2.24 23:59:59", "dmy", "2024-02-13T09:05;2024-02-01T23:59:59")]
    [InlineData("13/02/2024;14/02/2024;02/15/2024", "dmy", "2024-02-13;2024-02-14")]
    [InlineData("2/13/2024 1:05 PM;2/14/2024 12:00 AM", "mdy", "2024-02-13T13:05;2024-02-14")]
    public void Day_and_month_are_told_apart_by_the_whole_column(string dates, string order, string expected)
    {
        using var import = WithDates(dates);
        Assert.Equal(expected.Split(';').Select(Utc), import.Stored.Select(row => row.OrderedAtMs));
        Assert.Equal(order, Column(import, "ordered_at").Format);
        Assert.Empty(import.Source.Mapping.Files[0].Assumptions);
    }

    [Fact]
    public void Dates_without_evidence_are_asked_about()
    {
        using var open = WithDates("01/02/2024;03/04/2024");
        var asked = open.Refused().Message;
        Assert.Contains("01/02/2024", asked, StringComparison.Ordinal);
        Assert.Contains("--date-order", asked, StringComparison.Ordinal);
        using var told = WithDates("01/02/2024;03/04/2024", "mdy");
        Assert.Equal(new[] { "2024-01-02", "2024-03-04" }.Select(Utc), told.Stored.Select(row => row.OrderedAtMs));
    }

    [Fact]
    public void Dates_without_evidence_are_read_as_those_of_the_source_before()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount\na;1;07/09/2026;5\n", Memory = [new("orders", "date_order", "mdy", "shown")],
        };
        Assert.Equal(Utc("2026-07-09"), Assert.Single(import.Stored).OrderedAtMs);
        Assert.Contains("as in the files of this source "
            + "before", Assert.Single(import.Source.Mapping.Files[0].Assumptions), StringComparison.Ordinal);
    }

    [Fact]
    public void Dates_without_evidence_are_read_so_that_order_numbers_rise_with_them()
    {
        using var import = WithDates("07/10/2024;07/11/2024;07/12/2024;08/01/2024;08/02/2024;08/04/2024;08/05/2024");
        Assert.Equal(Utc("2024-08-05"), import.Stored[6].OrderedAtMs);
    }

    [Fact]
    public void Dates_without_evidence_are_not_read_into_the_future()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount\na;9;02/07/2024;5\na;3;04/06/2024;5\n", NowMs = Utc("2024-06-30"),
        };
        Assert.Equal([Utc("2024-02-07"), Utc("2024-04-06")], import.Stored.Select(row => row.OrderedAtMs));
    }

    [Fact]
    public void Days_that_are_the_same_either_way_are_not_asked_about()
    {
        using var import = WithDates("01/01/2024;02/02/2024");
        Assert.Equal(new[] { "2024-01-01", "2024-02-02" }.Select(Utc), import.Stored.Select(row => row.OrderedAtMs));
    }

    [Theory]
    [InlineData("2024-01-31 24:00:00", "2024-02-01")]
    [InlineData("2024-01-31T10:00:00.123456", "2024-01-31T10:00:00.123")]
    [InlineData("2024-01-31T10:00:00Z", "2024-01-31T10:00")]
    [InlineData("2024-01-31T10:00:00+02:00", "2024-01-31T08:00")]
    [InlineData("2024-01-31 10:00:00 -0500", "2024-01-31T15:00")]
    [InlineData("2024-01-31 10:00:00 UTC", "2024-01-31T10:00")]
    [InlineData("2024/01/31", "2024-01-31")]
    [InlineData("20240131", "2024-01-31")]
    [InlineData("45322.5", "2024-01-31T12:00")]
    [InlineData("1706659200", "2024-01-31")]
    [InlineData("1706659200123", "2024-01-31T00:00:00.123")]
    [InlineData("31-Jan-2024", "2024-01-31")]
    [InlineData("January 31, 2024 3:04 PM", "2024-01-31T15:04")]
    public void Time_is_read_in_each_common_form(string text, string expected)
    {
        using var import = new Import { Orders = $"customer_id;order_id;ordered_at;amount\na;1;{text};5\na;2;2024-01-31;5\n" };
        Assert.Equal(Utc(expected), import.Stored[0].OrderedAtMs);
    }

    [Fact]
    public void Wall_clock_times_are_of_the_shops_zone_and_offsets_are_honoured()
    {
        using var import = new Import
        {
            Calendar = BusinessCalendar.InZone("Europe/Berlin"),
            Orders =
                "customer_id,order_id,ordered_at,amount\na,1,2024-01-10,1\na,2,2024-07-10 12:00,1\na,3,2024-03-31 "
                    + "03:30,1\na,4,2024-07-10T12:00:00Z,1\n",
        };
        Assert.Equal(
            new[] { "2024-01-09T23:00", "2024-07-10T10:00", "2024-03-31T01:30", "2024-07-10T12:00" }.Select(Utc),
            import.Stored.Select(order => order.OrderedAtMs));
    }

    [Fact]
    public void Headers_match_without_regard_to_case_spaces_and_accents()
    {
        using var import = new Import { Orders = "Customer ID;Order No.;Order-Date;Total Amount;Währung\na;1;2024-01-01;5;EUR\n" };
        Assert.Single(import.Stored);
        Assert.Equal(["synonym", "Total Amount"], [Column(import, "amount").ChosenBy, Column(import, "amount").Header]);
    }

    private static Import WithDates(string dates, string? order = null) => new()
    {
        Settings = order is null ? [] : new() { ["$date_order"] = order },
        Orders = "customer_id;order_id;ordered_at;amount\n" + string.Concat(dates.Split(';').Select((date, i) => $"a;{i};{date};5\n")),
    };

    private static ColumnMapping Column(Import import, string field) =>
        import.Source.Mapping.Files[0].Columns.Single(column => column.Field == field);

    private static long Utc(string text) =>
        new DateTimeOffset(DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
