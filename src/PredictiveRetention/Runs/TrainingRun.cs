using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;
using static PredictiveRetention.Invariant;

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

    /// <summary>LightGBM as one more member of the blend.</summary>
    public bool LightGbm { get; init; }

    /// <summary>Folds of the cross-fitting; null = the recipe's. Two take half the time of five and judge a little less finely.</summary>
    public int? Folds { get; init; }

    /// <summary>Customers read at a time.</summary>
    public int ChunkSize { get; init; } = 20_000;

    /// <summary>Who asks, for the record.</summary>
    public string By { get; init; } = Environment.UserName;
}

/// <summary>Whether a trained version took over, and why.</summary>
/// <param name="Comparison">With the champion on the same later customers; null where there was nothing to compare.</param>
public sealed record GateDecision(bool Promoted, string Reason, GateComparison? Comparison);

/// <summary>Trains on what the store holds, registers the version, and lets it through the gate or keeps it as the challenger.</summary>
public static class TrainingRun
{
    public static (LoadedModel Loaded, TrainedModel Trained, GateDecision Gate) Execute(
        RetentionStore store, ModelRegistry models, TrainingOptions options, TimeProvider clock, IProgress<TrainingStep>? progress,
        CancellationToken cancellation)
    {
        var (request, histories) = Ask(store, options, clock, cancellation);
        var trained = new TrainingRecipe(Recipe(options)).Train(request, histories, progress, cancellation);
        var loaded = models.Add(trained);
        var gate = Decide(models, loaded, trained, histories, cancellation);
        if (gate.Promoted) models.Promote(loaded.Version, options.By, gate.Reason, clock);
        else models.RecordNotPromoted(loaded.Version, waits: !IsOlder(loaded.Version, models.ChampionVersion()), options.By, gate.Reason,
            clock);
        return (loaded, trained, gate);
    }

    /// <exception cref="RetentionException">LightGBM is asked for, and its native library is not there.</exception>
    internal static RecipeSettings Recipe(TrainingOptions options) =>
        Members(options) is var recipe && options.Folds is { } folds ? recipe with { Folds = folds } : recipe;

    private static RecipeSettings Members(TrainingOptions options) => !options.LightGbm ? new RecipeSettings()
        : ForestTrainer.HasLightGbm ? new RecipeSettings { LightGbm = RecipeSettings.LightGbmDefault }
        : throw new RetentionException(Failure.DependencyUnavailable,
            "LightGBM's native library cannot be loaded on this machine (it needs libgomp1, and there is none for arm64). Train without "
                + "--lightgbm.");

    /// <summary>What the store has to be asked for a training or a backtest; histories hold nothing at or after the cutoff.</summary>
    /// <exception cref="RetentionException">There is no order before the cutoff.</exception>
    internal static (TrainingRequest Request, Func<IEnumerable<ShardHistories>> Histories) Ask(RetentionStore store,
        TrainingOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Summaries.Orders(shop)
            ?? throw new RetentionException(Failure.InputRejected, "The store holds no valid order: nothing to learn from.");
        var tonight = RunRequest.Tonight(store, shop, clock).AsOf;
        var cutoff = options.AsOf ?? tonight;
        if (cutoff.Day > tonight.Day)
            throw new RetentionException(Failure.Usage, $"The as-of {cutoff} is after {tonight}, the latest day the data can speak about.");
        if (cutoff.Day <= orders.FirstDay)
            throw new RetentionException(Failure.InputRejected,
                $"The cutoff {cutoff} is not after the first order, {new Cutoff(orders.FirstDay)}: nothing to learn from.");
        var coverage = store.Summaries.Coverage(shop, cutoff);
        var request = new TrainingRequest
        {
            Cutoff = cutoff,
            Horizon = options.Horizon,
            ClvHorizon = options.ClvHorizon,
            Seed = options.Seed,
            Currency = shop.Currency,
            Coverage = coverage,
        };
        return (request, Histories);

        IEnumerable<ShardHistories> Histories() =>
            store.Histories.ReadEach(store.Customers.Ranges(options.ChunkSize), shop, coverage, cutoff, cancellation);
    }

