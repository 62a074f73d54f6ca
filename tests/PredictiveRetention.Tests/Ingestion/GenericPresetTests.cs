using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The generic preset on sound files.</summary>
public sealed class GenericPresetTests
{
    [Fact]
    public void Generic_online_retail_orders_and_refunds_import_unaided()
    {
        using var import = new Import
        {
            Currency = null,
            OrdersPath = SampleData.File("online-retail/orders.csv"),
            Refunds = SampleData.File("online-retail/refunds.csv"),
        };
        var orders = import.Stored;
        var refunds = import.Source.Refunds().ToList();
        Assert.Equal((18_532, 891_140_790), (orders.Count, orders.Sum(order => order.AmountMinor)));
        Assert.Equal(61_134_209, refunds.Sum(refund => refund.AmountMinor));
        Assert.Equal("GBP", import.Source.ShopCurrency);
        Assert.Equal(4_338, import.Source.Customers().Count());
        Assert.Equal(0, import.Source.Finish().RowsRejected);
        var ids = import.Source.Mapping.Files[1].Columns.ToDictionary(column => column.Field, column => column.Header);
        Assert.Equal(("order_id", "ordered_at"), (ids["refund_id"], ids["refunded_at"]));
    }

    [Fact]
    public void Generic_cdnow_keeps_same_day_orders_and_reads_items_as_quantity()
    {
        using var import = new Import { Currency = null, OrdersPath = SampleData.File("cdnow/orders.csv") };
        var orders = import.Stored;
        Assert.Equal(6_919, orders.Count);
        Assert.Equal(2_357, orders.Select(order => order.CustomerId).Distinct().Count());
        Assert.Equal(2, orders[0].Quantity);
        Assert.Equal("order", import.Source.Mapping.Files[0].Grain);
    }

    [Fact]
    public void Generic_line_items_are_added_up_with_the_category_of_the_largest_line()
    {
        using var import = new Import
        {
            Orders = """
                customer,invoice,date,sku,category,qty,total,discount
                a,1,2024-01-01 10:00,x,Shoes,1,10.00,1.00
                a,1,2024-01-01 09:59,y,Hats,2,30.50,
                b,1,2024-01-02 10:00,x,Shoes,1,10.00,
                """,
        };
        var orders = import.Stored;
        Assert.Equal(2, orders.Count);
        Assert.Equal(new OrderRow("a", "1", 1_704_103_140_000, 4050, "EUR", DiscountMinor: 100, Category: "Hats", Quantity: 3), orders[0]);
        Assert.Equal("line", import.Source.Mapping.Files[0].Grain);
        Assert.Contains(import.Quality.Notes,
            note => note.Note.StartsWith("order ids used by more than one customer", StringComparison.Ordinal));
    }

