using System.Globalization;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Runs;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Simulation;

/// <summary>The files of a simulated shop, as a user gets them.</summary>
public sealed class ShopFilesTests : IDisposable
{
    private static readonly string[] s_sources = [ShopFiles.Orders, ShopFiles.Refunds, ShopFiles.Customers, ShopFiles.Events,
        ShopFiles.Subscriptions];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulated-shop-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_same_plan_gives_the_same_bytes_and_another_seed_another_shop()
    {
        Write("first", 700);
        Write("second", 700);
        Write("other", 700, seed: 2);
        foreach (var name in s_sources.Append(ShopFiles.Truth).Append(ShopFiles.Description))
        {
            Assert.Equal(Bytes("first", name), Bytes("second", name));
            Assert.NotEqual(Bytes("first", name), Bytes("other", name));
        }
    }

    [Fact]
    public void A_customer_is_the_same_however_many_others_there_are_and_customers_are_in_order()
    {
        Write("few", 300);
        Write("many", 900);
        foreach (var name in s_sources.Append(ShopFiles.Truth))
        {
            var (few, many) = (Bytes("few", name), Bytes("many", name));
            Assert.True(many.Length > few.Length);
            Assert.Equal(few, many[..few.Length]);
            var customers = Rows("many", name).Select(row => row["customer_id"]).ToList();
            Assert.Equal(customers.Order(StringComparer.Ordinal), customers);
        }
    }

    [Fact]
    public void Everything_is_imported_without_a_reject_and_every_column_is_filled()
    {
        var folder = Write("shop", 1500);
        using var engine = new SqliteUnderTest();
        using var store = RetentionStore.Open(engine.NewAddress());
        var until = ShopPlan.DefaultUntil;
        var outcome = ImportRun.Execute(store, ShopFiles.Import(folder, ShopPlan.Calendar.StartOf(until.Day)), dryRun: false,
            rejectsPath: null, progress: null, default);
        Assert.Equal(0, outcome.Report.RowsRejected);
        Assert.DoesNotContain(outcome.Report.Files.SelectMany(file => file.Notes),
            note => note.Note.Contains("future", StringComparison.Ordinal));
        Assert.Equal(s_sources.Order(), outcome.Mapping.Files.Select(file => Path.GetFileName(file.Path)).Order());
        foreach (var file in outcome.Mapping.Files)
        {
            Assert.Empty(file.Ignored);
            Assert.All(file.Columns, column => Assert.Equal("name", column.ChosenBy));
            Assert.Equal(Rows("shop", Path.GetFileName(file.Path)).Count,
                outcome.Report.Files.Single(quality => quality.Path == file.Path).Stored.Sum(kind => kind.Count));
        }
        foreach (var name in s_sources)
        {
            var rows = Rows("shop", name);
            Assert.All(rows[0].Keys, column => Assert.Contains(rows, row => row[column].Length > 0));
        }
        Assert.Equal(
            new HashSet<string>(["email_sent", "email_delivered", "email_opened", "email_clicked", "visit", "app_session", "ticket"]),
            [.. Rows("shop", ShopFiles.Events).Select(row => row["event_type"])]);
        Assert.Equal(["EUR"], Rows("shop", ShopFiles.Orders).Select(row => row["currency"]).Distinct());
    }

    [Fact]
    public void Nobody_orders_after_the_true_churn_and_no_row_is_of_the_day_of_the_end_or_later()
    {
        Write("shop", 3000);
        var truth = Rows("shop", ShopFiles.Truth).ToDictionary(row => row["customer_id"], row => row["churned_at"]);
        var orders = Rows("shop", ShopFiles.Orders);
        Assert.Equal(3000, orders.Select(row => row["customer_id"]).Distinct().Count());
        Assert.All(orders, row => Assert.True(string.CompareOrdinal(row["ordered_at"], truth[row["customer_id"]]) <= 0, row["order_id"]));

        var longAgo = ShopPlan.DefaultUntil.Minus(180).ToString();
        var gone = truth.Where(pair => string.CompareOrdinal(pair.Value, longAgo) < 0).Select(pair => pair.Key).ToHashSet();
        Assert.InRange(gone.Count, 300, 2000);
        Assert.DoesNotContain(orders, row => gone.Contains(row["customer_id"]) && string.CompareOrdinal(row["ordered_at"], longAgo) >= 0);

        var (first, end) = (new ShopPlan().From.ToString(), ShopPlan.DefaultUntil.ToString());
        foreach (var (name, column) in new[] { (ShopFiles.Orders, "ordered_at"), (ShopFiles.Orders, "delivered_at"),
            (ShopFiles.Refunds, "refunded_at"), (ShopFiles.Customers, "first_seen_at"), (ShopFiles.Events, "occurred_at"),
            (ShopFiles.Subscriptions, "started_at"), (ShopFiles.Subscriptions, "cancelled_at") })
            Assert.All(Rows("shop", name).Select(row => row[column]).Where(time => time.Length > 0),
                time => Assert.True(string.CompareOrdinal(time, first) >= 0 && string.CompareOrdinal(time, end) < 0, time));
    }

