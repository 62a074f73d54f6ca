using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>What to train; absent choices are made from the data and written on the card.</summary>
public sealed record TrainingOptions
{
    /// <summary>Nothing at or after this day is used; null = the as-of of tonight's run.</summary>
    public Cutoff? AsOf { get; init; }

    /// <summary>Churn horizon; null = chosen from the observed gaps.</summary>
    public Horizon? Horizon { get; init; }
    public Horizon ClvHorizon { get; init; } = PredictiveRetention.Horizon.OfDays(365);
    public int Seed { get; init; } = 1;

    /// <summary>Customers read at a time.</summary>
    public int ChunkSize { get; init; } = 20_000;
}

/// <summary>Trains on what the store holds, registers the version and makes it the champion, unless it is older or less than the one there.</summary>
public static class TrainingRun
{
    public static (LoadedModel Loaded, TrainedModel Trained) Execute(
        RetentionStore store, ModelRegistry models, TrainingOptions options, TimeProvider clock, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Orders(shop) ?? throw new RetentionException(Failure.InputRejected, "The store holds no valid order: nothing to learn from.");
        var cutoff = options.AsOf ?? RunRequest.Tonight(store, shop, clock).AsOf;
        if (cutoff.Day <= orders.FirstDay)
            throw new RetentionException(Failure.InputRejected, $"The cutoff {cutoff} is not after the first order, {BusinessCalendar.DateOf(orders.FirstDay):yyyy-MM-dd}: nothing to learn from.");
        var coverage = store.Coverage(shop, cutoff);
        var request = new TrainingRequest
        {
            Cutoff = cutoff,
            Horizon = options.Horizon,
            ClvHorizon = options.ClvHorizon,
            Seed = options.Seed,
            Currency = shop.Currency,
            Coverage = coverage,
        };
        var trained = new TrainingRecipe(new RecipeSettings()).Train(request, Histories, progress, cancellation);
        var loaded = models.Add(trained);
        if (MayReplace(models.ChampionManifest(), loaded.Manifest)) models.Promote(loaded.Version);
        return (loaded, trained);

        // A training for a past day is for replaying that day: it does not take over the nights. Nor does a rule displace a fitted model.
        static bool MayReplace(ModelManifest? champion, ModelManifest challenger) =>
            champion is null
            || string.CompareOrdinal(challenger.Cutoff, champion.Cutoff) >= 0
            && (challenger.Level != nameof(Models.ModelLevel.RecencyRule) || champion.Level == nameof(Models.ModelLevel.RecencyRule));

        IEnumerable<ShardHistories> Histories()
        {
            var buffers = new ShardHistories();
            foreach (var range in store.CustomerRanges(options.ChunkSize))
            {
                cancellation.ThrowIfCancellationRequested();
                store.ReadHistories(buffers, range, shop, coverage, cutoff);
                yield return buffers;
            }
        }
    }
}
