using System.Globalization;
using System.Text.Json;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Models;

namespace PredictiveRetention.Storage;

/// <summary>What a model folder says about itself, beside the model and its card.</summary>
public sealed record ModelManifest
{
    public required string Version { get; init; }
    public required string Kind { get; init; }
    public required string Level { get; init; }

    /// <summary>ISO date; nothing at or after it was used.</summary>
    public required string Cutoff { get; init; }
    public required int HorizonDays { get; init; }
    public required int ClvHorizonDays { get; init; }
    public required int Seed { get; init; }

    /// <summary>SHA-256 over the rows the model learnt from.</summary>
    public required string DataChecksum { get; init; }
    public required string SchemaHash { get; init; }
    public required IReadOnlyList<string> Features { get; init; }
    public required IReadOnlyList<string> Missed { get; init; }
    public required ChurnMetrics? ChurnMetrics { get; init; }
    public required SpendMetrics? SpendMetrics { get; init; }

    /// <summary>Of the model in judged.json; null where there is none, and in versions made before there were any.</summary>
    public JudgedTenths? Tenths { get; init; }

    /// <summary>ISO date: the cutoff of the model in judged.json, one horizon earlier; null where the history held none.</summary>
    public string? JudgedAt { get; init; }
    public int? JudgedHorizonDays { get; init; }

    /// <summary>False where a probe for knowledge of the future was set off; null where none could be made.</summary>
    public bool? LeakAuditPassed { get; init; }
    public required IReadOnlyList<GoldenRow> GoldenRows { get; init; }

    /// <summary>SHA-256 of every other file of the folder, by name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }
}

/// <summary>A model that was checked while loading.</summary>
/// <param name="Drift">What later populations are compared with; null where the version has none.</param>
public sealed record LoadedModel(RetentionModel Model, ModelManifest Manifest, string Folder, DriftReference? Drift)
{
    public string Version => Manifest.Version;
}

/// <summary>
/// Model versions as folders: models/KIND/VERSION/{model.json, judged.json, drift.json, manifest.json, card.md}, the files 'champion' and
/// 'challenger' that name the one in use and the one that waits, and audit.jsonl, a line for every move of these names. A version's name is
/// its cutoff and a hash of its content, so training twice on the same data makes the same version. Written beside and renamed: a
/// half-written version is never seen. What is loaded has the hash the manifest says and repeats its golden rows.
/// </summary>
public sealed partial class ModelRegistry(string folder)
{
    public const string Kind = "non-contractual";
    private const string ModelFile = "model.json";
    private const string ManifestFile = "manifest.json";
    private const string JudgedFile = "judged.json";
    private const string DriftFile = "drift.json";
    private const string CardFile = "card.md";

    // Exp, Log and vector code differ in the last bits from one platform to another; another model differs in the first digits.
    private const double SameAnswer = 1e-9;

    private readonly string _kindFolder = Path.Combine(folder, Kind);

    /// <summary>Where the versions lie.</summary>
    public string Folder => _kindFolder;

    /// <summary>Stores a trained model as a version; returns what Load would.</summary>
    public LoadedModel Add(TrainedModel trained)
    {
        var model = JsonSerializer.SerializeToUtf8Bytes(trained.Model, ModelFolder.Json);
        var schemaHash = trained.Model.Features.Count == 0 ? RuleSchema : new Features.FeatureSchema(trained.Model.Features).Hash;
        var version = trained.Request.Cutoff.Date.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "-" + ModelFolder.Hash(model)[..8];
        List<(string Name, byte[] Content)> files = [(ModelFile, model)];
        if (trained.Judged is { } judged) files.Add((JudgedFile, JsonSerializer.SerializeToUtf8Bytes(judged.Model, ModelFolder.Json)));
        if (trained.Drift is { } drift) files.Add((DriftFile, JsonSerializer.SerializeToUtf8Bytes(drift, ModelFolder.Json)));
        files.Add((CardFile, System.Text.Encoding.UTF8.GetBytes(ModelCard.Markdown(version, trained))));
        var manifest = new ModelManifest
        {
            Version = version,
            Kind = Kind,
            Level = trained.Model.Level.ToString(),
            Cutoff = trained.Request.Cutoff.ToString(),
            HorizonDays = trained.Model.ChurnHorizonDays,
            ClvHorizonDays = trained.Model.ClvHorizonDays,
            Seed = trained.Request.Seed,
            DataChecksum = trained.Survey.Checksum,
            SchemaHash = schemaHash,
            Features = trained.Model.Features,
            Missed = trained.Missed,
            ChurnMetrics = trained.League?.Model.Churn,
            SpendMetrics = trained.League?.Model.Spend,
            Tenths = trained.Judged?.Tenths,
            JudgedAt = trained.Judged?.Origin.ToString(),
            JudgedHorizonDays = trained.Judged?.Horizon.Days,
            LeakAuditPassed = trained.Judged?.Leaks.Passed,
            GoldenRows = trained.GoldenRows,
            Files = files.ToDictionary(file => file.Name, file => ModelFolder.Hash(file.Content)),
        };
        files.Add((ManifestFile, JsonSerializer.SerializeToUtf8Bytes(manifest, ModelFolder.Json)));
        ModelFolder.Write(_kindFolder, version, files);
        return Load(version);
    }

