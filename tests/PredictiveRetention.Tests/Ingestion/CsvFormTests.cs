using System.Text;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>CSV as programs write it: read as spreadsheets read it, with the lines of the file as it lies on the disk.</summary>
public sealed class CsvFormTests
{
    private const string Header = "customer_id,order_id,ordered_at,amount,channel,note\n";

    // ---------------------------------------------------------------- above the headings

    [Theory]
    [InlineData("sep=;\r\n", ";")]
    [InlineData("\uFEFFsep=;\n", ";")]
    [InlineData("SEP=,\n", ",")]
    [InlineData("\"sep=;\"\n", ";")]
    [InlineData("sep=|\n\n", "|")]
    [InlineData("sep=\t\n", "\t")]
    [InlineData("sep=\n", ",")]
    public void A_line_that_names_the_delimiter_is_no_header(string line, string delimiter)
    {
        using var import = new Import
        {
            Orders = line + "customer_id,order_id,ordered_at,amount\nC1,1,2026-01-05,19\nC2,2,soon,45\n"
                .Replace(",", delimiter, StringComparison.Ordinal),
        };
        Assert.Equal(1900, Assert.Single(import.Stored).AmountMinor);
        Assert.Equal(line.EndsWith("\n\n", StringComparison.Ordinal) ? "5" : "4", import.OnlyReject().Line);
    }

    [Theory]
    [InlineData("Orders report\n\n", 3)]
    [InlineData("\"Orders, March, April and May\"\nGenerated on 3 March 2026, 14:30\n\n", 4)]
    [InlineData("Orders, March, April\ngenerated on: 2026-05-01\n", 3)]
    [InlineData("Shop,My shop,,,,\nPeriod,2026-01-01,2026-03-31,,,\n,,,,,\n", 4)]
    [InlineData("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", 11)]
    public void Titles_above_the_headings_are_none_and_lines_stay_those_of_the_file(string above, int headerLine)
    {
        var orders = above + Header + "a,1,2026-01-01,5,web,x\na,2,2026-01-02,6,web,y\na,3,soon,7,web,z\nb,4,2026-01-03,8,web,\n";
        using var import = new Import { Orders = orders };
        Assert.Equal([500L, 600, 800], import.Stored.Select(order => order.AmountMinor));
        Assert.Equal((headerLine + 3).ToString(System.Globalization.CultureInfo.InvariantCulture), import.OnlyReject().Line);
        var preview = FilePreview.Read(import.FilePath("orders.csv"), null, 20, FileLimits.UnpackedBytes, default);
        Assert.Equal(["customer_id", "order_id", "ordered_at", "amount", "channel", "note"], preview.Headers);
        Assert.Equal(Enumerable.Range(headerLine + 1, 4).Select(line => (long)line), preview.Rows.Select(row => row.Line));
    }

    [Fact]
    public void A_title_with_commas_does_not_choose_the_delimiter()
    {
        using var import = new Import
        {
            Orders = "Orders of March, April, May, June, July\ncustomer_id;order_id;ordered_at;amount\n"
                + "a;1;2026-01-01;5,50\nb;2;2026-01-01;6,50\n",
        };
        Assert.Equal([550L, 650], import.Stored.Select(order => order.AmountMinor));
    }

    [Fact]
    public void A_file_of_words_keeps_its_first_line_as_headings()
    {
        using var import = new Import
        {
            Customers = "customer_id,country,city\na,DE,Berlin,old\nb,AT,Wien,old\nc,CH,Bern,old\n",
        };
        Assert.Equal(3, import.QualityOf("customers").RowsRejected);
    }

    // ---------------------------------------------------------------- ragged records

