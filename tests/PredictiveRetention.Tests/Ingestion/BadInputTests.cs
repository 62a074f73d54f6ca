using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Cells that contradict the rest of their row: the row is kept, the cell is not used, and the quality report says so.</summary>
public sealed class BadInputTests
{
    private const string Header = "customer_id,order_id,ordered_at,amount,promised_at,delivered_at,review_score\n";

    [Fact]
    public void Delivery_before_the_order_is_not_used_and_noted_with_its_first_line()
    {
        using var import = new Import
        {
            Orders = Header
                + "a,1,2024-03-02 10:00,5,2024-03-09,2024-03-08,\na,2,2024-03-03 10:00,5,,2024-03-01 09:00,\na,3,2024-03-04 "
                + "10:00,5,,2024-03-04 09:59,\n",
        };
        Assert.Equal([true, false, false], import.Stored.Select(order => order.DeliveredAtMs is not null));
        Assert.Equal(new QualityNote("orders delivered before they were placed: kept, the time of delivery is not used", 2, 3),
            import.Note("orders delivered before"));
    }

    [Fact]
    public void Promise_before_the_order_is_not_used_and_noted()
    {
        using var import = new Import { Orders = Header + "a,1,2024-03-02 10:00,5,2024-03-01,,\na,2,2024-03-03 10:00,5,2024-03-05,,\n" };
        Assert.Equal([false, true], import.Stored.Select(order => order.PromisedAtMs is not null));
        Assert.Equal(new QualityNote("orders promised for a day before they were placed: kept, the promise is not used", 1, 2),
            import.Note("orders promised"));
    }

    [Fact]
    public void Delivery_and_promise_of_the_orders_own_day_without_a_time_contradict_nothing()
    {
        using var import = new Import
        {
            Calendar = BusinessCalendar.InZone("America/New_York"),
            Orders = Header + "a,1,2024-03-02 22:00,5,2024-03-02,2024-03-02,\n"
        };
        Assert.True(Assert.Single(import.Stored) is { PromisedAtMs: not null, DeliveredAtMs: not null });
        Assert.Empty(import.Quality.Notes);
    }

    [Fact]
    public void Reviews_outside_1_to_5_are_not_used_and_the_coverage_is_said()
    {
        using var import = new Import
        {
            Orders = Header
                + "a,1,2024-03-01,5,,,5\na,2,2024-03-02,5,,,0\na,3,2024-03-03,5,,,11\na,4,2024-03-04,5,,,\na,5,2024-03-05,5,,,\n",
        };
        Assert.Equal([5.0, null, null, null, null], import.Stored.Select(order => order.ReviewScore));
        Assert.Equal(new QualityNote("reviews outside 1 to 5: not used", 2, 3), import.Note("reviews outside"));
        Assert.Equal(1, import.Note("reviews for 20.0 % of orders").Count);
    }

    [Fact]
    public void Orders_of_another_currency_are_rejected_with_their_line()
    {
        using var import = new Import
        {
            Currency = null,
            Orders =
                "customer_id,order_id,ordered_at,amount,currency\na,1,2024-01-01,5,EUR\na,2,2024-01-02,5,EUR\na,3,2024-01-02,7,usd\n"
        };
        var reason = Assert.Single(import.Quality.Rejected);
        Assert.Equal(("currency USD, the shop keeps EUR and has no rate", 1L, 7m, "USD", 4L),
            (reason.Reason, reason.Count, reason.Amount!.Value, reason.Currency, reason.ExampleLine!.Value));
    }

