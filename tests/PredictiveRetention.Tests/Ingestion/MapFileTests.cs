using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>What --map overrides, and what it refuses.</summary>
public sealed class MapFileTests
{
    [Fact]
    public void Map_overrides_columns_formats_grain_and_currency()
    {
        using var import = new Import
        {
            Currency = null,
            Orders = "Kd;Beleg;Datum;Brutto;Netto;sku\na;1;01/02/2024;9,000;5,000;x\na;1;01/02/2024;9,000;5,000;y\n",
            Map = """
                { "orders": { "customer_id": "Kd", "order_id": "Beleg", "ordered_at": "Datum", "amount": "netto",
                  "$date_order": "mdy", "$decimal_mark": ",", "$delimiter": ";", "$grain": "order", "$currency": "eur" } }
                """,
        };
        var order = Assert.Single(import.Stored);
        Assert.Equal((500L, "EUR", 1_704_153_600_000L), (order.AmountMinor, order.Currency, order.OrderedAtMs));
        var file = import.Source.Mapping.Files[0];
        Assert.Equal("--map", file.Columns.Single(column => column.Field == "amount").ChosenBy);
        Assert.Equal("order", file.Grain);
        Assert.Empty(file.Assumptions);
        Assert.StartsWith("exact duplicate of line 2", import.OnlyReject().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_may_be_given_as_it_is()
    {
        const string Orders = "customer_id,order_id,ordered_at,amount,net\na,1,2024-01-01,5,4\n";
        using var import = new Import { Orders = Orders, Map = """{"orders": {"amount": "net"}}""", GivesMap = true };
        Assert.Equal(400, Assert.Single(import.Stored).AmountMinor);
        using var cut = new Import { Orders = Orders, Map = """{"orders": {"amount": "net"}""", GivesMap = true };
        Assert.StartsWith("--map is no mapping", Assert.Throws<RetentionException>(() => cut.Source).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_null_leaves_a_field_unread()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount,category\na,1,2024-01-01,5,x\n",
            Map = """{ "orders": { "category": null } }""",
        };
        Assert.Null(Assert.Single(import.Stored).Category);
    }

    [Theory]
    [InlineData("""{ "orders": { "amount": "Betrag" } }""", "Its columns are customer_id, order_id, ordered_at, amount")]
    [InlineData("""{ "orders": { "ammount": "amount" } }""", "has no field 'ammount'")]
    [InlineData("""{ "orders": { "$date": "dmy" } }""", "has no setting '$date'")]
    [InlineData("""{ "orders": { "$date_order": "dym" } }""", "write dmy or mdy or ymd")]
    [InlineData("""{ "order": { } }""", "unknown file 'order'")]
    [InlineData("""{ "orders": 5 }""", "is no mapping")]
    [InlineData("""not json""", "is no mapping")]
    public void Map_that_means_nothing_is_refused(string map, string message)
    {
        using var import = new Import { Map = map };
        var refusal = import.Refused();
        Assert.Equal(Failure.Usage, refusal.Failure);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }
}
