using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>What a list of orders says was given back, cancelled or taken off: by columns, statuses, dates, flags and rows.</summary>
public sealed class GivenBackTests
{
    private static string Text(string header, params string[] rows) => $"{header}\n{string.Join('\n', rows)}\n";

    private static Import Of(string header, params string[] rows) => new() { Orders = Text(header, rows) };

    private static List<string> Sales(Import import) =>
        [.. import.Stored.Where(order => order.IsValid).Select(order => order.OrderId).Order(StringComparer.Ordinal)];

    // ---------------------------------------------------------------- given back

    [Theory]
    [InlineData("refunded")]
    [InlineData("Refund amount")]
    [InlineData("Rückerstattungsbetrag")]
    public void What_an_order_says_was_given_back_is_refunded(string heading)
    {
        using var import = Of($"customer,order,date,amount,{heading}",
            "a,1,2024-01-01,30.00,", "a,2,2024-01-02,20.00,20.00", "b,3,2024-01-03,15.00,5.00", "c,4,2024-01-03,15.00,-");
        Assert.Equal([("1", 3000L), ("2", 2000L), ("3", 1500L), ("4", 1500L)], import.Amounts);
        Assert.Equal([("2-refund", 2000L), ("3-refund", 500L)], import.Refunded);
        Assert.Equal(2, import.Note("orders that say what of them was given back").Count);
        Assert.Equal(2, import.Note("refunds without a date").Count);
    }

    [Fact]
    public void Amounts_that_are_what_was_left_after_refunds_are_worth_both()
    {
        using var import = Of("customer,order,date,total,refunded_amount",
            "a,1,2024-01-01,30.00,0.00", "a,2,2024-01-02,0.00,20.00", "b,3,2024-01-03,15.00,5.00", "b,4,2024-01-04,0.00,8.00");
        Assert.Equal([("1", 3000L), ("2", 2000L), ("3", 2000L), ("4", 800L)], import.Amounts);
        Assert.Equal([("2-refund", 2000L), ("3-refund", 500L), ("4-refund", 800L)], import.Refunded);
        Assert.Equal(45m, Assert.Single(import.Quality.Money).Stored);
    }

    [Fact]
    public void An_order_that_is_refunded_is_so_in_full_unless_other_rows_say_for_how_much()
    {
        const string Header = "customer,order,date,amount,status";
        using var alone = Of(Header, "a,1,2024-01-01,30.00,paid", "a,2,2024-01-02,20.00,refunded",
            "b,3,2024-01-03,9.00,partially_refunded");
        Assert.Equal([("2-refund", 2000L)], alone.Refunded);
        Assert.Equal(1, alone.Note("refunded orders without an amount").Count);
        Assert.Equal(1, alone.Note("orders refunded in part").Count);
        using var beside = new Import
        {
            Orders = Text(Header, "a,1,2024-01-01,30.00,paid", "a,2,2024-01-02,20.00,refunded"),
            Refunds = "customer_id,refund_id,refunded_at,amount,order_id\na,R1,2024-01-05,18.00,2\n",
        };
        Assert.Equal([("R1", 1800L)], beside.Refunded);
        using var negative = Of(Header, "a,1,2024-01-01,30.00,paid", "a,2,2024-01-02,20.00,refunded", "a,2,2024-01-09,-20.00,refunded");
        Assert.Equal(2000L, Assert.Single(negative.Refunded).Amount);
    }

    [Theory]
    [InlineData("refunded", "no", "yes")]
    [InlineData("Remboursement", "non", "oui")]
    [InlineData("Erstattet", "Nein", "Ja")]
    public void A_flag_of_refunded_orders_is_no_money_and_says_that_all_went_back(string heading, string no, string yes)
    {
        using var import = Of($"customer,order,date,amount,{heading}", $"a,1,2024-01-01,30.00,{no}", $"a,2,2024-01-02,20.00,{yes}");
        Assert.Equal([("2-refund", 2000L)], import.Refunded);
    }

