using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Insights;
using PredictiveRetention.Tests.Runs;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Reports;

/// <summary>Reports say what the store says, name what is missing, and are one file.</summary>
public sealed partial class ReportTests : IDisposable
{
    private static readonly Localiser s_english = new(CultureInfo.GetCultureInfo("en"));

    private readonly SqliteUnderTest _engine = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-reports-");

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Delete(recursive: true);
    }

    public static TheoryData<ReportKind, int> KindsOfShops() =>
        new([.. from kind in Enum.GetValues<ReportKind>() from seed in new[] { 0, 1, 2 } select (kind, seed)]);

    [Theory]
    [MemberData(nameof(KindsOfShops))]
    public async Task Every_number_of_a_report_of_a_shop_with_every_source_is_the_stores(ReportKind kind, int seed)
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        new EveryKindOfShop(seed).Import(store, 400);
        var run = Night(store, new EveryKindOfShop(seed).AsOf);
        var (document, writer) = (await DocumentAsync(store, run, kind), WriterOf(store));
        var html = await ReportPrinter.HtmlAsync(document, s_english, writer);

        // By a path of its own: what stands beside each name in the file, against the rows of the table.
        var figures = (await store.Figures.ReadAsync(run.RunId)).ToDictionary(figure => FigureKey.Build(FigureRow.Describe(
            ViewCatalogue.Find(figure.View)!, figure)));
        var written = Written()
            .Matches(html)
            .Select(match => (Key: WebUtility.HtmlDecode(match.Groups[1].Value), Text: WebUtility.HtmlDecode(match.Groups[2].Value)))
            .ToList();
        Assert.True(written.Count > 100, $"only {written.Count} numbers");
        Assert.All(written,
            number => Assert.Equal(
                writer.Value(FigureRow.WordOf(MetricCatalogue.Get(figures[number.Key].Metric).Unit), figures[number.Key].Value!.Value),
                number.Text));
        Assert.Equal(document.Figures.Count(figure => figure.Value is not null), written.Count);
        Assert.True(await ReportCheck.HtmlAsync(html, document, store, writer) > written.Count);

        var json = document.ToJson();
        Assert.True(await ReportCheck.JsonAsync(json, document, store) > written.Count);
        using var parsed = JsonDocument.Parse(json);
        Assert.Equal(document.Sections.Count, parsed.RootElement.GetProperty("sections").GetArrayLength());
        AssertOneFile(html);
        Assert.Contains(run.AsOf.ToString(), json, StringComparison.Ordinal);
        Assert.Contains(store.RequireShop().Calendar.TimeZone.Id, html, StringComparison.Ordinal);
        Assert.Contains(run.Recipe!.ModelVersion, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE figure SET value = value + 1 WHERE view = 'kpis' AND metric = 'customers'", "kpis.customers")]
    [InlineData("UPDATE figure SET value = value * 1.01 WHERE view = 'by_persona' AND metric = 'revenue' AND d1 = 'Loyalist'",
        "by_persona.revenue persona=\"Loyalist\"")]
    [InlineData("UPDATE figure SET value = NULL, state = 1, note = 'taken away' WHERE view = 'cohorts_month' AND metric = 'retention' "
        + "AND d2 = '2'", "taken away")]
    [InlineData("DELETE FROM figure WHERE view = 'by_rfm_segment' AND metric = 'clv'", "the run has no such figure")]
    [InlineData("UPDATE card SET answer = 'All is well.' WHERE id = '000.interpretation'", "000.interpretation")]
    public async Task A_number_that_changed_behind_the_report_is_found_and_no_file_is_left(string sql, string named)
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        var (document, writer) = (await DocumentAsync(store, run, ReportKind.Executive), WriterOf(store));
        var (html, json) = (await ReportPrinter.HtmlAsync(document, s_english, writer), document.ToJson());
        await ReportCheck.HtmlAsync(html, document, store, writer);
        await ReportCheck.JsonAsync(json, document, store);

        _engine.Execute(sql);
        var differs = await Assert.ThrowsAsync<RetentionException>(() => ReportCheck.HtmlAsync(html, document, store, writer));
        Assert.Equal(Failure.QualityGate, differs.Failure);
        Assert.Contains(named, differs.Message, StringComparison.Ordinal);
        Assert.Equal(Failure.QualityGate,
            (await Assert.ThrowsAsync<RetentionException>(() => ReportCheck.JsonAsync(json, document, store))).Failure);
    }

    [Fact]
    public async Task A_number_that_was_written_wrongly_or_left_out_is_found()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        var (document, writer) = (await DocumentAsync(store, run, ReportKind.Executive), WriterOf(store));
        var html = await ReportPrinter.HtmlAsync(document, s_english, writer);
        var customers = Written().Matches(html).First(match => match.Groups[1].Value == "kpis.customers");
        var wrong = html[..customers.Index] + customers.Value.Replace(">300<", ">301<", StringComparison.Ordinal)
            + html[(customers.Index + customers.Length)..];
        Assert.Contains("kpis.customers is written as 301, and is 300",
            (await Assert.ThrowsAsync<RetentionException>(() => ReportCheck.HtmlAsync(wrong, document, store, writer))).Message,
            StringComparison.Ordinal);
        Assert.Contains("figures belong into the report",
            (await Assert.ThrowsAsync<RetentionException>(() => ReportCheck.HtmlAsync(html.Remove(customers.Index, customers.Length - 1),
                document, store, writer))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportKind.Executive)]
    [InlineData(ReportKind.Monthly)]
    [InlineData(ReportKind.Performance)]
    public async Task Of_a_shop_with_orders_only_what_is_missing_is_named_and_never_zero(ReportKind kind)
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        store.Import(Some.Orders(200));
        var run = Night(store, SimulatedHistories.End);
        var document = await DocumentAsync(store, run, kind);
        var html = await ReportPrinter.HtmlAsync(document, s_english, WriterOf(store));
        await ReportCheck.HtmlAsync(html, document, store, WriterOf(store));
        AssertOneFile(html);
        Assert.All(document.Sections.SelectMany(section => section.Blocks).OfType<ReportChart>().Where(chart => chart.Table.IsEmpty),
            chart => Assert.Contains($"id=\"{chart.Id}\"", html, StringComparison.Ordinal));
        Assert.All(
            document.Sections.SelectMany(section => section.Blocks)
                .OfType<ReportTiles>()
                .SelectMany(tiles => tiles.Numbers)
                .Where(figure => figure.Value is null),
                    figure => Assert.Contains("not available: ", figure.Note, StringComparison.Ordinal));
        string[] named = kind switch
        {
            ReportKind.Monthly => ["the shop has imported no e-mail events", "the shop has imported no visits"],
            ReportKind.Performance => ["the shop has imported no delivery times", "the shop has imported no acquisition channels"],
            _ => [],
        };
        Assert.All(named, missing => Assert.Contains(missing, html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Labels_that_are_markup_stay_text()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        _engine.Execute("UPDATE figure SET d1 = '<script>alert(1)</script>\" onload=\"x' WHERE view = 'by_channel' AND d1 = '+49'");
        var document = await DocumentAsync(store, run, ReportKind.Performance);
        var html = await ReportPrinter.HtmlAsync(document, s_english, WriterOf(store));
        AssertOneFile(html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_question_of_the_monthly_report_and_every_part_of_the_performance_report_is_there()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        new EveryKindOfShop(1).Import(store, 300);
        var run = Night(store, new EveryKindOfShop(1).AsOf);
        var cards = await store.Cards.ReadAsync(run.RunId);
        var monthly = (await DocumentAsync(store, run, ReportKind.Monthly)).Sections.SelectMany(section => section.Blocks)
            .OfType<ReportSentences>()
            .SelectMany(block => block.Said)
            .Select(card => card.Id)
            .ToHashSet();
        Assert.Empty(cards.Where(card => card.Report == "001").Select(card => card.Id).Except(monthly));
        var executive = (await DocumentAsync(store, run, ReportKind.Executive)).Cards.Select(card => card.Id).ToHashSet();
        Assert.Empty(cards.Where(card => card.Report == "000").Select(card => card.Id).Except(executive));
        var performance = await DocumentAsync(store, run, ReportKind.Performance);
        Assert.Empty(cards.Where(card => card.Report == "002").Select(card => card.Id).Except(performance.Cards.Select(card => card.Id)));
        var blocks = performance.Sections.SelectMany(section => section.Blocks).ToList();
        Assert.Equal(["O1", "O2", "O3", "O4", "Supporting"],
            blocks.OfType<ReportObjectives>().Single().Lines.Select(line => line.Objective).Distinct());
        Assert.All(blocks.OfType<ReportRecommendations>().Single().Proposed,
            one => Assert.All([one.Priority, one.Action, one.Owner, one.Timeline, one.Status, one.MeasuredImpact],
                words => Assert.DoesNotContain("see its sentence", words, StringComparison.Ordinal)));
        var shown = performance.Figures.Select(figure => figure.Metric)
            .Distinct()
            .Select(metric => MetricCatalogue.Get(metric).Name)
            .ToHashSet();
        Assert.Empty(shown.Except(((ReportTerms)performance.Sections[^1].Blocks[0]).Terms.Select(term => term.Term)));
    }

    [Fact]
    public async Task The_edges_of_a_cross_table_agree_with_its_cells()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        var table = (await DocumentAsync(store, run, ReportKind.Performance)).Sections.SelectMany(section => section.Blocks)
            .OfType<ReportChart>()
            .Single(chart => chart.Id == "pivot-customers").Table;
        Assert.All(table.Rows, row => Assert.Equal(row.Cells[^1].Value!.Value, row.Cells.SkipLast(1).Sum(cell => cell.Value ?? 0)));
        Assert.Equal(300, table.Rows[^1].Cells[^1].Value);
    }

    [Fact]
    public async Task A_report_is_printed_as_PDF_where_the_machine_has_a_Chromium()
    {
        Assert.SkipWhen(Chromium.Find() is null, "no Chromium on this machine");
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        var path = In("summary.pdf");
        var printed = await Press(store)
            .WriteAsync(run, ReportKind.Executive, ReportFormat.Pdf, path, TestContext.Current.CancellationToken);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("%PDF"u8.ToArray(), bytes[..4]);
        Assert.True(bytes.Length > 50_000 && printed.Bytes == bytes.Length && printed.Compared > 100);
        Assert.Equal(["summary.pdf"], _folder.EnumerateFiles().Select(file => file.Name));
    }

    [Fact]
    public async Task Without_a_Chromium_the_message_says_how_to_get_one_and_a_browser_that_fails_is_told()
    {
        Assert.Null(Chromium.Find(_folder.FullName));
        Assert.Equal(Failure.DependencyUnavailable, Chromium.Missing().Failure);
        Assert.Contains("--format html", Chromium.Missing().Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.Contains("apt-get install chromium", Chromium.Missing().Message, StringComparison.Ordinal);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-ins are shell scripts");

        var broken = Script("broken", "echo 'cannot open display' >&2; exit 3");
        var fault = await Assert.ThrowsAsync<RetentionException>(() => Chromium.PrintAsync(broken, "<p>x</p>", In("x.pdf"),
            TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(Failure.DependencyUnavailable, fault.Failure);
        Assert.Contains("exit code 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cannot open display", fault.Message, StringComparison.Ordinal);
        var slow = await Assert.ThrowsAsync<RetentionException>(() => Chromium.PrintAsync(Script("slow", "exec sleep 30"), "<p>x</p>",
            In("x.pdf"), TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        Assert.Contains("did not print the report within", slow.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(In("x.pdf")));
    }

    [Fact]
    public async Task A_dropped_run_and_a_place_that_cannot_be_written_are_refused()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var run = RichShop.Night(store);
        var nowhere = await Assert.ThrowsAsync<RetentionException>(() => Press(store)
            .WriteAsync(run, ReportKind.Monthly, ReportFormat.Html, In("no/such/folder/x.html"), TestContext.Current.CancellationToken));
        Assert.Equal(Failure.NotFound, nowhere.Failure);
        var dropped = await Assert.ThrowsAsync<RetentionException>(() => Press(store)
            .WriteAsync(run with { State = RunState.Dropped }, ReportKind.Monthly, ReportFormat.Html, In("x.html"),
                TestContext.Current.CancellationToken));
        Assert.Contains("has been dropped", dropped.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    private ReportPress Press(RetentionStore store) =>
        new(store, Playbook.Shipped(), Targets.None, s_english, WriterOf(store), TimeProvider.System);

    private static Task<ReportDocument> DocumentAsync(RetentionStore store, Run run, ReportKind kind) =>
        new ReportBuilder(store, Playbook.Shipped(), Targets.None, s_english, WriterOf(store), TimeProvider.System).BuildAsync(run, kind);

    private static Writer WriterOf(RetentionStore store) =>
        store.RequireShop() is var shop ? new Writer(WorkspaceCulture.For(shop.Currency), shop.Currency, shop.Calendar.TimeZone) : null!;

    private static Run Night(RetentionStore store, Cutoff asOf) =>
        new NightRun(store, new ModelRegistry(Path.Combine(Path.GetTempPath(), "no-models-here")),
            new RunSettings { ShardSize = 97, Parallelism = 1 })
            .Execute(new RunRequest(RunPurpose.Night, asOf.Date, asOf), null, default).Run;

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private string Script(string name, string body)
    {
        File.WriteAllText(In(name), "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return In(name);
    }

    /// <summary>No script, nothing loaded, always light.</summary>
    private static void AssertOneFile(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>", html.TrimStart(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(?i)<(link|img|iframe|object|embed)\b", html);
        Assert.DoesNotMatch(@"(?i)(src|href)=""(?!#)", html);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"url\((?!#)", html); // only clips within the file
        Assert.Contains("data-theme=\"light\"", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("data-figure=\"([^\"]*)\"[^>]*>([^<]*)<")]
    private static partial Regex Written();
}
