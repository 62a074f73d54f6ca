using System.Collections.Concurrent;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages;

/// <summary>
/// Figures and cards of the runs that were looked at last. They do not change once a run has been counted, so a page need not ask for them
/// again.
/// </summary>
internal sealed class FigureShelf(RetentionStore store)
{
    private const int Runs = 3;

    private readonly ConcurrentDictionary<long, Lazy<Task<Shelved>>> _runs = new();

    public async Task<Shelved> OfAsync(Run run, CancellationToken cancellation)
    {
        // A dropped run has lost most of its figures: it is another shelf than the published one of the same number.
        var key = run.State == RunState.Dropped ? -run.RunId : run.RunId;
        // What failed after its reader had left is asked again.
        if (_runs.TryGetValue(key, out var failed) && failed is { IsValueCreated: true, Value.IsFaulted: true })
            _runs.TryRemove(new(key, failed));
        var shelf = _runs.GetOrAdd(key, _ => new Lazy<Task<Shelved>>(() => ReadAsync(run)));
        foreach (var old in _runs.Keys.Where(other => other != key).OrderByDescending(Math.Abs).Skip(Runs - 1)) _runs.TryRemove(old, out _);
        try
        {
            return await shelf.Value.WaitAsync(cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            _runs.TryRemove(key, out _); // a store that was away is asked again
            throw;
        }
    }

    /// <summary>Several may wait for it: it does not end with the one who asked first.</summary>
    private async Task<Shelved> ReadAsync(Run run) =>
        new(await RunFigures.ReadAsync(store, run, CancellationToken.None), await store.Cards.ReadAsync(run.RunId, CancellationToken.None));
}

internal sealed record Shelved(RunFigures Figures, IReadOnlyList<Card> Cards)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<FigureRow>> _views = new();

    /// <summary>All rows of a view.</summary>
    public IReadOnlyList<FigureRow> Rows(string view) => _views.GetOrAdd(view, id => Figures.Answer(FigureQuestion.OfView(id, [], [])));
}
