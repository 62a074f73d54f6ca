using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>A heading proposes what a column is, and its cells decide.</summary>
public sealed class ContentsDecideTests
{
    private static string Orders(string header, params string[] rows) => header + "\n" + string.Join('\n', rows) + "\n";

    private static Import Of(string header, params string[] rows) => new() { Orders = Orders(header, rows) };

    [Theory]
    [InlineData("price")]
    [InlineData("unit_price")]
    [InlineData("Price per unit")]
    public void Price_beside_a_quantity_is_that_of_one(string price)
    {
        using var import = Of($"customer,order,date,product,{price},qty",
            "a,1,2024-01-01,P,2.50,4", "a,1,2024-01-01,Q,3.00,1", "b,2,2024-01-02,P,2.50,1");
        Assert.Equal([("1", 1300L), ("2", 250L)], import.Amounts);
        Assert.StartsWith("amounts that are the unit price times the quantity", import.Note("amounts that").Note, StringComparison.Ordinal);
    }

    /// <summary>Names that any shop's file may have are no marketplace's.</summary>
    [Fact]
    public void Prices_and_quantities_beside_ids_and_a_status_need_no_other_preset()
    {
        using var import = Of("order_id,customer_id,ordered_at,status,unit_price,quantity", "1,a,2024-01-01,paid,2.50,4");
        Assert.Equal([("1", 1000L)], import.Amounts);
    }

    [Fact]
    public void Price_that_grows_with_the_quantity_is_that_of_the_line()
    {
        using var import = Of("customer,order,date,product,price,qty",
            "a,1,2024-01-01,P,10.00,4", "a,2,2024-01-02,P,2.50,1", "b,3,2024-01-02,Q,6.00,2", "b,4,2024-01-03,Q,9.00,3");
        Assert.Equal([("1", 1000L), ("2", 250L), ("3", 600L), ("4", 900L)], import.Amounts);
    }

    [Fact]
    public void A_discount_beside_a_unit_price_is_taken_off_it()
    {
        const string Header = "customer,order,date,product,unit_price,qty,discount";
        using var money = Of(Header, "a,1,2024-01-01,P,10.00,2,3.00", "a,1,2024-01-01,Q,4.00,1,", "b,2,2024-01-02,P,10.00,1,12.50");
        Assert.Equal([("1", 2100L), ("2", 0L)], money.Amounts);
        Assert.Equal(2, money.Note("orders with a discount on a unit price").Count);
        Assert.All(money.Quality.Money, all => Assert.Equal((21m, all.Stored), (all.Read, all.Read)));
        using var ofOrder = Of(Header, "a,1,2024-01-01,P,10.00,2,30.00", "a,1,2024-01-01,Q,40.00,1,30.00",
            "b,2,2024-01-02,P,10.00,1,1.00", "b,2,2024-01-02,Q,9.00,1,1.00");
        Assert.Equal([("1", 3000L), ("2", 1800L)], ofOrder.Amounts);
        using var included = new Import
        {
            Orders = Orders(Header, "a,1,2024-01-01,P,10.00,2,3.00"), Map = """{ "orders": { "$discounts": "included" } }""",
        };
        Assert.Equal([("1", 2000L)], included.Amounts);
    }

    [Theory]
    [InlineData("discount", "0.25", "0")]
    [InlineData("Discount", "25%", "0%")]
    [InlineData("discount_percent", "25", "0")]
    [InlineData("Discount %", "25 %", "")]
    public void A_rate_of_discount_beside_a_unit_price_is_taken_off_it(string heading, string quarter, string none)
    {
        using var import = Of($"customer,order,date,product,unit_price,qty,{heading}",
            $"a,1,2024-01-01,P,10.00,4,{quarter}", $"a,1,2024-01-01,Q,7.99,1,{none}", $"b,2,2024-01-02,P,10.00,1,{none}");
        Assert.Equal([("1", 3799L), ("2", 1000L)], import.Amounts);
    }