    /// <summary>What a version's folder says about it, without loading the model; null when there is no such version.</summary>
    /// <exception cref="RetentionException">It is there and cannot be read.</exception>
    public ModelManifest? Manifest(string version) =>
        Path.Combine(_kindFolder, version, ManifestFile) is var path && File.Exists(path) ? Reading(path, () => ManifestIn(path)) : null;

    /// <summary>What every version says about itself, oldest cutoff first.</summary>
    /// <param name="faults">A sentence for each version that cannot be read.</param>
    public IReadOnlyList<ModelManifest> Manifests(out IReadOnlyList<string> faults)
    {
        var (manifests, unreadable) = (new List<ModelManifest>(), new List<string>());
        foreach (var version in Versions())
        {
            try
            {
                if (Manifest(version) is { } manifest) manifests.Add(manifest);
            }
            catch (RetentionException fault)
            {
                unreadable.Add(fault.Message);
            }
        }
        faults = unreadable;
        return manifests;
    }

    /// <summary>A version's card, in Markdown.</summary>
    /// <exception cref="RetentionException">It cannot be read.</exception>
    public string Card(string version)
    {
        var path = Path.Combine(_kindFolder, version, CardFile);
        return Reading(path, () => File.ReadAllText(path));
    }

    /// <summary>
    /// The version that may speak about a cutoff: the champion, or, where it learnt from later days or cannot be used, the latest one that
    /// can and that the gate has not turned down. Null when there is none at all, or every version would look into the future.
    /// </summary>
    /// <param name="faults">What should have been taken and cannot be, with the reason.</param>
    /// <exception cref="RetentionException">
    /// There are versions for the cutoff, and none can be used; or there are versions, and the champion is not named or not among them.
    /// </exception>
    public LoadedModel? For(Cutoff cutoff, out IReadOnlyList<string> faults)
    {
        var unusable = new List<string>();
        faults = unusable;
        var (versions, champion) = (Versions(), ChampionVersion());
        if (champion is null && versions.Count > 0) unusable.Add($"No version in {_kindFolder} is named champion.");
        if (champion is not null && !versions.Contains(champion)) unusable.Add($"The champion {champion} is not in {_kindFolder}.");
        var refused = Refused();
        var candidates = versions.Where(name => MaySpeakOf(name, cutoff) && (name == champion || !refused.Contains(name)))
            .OrderByDescending(name => name == champion).ThenByDescending(name => name[..8], StringComparer.Ordinal)
            .ThenByDescending(WrittenAt);
        foreach (var version in candidates)
        {
            try
            {
                return Load(version);
            }
            catch (RetentionException fault)
            {
                unusable.Add(fault.Message);
            }
        }
        return unusable.Count == 0
            ? null
            : throw new RetentionException(Failure.DependencyUnavailable, "No model can be used. " + string.Join(' ', unusable));
    }

    /// <summary>
    /// Versions last heard of as kept although they were as recent as the champion: the gate found them worse. One made for a past day is
    /// kept for replaying it.
    /// </summary>
    private HashSet<string> Refused() =>
        [.. Moves().GroupBy(move => move.Version).Select(moves => moves.Last())
            .Where(move => move.What == "kept" && move.Champion is { } then && string.CompareOrdinal(move.Version[..8], then[..8]) >= 0)
            .Select(move => move.Version)];

