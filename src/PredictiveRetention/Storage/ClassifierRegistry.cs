using System.Text.Json;
using PredictiveRetention.Models;

namespace PredictiveRetention.Storage;

/// <summary>A classifier of a feature table as it is stored.</summary>
public sealed record TableModel(string Label, string Positive, string? Id, TableEncoding Encoding, ClassifierModel Classifier);

/// <summary>
/// Versions of classifiers (feature tables, subscriptions) as folders beside those of <see cref="ModelRegistry"/>:
/// models/KIND/VERSION/{model.json, card.md, manifest.json}, and the file 'champion'. The same rules: named by content, written beside and
/// renamed, hashed.
/// </summary>
public sealed class ClassifierRegistry(string folder)
{
    public const string Contractual = "contractual";

    public static string TableKind(string path) => "table-" + Path.GetFileName(path).Split('.')[0].ToLowerInvariant();

    /// <param name="card">The card, given the version.</param>
    /// <returns>Name and folder of the version, which is the champion now.</returns>
    public (string Version, string Folder) Add<T>(string kind, T model, Func<string, string> card)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(model, ModelFolder.Json);
        var version = ModelFolder.Hash(bytes)[..12];
        var text = System.Text.Encoding.UTF8.GetBytes(card(version));
        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new ClassifierManifest(version, kind,
                new Dictionary<string, string> { ["model.json"] = ModelFolder.Hash(bytes), ["card.md"] = ModelFolder.Hash(text) }),
                    ModelFolder.Json);
        var home = Path.Combine(folder, kind);
        ModelFolder.Write(home, version, [("model.json", bytes), ("card.md", text), ("manifest.json", manifest)]);
        ModelFolder.Name(home, "champion", version);
        return (version, Path.Combine(home, version));
    }

    /// <summary>The champion of a kind.</summary>
    /// <exception cref="RetentionException">There is none, or it is not what was written.</exception>
    public T Champion<T>(string kind)
    {
        var home = Path.Combine(folder, kind);
        var champion = Path.Combine(home, "champion");
        if (!File.Exists(champion))
            throw new RetentionException(Failure.NotFound,
                $"There is no model of kind '{kind}' in {folder}. "
                    + $"{(Kinds() is { Count: > 0 } kinds ? "There are: " + string.Join(", ", kinds) + " (--kind names one)." : "There "
                        + "is none of a table or of subscriptions.")}");
        var path = home;
        try
        {
            path = Path.Combine(home, File.ReadAllText(champion).Trim());
            var manifest = JsonSerializer.Deserialize<ClassifierManifest>(File.ReadAllBytes(Path.Combine(path, "manifest.json")),
                ModelFolder.Json)!;
            var bytes = File.ReadAllBytes(Path.Combine(path, "model.json"));
            if (ModelFolder.Hash(bytes) != manifest.Files["model.json"])
                throw new FormatException("model.json is not the file that was written (its SHA-256 differs from the manifest's).");
            return JsonSerializer.Deserialize<T>(bytes, ModelFolder.Json) ?? throw new FormatException("model.json is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or FormatException
            or KeyNotFoundException)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The model in {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Kinds of classifiers there is a champion of.</summary>
    private IReadOnlyList<string> Kinds() => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder)
            .Where(path => File.Exists(Path.Combine(path, "champion")))
            .Select(path => Path.GetFileName(path)!)
            .Where(kind => kind == Contractual || kind.StartsWith("table-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)]
        : [];

    private sealed record ClassifierManifest(string Version, string Kind, IReadOnlyDictionary<string, string> Files);
}
