using System.Globalization;
using Hangfire;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// The night run as Hangfire wakes it. Only the run ledger decides what is to be done, so it does not matter how often, or from how many
/// processes, this is started: a published date is left alone, a run whose worker fell silent is finished.
/// </summary>
public sealed class NightJob(
    RetentionStore store, ModelRegistry models, ServiceSettings settings, TimeProvider clock, IBackgroundJobClient jobs, JobStorage storage,
    IRecurringJobManager recurring,
    StandingFaults faults, ILogger<NightJob> logger)
{
    public const string Queue = "nightly";
    public const string RecurringId = "night";

    /// <summary>What waits for a database, as a standing fault names it.</summary>
    public const string Work = "nightly job";

    [Queue(Queue)]
    [AutomaticRetry(Attempts = 3)]
    public void Run(CancellationToken cancellation)
    {
        try
        {
            RunUnfinishedAndTonight(cancellation);
            faults.End(Work);
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // Whatever was begun goes on where the ledger says, once the database takes it: that may be long after the last of Hangfire's
            // attempts.
            faults.Begin(Work, fault);
            store.Reconnect();
            LookAgain();
        }
    }

    private void RunUnfinishedAndTonight(CancellationToken cancellation)
    {
        if (store.Shop() is not { } shop || store.Summaries.Orders(shop) is null)
        {
            logger.LogInformation("Nothing has been imported yet: no night to run.");
            return;
        }
        NightSchedule.Register(recurring, settings, shop);
        var tonight = RunRequest.Tonight(store, shop, clock);
        foreach (var unfinished in store.Runs.UnfinishedNights())
        {
            var night = tonight with { BusinessDate = unfinished.BusinessDate, AsOf = unfinished.AsOf };
            if (night.BusinessDate == tonight.BusinessDate) continue;
            if (IsOvertaken(night)) Close(night);
            else Execute(night, cancellation);
        }
        Execute(tonight, cancellation);
    }

    /// <summary>A later night is published: finishing the older one would take readers back.</summary>
    private bool IsOvertaken(RunRequest night) =>
        store.Nights.Current() is { } current && current.BusinessDate > night.BusinessDate;

    private void Close(RunRequest night)
    {
        var claim = store.Runs.Claim(night.Purpose, night.BusinessDate, night.AsOf, $"{Environment.MachineName}/{Guid.NewGuid():N}",
            again: false);
        if (claim.Outcome == ClaimOutcome.Claimed) store.Runs.Fail(claim.Run, "A later night was published before this one was finished.");
    }

    private void Execute(RunRequest request, CancellationToken cancellation)
    {
        try
        {
            var runs = settings.Runs with { Clock = clock, Faults = faults, OnStep = step => { if (step == "snapshot") CallOthers(); } };
            var result = new NightRun(store, models, runs).Execute(request, null, cancellation);
            var date = request.BusinessDate.ToIso();
            logger.LogInformation("Night {Date}, run {Run}: {Outcome}.", date, result.Run.RunId, result.Outcome switch
            {
                RunOutcome.Published => string.Create(CultureInfo.InvariantCulture, $"published, {result.Headline!.Customers} customers"),
                RunOutcome.AlreadyPublished => "published before, nothing to do",
                RunOutcome.Held => "held, outside its guard bands: " + result.Run.Error,
                _ => "another process holds it, looking again after its lease",
            });
            if (result.Outcome == RunOutcome.Busy) LookAgain();
        }
        catch (LeaseLostException lost)
        {
            logger.LogWarning("{Lost} It goes on there.", lost.Message);
            LookAgain();
        }
    }

    /// <summary>
    /// Now there are shards to share: a job for every other process that works on nights. Whoever finds the run done does nothing.
    /// </summary>
    private void CallOthers()
    {
        var workers = storage.GetMonitoringApi().Servers().Count(server => server.Queues.Contains(Queue));
        for (var other = 1; other < workers; other++) jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
    }

    /// <summary>The worker that holds the lease may be dead: its run is then free once the lease has passed.</summary>
    private void LookAgain() =>
        jobs.Schedule<NightJob>(job => job.Run(CancellationToken.None), WorkerLease.Length + TimeSpan.FromSeconds(5));
}
