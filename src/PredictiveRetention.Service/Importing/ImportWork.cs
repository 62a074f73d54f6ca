using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Importing;

/// <summary>
/// Checks and imports uploads, one after the other, where their files lie: in this process, and not through the nights' queue, whose
/// workers may be other machines. It is the import of the command line: a dry run, then one transaction, which waits for a night's writes
/// and a night for its.
/// </summary>
internal sealed class ImportWork(
    Uploads uploads, RetentionStore store, ServiceSettings settings, Localiser texts, TimeProvider clock, StandingFaults faults,
    ILogger<ImportWork> logger)
    : BackgroundService
{
    /// <summary>What it does, as a standing fault names it.</summary>
    public const string Work = "imports", Writing = "writing down what became of an upload", Sweeping = "removing old uploads";

    public static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(10);

    private Localiser T { get; } = texts;

    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, Job> _jobs = new();

    private sealed class Job : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Lock _gate = new();
        private bool _isOver;

        public CancellationToken Stop => _stop.Token;
        public ImportProgress? Progress { get; set; }

        /// <summary>Of a job that has ended meanwhile, nothing.</summary>
        public void Cancel()
        {
            lock (_gate)
                if (!_isOver) _stop.Cancel();
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isOver = true;
                _stop.Dispose();
            }
        }
    }

    /// <summary>False where the upload is gone or not in the step for it.</summary>
    public bool Start(string id, UploadStep step)
    {
        var started = uploads.Change(id,
            upload => upload.IsAtWork || !MayStart(upload, step) ? null : upload with { Step = step, Problem = null });
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
        if (_jobs.TryGetValue(id, out var job)) job.Cancel();
    }

    public ImportProgress? Progress(string id) => _jobs.GetValueOrDefault(id)?.Progress;

    /// <summary>
    /// What an earlier process left behind goes before anybody can send a file: what is being received later is not taken for it.
    /// </summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        faults.Try(Sweeping, () => uploads.Sweep(atStart: true));
        faults.Try(Work, () =>
        {
            foreach (var upload in uploads.All().Where(upload => upload.IsAtWork && !_jobs.ContainsKey(upload.Id)))
                ChangeEvenUnwritten(upload.Id, Interrupted);
        });
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sweeping = SweepAsync(stoppingToken);
        await foreach (var id in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            if (!_jobs.TryGetValue(id, out var job)) continue;
            try
            {
                if (!await faults.TryAsync(Work, () => Task.Run(() => RunJob(id, job, stoppingToken), CancellationToken.None),
                    stoppingToken))
                    ChangeEvenUnwritten(id, Failed);
            }
            finally
            {
                _jobs.TryRemove(KeyValuePair.Create(id, job)); // not one that was asked for meanwhile
                job.Dispose();
            }
        }
        await sweeping;
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        using var sweep = new PeriodicTimer(BetweenSweeps, clock);
        while (await sweep.WaitForNextTickAsync(stopping))
        {
            faults.Try(Sweeping, () => uploads.Sweep());
            faults.Try(Writing, uploads.WriteUnwritten);
        }
    }

    /// <summary>Where the disk is full, what happened is no less so: it is written when there is room again.</summary>
    private void ChangeEvenUnwritten(string id, Func<Upload, Upload> change) =>
        faults.Try(Writing, () => uploads.ChangeEvenUnwritten(id, change));

    private Upload Interrupted(Upload upload) => upload with
    {
        Step = upload.Step == UploadStep.Importing ? UploadStep.Checked : UploadStep.Mapping,
        Problem =
            T["The service was stopped in the middle of it. An import is stored whole or not at all, and the list of imports says which; "
                + "importing again changes nothing that is there already."],
    };

    private Upload Failed(Upload upload) => upload with
    {
        Step = upload.Step == UploadStep.Importing ? UploadStep.Checked : UploadStep.Mapping,
        Problem = T["Something went wrong that should not; the log has it. Nothing was stored."],
    };

    private void RunJob(string id, Job job, CancellationToken stopping)
    {
        if (uploads.Find(id) is not { } upload) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(job.Stop, stopping);
        // First what happened, then to write it down: a disk that takes no note of an import has not undone it.
        ChangeEvenUnwritten(id, After(upload, new Reported(job), either.Token, stopping));
        if (uploads.Find(id) is { Step: UploadStep.Imported }) uploads.RemoveFiles(id);
    }

    /// <summary>Checks or imports, and says what that makes of the upload.</summary>
    private Func<Upload, Upload> After(Upload upload, IProgress<ImportProgress> progress, CancellationToken cancellation,
        CancellationToken stopping)
    {
        var id = upload.Id;
        var isDryRun = upload.Step == UploadStep.Checking;
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = Execute(upload, isDryRun, progress, cancellation);
            return now => now with { Step = isDryRun ? UploadStep.Checked : UploadStep.Imported, Outcome = outcome, IsRefused = false };
        }
        catch (ImportRefusedException refused)
        {
            return now => now with
            {
                Step = UploadStep.Checked,
                Outcome = refused.Outcome,
                IsRefused = true,
                Problem = Said(id, refused.Message)
            };
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested ? Interrupted : Back(T["It was cancelled. Nothing was stored."]);
        }
        catch (UndecidedException open)
        {
            return Back($"{Said(id, open.Question)} {T["Answer it among the columns: {0}.", ChoicesForm.LabelOf(open.Choice, T)]}");
        }
        catch (RetentionException fault)
        {
            return Back(Said(id, fault.Message));
        }
        catch (Exception fault) when (fault is DbException or IOException or UnauthorizedAccessException)
        {
            logger.LogError(fault, "Upload {Id} could not be read or stored.", id);
            return Back(store.IsPassing(fault) || fault is DbException
                ? T["The store did not answer or was busy for too long. Nothing was stored; try again."]
                : T["The disk does not take it: {0} Nothing was stored.", Said(id, fault.Message)]);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Upload {Id} failed.", id);
            return Failed;
        }

        Func<Upload, Upload> Back(string problem) =>
            now => now with { Step = isDryRun ? UploadStep.Mapping : UploadStep.Checked, Problem = problem };
    }

    private ImportOutcome Execute(Upload upload, bool isDryRun, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        File.WriteAllText(uploads.MappingOf(upload.Id), upload.MappingJson());
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var request = upload.ToRequest(uploads.FilesOf(upload.Id), uploads.MappingOf(upload.Id), now)
            with
        { UnpackedBytesMax = settings.MaxUnpackedBytes };
        File.Delete(uploads.RejectsOf(upload.Id));
        // A demo's shop is not the one whose files these are: they are tried as those of a new one.
        var outcome = ImportRun.Execute(settings.Demo == DemoKind.None ? store : null, request, isDryRun, uploads.RejectsOf(upload.Id),
            progress, cancellation);
        return outcome with { RejectsFile = null };
    }

    private string Said(string id, string message) =>
        Uploads.WithoutFolder(message, uploads.FilesOf(id))
            .Replace(uploads.MappingOf(id), "the mapping", StringComparison.Ordinal)
            .Replace($" All are in {uploads.RejectsOf(id)}.", "", StringComparison.Ordinal);

    private sealed class Reported(Job job) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => job.Progress = value;
    }
}