    /// <summary>
    /// A training for a past day is for replaying that day, and a version on a lesser footing does not displace a better one; else the
    /// figures decide.
    /// </summary>
    private static GateDecision Decide(ModelRegistry models, LoadedModel challenger, TrainedModel trained,
        Func<IEnumerable<ShardHistories>> histories, CancellationToken cancellation)
    {
        if (models.ChampionVersion() is not { } version) return new GateDecision(true, "the first model", null);
        if (version == challenger.Version) return new GateDecision(true, "the same version was trained again", null);
        if (trained.Judged is { Leaks.Passed: false } leaking)
            return new GateDecision(false, "its leak audit was set off: " + string.Join("; ", LeakWords.Sentences(leaking.Leaks)), null);
        if (ManifestOf(models, version) is not { } champion) return new GateDecision(true, $"the champion {version} cannot be read", null);
        if (string.CompareOrdinal(challenger.Manifest.Cutoff, champion.Cutoff) < 0)
            return new GateDecision(false, $"made for {challenger.Manifest.Cutoff}, which is before the champion's {champion.Cutoff}",
                null);
        if (Enum.TryParse<ModelLevel>(champion.Level, out var level) && challenger.Model.Level > level)
            return new GateDecision(false,
                $"it stands on a lesser footing ({ModelLevels.Words(challenger.Model.Level)}) than the champion "
                    + $"({ModelLevels.Words(level)})", null);
        if ((champion.HorizonDays, champion.ClvHorizonDays) != (challenger.Manifest.HorizonDays, challenger.Manifest.ClvHorizonDays))
            return new GateDecision(true,
                Text($"asked for other horizons ({challenger.Manifest.HorizonDays} and {challenger.Manifest.ClvHorizonDays} days) than "
                    + $"the champion's ({champion.HorizonDays} and {champion.ClvHorizonDays}): there is nothing to compare"), null);
        if (trained.Judged is not { } judged) return new GateDecision(true, $"nothing later to compare on: {trained.NotJudged}", null);
        RetentionModel? rival;
        try
        {
            rival = Rival(models, version, champion, judged);
        }
        catch (RetentionException fault)
        {
            return new GateDecision(true, fault.Message, null);
        }
        if (rival is null)
            return new GateDecision(true,
                Text($"the champion has nothing to answer for {judged.Horizon.Days} days after {judged.Origin} with"), null);
        if (PromotionGate.Compare(rival, judged.Model, judged.Origin, judged.Horizon, histories, trained.Request.Currency,
            trained.Request.Coverage, cancellation, trained.Survey.Buyers) is not { } comparison)
            return new GateDecision(true, Text($"too few customers to compare on in the {judged.Horizon.Days} days after {judged.Origin}"),
                null);
        var worse = comparison.Worse;
        return worse.Count == 0
            ? new GateDecision(true,
                Text($"not worse than the champion on {comparison.Customers} customers in the {comparison.Horizon.Days} days after "
                    + $"{comparison.Origin}"), comparison)
            : new GateDecision(false,
                "worse than the champion: "
                    + string.Join("; ",
                        worse.Select(standing =>
                            Text($"{standing.Measure} by {-standing.Lead.Value:G3} (95 % interval {-standing.Lead.High:G3} to "
                                + $"{-standing.Lead.Low:G3})"))), comparison);
    }

    /// <summary>By the cutoffs their names begin with.</summary>
    private static bool IsOlder(string version, string? champion) =>
        string.CompareOrdinal(version[..8], champion?[..Math.Min(8, champion.Length)]) < 0;

    private static ModelManifest? ManifestOf(ModelRegistry models, string version)
    {
        try
        {
            return models.Manifest(version);
        }
        catch (RetentionException)
        {
            return null;
        }
    }

    /// <summary>
    /// The champion where it saw nothing of the judged horizon; otherwise what its recipe had made one horizon before its own cutoff.
    /// </summary>
    private static RetentionModel? Rival(ModelRegistry models, string version, ModelManifest champion, JudgedTwin judged)
    {
        if (string.CompareOrdinal(champion.Cutoff, judged.Origin.ToString()) <= 0 && champion.HorizonDays == judged.Horizon.Days)
            return models.Load(version).Model;
        return models.Judged(version) is { } twin && champion.JudgedHorizonDays == judged.Horizon.Days
            && string.CompareOrdinal(champion.JudgedAt, judged.Origin.ToString()) <= 0
            ? twin
            : null;
    }
}
