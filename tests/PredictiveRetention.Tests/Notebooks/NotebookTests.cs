using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Notebooks;

/// <summary>Each notebook as a reader runs it, on a small simulated shop, and the page it writes.</summary>
public sealed class NotebookTests : IDisposable
{
    private const int Customers = 700;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-notebooks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("01-explore", 5)]
    [InlineData("02-train", 3)]
    [InlineData("03-backtest", 4)]
    [InlineData("04-reasons", 5)]
    public void Notebook_runs_and_writes_a_page_that_needs_nothing_else(string name, int plots)
    {
        var orders = Path.Combine(_folder.FullName, "orders.csv");
        var shop = SimulatedHistories.Customers(Customers);
        File.WriteAllLines(orders, shop.SelectMany(customer => customer.Orders.Select((order, i) =>
            string.Create(CultureInfo.InvariantCulture,
                $"C{customer.Key},O{customer.Key}-{i},{BusinessCalendar.DateOf(order.Day):yyyy-MM-dd},{order.AmountMinor / 100.0:F2},GBP")))
                .Prepend("customer_id,order_id,ordered_at,amount,currency"));
        var page = Path.Combine(_folder.FullName, name + ".html");
        var (exit, output) = Run("dotnet", "run", Path.Combine("notebooks", name + ".cs"), "--", orders, page);
        Assert.True(exit == 0, output);
        var html = File.ReadAllText(page);
        Assert.True(Regex.Count(html, "<svg ") >= plots, $"{Regex.Count(html, "<svg ")} plots");
        Assert.All(Regex.Matches(html, "<svg [^>]*>"), svg => Assert.Matches("aria-label=\"[^\"]{10,}\"", svg.Value));
        Assert.DoesNotMatch("<script|<link|(src|href)=\"http", html);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        if (name == "01-explore")
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture,
                    $"{shop.Sum(customer => customer.Orders.Length):N0} orders of <strong>{Customers:N0} customers"), html,
                        StringComparison.Ordinal);
        if (name == "04-reasons") Assert.Matches("over the 5: <strong>[0-9.]+E-(0(0[89]|1\\d)|1\\d|\\d\\d)", html);
    }

    [Fact]
    public void The_analysts_notebook_is_valid_has_no_outputs_and_reads_columns_that_are_there()
    {
        var notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "notebooks", "analyst.ipynb"))).RootElement;
        Assert.Equal((4, 5), (notebook.GetProperty("nbformat").GetInt32(), notebook.GetProperty("nbformat_minor").GetInt32()));
        var cells = notebook.GetProperty("cells")
            .EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .ToList();
        Assert.All(cells, cell => Assert.Equal(0, cell.GetProperty("outputs").GetArrayLength()));
        var code = string.Join('\n',
            cells.Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()))));
        var columns = PredictiveRetention.Exports.ScoreFile.Header.Split(',');
        var used = Regex.Matches(code, "(?:scores|active|actions|by_value)\\['([a-z0-9_]+)'\\]")
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToList();
        Assert.True(used.Count > 5);
        Assert.All(used, column => Assert.Contains(column, columns));
    }

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program,
            arguments)
        { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test host tells its own build is not for another's.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["RunAnalyzers"] = "false"; // the build before the tests has asked them
        start.Environment["LC_ALL"] = "de_DE.UTF-8"; // a page is the same whatever the machine writes numbers like
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