    [Theory]
    [InlineData(Header + "a,1,2026-01-01,5\na,2,2026-01-02,6,web,x\na,3,2026-01-03,7,web\n")]
    [InlineData(Header + "a,1,2026-01-01,5,web,x,\na,2,2026-01-02,6,web,x,,,\na,3,2026-01-03,7,,,\"\", \n")]
    [InlineData("customer_id,order_id,ordered_at,amount,channel,note,\n"
        + "a,1,2026-01-01,5,web,x\na,2,2026-01-02,6,web,x\na,3,2026-01-03,7,web,\n")]
    [InlineData("customer_id,order_id,ordered_at,amount,channel,note,,\n"
        + "a,1,2026-01-01,5,web,x,\na,2,2026-01-02,6,web,x,,\na,3,2026-01-03,7\n")]
    [InlineData(Header + "a,1,2026-01-01,5,web,\"two\nlines\"\n,,,,,\na,2,2026-01-02,6\n,,\n  \na,3,2026-01-03,7,,\n,,,,,\n")]
    public void Cells_missing_at_the_end_are_empty_and_empty_ones_too_many_are_none(string orders)
    {
        using var import = new Import { Orders = orders };
        Assert.Equal([500L, 600, 700], import.Stored.Select(order => order.AmountMinor));
        Assert.Equal((3, 0), (import.Quality.RowsRead, import.Quality.RowsRejected));
        Assert.DoesNotContain(import.Source.Mapping.Files[0].Ignored, heading => heading.StartsWith("column_", StringComparison.Ordinal));
    }

    [Fact]
    public void A_surplus_cell_that_holds_something_is_a_fault()
    {
        using var import = new Import { Orders = Header + "a,1,2026-01-01,5,web,x\na,2,2026-01-02,6,web,x,y\na,3,2026-01-03\n" };
        Assert.Equal("1", Assert.Single(import.Stored).OrderId);
        Assert.Equal(["6 columns expected, 7 found", "no amount"], import.Quality.Rejected.Select(reason => reason.Reason).Order());
    }

    [Fact]
    public void A_column_without_a_heading_that_holds_something_is_one()
    {
        using var import = new Import { Orders = "customer_id,order_id,ordered_at,amount,\na,1,2026-01-01,5,x\na,2,2026-01-02,6,\n" };
        Assert.Equal(2, import.Stored.Count);
        Assert.Equal(["column_5"], import.Source.Mapping.Files[0].Ignored);
    }

    // ---------------------------------------------------------------- quotes