    [Fact]
    public void Price_that_a_map_names_for_the_amount_is_that_of_one_unless_it_is_said_to_be_of_the_line()
    {
        var orders = Orders("customer,order,date,price,qty", "a,1,2024-01-01,2.50,4");
        using var one = new Import { Orders = orders, Map = """{ "orders": { "amount": "price" } }""" };
        Assert.Equal(1000, Assert.Single(one.Stored).AmountMinor);
        using var line = new Import { Orders = orders, Map = """{ "orders": { "amount": "price", "$price": "line" } }""" };
        Assert.Equal(250, Assert.Single(line.Stored).AmountMinor);
    }

    [Fact]
    public void Totals_repeated_on_the_lines_of_their_orders_count_once()
    {
        using var import = Of("customer,order,date,sku,qty,total",
            "a,1,2024-01-01,P,1,30.00", "a,1,2024-01-01,Q,2,30.00", "b,2,2024-01-02,P,1,12.00", "b,2,2024-01-02,R,1,12.00",
            "b,3,2024-01-03,P,1,5.00");
        Assert.Equal([("1", 3000L), ("2", 1200L), ("3", 500L)], import.Amounts);
        Assert.Equal(2, import.Note("rows that repeat the amount of their order").Count);
        Assert.Equal(47m, Assert.Single(import.Quality.Money).Read);
    }

    [Fact]
    public void Lines_of_one_price_are_added_up_where_nothing_says_that_it_is_the_orders()
    {
        using var import = Of("customer,order,date,sku,qty,amount",
            "a,1,2024-01-01,P,1,10.00", "a,1,2024-01-01,Q,2,10.00", "b,2,2024-01-02,P,1,10.00", "b,2,2024-01-02,R,1,10.00");
        Assert.Equal([("1", 2000L), ("2", 2000L)], import.Amounts);
    }

    [Fact]
    public void Discounts_of_the_order_repeated_on_its_lines_count_once()
    {
        using var import = Of("customer,order,date,sku,qty,amount,discount",
            "a,1,2024-01-01,P,1,10.00,3.00", "a,1,2024-01-01,Q,2,20.00,3.00", "b,2,2024-01-02,P,1,10.00,1.00",
            "b,2,2024-01-02,R,1,5.00,1.00");
        Assert.Equal([(3000L, 300L), (1500L, 100L)], import.Stored.Select(order => (order.AmountMinor, order.DiscountMinor!.Value)));
    }

    [Theory]
    [InlineData("Discount", "0.2", "0", "discount", "rates")]
    [InlineData("Discount", "20%", "0%", "discount", "rates")]
    [InlineData("profit", "0.35", "0.4", "margin", "rates")]
    [InlineData("State", "Kentucky", "Texas", "status", "regions")]
    [InlineData("status", "Germany", "France", "status", "regions")]
    [InlineData("delivered", "yes", "no", "delivered_at", "yes and no")]
    [InlineData("email", "Ann", "Bob", "email", "no e-mail addresses")]
    public void Column_that_cannot_be_what_its_heading_says_is_not_used_and_doubted(
        string heading, string first, string second, string field, string holds)
    {
        using var import = Of($"customer_id,order_id,ordered_at,amount,{heading}",
            $"a,1,2024-01-01,80.00,{first}", $"b,2,2024-01-02,50.00,{second}");
        var file = import.Source.Mapping.Files[0];
        Assert.DoesNotContain(file.Columns, column => column.Field == field);
        Assert.Contains(heading, file.Ignored);
        Assert.Contains(holds, Assert.Single(file.Doubts), StringComparison.Ordinal);
        Assert.Equal(2, import.Stored.Count);
    }

    [Fact]
    public void Flag_named_like_money_is_passed_over_for_the_column_that_holds_it()
    {
        using var import = Of("customer_id,order_id,ordered_at,paid,revenue", "a,1,2024-01-01,yes,80.00", "b,2,2024-01-02,no,50.00");
        Assert.Equal("revenue", import.Source.Mapping.Files[0].Columns.Single(column => column.Field == "amount").Header);
        Assert.Equal([("1", 8000L), ("2", 5000L)], import.Amounts);
    }

