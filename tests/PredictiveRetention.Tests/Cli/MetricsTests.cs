using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>Figures from outside: printed, as JSON and CSV, and as files.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retain-metrics-");

    private string Store => "sqlite:" + In("shop.db");
    private string Models => In("models");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Metrics_of_the_published_night_of_a_past_day_and_of_no_night()
    {
        using (var store = RetentionStore.Open(Store)) store.Import(Some.Orders(200));
        var none = Metrics();
        Assert.Equal(4, none.ExitCode);
        Assert.Contains("retain score", none.Error, StringComparison.Ordinal);

        var past = SimulatedHistories.End.Minus(60).ToString();
        var replayed = Metrics("customers", "--as-of", past, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        var answer = JsonDocument.Parse(replayed.Out).RootElement;
        Assert.Equal((past, "replay"), (answer.GetProperty("asOf").GetString(), answer.GetProperty("purpose").GetString()));
        var expected = SimulatedHistories.Customers(200).Count(customer => customer.Orders[0].Day < SimulatedHistories.End.Day - 60);
        Assert.Equal(expected, answer.GetProperty("rows")[0].GetProperty("value").GetDouble());
        var again = Metrics("customers", "--as-of", past, "--json");
        Assert.Equal(answer.GetProperty("runId").GetInt64(), JsonDocument.Parse(again.Out).RootElement.GetProperty("runId").GetInt64());
        Assert.Equal(2, Metrics("--as-of", "2030-01-01").ExitCode);
        Assert.Equal(3, Metrics("--as-of", "2001-01-01").ExitCode);

        using (var store = RetentionStore.Open(Store)) RichShop.Night(store, 200);
        var headline = Metrics();
        Assert.True(headline.ExitCode == 0, headline.Error);
        Assert.Matches(@"Repeat rate +\d+\.\d % +\d+ / 200 +n 200", headline.Out);
        Assert.Matches(@"E-mail open rate +- +not available: the shop has imported no e-mail events", headline.Out);
        var grouped = Metrics("aov", "--group-by", "lifecycle", "--csv").Out.Split('\n');
        Assert.Equal("lifecycle,metric,value,numerator,denominator,customers,state,note", grouped[0]);
        Assert.Equal(6 + 2, grouped.Length);
        Assert.Contains("2023-11 | VIP", Metrics("revenue", "--group-by", "month,business_segment", "--where", "business_segment=vip").Out,
            StringComparison.Ordinal);

        var mistyped = Metrics("repeat_rat");
        Assert.Equal(2, mistyped.ExitCode);
        Assert.Contains("Did you mean 'repeat_rate'?", mistyped.Error, StringComparison.Ordinal);
        Assert.Contains("Allowed: New, Reactivated", Metrics("aov", "--where", "lifecycle=Asleep").Error, StringComparison.Ordinal);

        var glossary = JsonDocument.Parse(Retain.Run("metrics", "--list", "--json").Out).RootElement;
        Assert.Equal(PredictiveRetention.Insights.MetricCatalogue.All.Count, glossary.GetArrayLength());
        Assert.Contains("Average spend per transaction", Retain.Run("metrics", "aov", "--list").Out, StringComparison.Ordinal);

        Exports();
    }

    [Fact]
    public void Figures_that_need_no_model_are_answered_for_a_day_no_model_may_speak_about()
    {
        using (var store = RetentionStore.Open(Store)) store.Import(Some.Orders(200));
        var version = FittedModels.Promote(new ModelRegistry(Models));
        var past = SimulatedHistories.End.Minus(60).ToString();
        var answer = Metrics("customers", "repeat_rate", "churn_rate", "clv", "p_churn", "--as-of", past);
        Assert.True(answer.ExitCode == 0, answer.Error);
        Assert.Contains("no model may speak about this day", answer.Out, StringComparison.Ordinal);
        Assert.Matches(@"Customers +\d+ ", answer.Out);
        Assert.Matches(@"Repeat rate +\d+\.\d % ", answer.Out);
        Assert.Matches(@"Churn rate \(observed\) +\d+\.\d % ", answer.Out);
        Assert.Equal(2, Regex.Count(answer.Out, $@" - +not available: The champion {version} learnt from days after {past}"));
        Assert.Matches($@" - +not available: The champion {version}", Metrics("clv", "--group-by", "lifecycle", "--as-of", past).Out);
        Assert.Matches($@" - +not available: The champion {version}", Metrics("customers", "--group-by", "risk_band", "--as-of", past).Out);
        var verified = Retain.Run("verify-figures", "--run", "1", "--store", Store);
        Assert.True(verified.ExitCode == 0, verified.Out);
        // Scores are still refused, and a model that may speak has its say.
        Assert.Equal(6, Retain.Run("score", "--as-of", past, "--store", Store, "--models", Models).ExitCode);
        FittedModels.Promote(new ModelRegistry(Models), daysBack: 60);
        Assert.DoesNotContain("not available: The champion", Metrics("clv", "--as-of", past).Out, StringComparison.Ordinal);
    }

    private void Exports()
    {
        Assert.Contains("v_customer_360", Retain.Run("export", "--list").Out, StringComparison.Ordinal);
        Assert.Equal(2, Export("v_customer_36", "--out", In("x.csv")).ExitCode);
        Assert.Equal(2, Export("v_rfm", "--out", In("x.xlsx")).ExitCode);
        Assert.Equal(2, Export("v_rfm", "--out", In("x.csv"), "--run", "1").ExitCode);
        Assert.Equal(4, Export("v_rfm", "--out", In("nowhere/x.csv")).ExitCode);

        foreach (var (name, rows) in new[] { ("v_current_predictions", 200), ("predictions", 200), ("by_channel", -1), ("v_order", -1) })
        {
            var (csv, parquet, json) = (In(name + ".csv"), In(name + ".parquet"), In(name + ".json"));
            foreach (var path in new[] { csv, parquet, json })
            {
                var run = Export(name, "--out", path);
                Assert.True(run.ExitCode == 0, run.Error);
            }
            var written = JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetArrayLength();
            Assert.True(rows < 0 || rows == written, $"{name}: {written.ToString(CultureInfo.InvariantCulture)}");
            Assert.Equal(written, Count($"read_parquet('{parquet}')"));
            Assert.Equal(written, Count($"read_csv('{csv}', header = true, all_varchar = true)"));
        }
        Assert.Contains("\n\"'=HYPERLINK(\"\"x\"\")\",aov,", File.ReadAllText(In("by_channel.csv")), StringComparison.Ordinal);
        Assert.Contains("\"=HYPERLINK(\\u0022x\\u0022)\"", File.ReadAllText(In("by_channel.json")), StringComparison.Ordinal);
        Assert.StartsWith("customer_key,customer_id,", Export("v_actions", "--out", "-").Out, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName, "*.partial"));
    }

    private static long Count(string source)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM " + source;
        return (long)command.ExecuteScalar()!;
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private (int ExitCode, string Out, string Error) Metrics(params string[] arguments) =>
        Retain.Run(["metrics", .. arguments, "--store", Store, "--models", Models]);

    private (int ExitCode, string Out, string Error) Export(params string[] arguments) =>
        Retain.Run(["export", .. arguments, "--store", Store, "--models", Models]);
}