    [Fact]
    public void Times_with_another_offset_are_converted_and_counted()
    {
        using var import = new Import
        {
            Calendar = BusinessCalendar.InZone("Europe/Berlin"),
            Orders =
                "customer_id,order_id,ordered_at,amount\na,1,2024-07-01T10:00:00+02:00,5\na,2,2024-07-01T10:00:00-05:00,5\n"
                    + "a,3,2024-01-01T10:00:00+02:00,5\na,4,2024-07-01 10:00:00,5\n",
        };
        Assert.Equal(["08:00", "15:00", "08:00", "08:00"],
            import.Stored.Select(order => DateTimeOffset.FromUnixTimeMilliseconds(order.OrderedAtMs)
                .ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(new QualityNote("ordered_at: times with an offset other than that of Europe/Berlin: converted", 2, 3),
            import.Note("ordered_at: times"));
    }

    [Fact]
    public void Countries_become_iso_codes_and_what_is_none_is_unknown()
    {
        using var import =
            new Import { Customers = "customer_id,country\na,Deutschland\nb,XX\nc,Atlantis\nd,eire\ne,usa\nf,European Community\n" };
        Assert.Equal(["DE", null, null, "IE", "US", null], import.Source.Customers().Select(customer => customer.Country));
        Assert.Equal(
            new QualityNote("customers of no country of ISO 3166 (Atlantis, European Community, XX): kept, their country is unknown", 3, 3),
            import.Note("customers of no country"));
    }

    [Fact]
    public void Birth_years_of_an_age_under_10_or_over_120_are_not_used()
    {
        using var import = new Import
        {
            NowMs = 1_735_689_600_000,
            Customers = "customer_id,birth_date\na,1980-05-06\nb,1874-01-01\nc,2031-01-01\nd,2020\ne,5/6/80\nf,\n",
        };
        Assert.Equal([1980, null, null, null, null, null], import.Source.Customers().Select(customer => customer.BirthYear));
        Assert.Equal(
            new QualityNote("customers whose birth year gives an age under 10 or over 120 (1874, 2020, 2031): kept, the year is not used",
                3, 3),
            import.Note("customers whose birth year"));
        Assert.Equal(1, import.Note("birth dates without a year").Count);
    }

    [Fact]
    public void Genders_become_four_words_and_unknown_texts_are_noted()
    {
        using var import = new Import { Customers = "customer_id,gender\na,F\nb,m\nc,Weiblich\nd,divers\ne,Unknown\nf,robot\ng,\n" };
        Assert.Equal(["female", "male", "female", "other", "unknown", "unknown", null],
            import.Source.Customers().Select(customer => customer.Gender));
        Assert.Equal(new QualityNote("customers of an unknown gender (robot): kept as unknown", 1, 7),
            import.Note("customers of an unknown gender"));
    }

    [Theory]
    [InlineData("a,email_sent,2024-01-01,m1\na,email_opened,2024-01-02,m1\n", 0)]
    [InlineData("a,email_sent,2024-01-01,m1\na,email_opened,2024-01-02,m1\na,email_clicked,2024-01-02,m2\n", 1)]
    [InlineData("a,email_sent,2024-01-03,m1\na,email_opened,2024-01-02,m1\n", 1)]
    [InlineData("a,email_delivered,2024-01-01,\na,email_opened,2024-01-02,\nb,email_opened,2024-01-02,\n", 1)]
    [InlineData("a,email_sent,2024-01-01,event1\na,email_opened,2024-01-02,event2\n", 0)]
    public void Opening_without_a_send_of_that_message_or_to_that_customer_is_kept_and_noted(string events, int unsent)
    {
        using var import = new Import { Events = "customer_id,event_type,occurred_at,message_id\n" + events };
        Assert.Equal(events.Count(c => c == '\n'), import.Source.Events().Count());
        var notes = import.QualityOf("events").Notes;
        Assert.Equal(unsent,
            notes.Sum(note => note.Note == "e-mails opened or clicked that were not sent before, as far as these files say: kept"
                ? note.Count
                : 100));
    }

    [Fact]
    public void Subscription_that_ends_before_it_starts_is_rejected_with_its_line()
    {
        using var import =
            new Import
            {
                Subscriptions =
                "customer_id,subscription_id,started_at,ended_at\na,1,2024-01-01,2024-02-01\na,2,2024-03-01,2024-02-01\nb,3,2024-03-01,\n"
            };
        Assert.Equal(2, import.Source.Subscriptions().Count());
        var reason = Assert.Single(import.QualityOf("subscriptions").Rejected);
        Assert.Equal(("ends before it starts", 1L, 3L), (reason.Reason, reason.Count, reason.ExampleLine!.Value));
    }

    /// <summary>Its status alone would make it a subscriber of today, or of no time.</summary>
    [Theory]
    [InlineData("status", "cancelled")]
    [InlineData("Subscription status", "Expired")]
    [InlineData("state", "Gekündigt")]
    [InlineData("status", "解約済み")]
    public void Subscription_that_is_over_is_left_out_where_nothing_says_since_when(string heading, string over)
    {
        using var import = new Import
        {
            Subscriptions = $"customer_id,subscription_id,started_at,ended_at,{heading}\na,1,2024-01-01,,active\n"
                + $"b,2,2024-01-01,2024-02-01,{over}\nc,3,2024-01-01,,{over}\nd,4,2024-01-01,,{over}\ne,5,2024-01-01,,{over}\n",
        };
        Assert.Equal(["a", "b"], import.Source.Subscriptions().Select(subscription => subscription.CustomerId));
        var reason = Assert.Single(import.QualityOf("subscriptions").Rejected);
        Assert.Equal(("subscription that is over, and nothing says since when", 3L), (reason.Reason, reason.Count));
        Assert.False(import.Source.Finish().TooManyRejected);
    }

    [Fact]
    public void Refunds_before_their_order_or_above_its_amount_are_kept_and_noted()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount\na,1,2024-02-01,10\na,2,2024-02-01,10\n",
            Refunds =
                "customer_id,refund_id,refunded_at,amount,order_id\na,r1,2024-01-01,4,1\na,r2,2024-03-01,6,2\na,r3,2024-03-02,4.01,2\n",
        };
        Assert.Equal(3, import.Source.Refunds().Count());
        Assert.Equal(new QualityNote("refunds dated before their order: kept on their own date", 1, 2),
            import.Note("refunds dated before"));
        Assert.Equal(new QualityNote("refunds of orders that were refunded for more than was paid: kept", 2, 3),
            import.Note("refunds of orders"));
    }