    [Fact]
    public void Mapping_shows_two_cells_of_each_column()
    {
        using var import = Of("customer_id,order_id,ordered_at,amount",
            "a,1,2024-01-01,80.00", "a,2,2024-01-02,50.00", "b,3,2024-01-02,9.00");
        Assert.Equal(["a", "b"], import.Source.Mapping.Files[0].Columns[0].Examples!);
        Assert.Equal(["80.00", "50.00"], import.Source.Mapping.Files[0].Columns.Single(column => column.Field == "amount").Examples!);
    }

    [Theory]
    [InlineData("Ann@Example.COM")]
    [InlineData("ann@example.com")]
    public void Address_is_a_customer_in_any_case_and_stands_in_for_an_id(string second)
    {
        using var import = Of("email,order_id,ordered_at,amount", "ann@example.com,1,2024-01-01,80.00", $"{second},2,2024-01-02,50.00");
        Assert.Equal(["ann@example.com", "ann@example.com"], import.Stored.Select(order => order.CustomerId));
    }

    [Fact]
    public void Addresses_among_which_stands_guest_in_many_cells_are_still_addresses()
    {
        var guests = string.Concat(Enumerable.Range(0, 20).Select(i => $"guest,g{i},2024-03-{1 + i},5\n"));
        using var import = new Import { Orders = $"email,order_id,date,amount\n{guests}A@x.org,1,2024-03-01,5\na@x.org,2,2024-03-02,5\n" };
        Assert.Equal(["a@x.org", "a@x.org"], import.Stored.Select(order => order.CustomerId));
        var nobodys = import.Quality.Rejected.Single(reason => reason.Reason.StartsWith("order of nobody", StringComparison.Ordinal));
        Assert.Equal(20, nobodys.Count);
    }

    [Theory]
    [InlineData("\"12,50 CHF\"", "CHF")]
    [InlineData("\"$30,00\"", "USD")]
    [InlineData("\"£40,00\"", "GBP")]
    [InlineData("5000 Ft", "HUF")]
    [InlineData("\"70,00 zł\"", "PLN")]
    [InlineData("\"60,00 €\"", null)]
    [InlineData("\"61,50 EUR\"", null)]
    [InlineData("\"kr 99,-\"", null)]
    public void Amount_beside_a_sign_of_another_currency_is_in_that_one(string amount, string? currency)
    {
        using var import = Of("customer_id,order_id,ordered_at,total", "a,1,2025-01-01,\"1,50\"", $"a,2,2025-01-02,{amount}");
        Assert.Equal(currency is null ? 2 : 1, import.Stored.Count);
        if (currency is null) return;
        var reason = Assert.Single(import.Quality.Rejected);
        Assert.Equal(($"currency {currency}, the shop keeps EUR and has no rate", true), (reason.Reason, reason.IsUnderstood));
    }

    [Theory]
    [InlineData("0", "anna@x.de")]
    [InlineData("Gast", "anna@x.de")]
    [InlineData("17", "17")]
    public void A_guest_with_an_address_is_known_by_it(string id, string customer)
    {
        using var import = Of("customer_id,email,order_id,date,total", $"{id},anna@x.de,1,2024-01-13,49.90", "18,bo@x.de,2,2024-01-14,5");
        Assert.Equal([customer, "18"], import.Stored.Select(order => order.CustomerId));
    }