    [Fact]
    public void What_an_order_says_was_given_back_on_each_of_its_lines_was_given_back_once()
    {
        using var import = Of("customer,order,date,sku,amount,refunded_amount,refund_date",
            "a,1,2024-01-01,P,30.00,12.00,2024-02-01", "a,1,2024-01-01,Q,5.00,12.00,2024-02-01", "b,2,2024-01-02,P,9.00,4.00,2024-02-02",
            "b,2,2024-01-02,R,8.00,4.00,2024-02-02");
        Assert.Equal([("1-refund", 1200L), ("2-refund", 400L)], import.Refunded);
        Assert.All(import.Source.Refunds(), refund => Assert.False(refund.IsUndated));
    }

    [Fact]
    public void Negative_rows_that_name_an_order_of_their_customer_are_its_refunds()
    {
        using var import = Of("customer,order,date,amount", "a,1,2024-01-01,30.00", "a,1,2024-01-09,-10.00", "b,2,2024-01-02,12.00");
        Assert.Equal([("1", 3000L), ("2", 1200L)], import.Amounts);
        var refund = Assert.Single(import.Source.Refunds());
        Assert.Equal(("a", 1000L, "1"), (refund.CustomerId, refund.AmountMinor, refund.OrderId));
        var money = Assert.Single(import.Quality.Money);
        Assert.Equal((32m, 32m, 0m), (money.Read, money.Stored, money.Rejected + money.LeftOut));
    }

    [Theory]
    [InlineData(null, 0, -10)]
    [InlineData("refunds", 1, 0)]
    [InlineData("left-out", 0, -10)]
    public void Negative_rows_with_numbers_of_their_own_are_refunds_where_that_is_said(string? negatives, int refunds, int leftOut)
    {
        using var import = new Import
        {
            Orders = Text("customer,order,date,amount", "a,1,2024-01-01,30.00", "a,2,2024-01-09,-10.00", "b,3,2024-01-02,12.00"),
            Settings = negatives is null ? [] : new() { ["$negatives"] = negatives },
        };
        Assert.Equal(refunds, import.Source.Refunds().Count());
        Assert.Equal(leftOut, Assert.Single(import.Quality.Money).LeftOut);
        Assert.Equal(2, import.Stored.Count);
    }

    [Fact]
    public void Refunds_that_name_no_order_may_be_those_of_an_order_that_is_refunded()
    {
        using var import = new Import
        {
            Orders = "customer,order,date,amount,status\na,1,2024-01-01,30.00,paid\na,2,2024-01-02,20.00,refunded\n"
                + "b,3,2024-01-02,9.00,refunded\n",
            Refunds = "customer_id,refund_id,refunded_at,amount\na,R1,2024-01-05,18.00\n",
        };
        Assert.Equal([("3-refund", 900L), ("R1", 1800L)], import.Refunded);
        Assert.Equal(1, import.Note("refunded orders of customers whose refunds name no order").Count);
    }

    [Fact]
    public void A_refund_on_one_line_of_each_order_is_that_lines()
    {
        using var import = Of("customer,order,date,sku,amount,refunded_amount",
            "a,1,2024-01-01,P,30.00,", "a,1,2024-01-01,Q,5.00,5.00", "b,2,2024-01-02,P,9.00,", "b,2,2024-01-02,R,8.00,8.00");
        Assert.Equal([("1-refund", 500L), ("2-refund", 800L)], import.Refunded);
    }

    [Fact]
    public void A_refund_of_more_than_a_line_on_each_line_of_one_order_is_the_orders()
    {
        using var import = Of("customer,order,date,sku,amount,refunded_amount",
            "a,1,2024-01-01,P,30.00,35.00", "a,1,2024-01-01,Q,5.00,35.00", "b,2,2024-01-02,P,9.00,");
        Assert.Equal([("1", 3500L), ("2", 900L)], import.Amounts);
        Assert.Equal([("1-refund", 3500L)], import.Refunded);
    }

