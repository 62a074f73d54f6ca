using System.Diagnostics;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// What the steps of a night share while one process works on a run: where, as whom, with which models, and how it waits and tells.
/// </summary>
/// <param name="owner">The process, in the ledger.</param>
internal sealed class NightWork(
    RetentionStore store, NightModels models, RunSettings settings, Shop shop, OrderRange orders, string owner,
    IProgress<RunProgress>? progress, CancellationToken cancellation)
{
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    private readonly Patience _patience = new(store, settings);

    public RetentionStore Store => store;

    public RunSettings Settings => settings;

    public Shop Shop => shop;

    /// <summary>Those the night may see.</summary>
    public OrderRange Orders => orders;

    public string Owner => owner;

    public NightModels Models => models;

    public bool IsWatched => progress is not null;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Asks the database, again while it does not answer. Only for calls that may be repeated.</summary>
    /// <param name="until">Null for as long as the night is not cancelled.</param>
    public T Retry<T>(Func<T> call, CancellationToken? until = null) => _patience.Retry(call, until ?? cancellation);

    /// <inheritdoc cref="Retry{T}"/>
    public void Retry(Action call, CancellationToken? until = null) => _patience.Retry(call, until ?? cancellation);

    /// <summary>Makes a change that must not be repeated blindly: after a fault the ledger says whether it has to be made again.</summary>
    /// <param name="until">Null for as long as the night is not cancelled.</param>
    public void RetryChange(Action change, Func<bool> stillDue, CancellationToken? until = null) =>
        _patience.Retry(change, stillDue, until ?? cancellation);

    /// <summary>True where nobody took the run over and it got no further.</summary>
    public bool IsStill(Run run, RunState state) => store.Runs.Find(run.RunId) is { } now && now.State == state && now.Fence == run.Fence;

    /// <summary>Until a glance at what others do is worth while again.</summary>
    public void Pause()
    {
        cancellation.WaitHandle.WaitOne(s_glance);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Marks what nights ended, and packs what no night asks for any more.</summary>
    public void Settle(Run run, RunRecipe recipe) =>
        store.Assignments.Settle(run.AsOf, Decider.AskedDays(settings.Playbook, store.Plays.Read(), recipe.HorizonDays));

    /// <summary>
    /// Puts published nights that are not in the score history into it. Where the database does not answer, the next night does.
    /// </summary>
    public void RecordScores()
    {
        try
        {
            Timed("history", () => store.Scores.RecordDue(cancellation));
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // Nothing was written, and what is due stays so.
        }
    }

    public void Report(RunProgress done) => progress?.Report(done);

    public void Step(string name) => settings.OnStep?.Invoke(name);

    public void Timed(string stage, Action work) => Timed(stage, () =>
    {
        work();
        return true;
    });

    public T Timed<T>(string stage, Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = work();
        settings.OnTiming?.Invoke(stage, Stopwatch.GetElapsedTime(started));
        return result;
    }
}
