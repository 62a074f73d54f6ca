using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Importing;

/// <summary>
/// Checks and imports uploads, one after the other, where their files lie: in this process, and not through the nights' queue, whose workers
/// may be other machines. It is the import of the command line: a dry run, then one transaction, which waits for a night's writes and a
/// night for its.
/// </summary>
internal sealed class ImportWork(Uploads uploads, RetentionStore store, ServiceSettings settings, Localiser texts, TimeProvider clock, ILogger<ImportWork> logger) : BackgroundService
{
    private static readonly TimeSpan s_betweenSweeps = TimeSpan.FromHours(1);

    private Localiser T { get; } = texts;

    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, Job> _jobs = new();

    private sealed class Job : IDisposable
    {
        public CancellationTokenSource Stop { get; } = new();
        public ImportProgress? Progress { get; set; }
        public void Dispose() => Stop.Dispose();
    }

    /// <summary>False where the upload is gone or not in the step for it.</summary>
    public bool Start(string id, UploadStep step)
    {
        var started = uploads.Change(id, upload => upload.IsAtWork || !MayStart(upload, step) ? null : upload with { Step = step, Problem = null });
        if (started is null) return false;
        _jobs[id] = new Job();
        return _queue.Writer.TryWrite(id);
    }

    private static bool MayStart(Upload upload, UploadStep step) => step == UploadStep.Checking
        ? upload.Step is UploadStep.Mapping or UploadStep.Checked
        : upload is { Step: UploadStep.Checked, IsRefused: false, Outcome: not null };

    /// <summary>Takes effect at the next ten thousand rows; what was stored by then is taken back.</summary>
    public void Cancel(string id)
    {
        if (_jobs.TryGetValue(id, out var job)) job.Stop.Cancel();
    }

    public ImportProgress? Progress(string id) => _jobs.GetValueOrDefault(id)?.Progress;

    /// <summary>How many uploads are ahead, one at work included.</summary>
    public int Waiting => _jobs.Count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        uploads.Sweep(atStart: true);
        foreach (var upload in uploads.All().Where(upload => upload.IsAtWork)) Interrupted(upload.Id);
        using var sweep = new PeriodicTimer(s_betweenSweeps, clock);
        var sweeping = SweepAsync(sweep, stoppingToken);
        await foreach (var id in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            if (!_jobs.TryGetValue(id, out var job)) continue;
            try
            {
                await Task.Run(() => Work(id, job, stoppingToken), CancellationToken.None);
            }
            finally
            {
                _jobs.TryRemove(KeyValuePair.Create(id, job)); // not one that was asked for meanwhile
                job.Dispose();
            }
        }
        await sweeping;
    }

    private async Task SweepAsync(PeriodicTimer sweep, CancellationToken stopping)
    {
        while (await sweep.WaitForNextTickAsync(stopping))
        {
            try
            {
                uploads.Sweep();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning("Old uploads could not be removed: {Fault}", fault.Message);
            }
        }
    }

    private void Interrupted(string id) => uploads.Change(id, upload => upload with
    {
        Step = upload.Step == UploadStep.Importing ? UploadStep.Checked : UploadStep.Mapping,
        Problem = T["The service was stopped in the middle of it. An import is stored whole or not at all, and the list of imports says which; importing again changes nothing that is there already."],
    });

    private void Work(string id, Job job, CancellationToken stopping)
    {
        if (uploads.Find(id) is not { } upload) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(job.Stop.Token, stopping);
        var isDryRun = upload.Step == UploadStep.Checking;
        try
        {
            either.Token.ThrowIfCancellationRequested();
            var outcome = Execute(upload, isDryRun, new Reported(job), either.Token);
            uploads.Change(id, now => now with { Step = isDryRun ? UploadStep.Checked : UploadStep.Imported, Outcome = outcome, IsRefused = false });
            if (!isDryRun) uploads.RemoveFiles(id);
        }
        catch (ImportRefusedException refused)
        {
            uploads.Change(id, now => now with { Step = UploadStep.Checked, Outcome = refused.Outcome, IsRefused = true, Problem = Said(id, refused.Message) });
        }
        catch (OperationCanceledException)
        {
            if (stopping.IsCancellationRequested) Interrupted(id);
            else GoBack(T["It was cancelled. Nothing was stored."]);
        }
        catch (RetentionException fault)
        {
            GoBack(Said(id, fault.Message));
        }
        catch (Exception fault) when (fault is DbException or IOException or UnauthorizedAccessException)
        {
            logger.LogError(fault, "Upload {Id} could not be read or stored.", id);
            GoBack(store.IsPassing(fault) || fault is DbException ? T["The store did not answer or was busy for too long. Nothing was stored; try again."] : T["The disk does not take it: {0} Nothing was stored.", Said(id, fault.Message)]);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Upload {Id} failed.", id);
            GoBack(T["Something went wrong that should not; the log has it. Nothing was stored."]);
        }

        void GoBack(string problem) => uploads.Change(id, now => now with { Step = isDryRun ? UploadStep.Mapping : UploadStep.Checked, Problem = problem });
    }

    private ImportOutcome Execute(Upload upload, bool isDryRun, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        File.WriteAllText(uploads.MappingOf(upload.Id), upload.MappingJson());
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var request = upload.ToRequest(uploads.FilesOf(upload.Id), uploads.MappingOf(upload.Id), now)
            with { UnpackedBytesMax = settings.MaxUnpackedBytes };
        File.Delete(uploads.RejectsOf(upload.Id));
        // A demo's shop is not the one whose files these are: they are tried as those of a new one.
        var outcome = ImportRun.Execute(settings.Demo == DemoKind.None ? store : null, request, isDryRun, uploads.RejectsOf(upload.Id), progress, cancellation);
        return outcome with { RejectsFile = null };
    }

    private string Said(string id, string message) =>
        Uploads.WithoutFolder(message, uploads.FilesOf(id)).Replace(uploads.MappingOf(id), "the mapping", StringComparison.Ordinal).Replace($" All are in {uploads.RejectsOf(id)}.", "", StringComparison.Ordinal);

    private sealed class Reported(Job job) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => job.Progress = value;
    }
}