    [Fact]
    public void Quotes_escaped_by_a_backslash_are_read_where_the_file_has_them()
    {
        using var import = new Import
        {
            Orders = Header
                + """"
                a,1,2026-01-01,5,"the \"big\" shop",x
                a,2,2026-01-02,6,"a \\ b, \"c\"",y
                a,3,2026-01-03,7,"C:\shop\",z
                a,4,2026-01-04,8,"he said ""hi""",z
                a,5,2026-01-05,"9,web,z
                a,6,2026-01-06,9,"two \"
                lines\"",z

                """",
        };
        Assert.Equal(["the \"big\" shop", "a \\ b, \"c\"", "C:\\shop\\", "he said \"hi\"", "two \"\nlines\""],
            import.Stored.Select(order => order.Channel));
        Assert.Equal(("6", "", "quote is not closed"), import.OnlyReject());
    }

    [Fact]
    public void A_formula_with_the_delimiter_in_its_text_is_one_cell()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount\n=\"00123\",=\"000501\",2026-01-05,=\"20,50\"\n"
                + "\"=\"\"00777\"\"\",1,2026-01-06,=\"1,00\"\n",
        };
        Assert.Equal([("00123", "000501", 2050L), ("00777", "1", 100L)],
            import.Stored.Select(order => (order.CustomerId, order.OrderId, order.AmountMinor)));
    }

    [Fact]
    public void A_NUL_costs_nothing()
    {
        using var import = new Import { Orders = Header + "a,1,2026-01-01,5,w\0eb,x\na,2,2026-01-02,6,\"w\0eb\",x\n\0\0\0\0\n" };
        Assert.Equal(["web", "web"], import.Stored.Select(order => order.Channel));
        Assert.Equal(0, import.Quality.RowsRejected);
    }

    // ---------------------------------------------------------------- encodings

    [Theory]
    [InlineData("windows-1250", "Windows-1250", "Łódź Paweł Gdańsk Wałbrzych")]
    [InlineData("windows-1250", "Windows-1250", "Příbram České Budějovice Plzeň Jiří Dvořák")]
    [InlineData("windows-1250", "Windows-1250", "Hűvös Őrség Gömbös Győző")]
    [InlineData("windows-1251", "Windows-1251", "Москва Санкт-Петербург")]
    [InlineData("windows-1251", "Windows-1251", "Київ Львів Харків")]
    [InlineData("windows-1252", "Windows-1252", "Müller Größe Jäger 5 €")]
    [InlineData("windows-1252", "Windows-1252", "García São Paulo Besançon Malmö")]
    [InlineData("windows-1253", "Windows-1253", "Αθήνα Θεσσαλονίκη")]
    [InlineData("windows-1254", "Windows-1254", "Gümüşhane Eskişehir İzmir Çağrı Öğüt")]
    [InlineData("iso-8859-15", "iso-8859-15", "Müller 5 € Bœuf")]
    [InlineData("macintosh", "macintosh", "Müller Größe Besançon")]
    [InlineData("ibm850", "ibm850", "Müller Größe Jäger")]
    [InlineData("shift_jis", "shift_jis", "東京都渋谷区 ヤマダ たろう 大阪")]
    [InlineData("gb18030", "gb18030", "北京市朝阳区 上海 张伟")]
    [InlineData("utf-16", "UTF-16 LE", "Łódź 東京")]
    [InlineData("utf-16BE", "UTF-16 BE", "Łódź 東京")]
    [InlineData("utf-8", "UTF-8", "Łódź 東京 Müller")]
    public void A_code_page_is_told_by_the_words_it_makes(string written, string reported, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(written) ?? Encoding.GetEncoding(written);
        var rows = string.Concat(text.Split(' ').Select((word, i) => $"k{i};{i};2026-01-0{i + 1};5;{word}\n"));
        using var import = new Import { OrdersBytes = encoding.GetBytes("customer_id;order_id;ordered_at;amount;channel\n" + rows) };
        Assert.Equal(text.Split(' '), import.Stored.Select(order => order.Channel));
        Assert.Equal(reported, import.Source.Mapping.Files[0].Encoding);
    }

    [Fact]
    public void What_no_word_tells_is_assumed_and_can_be_said()
    {
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding("windows-1250")!
            .GetBytes("customer_id;order_id;ordered_at;amount;channel\na;1;2026-01-01;5;Plzeň\n");
        using var assumed = new Import { OrdersBytes = bytes };
        Assert.Equal("Plzeò", Assert.Single(assumed.Stored).Channel);
        Assert.Contains("$encoding", Assert.Single(assumed.Source.Mapping.Files[0].Assumptions), StringComparison.Ordinal);
        using var before = new Import { OrdersBytes = bytes, Memory = [new LearntChoice("orders", "encoding", "windows-1250", "shown")] };
        Assert.Equal("Windows-1250", before.Source.Mapping.Files[0].Encoding);
        using var said = new Import { OrdersBytes = bytes, Map = "{ \"orders\": { \"$encoding\": \"windows-1250\" } }" };
        Assert.Equal("Plzeň", Assert.Single(said.Stored).Channel);
        Assert.Empty(said.Source.Mapping.Files[0].Assumptions);
        using var unknown = new Import { OrdersBytes = bytes, Map = "{ \"orders\": { \"$encoding\": \"latin\" } }" };
        Assert.Contains("windows-1250", unknown.Refused().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Müller", "J\u00E4ger", "J\uFFFDger")]
    [InlineData("東京", "x\u00A0y", "x\uFFFDy")]
    public void One_stray_byte_costs_its_character_and_not_the_encoding(string sound, string stray, string read)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Header + $"a,1,2026-01-01,5,{sound},x\na,2,2026-01-02,6,"),
            .. Encoding.Latin1.GetBytes(stray), .. "\na,3,2026-01-03,7,web,x\n"u8];
        using var import = new Import { OrdersBytes = bytes };
        Assert.Equal([sound, read, "web"], import.Stored.Select(order => order.Channel));
        Assert.Equal("UTF-8", import.Source.Mapping.Files[0].Encoding);
        Assert.Contains("1 bytes that are no UTF-8", Assert.Single(import.Source.Mapping.Files[0].Assumptions), StringComparison.Ordinal);
    }
}