    [Fact]
    public void Addresses_tell_customers_apart_and_names_only_where_nothing_else_does()
    {
        const string Rows = "Anna Müller;{0}1;13.01.2024;49,90\nAnna Müller;{1}2;14.01.2024;20,00\nanna müller;{0}3;15.01.2024;10,00\n";
        using var both = new Import
        {
            Orders = "Kunde;E-Mail;Bestellnr;Datum;Betrag\n" + Rows.Replace("{0}", "anna@a.de;", StringComparison.Ordinal)
                .Replace("{1}", "anna.m@b.de;", StringComparison.Ordinal),
        };
        Assert.Equal(["anna@a.de", "anna.m@b.de", "anna@a.de"],
            both.Stored.OrderBy(order => order.OrderId).Select(order => order.CustomerId));
        using var surnames = Of("Client,Courriel,order,date,total", "Dupont,marie@x.fr,1,2024-01-13,5", "Dupont,paul@y.fr,2,2024-01-13,5");
        Assert.Equal(["marie@x.fr", "paul@y.fr"], surnames.Stored.Select(order => order.CustomerId));
        using var names = new Import
        {
            Orders = "Kunde;Bestellnr;Datum;Betrag\n" + Rows.Replace("{0}", "", StringComparison.Ordinal)
                .Replace("{1}", "", StringComparison.Ordinal),
        };
        Assert.Equal(2, names.Stored.Select(order => order.CustomerId).Distinct().Count());
        Assert.Contains(names.Source.Mapping.Files[0].Assumptions,
            assumption => assumption.StartsWith("customers are known by the names in Kunde", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Währung", "€")]
    [InlineData("Währung", "Euro")]
    [InlineData("Currency", "eur")]
    public void A_column_of_currencies_may_hold_signs_and_words(string heading, string euro)
    {
        var rows = $"customer_id;order_id;date;total;{heading}\na;1;2024-01-13;12,50;{euro}\nb;2;2024-01-14;5,00;{euro}\n"
            + "b;3;2024-01-14;7,00;CHF\n";
        using var first = new Import { Currency = null, Orders = rows };
        Assert.Equal(("EUR", 2), (first.Source.ShopCurrency, first.Stored.Count));
        using var francs = new Import { Currency = "CHF", Orders = rows };
        Assert.Equal(["3"], francs.Stored.Select(order => order.OrderId));
    }

    [Theory]
    [InlineData("Betrag (EUR)", "EUR")]
    [InlineData("Kwota PLN", "PLN")]
    [InlineData("Valor (R$)", "BRL")]
    [InlineData("合計(円)", "JPY")]
    [InlineData("Total (GBP)", "GBP", false)]
    [InlineData("Endbetrag EUR", "EUR", false)]
    public void A_heading_may_name_the_currency(string heading, string currency, bool isMapped = true)
    {
        var rows = $"customer_id;order_id;date;{heading}\na;1;2024-01-13;1250\nb;2;2024-01-14;700\n";
        var map = isMapped ? $$"""{ "orders": { "amount": "{{heading}}" } }""" : null;
        using var first = new Import { Currency = null, Orders = rows, Map = map };
        Assert.Equal(currency, first.Source.ShopCurrency);
        using var francs = new Import { Currency = "CHF", Orders = rows, Map = map };
        Assert.Empty(francs.Stored);
    }

    [Theory]
    [InlineData("AU $15.00")]
    [InlineData("CA$20.00")]
    [InlineData("HK$ 20.00")]
    public void Another_countrys_dollar_is_not_the_shops(string amount)
    {
        var rows = $"customer_id,order_id,date,total\na,1,2024-01-13,$12.99\nb,2,2024-01-14,{amount}\n";
        using var import = new Import { Currency = "USD", Orders = rows };
        Assert.Equal(["1"], import.Stored.Select(order => order.OrderId));
    }

    [Theory]
    [InlineData("Total Général (Base)", "Total général (acheté)")]
    [InlineData("Grand Total (Base)", "Grand Total (Purchased)")]
    [InlineData("Gesamtsumme (Basis)", "Gesamtsumme (Einkauf)")]
    public void Magentos_amounts_are_those_in_the_shops_currency(string shops, string customers)
    {
        using var import = Of($"Email,order_id,ordered_at,{customers},{shops}", "a@x.fr,1,2024-01-13 10:00:00,85.3000,100.0000");
        Assert.Equal([("1", 10_000L)], import.Amounts);
    }

    [Theory]
    [InlineData("24/03/05", "24/03/18", "2024-03-05")]
    [InlineData("98/03/05", "98/04/06", "1998-03-05")]
    [InlineData("24/03/05", "25/03/05", "2005-03-24")]
    public void First_numbers_that_are_few_and_never_a_day_up_to_12_are_years(string first, string second, string day)
    {
        var rows = $"customer_id,order_id,date,total\na,1,{first},1200\nb,2,{second},900\n";
        using var import = new Import { Currency = "JPY", Orders = rows };
        Assert.Equal(day, DateTimeOffset.FromUnixTimeMilliseconds(import.Stored[0].OrderedAtMs).UtcDateTime
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Times_in_utc_say_nothing_of_the_shops_midnight_and_the_report_says_so()
    {
        const string Rows = "customer_id,order_id,created_at,total\na,1,2024-03-01T03:30:00Z,50.00\n";
        using var import = new Import { Calendar = null, Orders = Rows };
        Assert.Contains(import.Source.Mapping.Files[0].Assumptions,
            assumption => assumption.StartsWith("time zone UTC", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("€ 12.50", "EUR")]
    [InlineData("GBP 12.50", "GBP")]
    [InlineData("12.50 zł", "PLN")]
    public void Signs_beside_the_amounts_say_the_currency_where_nothing_else_does(string amount, string currency)
    {
        using var import = new Import { Currency = null, Orders = $"customer_id,order_id,ordered_at,total\na,1,2025-01-01,{amount}\n" };
        Assert.Equal(currency, import.Source.ShopCurrency);
    }

    [Fact]
    public void A_sign_that_many_currencies_share_says_none()
    {
        using var import = new Import { Currency = null, Orders = "customer_id,order_id,ordered_at,total\na,1,2025-01-01,$12.50\n" };
        Assert.Contains("does not say which currency", import.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Customer_ids_of_one_file_that_look_alike_are_noted_and_kept_apart()
    {
        using var import = Of("customer_id,order_id,ordered_at,total", "0123,1,2025-01-01,5", "00123,2,2025-01-02,5", "C-02,3,2025-01-02,5",
            "c-02,4,2025-01-02,5", "124,5,2025-01-02,5");
        Assert.Equal(5, import.Stored.Select(order => order.CustomerId).Distinct().Count());
        var note = import.Note("customer ids that look like another of this file");
        Assert.Equal(4, note.Count);
        Assert.EndsWith("two are '00123' and '0123'", note.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Zwischensumme;Januar", "Gesamt;2025")]
    [InlineData("Total;7 pedidos", "Grand Total;x")]
    [InlineData(";Summe", "K9;Subtotal")]
    public void Row_that_adds_up_others_is_no_order(string month, string year)
    {
        using var import = Of("Kunde;Bestellung;Datum;Betrag", "K1;B1;02.01.2025;100,00", "K2;B2;13.01.2025;50,00",
            $"{month};31.01.2025;150,00", "K1;B3;14.02.2025;25,00", $"{year};31.12.2025;175,00");
        Assert.Equal(["B1", "B2", "B3"], import.Stored.Select(order => order.OrderId));
        var reason = Assert.Single(import.Quality.Rejected);
        Assert.Equal(("sum of other rows, and no order", 2L, true), (reason.Reason, reason.Count, reason.IsUnderstood));
        Assert.Equal(325, Assert.Single(import.Quality.Money).LeftOut);
    }

    [Fact]
    public void Order_that_comes_again_as_a_whole_is_one_and_lines_repeated_within_it_stay()
    {
        using var import = Of("customer,order,date,sku,qty,amount",
            "a,1,2024-01-01,P,1,30.00", "a,1,2024-01-01,P,1,30.00", "b,2,2024-01-02,P,1,12.00", "b,2,2024-01-02,R,1,7.00",
            "c,3,2024-01-03,P,1,4.00", "b,2,2024-01-02,P,1,12.00", "b,2,2024-01-02,R,1,7.00");
        Assert.Equal([("1", 6000L), ("2", 1900L), ("3", 400L)], import.Amounts);
        var again = import.Quality.Rejected.Single(reason => reason.Reason == "row of an order that comes again as a whole");
        Assert.Equal((2L, 19m, true), (again.Count, again.Amount!.Value, again.IsUnderstood));
    }

    [Theory]
    [InlineData("Gast")]
    [InlineData("n/a")]
    [InlineData("0")]
    [InlineData("anonymous@shop.invalid")]
    [InlineData("no-reply@shop.com")]
    public void Order_of_a_placeholder_is_nobodys(string placeholder)
    {
        using var import = Of("customer_id,order_id,ordered_at,amount",
            "a,1,2024-01-01,80.00", $"{placeholder},2,2024-01-02,50.00", $"{placeholder},3,2024-01-02,5.00");
        Assert.Equal("1", Assert.Single(import.Stored).OrderId);
        Assert.Equal(new NobodysOrders(2, 55m, 0m, 2, 55m, 0m), import.Quality.Nobody);
        Assert.False(import.Source.Finish().TooManyRejected);
    }

    [Theory]
    [InlineData("", 40, 20)]
    [InlineData("customers", 60, 0)]
    public void Address_with_a_part_of_all_orders_that_no_customer_has_is_the_shops_own(string own, int stored, int nobodys)
    {
        var rows = Enumerable.Range(1, 60).Select(n => $"{(n % 3 == 0 ? "Till@shop.com" : $"c{n}@example.com")},{n},2024-01-01,5.00");
        var more = Enumerable.Range(61, 40).Select(n => $"{(n % 4 == 0 ? "till@shop.com" : $"c{n}@example.com")},{n},2024-01-01,5.00");
        using var import = new Import
        {
            Orders = Orders("email,order_id,ordered_at,amount", [.. rows, .. more]),
            Settings = own.Length == 0 ? [] : new() { ["$own_addresses"] = own },
        };
        Assert.Equal((stored + 30 + (own.Length == 0 ? 0 : 10), nobodys + (own.Length == 0 ? 10 : 0)),
            (import.Stored.Count, (int)(import.Quality.Nobody?.Orders ?? 0)));
    }

    [Fact]
    public void Number_of_a_till_among_addresses_is_nobodys()
    {
        var rows = Enumerable.Range(1, 230).Select(n => $"{(n <= 200 ? $"c{n}@example.com" : "POS1")},{n},2024-01-01,5.00");
        using var import = new Import { Orders = Orders("customer_id,order_id,ordered_at,amount", [.. rows]) };
        Assert.Equal((200, 30L), (import.Stored.Count, import.Quality.Nobody!.Orders));
    }

    [Theory]
    [InlineData("-0500", "-0400", "America/New_York")]
    [InlineData("+0100", "+0200", "Europe/Berlin")]
    [InlineData("+0530", "+0530", "Asia/Kolkata")]
    [InlineData("+1100", "+1000", "Australia/Sydney")]
    [InlineData("+0000", "+0000", "UTC")]
    public void First_import_takes_the_zone_that_the_offsets_of_winter_and_summer_name(string january, string july, string zone)
    {
        using var import = new Import
        {
            Calendar = null, Orders = Orders("customer_id,order_id,ordered_at,amount", $"a,1,2024-01-15 20:00:00 {january},80.00",
                $"a,2,2024-07-15 20:00:00 {july},80.00"),
        };
        Assert.Equal(zone, import.Source.Calendar.TimeZone.Id);
    }

    [Fact]
    public void Offsets_of_no_one_zone_are_asked_about()
    {
        using var import = new Import
        {
            Calendar = null,
            Orders = Orders("customer_id,order_id,ordered_at,amount", "a,1,2024-01-15 20:00:00 -0500,80.00", "a,2,2024-01-15 20:00:00 "
                + "+0900,80.00"),
        };
        Assert.Contains("--time-zone", import.Refused().Message, StringComparison.Ordinal);
    }
}