    [Fact]
    public void An_order_with_a_day_of_its_refund_was_refunded_then()
    {
        using var import = Of("customer_id,order_id,ordered_at,amount,refunded_at", "a,1,2024-01-01,30.00,",
            "a,2,2024-01-02,20.00,2024-01-05");
        var refund = Assert.Single(import.Source.Refunds());
        Assert.Equal(("2-refund", 2000L, 1_704_412_800_000L, false),
            (refund.RefundId, refund.AmountMinor, refund.RefundedAtMs, refund.IsUndated));
    }

    [Fact]
    public void What_amounts_are_is_not_learnt_from_a_file_that_does_not_show_it()
    {
        using var import = Of("customer_id,order_id,ordered_at,amount,refunded", "a,1,2024-01-01,30.00,12.50", "b,2,2024-01-13,9.00,");
        Assert.Equal([("1-refund", 1250L)], import.Refunded);
        Assert.DoesNotContain(import.Source.Learnt, choice => choice.Name == "amounts_are");
    }

    [Theory]
    [InlineData("Paid", "yes,no,yes")]
    [InlineData("Bezahlt", "ja,nein,")]
    [InlineData("Payé", "x,non,oui")]
    public void An_order_that_is_not_paid_is_no_sale_where_nothing_else_says_what_it_is(string heading, string cells)
    {
        var paid = cells.Split(',');
        using var import = Of("customer_id,order_id,ordered_at,amount," + heading, "a,1,2024-01-01,30.00," + paid[0],
            "a,2,2024-01-13,20.00," + paid[1], "b,3,2024-01-14,10.00," + paid[2]);
        Assert.Equal(["1", "3"], Sales(import));
        Assert.Equal([("1", 3000L), ("2", 2000L), ("3", 1000L)], import.Amounts);
        using var shipped = Of("customer_id,order_id,ordered_at,amount,status," + heading, "a,1,2024-01-01,30.00,shipped," + paid[0],
            "a,2,2024-01-13,20.00,shipped," + paid[1], "b,3,2024-01-14,10.00,cancelled," + paid[2]);
        Assert.Equal(["1", "2"], Sales(shipped));
    }

    [Fact]
    public void A_paid_column_of_amounts_or_days_is_none_of_yes_and_no()
    {
        using var amounts = Of("customer_id,order_id,ordered_at,paid", "a,1,2024-01-01,30.00", "a,2,2024-01-13,20.00");
        Assert.Equal([("1", 3000L), ("2", 2000L)], amounts.Amounts);
        using var days = Of("customer_id,order_id,ordered_at,amount,bezahlt", "a,1,2024-01-01,30.00,2024-01-02", "a,2,2024-01-13,20.00,");
        Assert.Equal(["1", "2"], Sales(days));
    }

    /// <summary>A fee that was kept stands on the same rows as what went back: only a person can say which it is.</summary>
    [Theory]
    [InlineData("refunded_at", "2024-01-05", "2024-01-20", "")]
    [InlineData("is_refunded", "yes", "yes", "no")]
    public void Sums_on_the_refunded_rows_alone_are_asked_about(string sign, string first, string second, string not)
    {
        Import Read(string? map) => new()
        {
            Orders = $"customer_id,order_id,ordered_at,amount,{sign},kulanz,beleg\na,1,2024-01-01,30.00,{first},12.50,77\n"
                + $"a,2,2024-01-13,20.00,{not},,\nb,3,2024-01-14,10.00,{second},4.00,78\n",
            Map = map,
        };
        using var open = Read(null);
        var question = Assert.Throws<UndecidedException>(() => open.Source);
        Assert.Equal(OpenChoice.Refunded, question.Choice);
        Assert.Contains("kulanz has sums on just these rows", question.Message, StringComparison.Ordinal);
        Assert.Contains("{\"orders\": {\"refunded\": \"kulanz\"}}", question.Message, StringComparison.Ordinal);
        using var sums = Read("{\"orders\": {\"refunded\": \"kulanz\"}}");
        Assert.Equal([("1-refund", 1250L), ("3-refund", 400L)], sums.Refunded);
        using var whole = Read("{\"orders\": {\"refunded\": null}}");
        Assert.Equal([("1-refund", 3000L), ("3-refund", 1000L)], whole.Refunded);
        Assert.Contains(whole.Source.Learnt, choice => choice is { Name: "columns", Value: "{\"refunded\":null}" });
    }