    [Fact]
    public void The_truth_of_every_customer_is_whole_and_consistent()
    {
        Write("shop", 2000);
        var rows = Rows("shop", ShopFiles.Truth);
        var plays = Playbook.Shipped().Plays.Select(play => "uplift_" + play.Id).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(plays, rows[0].Keys.Where(column => column.StartsWith("uplift_", StringComparison.Ordinal)));
        Assert.All(Playbook.Shipped().Plays, play => Assert.True(PlayResponse.Knows(play.Id), play.Id));
        Assert.Equal(2000, rows.Count);
        foreach (var row in rows)
        {
            Assert.All(row, cell => Assert.NotEqual("", cell.Value));
            var alive = row["alive_at_end"] == "1";
            Assert.Equal(string.CompareOrdinal(row["churned_at"], ShopPlan.DefaultUntil.ToString()) >= 0, alive);
            var (p, spend90, spend365) = (Number(row, "p_order_90d"), Number(row, "expected_spend_90d"),
                Number(row, "expected_spend_365d"));
            if (!alive) Assert.Equal((0, 0, 0), (p, spend90, spend365));
            Assert.InRange(p, 0, 1);
            Assert.InRange(spend90, 0, spend365);
            Assert.InRange(Number(row, "orders_per_year_at_end"), 0, Number(row, "orders_per_year"));
            Assert.All(plays, play => Assert.InRange(p + Number(row, play), -1e-5, 1 + 1e-5));
            if (row["annoyed_by_contact"] == "1") Assert.InRange(Number(row, "uplift_win-back-dormant-high-value"), -1, 0);
        }
        // Plays differ in what they do, and customers in what is done to them: both are there to be found.
        Assert.All(plays, play => Assert.True(rows.Select(row => row[play]).Distinct().Count() > 100, play));
        Assert.True(rows.Average(row => Number(row, "uplift_post-purchase-nurture")) > 4
            * rows.Average(row => Number(row, "uplift_loyalist-repeat-incentive")));
    }

    [Fact]
    public void Rows_are_written_while_customers_are_drawn_and_memory_does_not_grow_with_them()
    {
        var lengths = new List<long>();
        Write("streamed", 2000, progress: new Called(_ => lengths.Add(
            new DirectoryInfo(In("streamed")).EnumerateFiles(ShopFiles.Events + ".*.partial").Single().Length)));
        Assert.Equal(lengths.Order(), lengths);
        Assert.True(lengths.Distinct().Count() >= 3);

        long Allocates(string name, int customers)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Write(name, customers);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        var (few, many) = (Allocates("few", 2000), Allocates("many", 20_000));
        Assert.True(many - few < 18_000 * 16, $"{many - few} bytes more for 18,000 customers more");
    }

    [Fact]
    public void A_shop_that_is_cancelled_leaves_nothing_and_the_one_before_it_whole()
    {
        using var cancel = new CancellationTokenSource();
        var stop = new Called(done => { if (done >= 1000) cancel.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => Write("new", 5000, progress: stop, cancellation: cancel.Token));
        Assert.False(Directory.Exists(In("new")));

        Write("old", 300);
        var before = s_sources.Select(name => Bytes("old", name)).ToList();
        Assert.Throws<OperationCanceledException>(() => Write("old", 5000, progress: stop, cancellation: cancel.Token));
        Assert.Equal(before, s_sources.Select(name => Bytes("old", name)));
        Assert.DoesNotContain(Directory.EnumerateFiles(In("old")), file => file.EndsWith(".partial", StringComparison.Ordinal));
        Write("old", 400);
        Assert.Equal(400, Rows("old", ShopFiles.Customers).Count);
    }

    [Fact]
    public void Orders_that_are_no_simulated_shop_are_not_overwritten()
    {
        Directory.CreateDirectory(In("mine"));
        File.WriteAllText(In("mine", ShopFiles.Orders), "mine");
        var refused = Assert.Throws<RetentionException>(() => Write("mine", 10));
        Assert.Equal(Failure.Usage, refused.Failure);
        Assert.Equal("mine", File.ReadAllText(In("mine", ShopFiles.Orders)));
    }

    [Theory]
    [InlineData(0, 2, "2026-01-01")]
    [InlineData(10, 0, "2026-01-01")]
    [InlineData(10, 21, "2026-01-01")]
    [InlineData(10, 2, "1980-01-01")]
    [InlineData(10, 2, "2099-01-01")]
    public void A_plan_that_cannot_be_is_refused(int customers, int years, string until) =>
        Assert.Equal(Failure.Usage,
            Assert.Throws<RetentionException>(() => ShopFiles.Write(In("none"),
                new ShopPlan { Customers = customers, Years = years, Until = Cutoff.Parse(until) }, null, default)).Failure);

    [Fact]
    public void Retain_generate_writes_the_shop_and_says_what_is_in_it()
    {
        var run = Retain.Run("generate", "--customers", "50", "--seed", "7", "--until", "2025-03-01", "--years", "1", "--out", In("cli"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("50 customers, 2024-03-01 to 2025-02-28, seed 7", run.Out, StringComparison.Ordinal);
        ShopFiles.Write(In("library"), new ShopPlan { Customers = 50, Seed = 7, Until = Cutoff.Parse("2025-03-01"), Years = 1 }, null,
            default);
        Assert.Equal(Bytes("library", ShopFiles.Events), Bytes("cli", ShopFiles.Events));
        Assert.Equal(2, Retain.Run("generate", "--customers", "0", "--out", In("cli")).ExitCode);
        Assert.Equal(2, Retain.Run("generate", "--until", "yesterday", "--out", In("cli")).ExitCode);
    }

    private string Write(string folder, int customers, int seed = 1, IProgress<int>? progress = null,
        CancellationToken cancellation = default) =>
        ShopFiles.Write(In(folder), new ShopPlan { Customers = customers, Seed = seed }, progress, cancellation).Folder;

    private byte[] Bytes(string folder, string name) => File.ReadAllBytes(In(folder, name));

    private List<Dictionary<string, string>> Rows(string folder, string name)
    {
        var lines = File.ReadAllLines(In(folder, name));
        var headers = lines[0].Split(',');
        return [.. lines.Skip(1)
            .Select(line => headers.Zip(line.Split(',', headers.Length)).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private static double Number(Dictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);

    private string In(params string[] path) => Path.Combine([_folder.FullName, .. path]);

    private sealed class Called(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
