using System.Text.Json;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>retain report, from outside.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retain-report-");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_report_is_written_as_asked_and_what_cannot_be_is_said()
    {
        using (var store = RetentionStore.Open("sqlite:" + In("shop.db"))) RichShop.Night(store, 200);
        var page = Report("executive", "--out", In("e.html"), "--json");
        Assert.True(page.ExitCode == 0, page.Error);
        var said = JsonDocument.Parse(page.Out).RootElement;
        Assert.True(said.GetProperty("compared").GetInt32() > 100);
        Assert.Equal(new FileInfo(In("e.html")).Length, said.GetProperty("bytes").GetInt64());
        Assert.Contains("£", Text("e.html"), StringComparison.Ordinal);

        Assert.Equal(0, Report("performance", "--format", "json", "--out", In("p.json")).ExitCode);
        Assert.Equal("performance", JsonDocument.Parse(File.ReadAllText(In("p.json"))).RootElement.GetProperty("kind").GetString());
        Assert.Equal(0, Report("monthly", "--culture", "de-DE", "--out", In("m.html")).ExitCode);
        Assert.Matches(@"data-figure=""kpis\.revenue_12m""[^>]*>[\d.]+ £<", Text("m.html").Replace('\u00a0', ' '));

        var unknown = Report("weekly");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("executive, monthly, performance", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, Report("monthly", "--format", "docx").ExitCode);
        Assert.Equal(2, Report("monthly", "--culture", "xx-nowhere").ExitCode);
        Assert.Equal(4, Report("monthly", "--run", "99").ExitCode);
        Assert.Equal(4, Report("monthly", "--out", In("nowhere/x.html")).ExitCode);
    }

    private string Text(string name) => System.Net.WebUtility.HtmlDecode(File.ReadAllText(In(name)));

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private (int ExitCode, string Out, string Error) Report(params string[] arguments) =>
        Retain.Run(["report", .. arguments, "--store", "sqlite:" + In("shop.db")]);
}
