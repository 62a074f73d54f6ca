using System.Security.Cryptography;
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
    public required IReadOnlyList<GoldenRow> GoldenRows { get; init; }

    /// <summary>SHA-256 of every other file of the folder, by name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }
}

/// <summary>A model that was checked while loading.</summary>
public sealed record LoadedModel(RetentionModel Model, ModelManifest Manifest, string Folder)
{
    public string Version => Manifest.Version;
}

/// <summary>
/// Model versions as folders: models/non-contractual/VERSION/{model.json, manifest.json, card.md}, and the file 'champion' that names the one in
/// use. A version's name is its cutoff and a hash of its content, so training twice on the same data makes the same version. Written beside
/// and renamed: a half-written version is never seen. What is loaded has the hash the manifest says and repeats its golden rows.
/// </summary>
public sealed class ModelRegistry(string folder)
{
    public const string Kind = "non-contractual";
    private const string ModelFile = "model.json";
    private const string ManifestFile = "manifest.json";
    private const string CardFile = "card.md";

    private readonly string _kindFolder = Path.Combine(folder, Kind);

    private string ChampionFile => Path.Combine(_kindFolder, "champion");

    /// <summary>Stores a trained model as a version; returns what Load would.</summary>
    public LoadedModel Add(TrainedModel trained)
    {
        var model = JsonSerializer.SerializeToUtf8Bytes(trained.Model, s_json);
        var schemaHash = trained.Model.Features.Count == 0 ? RuleSchema : new Features.FeatureSchema(trained.Model.Features).Hash;
        var version = trained.Request.Cutoff.Date.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture) + "-" + Hash(model)[..8];
        var card = System.Text.Encoding.UTF8.GetBytes(ModelCard.Markdown(version, trained));
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
            GoldenRows = trained.GoldenRows,
            Files = new Dictionary<string, string> { [ModelFile] = Hash(model), [CardFile] = Hash(card) },
        };
        Write(version, (ModelFile, model), (CardFile, card), (ManifestFile, JsonSerializer.SerializeToUtf8Bytes(manifest, s_json)));
        return Load(version);
    }

    /// <summary>Makes a version the one in use.</summary>
    public void Promote(string version)
    {
        if (!Directory.Exists(Path.Combine(_kindFolder, version))) throw new RetentionException(Failure.NotFound, $"There is no model version '{version}' in {_kindFolder}.");
        var temporary = ChampionFile + "." + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, version + "\n");
        File.Move(temporary, ChampionFile, overwrite: true);
    }

    /// <summary>Name of the version in use; null when nothing was trained.</summary>
    public string? ChampionVersion() => File.Exists(ChampionFile) ? File.ReadAllText(ChampionFile).Trim() : null;

    /// <summary>What the champion's folder says about it, without loading the model; null when there is none to be read.</summary>
    public ModelManifest? ChampionManifest() =>
        ChampionVersion() is { } version && Path.Combine(_kindFolder, version, ManifestFile) is var path && File.Exists(path)
            ? JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), s_json)
            : null;

    public LoadedModel? Champion() => ChampionVersion() is { } version ? Load(version) : null;

    /// <summary>
    /// The version that may speak about a cutoff: the champion, or, where it learnt from later days or cannot be used, the latest one that can.
    /// Null when every version would look into the future.
    /// </summary>
    /// <param name="faults">Versions that should have been taken and cannot be used, with the reason.</param>
    /// <exception cref="RetentionException">There are versions for the cutoff, and none can be used.</exception>
    public LoadedModel? For(Cutoff cutoff, out IReadOnlyList<string> faults)
    {
        var unusable = new List<string>();
        faults = unusable;
        var champion = ChampionVersion();
        foreach (var version in Versions().Where(name => MaySpeakOf(name, cutoff)).OrderByDescending(name => name == champion).ThenByDescending(name => name[..8], StringComparer.Ordinal).ThenByDescending(WrittenAt))
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
        if (champion is not null && !Versions().Contains(champion)) unusable.Add($"The champion {champion} is not in {_kindFolder}.");
        return unusable.Count == 0 ? null : throw new RetentionException(Failure.DependencyUnavailable, "No model can be used. " + string.Join(' ', unusable));
    }

    private static bool MaySpeakOf(string version, Cutoff cutoff) =>
        version.Length > 9 && DateOnly.TryParseExact(version[..8], "yyyyMMdd", out var date) && Cutoff.Of(date).Day <= cutoff.Day;

    private DateTime WrittenAt(string version) => File.GetLastWriteTimeUtc(Path.Combine(_kindFolder, version, ManifestFile));

    public IReadOnlyList<string> Versions() =>
        Directory.Exists(_kindFolder)
            ? [.. Directory.EnumerateDirectories(_kindFolder).Where(path => File.Exists(Path.Combine(path, ManifestFile))).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
            : [];

    /// <exception cref="RetentionException">A file is missing, was changed since it was written, or does not repeat its golden rows.</exception>
    public LoadedModel Load(string version)
    {
        var path = Path.Combine(_kindFolder, version);
        try
        {
            var manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(Path.Combine(path, ManifestFile)), s_json)
                ?? throw new FormatException($"{ManifestFile} is empty.");
            var bytes = File.ReadAllBytes(Path.Combine(path, ModelFile));
            if (Hash(bytes) != manifest.Files[ModelFile]) throw new FormatException($"{ModelFile} is not the file that was written (its SHA-256 differs from the manifest's).");
            var model = JsonSerializer.Deserialize<RetentionModel>(bytes, s_json) ?? throw new FormatException($"{ModelFile} is empty.");
            if (model.Features.Count > 0 && new Features.FeatureSchema(model.Features).Hash != manifest.SchemaHash) throw new FormatException("its features are not those the manifest names.");
            foreach (var golden in manifest.GoldenRows)
            {
                var answer = model.Predict(golden.Features);
                if (answer.PChurn != golden.PChurn || answer.Clv != golden.Clv) throw new FormatException("it does not repeat its golden rows.");
            }
            return new LoadedModel(model, manifest, path);
        }
        catch (Exception fault) when (fault is IOException or JsonException or FormatException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException or UnauthorizedAccessException or RetentionException)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The model {version} in {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Schema hash of runs scored by the recency rule, which has no features.</summary>
    public const string RuleSchema = "recency-rule";

    private void Write(string version, params (string Name, byte[] Content)[] files)
    {
        var target = Path.Combine(_kindFolder, version);
        var temporary = Path.Combine(_kindFolder, "." + version + "." + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(temporary);
        foreach (var (name, content) in files)
        {
            using var stream = new FileStream(Path.Combine(temporary, name), FileMode.CreateNew);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.Move(temporary, target);
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };
}
