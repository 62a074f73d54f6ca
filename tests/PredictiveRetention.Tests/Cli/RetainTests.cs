using System.Globalization;
using System.Text.Json;
using PredictiveRetention.Exports;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>The verbs from outside: what a person or a script sees, exit codes included.</summary>
public sealed class RetainTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retain-");

    private string Store => "sqlite:" + In("shop.db");
    private string Models => In("models");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Import_train_score_make_a_row_for_every_customer_with_an_order_before_the_cutoff()
    {
        var orders = WriteShop(600);
        var import = Retain.Run("import", "--store", Store, "--orders", orders, "--rejects", In("rejects.csv"), "--json");
        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Equal(0, JsonDocument.Parse(import.Out).RootElement.GetProperty("report").GetProperty("rowsRejected").GetInt64());

        var asOf = SimulatedHistories.End.Minus(60).ToString();
        var train = Retain.Run("train", "--store", Store, "--models", Models, "--as-of", asOf, "--horizon", "60d", "--clv-horizon", "60d",
            "--json");
        Assert.True(train.ExitCode == 0, train.Error);
        Assert.Equal("blended", JsonDocument.Parse(train.Out).RootElement.GetProperty("level").GetString(), ignoreCase: true);

        var first = In("first.csv");
        var score = Retain.Run("score", "--store", Store, "--models", Models, "--as-of", asOf, "--out", first);
        Assert.True(score.ExitCode == 0, score.Error);
        var lines = File.ReadAllLines(first);
        Assert.StartsWith("customer_id,p_churn,clv,", lines[0], StringComparison.Ordinal);
        Assert.Equal(ScoreFile.Header, lines[0]);
        var expected = SimulatedHistories.Customers(600)
            .Where(customer => customer.Orders[0].Day < SimulatedHistories.End.Day - 60)
            .Select(customer => "C" + customer.Key);
        Assert.Equal(expected.Order(), lines.Skip(1).Select(line => line.Split(',')[0]).Order());
        var lost = Array.IndexOf(lines[0].Split(','), "lost");
        Assert.Contains(lines.Skip(1), line => line.Split(',')[lost] == "true");

        var second = In("second.csv");
        Assert.Equal(0, Retain.Run("score", "--store", Store, "--models", Models, "--as-of", asOf, "--out", second).ExitCode);
        Assert.Equal(Scores(lines), Scores(File.ReadAllLines(second)));

        var customer = lines.Skip(1).Select(line => line.Split(',')).First(cells => cells[lost] == "false");
        var explain = Retain.Run("explain", customer[0], "--store", Store, "--models", Models, "--as-of", asOf, "--json");
        Assert.True(explain.ExitCode == 0, explain.Error);
        var said = JsonDocument.Parse(explain.Out).RootElement;
        Assert.Equal(double.Parse(customer[1], CultureInfo.InvariantCulture), said.GetProperty("pChurn").GetDouble());
        var why = said.GetProperty("why");
        Assert.Equal(said.GetProperty("pChurn").GetDouble(),
            why.GetProperty("basePChurn").GetDouble()
                + why.GetProperty("themes").EnumerateArray().Sum(theme => theme.GetProperty("pChurn").GetDouble()), 1e-9);
        var table = Retain.Run("explain", customer[0], "--store", Store, "--models", Models, "--as-of", asOf).Out.Split('\n');
        Assert.Equal(why.GetProperty("themes").EnumerateArray().Select(theme => theme.GetProperty("words").GetString()),
            table.SkipWhile(line => !line.Contains("the average customer", StringComparison.Ordinal))
                .Skip(1)
                .SkipLast(2)
                .Select(line => line[2..line.IndexOf("  ", 2, StringComparison.Ordinal)]));
    }

    [Fact]
    public void Backtest_and_models_say_who_wins_and_who_speaks()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(FittedModels.Customers)).ExitCode);
        var backtest = Retain.Run("backtest", "--store", Store, "--horizon", "60d", "--origins", "2", "--json");
        Assert.True(backtest.ExitCode == 0, backtest.Error);
        var report = JsonDocument.Parse(backtest.Out).RootElement;
        Assert.Equal(2, report.GetProperty("origins").GetArrayLength());
        Assert.Contains(report.GetProperty("grade").GetProperty("letter").GetString(), new[] { "A", "B", "C" });
        Assert.True(report.GetProperty("leaks").GetProperty("passed").GetBoolean());
        Assert.Contains("logLoss", backtest.Out, StringComparison.Ordinal);
        Assert.Equal(2, Retain.Run("backtest", "--store", Store, "--origins", "0").ExitCode);

        Assert.Equal(4, Retain.Run("models", "show", "champion", "--models", Models).ExitCode);
        var first = FittedModels.Promote(new ModelRegistry(Models), daysBack: 7);
        var train = Retain.Run("train", "--store", Store, "--models", Models, "--as-of", SimulatedHistories.End.ToString(), "--horizon",
            "60d", "--clv-horizon", "60d", "--json");
        Assert.True(train.ExitCode == 0, train.Error);
        var second = JsonDocument.Parse(train.Out).RootElement.GetProperty("version").GetString()!;
        var list = JsonDocument.Parse(Retain.Run("models", "list", "--models", Models, "--json").Out).RootElement.EnumerateArray().ToList();
        Assert.Equal([first, second], list.Select(model => model.GetProperty("version").GetString()));
        Assert.Equal([false, true], list.Select(model => model.GetProperty("champion").GetBoolean()));
        var card = Retain.Run("models", "show", "champion", "--models", Models).Out;
        Assert.Contains("# Model " + second, card, StringComparison.Ordinal);
        Assert.Contains("Whether it looked ahead", card, StringComparison.Ordinal);
        var compared = JsonDocument.Parse(Retain.Run("models", "compare", first, "champion", "--store", Store, "--models", Models,
            "--json").Out).RootElement;
        Assert.Equal(SimulatedHistories.End.Minus(60).ToString(), compared.GetProperty("origin").GetString());
        Assert.Equal(4, compared.GetProperty("standings").GetArrayLength());
        Assert.Equal(0, Retain.Run("models", "rollback", "--models", Models, "--by", "anna", "--reason", "a test").ExitCode);
        Assert.Equal(4, Retain.Run("models", "rollback", "--models", Models).ExitCode);
        Assert.Equal(0, Retain.Run("models", "promote", "challenger", "--models", Models, "--by", "ben").ExitCode);
        Assert.Contains(second + " promoted by ben", Retain.Run("models", "show", second, "--models", Models).Out,
            StringComparison.Ordinal);
        Assert.Equal(4, Retain.Run("models", "promote", "20200101-00000000", "--models", Models).ExitCode);
        Assert.Equal(0, Retain.Run("models", "verify", "--models", Models).ExitCode);
        File.AppendAllText(Path.Combine(Models, "non-contractual", first, "model.json"), " ");
        var broken = Retain.Run("models", "verify", "--models", Models);
        Assert.Equal(6, broken.ExitCode);
        Assert.Matches(first + " +BROKEN", broken.Out);
    }

    [Fact]
    public void A_misspelt_option_or_a_second_main_file_imports_nothing()
    {
        var orders = WriteShop(60);
        var misspelt = Retain.Run("import", "--orders", orders, "--dryrun", "--store", Store);
        Assert.Equal(2, misspelt.ExitCode);
        Assert.Contains("'--dryrun' is no option of import", misspelt.Error, StringComparison.Ordinal);
        var twice = Retain.Run("import", "--orders", orders, "other.csv", "--store", Store);
        Assert.Equal(2, twice.ExitCode);
        Assert.Contains("named twice", twice.Error, StringComparison.Ordinal);
        Assert.Equal(4, Retain.Run("runs", "list", "--store", Store).ExitCode);
    }

    [Fact]
    public void Score_twice_on_one_night_scores_once_and_says_so()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        var first = Retain.Run("score", "--store", Store, "--models", Models, "--json");
        var second = Retain.Run("score", "--store", Store, "--models", Models, "--json");
        Assert.Equal(("published", 1), Outcome(first.Out));
        Assert.Equal(("alreadyPublished", 1), Outcome(second.Out));
        Assert.Contains("already published", second.Error, StringComparison.Ordinal);
        var told = Retain.Run("score", "--store", Store, "--models", Models);
        Assert.StartsWith("Nothing was scored: ", told.Out, StringComparison.Ordinal);
        Assert.Contains("--again", told.Out, StringComparison.Ordinal);
        Assert.Equal(("published", 2), Outcome(Retain.Run("score", "--store", Store, "--models", Models, "--again", "--json").Out));
    }

    [Fact]
    public void Train_too_little_data_names_what_is_missing_and_still_scores_marked_as_a_rule()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        var train = Retain.Run("train", "--store", Store, "--models", Models);
        Assert.Equal(0, train.ExitCode);
        Assert.Contains("60 of 500 customers with a purchase", train.Error, StringComparison.Ordinal);
        var score = Retain.Run("score", "--store", Store, "--models", Models);
        Assert.Contains("recency rule, not a fitted model", score.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Cutoff_before_the_data_is_refused_by_train_and_score()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        foreach (var verb in new[] { "train", "score" })
        {
            var run = Retain.Run(verb, "--store", Store, "--models", Models, "--as-of", "2001-01-01");
            Assert.Equal(3, run.ExitCode);
            Assert.Contains("2001-01-01 is not after the first order", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Score_that_could_not_be_written_or_lies_after_the_data_is_refused_before_it_starts()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        var missing = Retain.Run("score", "--store", Store, "--models", Models, "--out", Path.Combine(In("nowhere"), "s.csv"));
        Assert.Equal(4, missing.ExitCode);
        Assert.Contains("nothing was scored", missing.Error, StringComparison.Ordinal);
        var future = Retain.Run("score", "--store", Store, "--models", Models, "--as-of", "2030-01-01");
        Assert.Equal(2, future.ExitCode);
        Assert.Contains("2030-01-01 is after", future.Error, StringComparison.Ordinal);
        Assert.Equal(("published", 1), Outcome(Retain.Run("score", "--store", Store, "--models", Models, "--json").Out));
    }

    [Fact]
    public void Horizon_longer_than_the_history_names_both()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(600), "--rejects", In("r.csv")).ExitCode);
        var train = Retain.Run("train", "--store", Store, "--models", Models, "--horizon", "900d", "--clv-horizon", "900d",
            "--as-of", SimulatedHistories.End.ToString());
        Assert.Equal(0, train.ExitCode);
        Assert.Contains("1800 days of history (2 horizons of 900 days)", train.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "frobnicate", "frobnicate")]
    [InlineData(2, "is not a horizon", "train", "--horizon", "soon")]
    [InlineData(2, "is not a date", "train", "--as-of", "10/09/2011")]
    [InlineData(2, "What was given as the store is none", "score", "--store", "nonsense")]
    [InlineData(4, "There is no store", "score")]
    [InlineData(4, "There is no store", "train")]
    [InlineData(4, "missing.csv", "import", "--orders", "missing.csv")]
    [InlineData(2, "Name the file", "import")]
    [InlineData(4, "no-such-folder", "check", "--plays", "no-such-folder")]
    public void What_cannot_be_done_is_said_with_its_exit_code(int exitCode, string says, params string[] arguments)
    {
        string[] common = arguments[0] is "frobnicate" or "check" || arguments.Contains("--store") ? [] : ["--store", Store];
        var run = Retain.Run([.. arguments, .. common]);
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}: {run.Error}{run.Out}");
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbs_that_only_read_make_no_store()
    {
        var orders = WriteShop(60);
        Assert.Equal(0, Retain.Run("import", "--dry-run", "--store", Store, "--orders", orders).ExitCode);
        Assert.Equal(4, Retain.Run("train", "--store", Store, "--models", Models).ExitCode);
        Assert.Equal(4, Retain.Run("score", "--store", Store, "--models", Models).ExitCode);
        Assert.Equal([orders], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Import_that_rejects_most_rows_shows_how_it_read_them()
    {
        var orders = In("odd.csv");
        File.WriteAllText(orders, "customer_id,order_id,ordered_at,amount\nA,1,yesterday,5\nB,2,soon,7\nC,3,2020-01-02,9\n");
        var run = Retain.Run("import", "--store", Store, "--orders", orders, "--currency", "EUR", "--rejects", In("rejects.csv"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("ordered_at           <- ordered_at (ymd)", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 rejected: ", run.Out, StringComparison.Ordinal);
        Assert.Contains(In("rejects.csv"), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_of_a_folder_names_its_rejects_after_it_and_shows_every_preset()
    {
        Directory.CreateDirectory(In("tables"));
        File.WriteAllText(Path.Combine(In("tables"), "olist_orders_dataset.csv"),
            "order_id,customer_id,order_status,order_purchase_timestamp\no1,c1,shipped,2018-05-01 10:00:00\n");
        File.WriteAllText(Path.Combine(In("tables"), "olist_customers_dataset.csv"), "customer_id,customer_unique_id\nc1,anna\n");
        File.WriteAllText(Path.Combine(In("tables"), "olist_order_payments_dataset.csv"), "order_id,payment_value\no1,5.00\n");
        var run = Retain.Run("import", "--preset", "olist", In("tables") + "/", "--statuses", "delivered, shipped", "--store", Store,
            "--rejects", In("r.csv"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("read 5.00 = stored 5.00 + rejected 0.00 BRL", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("no sale", run.Out, StringComparison.Ordinal);
        Assert.Contains("generic, online-retail, olist, shopify, woocommerce, stripe, segment",
            Retain.Run("import", "--help").Out.ReplaceLineEndings(" ").Replace("  ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_is_not_called_published()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        var run = Retain.Run("score", "--store", Store, "--models", Models, "--as-of", SimulatedHistories.End.Minus(30).ToString());
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("finished, not shown to readers", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_of_a_stranger_or_without_a_model_says_so()
    {
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        var stranger = Retain.Run("explain", "nobody", "--store", Store, "--models", Models);
        Assert.Equal(4, stranger.ExitCode);
        Assert.Contains("There is no customer 'nobody' with a valid order before", stranger.Error, StringComparison.Ordinal);
        Assert.Equal(4, Retain.Run("explain", "C1", "--store", Store, "--models", Models, "--as-of", "2001-01-01").ExitCode);
        Assert.Equal(2, Retain.Run("explain", "C1", "--store", Store, "--models", Models, "--as-of", "2030-01-01").ExitCode);
        Assert.Equal(2, Retain.Run("explain", "--store", Store).ExitCode);
        var rule = Retain.Run("explain", "C1", "--store", Store, "--models", Models);
        Assert.Equal(0, rule.ExitCode);
        Assert.Contains("recency rule, not a fitted model", rule.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_lists_the_shipped_plays()
    {
        var run = Retain.Run("check");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("10 plays, no fault.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_names_every_fault_of_own_plays()
    {
        Directory.CreateDirectory(In("plays"));
        File.WriteAllText(Path.Combine(In("plays"), "mine.yaml"),
            "id: mine\nname: Mine\npriority: Urgent\naudience: { lifecycle: Sleeping }\n");
        var run = Retain.Run("check", "--plays", In("plays"));
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Urgent", run.Error, StringComparison.Ordinal);
        Assert.Contains("Sleeping", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_shops_on_one_machine_never_meet()
    {
        var other = "sqlite:" + In("other.db");
        Assert.Equal(0, Retain.Run("import", "--store", Store, "--orders", WriteShop(60), "--rejects", In("r.csv")).ExitCode);
        Assert.Equal(4, Retain.Run("score", "--store", other, "--models", In("other-models")).ExitCode);
    }

    [Fact]
    public void A_password_in_the_address_of_a_store_is_in_no_message()
    {
        using var postgres = new PostgresUnderTest();
        var refused = Retain.Run("runs", "list", "--store", postgres.NewAddress() + ";Pwd=hunter2");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("There is no store postgresql://127.0.0.1:", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Error + refused.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbs_that_read_do_not_bring_a_store_up_to_date_and_say_how_it_is_done()
    {
        using var engine = new SqliteUnderTest();
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(5));
        engine.Execute(Some.Without0008);
        var refused = Retain.Run("runs", "list", "--store", address);
        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("retain db migrate", refused.Error, StringComparison.Ordinal);
        var status = Retain.Run("db", "status", "--store", address);
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("of an earlier version: schema/0008_actions.sql is to come", status.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("schema/0008_actions.sql", engine.Query("SELECT scriptname FROM schemaversions"));
        Assert.Equal(0, Retain.Run("db", "migrate", "--store", address).ExitCode);
        Assert.Equal(0, Retain.Run("runs", "list", "--store", address).ExitCode);
        Assert.DoesNotContain("version",
            Retain.Run("db", "status", "--store", address).Out.Replace("schemaversions", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private string WriteShop(int customers)
    {
        var path = In("orders.csv");
        using var writer = new StreamWriter(path);
        writer.WriteLine("customer_id,order_id,ordered_at,amount,currency");
        foreach (var row in Some.Orders(customers))
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.CustomerId},{row.OrderId},{DateTimeOffset.FromUnixTimeMilliseconds(row.OrderedAtMs):yyyy-MM-ddTHH:mm:ss},"
                    + $"{row.AmountMinor / 100m:F2},GBP"));
        return path;
    }

    private static (string, int) Outcome(string json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        var outcome = root.GetProperty("outcome").GetString()!;
        return (char.ToLowerInvariant(outcome[0]) + outcome[1..], root.GetProperty("runId").GetInt32());
    }

    /// <summary>Every line without the run's number, which differs between two replays.</summary>
    private static List<string> Scores(string[] lines) => [.. lines.Select(line => string.Join(',', line.Split(',')[..^2]))];
}