    [Fact]
    public void Statuses_that_are_a_sale_can_be_named_for_any_preset()
    {
        using var import = new Import
        {
            Statuses = ["Delivered", "in_transit"],
            Orders =
                "customer_id,order_id,ordered_at,amount,status\na,1,2024-01-01,5,delivered\na,2,2024-01-01,5,In "
                    + "transit\na,3,2024-01-01,5,paid\na,4,2024-01-01,5,\n",
        };
        Assert.Equal([true, true, false, false], import.Stored.Select(order => order.IsValid));
        Assert.Equal(2, import.Note("orders with a status that is no sale").Count);
        using var without = new Import { Statuses = ["paid"] };
        Assert.Contains("no column for the status", without.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_preset_obeys_the_same_rules()
    {
        using var import = new Import
        {
            PresetSql =
                "INSERT INTO fields VALUES ('orders', 'card', 'text', true, []), ('orders', 'stars', 'number', true, []);\n-- LOAD\n"
                + "CREATE VIEW orders AS SELECT 'orders' AS source, record, card AS customer_id, card AS order_id, 0::BIGINT AS "
                + "ordered_at, 1::DECIMAL(18,6) AS amount, stars::DOUBLE AS review_score FROM source_orders;",
            Orders = "card,stars\nk1,7\nk2,3\n",
        };
        Assert.Equal([null, 3.0], import.Stored.Select(order => order.ReviewScore));
        Assert.Equal(1, import.Note("reviews outside").Count);
    }
}