    private static bool MaySpeakOf(string version, Cutoff cutoff) =>
        version.Length > 9
        && DateOnly.TryParseExact(version[..8], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && Cutoff.On(date).Day <= cutoff.Day;

    private DateTime WrittenAt(string version) => File.GetLastWriteTimeUtc(Path.Combine(_kindFolder, version, ManifestFile));

    public IReadOnlyList<string> Versions() =>
        Directory.Exists(_kindFolder)
            ? [.. Directory.EnumerateDirectories(_kindFolder)
                .Where(path => !Path.GetFileName(path).StartsWith('.') && File.Exists(Path.Combine(path, ManifestFile)))
                .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
            : [];

    /// <exception cref="RetentionException">A file is missing, was changed since it was written, or does not repeat its golden
    /// rows.</exception>
    public LoadedModel Load(string version)
    {
        var path = Path.Combine(_kindFolder, version);
        try
        {
            var manifest = ManifestIn(Path.Combine(path, ManifestFile));
            var bytes = File.ReadAllBytes(Path.Combine(path, ModelFile));
            if (ModelFolder.Hash(bytes) != manifest.Files[ModelFile]) throw NotAsWritten(ModelFile);
            var model = JsonSerializer.Deserialize<RetentionModel>(bytes, ModelFolder.Json)
                ?? throw new FormatException($"{ModelFile} is empty.");
            if (model.Features.Count > 0 && new Features.FeatureSchema(model.Features).Hash != manifest.SchemaHash)
                throw new FormatException("its features are not those the manifest names.");
            foreach (var golden in manifest.GoldenRows)
            {
                var answer = model.Predict(golden.Features);
                if (!IsSame(answer.PChurn, golden.PChurn) || !IsSame(answer.Clv, golden.Clv))
                    throw new FormatException("it does not repeat its golden rows.");
            }
            return new LoadedModel(model, manifest, path, ReadPart<DriftReference>(path, manifest, DriftFile));
        }
        catch (Exception fault) when (IsUnreadable(fault)
            || fault is KeyNotFoundException or ArgumentException or IndexOutOfRangeException or RetentionException)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The model {version} in {path} cannot be used: {fault.Message}",
                fault);
        }
    }

    /// <summary>The model a version's recipe made one horizon before its cutoff; null where it has none.</summary>
    /// <exception cref="RetentionException">It cannot be used.</exception>
    public RetentionModel? Judged(string version)
    {
        if (Manifest(version) is not { } manifest) return null;
        var path = Path.Combine(_kindFolder, version);
        try
        {
            return ReadPart<RetentionModel>(path, manifest, JudgedFile);
        }
        catch (Exception fault) when (IsUnreadable(fault) || fault is RetentionException)
        {
            throw new RetentionException(Failure.DependencyUnavailable,
                $"{JudgedFile} of the model {version} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>To nine digits; what is no number is like nothing.</summary>
    private static bool IsSame(double answer, double golden) =>
        answer == golden || Math.Abs(answer - golden) <= SameAnswer * Math.Max(Math.Abs(answer), Math.Abs(golden));

    private static ModelManifest ManifestIn(string path) =>
        JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), ModelFolder.Json)
        ?? throw new FormatException($"{ManifestFile} is empty.");

    private static T? ReadPart<T>(string path, ModelManifest manifest, string name)
        where T : class
    {
        if (!manifest.Files.TryGetValue(name, out var hash)) return null;
        var bytes = File.ReadAllBytes(Path.Combine(path, name));
        return ModelFolder.Hash(bytes) == hash ? JsonSerializer.Deserialize<T>(bytes, ModelFolder.Json) : throw NotAsWritten(name);
    }

    private static FormatException NotAsWritten(string name) =>
        new($"{name} is not the file that was written (its SHA-256 differs from the manifest's).");

    /// <summary>Reads a file, or says which cannot be read and why.</summary>
    private static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    private static bool IsUnreadable(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or JsonException or FormatException;

    /// <summary>Schema hash of runs scored by the recency rule, which has no features.</summary>
    public const string RuleSchema = "recency-rule";
}
