using System.Data.Common;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Reports;

/// <summary>A report's file.</summary>
public sealed record ShelvedReport(string Name, ReportKind Kind, ReportFormat Format, string AsOf, long RunId, DateTimeOffset MadeAt,
    long Bytes);

/// <summary>Reports as files of a folder: the folder is the history, so what a person puts there or takes away counts.</summary>
public sealed partial class ReportShelf(RetentionStore store, ServiceSettings settings, Localiser texts, TimeProvider clock,
    ILogger<ReportShelf> logger) : IDisposable
{
    private const int Remembered = 50;

    // One after the other: a report of a large shop takes memory.
    private readonly SemaphoreSlim _one = new(1);

    private readonly ConcurrentQueue<(string Key, string Why)> _refusals = new();

    public string Folder => Path.GetFullPath(settings.ReportsFolder);

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ShelvedReport> All() =>
        !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateFiles(Folder)
            .Select(Path.GetFileName)
            .OfType<string>()
            .Select(Find)
            .OfType<ShelvedReport>()
            .OrderByDescending(report => report.MadeAt)
            .ThenBy(report => report.Name, StringComparer.Ordinal)];

    /// <summary>A file of this folder that is a report; null for every other name, whatever is in it.</summary>
    public ShelvedReport? Find(string name)
    {
        if (ReportName().Match(name) is not { Success: true } match
            || !long.TryParse(match.Groups[3].Value, CultureInfo.InvariantCulture, out var run)) return null;
        var file = new FileInfo(PathOf(name));
        return file.Exists
            ? new ShelvedReport(name, Enum.Parse<ReportKind>(match.Groups[1].Value, ignoreCase: true),
                Enum.Parse<ReportFormat>(match.Groups[4].Value, ignoreCase: true), match.Groups[2].Value, run,
                new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero), file.Length)
            : null;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <exception cref="RetentionException">See <see cref="ReportPress.WriteAsync"/>.</exception>
    public async Task<PrintedReport> MakeAsync(Run run, ReportKind kind, ReportFormat format, CancellationToken cancellation)
    {
        var shop = await store.RequireShopAsync(cancellation);
        var writer = new Writer(settings.Culture ?? WorkspaceCulture.For(shop.Currency), shop.Currency, shop.Calendar.TimeZone);
        var press = new ReportPress(store, settings.Runs.Playbook, settings.Targets, texts, writer, clock);
        await _one.WaitAsync(cancellation);
        try
        {
            Directory.CreateDirectory(Folder);
            return await press.WriteAsync(run, kind, format, PathOf(ReportPress.NameOf(kind, run.AsOf.ToString(), run.RunId, format)),
                cancellation);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RetentionException(Failure.NotFound, $"The folder of the reports cannot be used: {fault.Message}", fault);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Keeps why a report was not made for the page that says so: an address is no place for a text anybody could write.</summary>
    public string Remember(string why)
    {
        var key = Guid.NewGuid().ToString("N");
        _refusals.Enqueue((key, why));
        while (_refusals.Count > Remembered) _refusals.TryDequeue(out _);
        return key;
    }

    public string? Recall(string? key) => _refusals.FirstOrDefault(refusal => refusal.Key == key).Why;

    /// <summary>What the shop wants after every night. A report that cannot be made is said in the log; the night stands.</summary>
    public async Task MakeAfterNightAsync(Run run, CancellationToken cancellation)
    {
        foreach (var kind in settings.Reports)
            foreach (var format in Chromium.Find() is null ? [ReportFormat.Html] : new[] { ReportFormat.Html, ReportFormat.Pdf })
            {
                try
                {
                    var made = await MakeAsync(run, kind, format, cancellation);
                    logger.LogInformation("Report {File}: {Compared} numbers compared with the store.", made.File, made.Compared);
                }
                catch (Exception fault) when (fault is RetentionException or DbException or IOException or UnauthorizedAccessException)
                {
                    // The night is published: it is not to fail for its report.
                    logger.LogError("The {Kind} report of run {Run} was not made: {Why}", kind, run.RunId, fault.Message);
                }
            }
    }

    public void Dispose() => _one.Dispose();

    [GeneratedRegex(@"^(executive|monthly|performance)-(\d{4}-\d{2}-\d{2})-run(\d{1,18})\.(html|pdf|json)\z")]
    private static partial Regex ReportName();
}
