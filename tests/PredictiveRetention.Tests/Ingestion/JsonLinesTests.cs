using System.Text;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>One broken line of a JSON-lines file costs one line; a list is a whole.</summary>
public sealed class JsonLinesTests
{
    private static string Line(int i, string date = "2026-01-01", string more = "") =>
        $"{{\"customer_id\":\"c{i}\",\"order_id\":\"{i}\",\"ordered_at\":\"{date}\",\"amount\":5{more}}}";

    [Theory]
    [InlineData("{\"customer_id\":\"c9\",\"order_id\":\"9\",\"ordered_")]
    [InlineData("{\"customer_id\":\"c9\",\"order_id\":\"9\"")]
    [InlineData("2026-01-01 12:00:00 process restarted")]
    [InlineData("{\"customer_id\":\"c9\",\"order_id\":\"9\"}}")]
    public void A_line_that_is_no_json_costs_itself_and_lines_stay_those_of_the_file(string broken)
    {
        using var import = new Import
        {
            OrdersName = "orders.ndjson",
            Orders = $"{Line(1)}\n{Line(2, more: ",\"x\":NaN")}\n\n{broken}\n{Line(3)}\n{Line(4, "soon")}\n{Line(5)}\n",
        };
        Assert.Equal(["1", "2", "3", "5"], import.Stored.Select(order => order.OrderId));
        Assert.Equal([("line is no JSON", 4L), ("unreadable date", 6L)],
            import.Quality.Rejected.Select(reason => (reason.Reason, reason.ExampleLine!.Value)).Order());
        Assert.Equal((6, 2), (import.Quality.RowsRead, import.Quality.RowsRejected));
        Assert.Contains(import.Rejects(), row => row.Contains(",4,,line is no JSON,,", StringComparison.Ordinal));
        var preview = FilePreview.Read(import.FilePath("orders.ndjson"), null, 20, FileLimits.UnpackedBytes, default);
        Assert.Equal(5, preview.Rows.Count);
    }

    [Theory]
    [InlineData("orders.ndjson", "", "\n", "")]
    [InlineData("orders.json", "[", ",\n", "]")]
    public void Half_a_character_in_a_text_costs_no_row(string name, string begin, string between, string end)
    {
        string[] notes = ["\\ud800", "\\udc00x", "\\ud83d\\ude00", "\\\\ud800", "\\ud800\\u0041", "a\\uD83Db"];
        using var import = new Import
        {
            OrdersName = name,
            Orders = begin + string.Join(between, notes.Select((note, i) => Line(i, more: $",\"channel\":\"{note}\""))) + end,
        };
        Assert.Equal(["\uFFFD", "\uFFFDx", "\ud83d\ude00", "\\ud800", "\uFFFDA", "a\uFFFDb"], import.Stored.Select(order => order.Channel));
        Assert.Equal(0, import.Quality.RowsRejected);
    }

    [Fact]
    public void A_map_may_name_what_is_inside_an_object_or_added_up_over_a_list()
    {
        using var import = new Import
        {
            OrdersName = "orders.ndjson",
            Orders = """
                {"customer_id":"a","order_id":"1","ordered_at":"2024-01-05","price":{"amount":"12.50","currency":"EUR"},"items":[{"n":2},{"n":3}]}
                {"customer_id":"b","order_id":"2","ordered_at":"2024-01-06","price":{"amount":"7.00","currency":"EUR"},"items":[]}
                """,
            Map = """{ "orders": { "amount": "price.amount", "quantity": "items[].n" } }""",
        };
        Assert.Equal([(1250L, (int?)5), (700L, null)], import.Stored.Select(order => (order.AmountMinor, order.Quantity)));
    }

    /// <summary>As programs answer; the ids are inside.</summary>
    [Theory]
    [InlineData("orders", "")]
    [InlineData("data", ",\n\"has_more\":false")]
    public void Rows_are_those_of_the_list_that_a_program_answered_with(string name, string more)
    {
        using var import = new Import
        {
            OrdersName = "answer.json",
            Orders = $$"""
                {"{{name}}":[{"id":1,"customer":{"id":77,"email":"A@x.org"},"created_at":"2024-01-05T10:00:00Z","total_price":"12.50"},
                  {"id":2,"customer":{"id":78,"email":"b@x.org"},
                   "created_at":"2024-07-05T10:00:00Z","total_price":"soon"}]{{more}}}
                """,
        };
        var order = Assert.Single(import.Stored);
        Assert.Equal(("77", "1", 1250L), (order.CustomerId, order.OrderId, order.AmountMinor));
        Assert.Equal(2, Assert.Single(import.Quality.Rejected).ExampleLine);
        Assert.Equal(2, FilePreview.Read(import.FilePath("answer.json"), null, 20, FileLimits.UnpackedBytes, default).Rows.Count);
    }

    [Fact]
    public void One_order_on_top_is_one_whatever_lists_it_has()
    {
        var order = Line(1, more: ",\"items\":[{\"sku\":\"a\"},{\"sku\":\"b\"}]");
        using var import = new Import { OrdersName = "orders.json", Orders = order };
        Assert.Equal("1", Assert.Single(import.Stored).OrderId);
    }

    [Fact]
    public void A_stray_byte_and_UTF_16_are_read()
    {
        using var stray = new Import
        {
            OrdersName = "orders.ndjson",
            OrdersBytes = [.. Encoding.UTF8.GetBytes(Line(1, more: ",\"channel\":\"é")[..^1]), 0xE9,
                .. Encoding.UTF8.GetBytes("\"}\n" + Line(2) + "\n")],
        };
        Assert.Equal(["é\uFFFD", null], stray.Stored.Select(order => order.Channel));
        using var wide = new Import
        {
            OrdersName = "orders.json",
            OrdersBytes = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes($"[{Line(1)},{Line(2)}]")],
        };
        Assert.Equal(2, wide.Stored.Count);
    }

    [Theory]
    [InlineData("[\n{\"a\":1},\n{\"a\":2 \"b\":3}\n]", "line 3, column 8")]
    [InlineData("[\n{\"a\":1},\n{\"a\":tru}\n]", "line 3, column")]
    [InlineData("[\n{\"a\":1},\n{\"a\":2}\n", "line 4, column 1")]
    public void A_fault_in_a_list_is_refused_with_line_and_column(string json, string place)
    {
        using var import = new Import { OrdersName = "orders.json", Orders = json };
        Assert.Contains("orders.json, " + place, import.Refused().Message, StringComparison.Ordinal);
    }
}