    [Fact]
    public void Days_and_sums_on_the_same_few_rows_are_asked_about()
    {
        const string Rows = "customer_id,order_id,ordered_at,amount,geld terug op,hoeveel\na,1,2024-01-01,30.00,2024-01-05,12.50\n"
            + "a,2,2024-01-13,20.00,,\nb,3,2024-01-14,10.00,2024-01-20,4.00\nb,4,2024-01-15,9.00,,\nb,5,2024-01-16,9.00,,\n"
            + "b,6,2024-01-17,9.00,,\n";
        using var open = new Import { Orders = Rows };
        var question = Assert.Throws<UndecidedException>(() => open.Source);
        Assert.Contains("{\"orders\": {\"refunded\": \"hoeveel\", \"refunded_at\": \"geld terug op\"}}", question.Message,
            StringComparison.Ordinal);
        using var said = new Import { Orders = Rows, Map = """{"orders": {"refunded": "hoeveel", "refunded_at": "geld terug op"}}""" };
        Assert.Equal([("1-refund", 1250L), ("3-refund", 400L)], said.Refunded);
        using var none = new Import { Orders = Rows, Map = """{"orders": {"refunded": null}}""" };
        Assert.Empty(none.Refunded);
        // Most orders have a day of delivery and its price.
        using var all = new Import { Orders = Rows.Replace(",,", ",2024-01-20,3.50", StringComparison.Ordinal) };
        Assert.Empty(all.Refunded);
    }

    [Fact]
    public void Lines_of_an_order_that_says_what_of_it_was_given_back_are_none_that_do_not()
    {
        using var import = Of("customer_id,order_id,ordered_at,sku,amount,status,refunded",
            "a,1,2024-01-01,P,30.00,partially returned,5.00", "a,1,2024-01-01,Q,4.00,partially returned,",
            "b,2,2024-01-13,P,9.00,partially returned,",
            "b,2,2024-01-13,Q,8.00,partially returned,", "c,3,2024-01-14,P,7.00,paid,");
        Assert.Equal([("1-refund", 500L)], import.Refunded);
        Assert.Equal(1, import.Note("orders refunded in part, and nothing says how much").Count);
    }

    [Theory]
    [InlineData("amount,refunded_at,fee", "30.00,2024-01-05,1.50", "20.00,,1.00", "10.00,2024-01-20,0.50")] // on other rows too
    [InlineData("amount,refunded_at,credit_note", "30.00,2024-01-05,1001", "20.00,,", "10.00,2024-01-20,1002")] // numbers of notes
    [InlineData("amount,refunded_at,pieces", "30.00,2024-01-05,1.0", "20.00,,", "10.00,2024-01-20,2.0")] // numbers, as pandas writes them
    [InlineData("amount,refunded_at,kulanz", "30.00,2024-01-05,1.50", "20.00,,", "10.00,,")] // of one alone
    public void A_column_of_something_else_is_no_refund(string header, params string[] cells)
    {
        using var import = Of("customer_id,order_id,ordered_at," + header, "a,1,2024-01-01," + cells[0], "a,2,2024-01-13," + cells[1],
            "b,3,2024-01-14," + cells[2]);
        Assert.Equal(("1-refund", 3000L), import.Refunded[0]);
    }

