using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Storage;
using PredictiveRetention.Training.Verbs;

namespace PredictiveRetention.Training;

/// <summary>
/// The run a question is about: the published night, the one of a day (replayed where there is none), or one named by its number.
/// </summary>
internal static class AskedRun
{
    public static readonly Option<string?> AsOf =
        new("--as-of")
        {
            Description =
            "as of this past day: its night or replay, or a replay made for it (yyyy-mm-dd; default: the published night)"
        };
    public static readonly Option<long?> RunId = new("--run") { Description = "number of a run instead" };

    /// <param name="withoutScores">Figures that need no model are enough, where none may speak about the day.</param>
    public static async Task<Run> OfAsync(Verb verb, RetentionStore store, bool withoutScores = false)
    {
        store.RequireShop();
        if (verb.Value(AsOf) is not null && verb.Value(RunId) is not null)
            throw new RetentionException(Failure.Usage, "--as-of and --run both name a run: give one of them.");
        if (verb.Value(RunId) is { } number)
            return await store.Runs.FindAsync(number, verb.Cancellation) is { MayBeAskedFor: true } run
                ? run
                : throw new RetentionException(Failure.NotFound,
                    $"There is no finished run {number.ToString(CultureInfo.InvariantCulture)}. retain runs list shows what there is.");
        if (verb.Value(AsOf) is { } text)
        {
            var asOf = Cutoff.Parse(text);
            // A replay without scores was the best there was; a model trained since may speak about the day.
            return await store.Runs.OfDayAsync(asOf, verb.Cancellation) is { } made
                && (made.Recipe?.NoScores is null || (withoutScores && verb.Models.For(asOf, out _) is null))
                ? made
                : ScoreVerb.Replay(verb, store, asOf, withoutScores);
        }
        return await store.Nights.CurrentAsync(verb.Cancellation)
            ?? throw new RetentionException(Failure.NotFound,
                "No night has been published yet. Score one (after retain train): retain score; or ask for a past day: --as-of D");
    }
}
