using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The column a refusal proposes for a field: the one that fits, by its heading and by what it holds, or none.</summary>
public sealed class MissingColumnsTests
{
    [Fact]
    public void A_heading_spelt_wrong_is_named_and_not_the_first_of_the_file()
    {
        using var import = new Import
        {
            Orders = "Kundennummer;Bestllnr;Datum;Betrag\n1001;B-17;31.12.2024;10,50\n1002;B-18;01.01.2025;20,00\n",
        };
        Ends("give it with --map: { \"orders\": { \"order_id\": \"Bestllnr\" } }", import);
    }

    [Fact]
    public void Who_subscribes_is_the_address_and_neither_the_name_nor_the_subscription()
    {
        using var import = new Import
        {
            Subscriptions = "Subscription ID,Customer Name,Customer Email,Status,Plan,Start Date,Next Billing Date\n"
                + "77001,Ann Lee,ann@example.org,active,Gold,2024-01-05,2024-02-05\n"
                + "77002,Bob Ray,bob@example.org,paused,Gold,2024-01-06,2024-02-06\n",
        };
        Assert.Equal(
            ["ann@example.org", "bob@example.org"], import.Source.Subscriptions().Select(subscription => subscription.CustomerId).ToList());
        Assert.Contains(import.Source.Mapping.Files[1].Assumptions, said => said.StartsWith("customer_id: no "
            + "column", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_column_holds_names_it_where_no_other_holds_the_like()
    {
        using var import = new Import
        {
            Orders = "Kundennummer;Bestellnummer;Wann;Bezahlt;Stück\n1001;17;31.12.2024;10,50;1\n1002;18;01.01.2025;20,00;2\n",
        };
        Ends("{ \"orders\": { \"ordered_at\": \"Wann\", \"amount\": \"Bezahlt\" } }", import);
        using var two = new Import { Orders = "Kundennummer;Bestellnummer;Wann;Versandt;Bezahlt\n1001;17;31.12.2024;02.01.2025;10,50\n" };
        Ends(
            "{ \"orders\": { \"amount\": \"Bezahlt\" } }\n"
                + "Of the others none of the columns looks like ordered_at, neither by its heading nor by what it holds.",
            two);
    }

    [Theory]
    [InlineData("Alpha,Beta\nx,y\n", "customer_id or order_id or ordered_at or amount")]
    [InlineData("customer_id,order_id,order_date,Totals paid?\na,1,2024-01-01,none\n", "amount")]
    [InlineData("customer_id,Order state,order_date,total\na,open,2024-01-01,5\nb,paid,2024-01-01,5\n", "order_id")]
    [InlineData("customer_id,order_id,Order date of the year,total\na,1,spring,5\n", "ordered_at")]
    [InlineData("customer_id,Orders,order_date,total\na,,2024-01-01,5\nb,,2024-01-01,5\n", "order_id")]
    public void Where_no_column_fits_none_is_named(string orders, string fields)
    {
        using var import = new Import { Orders = orders };
        Ends(
            "\nName the column in a JSON file and give it with --map, if it is there: "
                + $"none of the columns looks like {fields}, neither by its heading nor by what it holds.",
            import);
    }

    [Fact]
    public void The_proposal_is_json_whatever_the_heading_holds()
    {
        using var import = new Import { Orders = "Kundennummer;\"Bestll\u001b\"\"nr\";Datum;Betrag\n1001;B-17;31.12.2024;10,50\n" };
        Ends("{ \"orders\": { \"order_id\": \"Bestll\\\"nr\" } }", import);
    }

    private static void Ends(string end, Import import) => Assert.EndsWith(end, import.Refused().Message, StringComparison.Ordinal);
}