    [Theory]
    [InlineData("Retour partiel")]
    [InlineData("Teilgutschrift")]
    [InlineData("Reso parziale")]
    public void A_return_in_part_takes_nothing_off_that_nobody_names(string status)
    {
        using var import = Of("customer_id,order_id,ordered_at,amount,status", "a,1,2024-01-01,30.00," + status,
            "b,2,2024-01-13,9.00,paid");
        Assert.Empty(import.Refunded);
        Assert.Equal(1, import.Note("orders refunded in part, and nothing says how much").Count);
    }

    [Fact]
    public void A_list_with_its_newest_rows_first_keeps_the_sale_of_a_negative_row()
    {
        using var import = Of("customer,order,date,amount", "a,2,2024-01-19,-20.00", "a,2,2024-01-15,20.00", "a,1,2024-01-01,30.00");
        Assert.Equal([("1", 3000L), ("2", 2000L)], import.Amounts);
        Assert.Equal(2000L, Assert.Single(import.Refunded).Amount);
    }

    [Theory]
    [InlineData("unit_price,qty,refunded_amount", "20.00,1,24.90", 2000, 2490)]
    [InlineData("Nettobetrag,Menge,Rückerstattungsbetrag", "25.21,1,30.00", 2521, 3000)]
    public void Refunds_above_an_amount_without_postage_or_tax_do_not_make_it_larger(string columns, string row, long amount, long refunded)
    {
        using var import = Of("customer,order,date," + columns, "a,1,2024-01-01," + row, "b,2,2024-01-13,84.03,1,0.00");
        Assert.Equal(amount, import.Stored[0].AmountMinor);
        Assert.Equal([("1-refund", refunded)], import.Refunded);
    }

    [Fact]
    public void What_amounts_are_is_known_of_a_sources_next_file_and_can_be_said()
    {
        const string Orders = "customer,order,date,total,refunded_amount\na,3,2024-01-01,15.00,5.00\n";
        using var first = Of("customer,order,date,total,refunded_amount", "a,1,2024-01-01,30.00,0", "a,2,2024-01-02,0.00,20.00");
        Assert.Equal([("1", 3000L), ("2", 2000L)], first.Amounts);
        var learnt = Assert.Single(first.Source.Learnt, choice => choice.Name == "amounts_are");
        Assert.Equal("after-refunds", learnt.Value);
        using var next = new Import { Orders = Orders, Memory = [learnt] };
        Assert.Equal([("3", 2000L)], next.Amounts);
        using var said = new Import { Orders = Orders, Map = """{ "orders": { "$amounts_are": "after-refunds" } }""" };
        Assert.Equal([("3", 2000L)], said.Amounts);
        using var alone = new Import { Orders = Orders };
        Assert.Equal([("3", 1500L)], alone.Amounts);
    }

    [Fact]
    public void What_was_left_of_an_order_whose_refunds_are_rows_too_is_worth_both()
    {
        using var import = new Import
        {
            Orders = "customer,order,date,total,refunded_amount\na,1,2024-01-01,30.00,0\na,2,2024-01-02,0.00,20.00\n",
            Refunds = "customer_id,refund_id,refunded_at,amount,order_id\na,R1,2024-01-05,20.00,2\n",
        };
        Assert.Equal([("1", 3000L), ("2", 2000L)], import.Amounts);
        Assert.Equal([("R1", 2000L)], import.Refunded);
    }

    [Fact]
    public void A_refund_that_is_rejected_or_anothers_explains_nothing()
    {
        using var import = new Import
        {
            Orders = "customer,order,date,amount,status\na,1,2024-01-01,20.00,refunded\nb,2,2024-01-01,30.00,refunded\n",
            Refunds = "customer_id,refund_id,refunded_at,amount,order_id\na,R1,soon,20.00,1\nc,R2,2024-01-05,30.00,2\n"
                + "c,R2,2024-01-05,30.00,2\n",
        };
        Assert.Equal([("1-refund", 2000L), ("2-refund", 3000L), ("R2", 3000L)], import.Refunded);
    }

