using System.Globalization;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Presentation.Reports;

public enum ReportFormat
{
    /// <summary>One self-contained file.</summary>
    Html,

    /// <summary>The same, printed by Chromium.</summary>
    Pdf,

    /// <summary>The report as data.</summary>
    Json,
}

/// <param name="Compared">Numbers that were compared with the store after the report was written.</param>
/// <param name="Missing">Figures without a value, each named with its reason in the report.</param>
public sealed record PrintedReport(ReportKind Kind, ReportFormat Format, long RunId, string AsOf, string File, long Bytes, int Compared,
    int Missing);

/// <summary>Makes reports as files: builds, writes, compares with the store, and only then lets a file be seen.</summary>
public sealed class ReportPress(RetentionStore store, Playbook playbook, Targets targets, Localiser texts, Writer writer,
    TimeProvider clock)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The file's name: report, as-of and run, so that one of another run is another file.</summary>
    public static string NameOf(ReportKind kind, string asOf, long runId, ReportFormat format) =>
        $"{WordOf(kind)}-{asOf}-run{runId.ToString(CultureInfo.InvariantCulture)}.{WordOf(format)}";

    public static string WordOf(ReportKind kind) => kind.ToString().ToLowerInvariant();

    public static string WordOf(ReportFormat format) => format.ToString().ToLowerInvariant();

    /// <exception cref="RetentionException">The run cannot be reported, a number differs from the store, no browser prints PDF here, or the
    /// file cannot be written. Nothing is left behind.</exception>
    public async Task<PrintedReport> WriteAsync(Run run, ReportKind kind, ReportFormat format, string path,
        CancellationToken cancellation = default)
    {
        var browser = format == ReportFormat.Pdf ? Chromium.Require() : null; // before the work
        var document = await new ReportBuilder(store, playbook, targets, texts, writer, clock).BuildAsync(run, kind, cancellation);
        var text = format == ReportFormat.Json ? document.ToJson() : await ReportPrinter.HtmlAsync(document, texts, writer);
        var compared = format == ReportFormat.Json
            ? await ReportCheck.JsonAsync(text, document, store, cancellation)
            : await ReportCheck.HtmlAsync(text, document, store, writer, cancellation);
        using var file = new WholeFile(path);
        try
        {
            if (browser is null) await File.WriteAllTextAsync(file.Beside, text, cancellation);
            else await Chromium.PrintAsync(browser, text, file.Beside, s_patience, cancellation);
            file.Commit();
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RetentionException(Failure.NotFound, $"The report cannot be written to '{path}': {fault.Message}", fault);
        }
        return new PrintedReport(kind, format, run.RunId, run.AsOf.ToString(), path, new FileInfo(path).Length, compared,
            document.Figures.Count(figure => figure.Value is null));
    }
}
