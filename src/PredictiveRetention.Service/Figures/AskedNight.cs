using System.Globalization;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Figures;

/// <summary>The run a question is about: the published night, or the one its as_of or run names.</summary>
internal static class AskedNight
{
    public static readonly string[] Parameters = ["as_of", "run"];

    /// <returns>The night, or why there is none.</returns>
    /// <exception cref="BadParameterException">as_of is no date, run is no number, or both are given.</exception>
    public static async Task<(PublishedNight? Night, IResult? Problem)> OfAsync(IQueryCollection query, RetentionStore store,
        CurrentNight current, CancellationToken cancellation)
    {
        var (asOf, run) = (query["as_of"].ToString(), query["run"].ToString());
        if (asOf.Length > 0 && run.Length > 0) throw new BadParameterException("run", "as_of and run both name a run: give one of them.");
        if (run.Length > 0)
        {
            if (!long.TryParse(run, CultureInfo.InvariantCulture, out var runId))
                throw new BadParameterException("run", $"'{BadParameterException.Quoted(run)}' is not the number of a run.");
            return await store.Runs.FindAsync(runId, cancellation) is { MayBeAskedFor: true } asked
                && await current.DescribeAsync(asked, cancellation) is { } named
                ? (named, null)
                : (null, Problem.UnknownRun(run));
        }
        if (asOf.Length > 0)
        {
            var day = Day(asOf);
            return await store.Runs.OfDayAsync(day, cancellation) is { } found
                && await current.DescribeAsync(found, cancellation) is { } night
                ? (night, null)
                : (null, Problem.NothingOfDay(asOf));
        }
        return await current.FindAsync(cancellation) is { } published ? (published, null) : (null, Problem.NothingPublished());
    }

    private static Cutoff Day(string text)
    {
        try
        {
            return Cutoff.Parse(text);
        }
        catch (RetentionException fault)
        {
            throw new BadParameterException("as_of", fault.Message);
        }
    }
}