    [Fact]
    public void Two_negative_rows_within_a_second_are_two_refunds()
    {
        using var import = Of("customer,order,date,amount", "a,1,2024-01-01T10:00:00.000,30.00", "a,1,2024-01-19T10:00:00.123,-10.00",
            "a,1,2024-01-19T10:00:00.456,-5.00");
        Assert.Equal([1000L, 500L], import.Refunded.Select(refund => refund.Amount));
    }

    [Fact]
    public void Returned_pieces_go_back_at_the_price_that_was_paid()
    {
        using var import = Of("customer,order,date,product,unit_price,qty,discount_percent", "a,1,2024-01-01,P,10.00,2,20",
            "a,1,2024-01-19,P,10.00,-2,20", "b,2,2024-01-02,Q,5.00,1,0");
        Assert.Equal([("1", 1600L), ("2", 500L)], import.Amounts);
        Assert.Equal(1600L, Assert.Single(import.Refunded).Amount);
    }

    [Fact]
    public void Lines_of_equal_price_are_each_paid()
    {
        using var import = Of("customer,order,date,sku,unit_price,qty", "a,1,2024-01-01,P,10.00,1", "a,1,2024-01-01,Q,10.00,1",
            "b,2,2024-01-02,R,12.00,1", "b,2,2024-01-02,S,12.00,1");
        Assert.Equal([("1", 2000L), ("2", 2400L)], import.Amounts);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("$-")]
    [InlineData("- €")]
    [InlineData("n/a")]
    public void A_dash_is_nought_however_many_there_are(string none)
    {
        using var import = Of("customer,order,date,amount,refunded", $"a,1,2024-01-13,30.00,{none}", $"b,2,2024-01-14,20.00,{none}",
            "c,3,2024-01-15,15.00,15.00", $"c,4,2024-01-15,15.00,{none}");
        Assert.Equal(4, import.Stored.Count);
        Assert.Equal([("3-refund", 1500L)], import.Refunded);
    }

    [Fact]
    public void A_gift_card_that_was_given_back_with_goods_takes_nothing_from_them()
    {
        using var import = new Import
        {
            Preset = "shopify", Currency = null,
            Orders = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Lineitem price,Lineitem quantity,"
                + "Lineitem requires shipping,Refunded Amount\n#1,a@x.de,refunded,EUR,70.00,2024-01-01 10:00:00,Mug,20.00,1,true,70.00\n"
                + "#1,a@x.de,,,,,Gift Card,50.00,1,false,\n",
        };
        Assert.Equal([("#1", 2000L)], import.Amounts);
        Assert.Equal([("#1-refund", 2000L)], import.Refunded);
        Assert.Equal(0, Assert.Single(import.Quality.Money).Stored);
    }

    [Theory]
    [InlineData("Gutschrift", "Gutschrift vom")]
    [InlineData("Return Amount", "Return Date")]
    [InlineData("Returned Amount", "Refund Date")]
    [InlineData("Avoir", "Date avoir")]
    [InlineData("Retoure Betrag", "Retourdatum")]
    public void An_amount_of_a_credit_beside_its_day_is_what_went_back(string amount, string day)
    {
        using var import = Of($"customer,order,date,total,{amount},{day}", "a,1,2024-01-02,200.00,20.00,2024-01-20",
            "b,2,2024-01-13,50.00,,");
        Assert.Equal([("1-refund", 2000L)], import.Refunded);
        Assert.False(Assert.Single(import.Source.Refunds()).IsUndated);
    }