    [Fact]
    public void Generic_lines_of_one_order_a_day_apart_are_rejected_naming_both()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount,sku\na,1,2024-01-01,5,x\na,1,2024-01-03,5,y\na,1,2024-01-01,5,z\n",
        };
        Assert.Equal(1000, Assert.Single(import.Stored).AmountMinor);
        Assert.Equal(("3", "order_id", "order 1: more than 24 hours after line 2 of the same order"), import.OnlyReject());
        Assert.Equal(15m, import.Quality.Money.Single().Read);
    }

    [Fact]
    public void Generic_repeated_order_is_kept_once()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount\na,1,2024-01-01,5\na,1,2024-01-01,5.00\na,1,2024-01-02,6\nb,1,2024-01-01,5\n",
        };
        Assert.Equal(2, import.Stored.Count);
        var rejects = import.Rejects();
        Assert.Contains("exact duplicate of line 2", rejects[0], StringComparison.Ordinal);
        Assert.Contains("\"order 1: differs from line 2 in ordered_at, amount\"", rejects[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_statuses_that_are_no_sale_are_stored_as_invalid()
    {
        using var import = new Import
        {
            Orders =
                "customer_id,order_id,ordered_at,amount,status\na,1,2024-01-01,5,Canceled\na,2,2024-01-01,5,Shipped\n"
                    + "a,3,2024-01-01,5,Pending Payment\na,4,2024-01-01,5,\n",
        };
        Assert.Equal([("canceled", false), ("shipped", true), ("pending payment", false), (null, true)],
            import.Stored.Select(order => (order.Status, order.IsValid)));
    }

    [Fact]
    public void Generic_other_files_become_customers_refunds_events_and_subscriptions()
    {
        using var import = new Import
        {
            Orders = "customer_id,order_id,ordered_at,amount,country\na,1,2024-01-01,5,France\nb,2,2024-01-02,6,Spain\n",
            Customers = "id,date_of_birth,country,accepts_marketing,signup_date\na,1980-05-06,Italy,yes,2023-12-31\nc,,,no,\n",
            Refunds = "customer_id,refund_id,order_id,refund_date,amount\na,r1,1,2024-02-01,-2.50\n",
            Events = "user_id,event,timestamp,campaign\na,Email Opened,2024-01-05T10:00:00Z,spring\na,teleport,2024-01-05,\n",
            Subscriptions = "customer_id,id,start_date,plan,price,interval,trial\na,s1,2024-01-01,Gold,9.99,Month,false\n",
        };
        var customers = import.Source.Customers().ToDictionary(customer => customer.CustomerId);
        Assert.Equal(new CustomerRow("a", 1_703_980_800_000, 1980, Country: "IT", ConsentEmail: true), customers["a"]);
        Assert.Equal("ES", customers["b"].Country);
        Assert.False(customers["c"].ConsentEmail);
        Assert.Equal(new RefundRow("a", "r1", 1_706_745_600_000, 250, "EUR", "1"), import.Source.Refunds().Single());
        Assert.Equal(new EngagementRow("a", EngagementType.EmailOpened, 1_704_448_800_000, "spring"), import.Source.Events().Single());
        Assert.Equal(new SubscriptionRow("a", "s1", 1_704_067_200_000, "gold", AmountMinor: 999, Currency: "EUR", Period: "month"),
            import.Source.Subscriptions().Single());
        Assert.Equal(("events", 1L),
            import.Source.Finish().Files.Where(file => file.RowsRejected > 0).Select(file => (file.File, file.RowsRejected)).Single());
    }

    [Fact]
    public void Generic_absent_inputs_are_said_to_be_absent()
    {
        using var import = new Import();
        Assert.Equal("a", Assert.Single(import.Source.Customers()).CustomerId);
        Assert.Empty(import.Source.Refunds());
        Assert.Empty(import.Source.Events());
        Assert.Empty(import.Source.Subscriptions());
        Assert.Equal(1, import.Source.TotalRows);
    }

    [Fact]
    public void Generic_orders_in_the_future_are_kept_and_noted()
    {
        using var import = new Import { NowMs = 1_000_000_000_000 };
        Assert.Single(import.Stored);
        Assert.Equal(new QualityNote("orders dated in the future", 1, 2), Assert.Single(import.Quality.Notes));
    }

    [Fact]
    public void Generic_unreadable_optional_cell_is_left_empty_and_noted()
    {
        using var import =
            new Import { Orders = "customer_id,order_id,ordered_at,amount,rating\na,1,2024-01-01,5,great\na,2,2024-01-01,5,4\n" };
        Assert.Equal([null, 4.0], import.Stored.Select(order => order.ReviewScore));
        Assert.Equal(
            [new QualityNote("reviews for 50.0 % of orders", 1), new QualityNote("rating: cells that are no number, left empty", 1)],
            import.Quality.Notes);
        Assert.Equal(0.5, import.Quality.NullShare["review_score"]);
    }

    [Fact]
    public void Generic_parquet_and_json_files_are_read_by_their_extension()
    {
        using var import = new Import
        {
            OrdersName = "orders.ndjson",
            Orders = "{\"customer_id\":\"a\",\"order_id\":7,\"ordered_at\":\"2024-01-01T10:00:00+02:00\",\"amount\":12.5}\n"
        };
        Assert.Equal(new OrderRow("a", "7", 1_704_096_000_000, 1250, "EUR"), Assert.Single(import.Stored));
        var parquet = import.FilePath("orders.parquet");
        using (var duck = new DuckDB.NET.Data.DuckDBConnection("Data Source=:memory:"))
        {
            duck.Open();
            using var copy = duck.CreateCommand();
            copy.CommandText =
                $"COPY (SELECT 'a' AS customer_id, 8 AS order_id, TIMESTAMP '2024-01-01 10:00:00' AS ordered_at, 3.25 AS amount) TO "
                    + $"'{parquet}'";
            copy.ExecuteNonQuery();
        }
        using var second = new Import { OrdersPath = parquet };
        Assert.Equal(new OrderRow("a", "8", 1_704_103_200_000, 325, "EUR"), Assert.Single(second.Stored));
    }

    [Fact]
    public void Generic_one_customer_with_very_many_orders_streams_in_flat_memory()
    {
        var text = new System.Text.StringBuilder("customer_id,order_id,ordered_at,amount,note\n");
        for (var i = 0; i < 200_000; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a,{i},2024-01-01,1.01,\"two\nlines\"\n");
        using var import = new Import { OrdersBytes = System.Text.Encoding.UTF8.GetBytes(text.ToString()) };
        var (rows, before, most) = (0, 0L, 0L);
        foreach (var order in import.Source.Orders())
        {
            if (rows == 0) before = GC.GetTotalMemory(forceFullCollection: true);
            if (++rows % 50_000 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.Equal(200_000, rows);
        Assert.InRange(most, long.MinValue, 8_000_000);
    }

    [Fact]
    public void Generic_cancelled_import_stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var import = new Import();
        File.WriteAllText(import.FilePath("o.csv"), import.Orders);
        Assert.ThrowsAny<OperationCanceledException>(() => ImportSource.Open(
            new ImportRequest { Preset = "generic", OrdersFile = import.FilePath("o.csv"), Calendar = BusinessCalendar.Utc },
            cancelled.Token));
    }
}
