using System.Text.Json.Serialization;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Importing;

/// <summary>Files somebody sent to be imported, and how far they are. Kept as JSON beside them, so that a restart loses nothing.</summary>
public sealed record Upload
{
    public required string Id { get; init; }
    public required long TouchedAtMs { get; init; }
    public required IReadOnlyList<UploadedFile> Files { get; init; }
    public required ImportChoices Choices { get; init; }
    public UploadStep Step { get; init; }

    /// <summary>Why the last step did not succeed; null when it did.</summary>
    public string? Problem { get; init; }

    /// <summary>What the check found; with <see cref="Stored"/>, what the import did.</summary>
    public ImportOutcome? Outcome { get; init; }

    /// <summary>The check found most of a file unusable: it cannot be imported like this.</summary>
    public bool IsRefused { get; init; }

    [JsonIgnore] public ImportResult? Stored => Outcome?.Stored;

    [JsonIgnore] public bool IsAtWork => Step is UploadStep.Checking or UploadStep.Importing;

    public UploadedFile? FileOf(string kind) => Files.FirstOrDefault(file => Choices.Kinds.GetValueOrDefault(file.Name) == kind);

    /// <summary>The kinds of file that take part, in the order the preset reads them.</summary>
    [JsonIgnore]
    public IEnumerable<(string Kind, UploadedFile File)> Parts =>
            PresetDetection.FilesBeside(Choices.Preset)
                .Select(kind => (kind, FileOf(kind)))
                .Where(part => part.Item2 is not null)
                .Select(part => (part.kind, part.Item2!));
}

public enum UploadStep
{
    Mapping,
    Checking,
    Checked,
    Importing,
    Imported,
}

/// <param name="Preview">Null where the file cannot be read; then <paramref name="Problem"/> says why.</param>
/// <param name="Candidates">How it could be understood, the likeliest first.</param>
public sealed record UploadedFile(string Name, long Bytes, FilePreview? Preview, IReadOnlyList<PresetCandidate> Candidates,
    string? Problem);

/// <summary>What a person decided about an upload; what they left alone is as it was detected.</summary>
public sealed record ImportChoices
{
    public const string LeftOut = "";

    public required string Preset { get; init; }

    /// <summary>orders, refunds, ... by file name; <see cref="LeftOut"/> for one that takes no part.</summary>
    public required IReadOnlyDictionary<string, string> Kinds { get; init; }

    /// <summary>By kind and field, the header to read or null for none; fields that are not here are read as detected.</summary>
    public IReadOnlyDictionary<string,
        IReadOnlyDictionary<string, string?>> Columns
    { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string?>>();

    /// <summary>By kind, the settings of --map such as $date_order.</summary>
    public IReadOnlyDictionary<string,
        IReadOnlyDictionary<string, string>> Settings
    { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    public string? Currency { get; init; }
    public string? TimeZone { get; init; }
    public string? Statuses { get; init; }

    /// <summary>The likeliest reading of the files together.</summary>
    public static ImportChoices Detect(IReadOnlyList<UploadedFile> files)
    {
        var readable = files.Where(file => file.Preview is not null).ToList();
        var best = readable.Where(file => file.Candidates[0].Fits).Select(file => (File: file, Candidate: file.Candidates[0])).ToList();
        var preset = IsOlist(best.Select(file => file.Candidate)) ? "olist"
            : best.FirstOrDefault(file => file.Candidate is { File: "orders", Preset: not "olist" }).Candidate?.Preset ?? "generic";
        var kinds = files.ToDictionary(file => file.Name, _ => LeftOut);
        foreach (var file in readable)
        {
            var fitting = file.Candidates.Where(candidate => candidate.Preset == preset
                && (candidate.Fits || (preset == "generic" && readable.Count == 1 && candidate.File == "orders")))
                // Beside the orders of a shop system, what any shop has.
                .Concat(file.Candidates.Where(candidate => preset is not ("generic" or "olist")
                    && candidate is { Preset: "generic", Fits: true } && candidate.File != "orders"))
                .ToList();
            // Whoever is in a list of customers is in any list: one that has more of what orders have is of orders, be it not all.
            var isOfOrders = preset == "generic" && fitting is [{ File: "customers" } customers, ..]
                && file.Candidates.Any(candidate => candidate is { Preset: "generic", File: "orders" }
                    && candidate.Columns.Count > customers.Columns.Count);
            var kind = isOfOrders ? "orders" : fitting.Select(candidate => candidate.File).FirstOrDefault();
            if (kind is not null && !kinds.ContainsValue(kind)) kinds[file.Name] = kind;
        }
        return new ImportChoices { Preset = preset, Kinds = kinds };
    }

    private static bool IsOlist(IEnumerable<PresetCandidate> candidates)
    {
        var tables = candidates.Where(candidate => candidate.Preset == "olist").Select(candidate => candidate.File).ToHashSet();
        return tables.IsSupersetOf(["orders", "order_customers", "payments"]);
    }
}