    [Fact]
    public void Columns_that_a_map_named_are_those_of_the_sources_next_file_too()
    {
        const string Orders = "customer,order,date,total,Zurück\na,1,2024-01-02,200.00,20.00\n";
        using var first = new Import { Orders = Orders, Map = """{ "orders": { "refunded": "Zurück", "channel": null } }""" };
        var learnt = Assert.Single(first.Source.Learnt, choice => choice.Name == "columns");
        using var next = new Import { Orders = Orders, Memory = [learnt] };
        Assert.Equal([("1-refund", 2000L)], next.Refunded);
        Assert.Contains(next.Source.Mapping.Files[0].Assumptions, said => said.EndsWith("refunded from Zurück", StringComparison.Ordinal));
        using var other = new Import { Orders = "customer,order,date,total\na,1,2024-01-02,200.00\n", Memory = [learnt] };
        Assert.Empty(other.Refunded);
    }

    // ---------------------------------------------------------------- no sale

    [Fact]
    public void A_line_that_was_cancelled_is_left_out_of_an_order_of_which_others_were_sold()
    {
        using var import = Of("order_id,customer_id,date,sku,status,amount", "1,a,2024-01-13,P,Shipped,30.00",
            "1,a,2024-01-13,Q,Cancelled,20.00", "2,b,2024-01-14,P,Cancelled,9.00", "2,b,2024-01-14,R,Shipped,40.00",
            "3,b,2024-01-14,P,Cancelled,7.00", "3,b,2024-01-14,S,Cancelled,8.00");
        Assert.Equal([("1", 3000L), ("2", 4000L), ("3", 1500L)], import.Amounts);
        Assert.Equal(["1", "2"], Sales(import));
        Assert.Equal(29, Assert.Single(import.Quality.Money).LeftOut);
    }

    [Theory]
    [InlineData("Storniert", "Ja", "Nein")]
    [InlineData("Annulé", "oui", "non")]
    [InlineData("cancelled", "true", "false")]
    [InlineData("test", "true", "false")]
    [InlineData("Storno", "x", "")]
    [InlineData("Cancelled?", "✓", "N")]
    [InlineData("cancelled_at", "2024-01-20", "")]
    [InlineData("Storniert am", "20.01.2024", "0000-00-00")]
    public void An_order_that_is_said_to_be_cancelled_or_a_test_is_no_sale(string heading, string cancelled, string not)
    {
        using var import = Of($"customer_id;order_id;Datum;Betrag;{heading}", $"a;1;13.01.2024;49,90;{cancelled}",
            $"b;2;14.01.2024;20,00;{not}", $"b;3;15.01.2024;20,00;{not}");
        Assert.Equal(["2", "3"], Sales(import));
        Assert.Equal(3, import.Stored.Count);
    }

    [Fact]
    public void Of_an_orders_status_and_its_payments_either_undoes_and_either_sells()
    {
        using var import = Of("Kundennr;Bestellnr;Datum;Gesamtbetrag;Bestellstatus;Zahlungsstatus",
            "a;1;13.01.2024;49,90;Abgeschlossen;Erstattet", "b;2;14.01.2024;20,00;Abgeschlossen;Fehlgeschlagen",
            "c;3;15.01.2024;10,00;Offen;Bezahlt", "d;4;16.01.2024;11,00;Storniert;Bezahlt",
            "e;5;17.01.2024;12,00;Versandt;Offen", "f;6;18.01.2024;13,00;Offen;Offen");
        Assert.Equal(["1", "3", "5"], Sales(import));
        Assert.Equal([("1-refund", 4990L)], import.Refunded);
    }

    [Theory]
    [InlineData("Zahlungsstatus")]
    [InlineData("financial_status")]
    public void The_status_of_the_payment_is_the_orders_where_it_has_no_other(string heading)
    {
        using var import = Of($"Kundennr;Bestellnr;Datum;Gesamtbetrag;{heading}", "a;1;13.01.2024;49,90;Bezahlt",
            "b;2;14.01.2024;20,00;Fehlgeschlagen");
        Assert.Equal(["1"], Sales(import));
        Assert.Equal("status", import.Source.Mapping.Files[0].Columns.Single(column => column.Header == heading).Field);
    }
}
