using System.Text.Json;

namespace PredictiveRetention.Storage;

/// <summary>One move of a name in a model registry.</summary>
/// <param name="At">UTC, RFC 3339.</param>
/// <param name="What">promoted, kept (a challenger that did not take over) or rolled back.</param>
/// <param name="Version">The one it is about.</param>
/// <param name="Champion">The one in use after it; null while there is none.</param>
/// <param name="Previous">The one in use before.</param>
public sealed record ModelMove(string At, string By, string What, string Version, string? Champion, string? Previous, string Reason);

/// <summary>What is wrong with a version, or nothing.</summary>
public sealed record ModelCheck(string Version, bool Holds, string Says);

/// <summary>Names that point at versions, and who moved them.</summary>
public sealed partial class ModelRegistry
{
    private const string ChampionName = "champion";
    private const string ChallengerName = "challenger";
    private const string AuditFile = "audit.jsonl";

    /// <summary>Name of the version in use; null when nothing was trained.</summary>
    public string? ChampionVersion() => Named(ChampionName);

    /// <summary>
    /// Name of the version that was trained last and did not take over, or that was in use last and was rolled back; null when there is
    /// none.
    /// </summary>
    public string? ChallengerVersion() => Named(ChallengerName);

    /// <summary>True where the challenger was in use and a person went back from it; false where the gate did not let it through.</summary>
    public bool ChallengerWasRolledBack() =>
        ChallengerVersion() is { } challenger
        && Moves().LastOrDefault(move => challenger == move.Version || challenger == move.Previous) is { What: "rolled back" };

    /// <exception cref="RetentionException">It is there and cannot be read.</exception>
    public ModelManifest? ChampionManifest() => ChampionVersion() is { } version ? Manifest(version) : null;

    /// <summary>Makes a version the one in use.</summary>
    /// <exception cref="RetentionException">There is no such version.</exception>
    public void Promote(string version, string by, string reason, TimeProvider clock)
    {
        Require(version);
        Move("promoted", version, by, reason, clock);
    }

    /// <summary>Records that a version did not take over.</summary>
    /// <param name="waits">True for one that may be promoted later: it is named the challenger. One made for a past day is not.</param>
    public void RecordNotPromoted(string version, bool waits, string by, string reason, TimeProvider clock)
    {
        Require(version);
        var champion = ChampionVersion();
        if (waits && version != champion) ModelFolder.Name(_kindFolder, ChallengerName, version);
        Audit(new ModelMove(Now(clock), by, "kept", version, champion, champion, reason));
    }

    /// <summary>Puts the version back that was in use before the present one.</summary>
    /// <returns>The version that is in use now.</returns>
    /// <exception cref="RetentionException">There was none before, or it is gone.</exception>
    public string RollBack(string by, string reason, TimeProvider clock)
    {
        var champion = ChampionVersion() ?? throw new RetentionException(Failure.NotFound, "There is no champion to go back from.");
        var previous = Moves()
            .LastOrDefault(move => move.Champion == champion && move.Previous is not null && move.Previous != champion
                && move.What == "promoted")?.Previous
            ?? throw new RetentionException(Failure.NotFound,
                $"No version was in use before {champion}. retain models list shows what there is.");
        Require(previous);
        Move("rolled back", previous, by, reason, clock);
        return previous;
    }

    /// <summary>Every move, oldest first. A torn last line (the machine stopped while it was written) is passed over.</summary>
    public IReadOnlyList<ModelMove> Moves()
    {
        var path = Path.Combine(_kindFolder, AuditFile);
        if (!File.Exists(path)) return [];
        var moves = new List<ModelMove>();
        foreach (var line in Reading(path, () => File.ReadAllLines(path)))
        {
            try
            {
                if (JsonSerializer.Deserialize<ModelMove>(line, ModelFolder.Json) is { } move) moves.Add(move);
            }
            catch (JsonException)
            {
            }
        }
        return moves;
    }

    /// <summary>Loads every version, with its hashes and golden rows, and follows every name.</summary>
    public IReadOnlyList<ModelCheck> Verify()
    {
        var checks = new List<ModelCheck>();
        foreach (var version in Versions())
        {
            try
            {
                var loaded = Load(version);
                foreach (var name in loaded.Manifest.Files.Keys.Where(name => name != ModelFile))
                    if (ModelFolder.Hash(File.ReadAllBytes(Path.Combine(loaded.Folder, name))) != loaded.Manifest.Files[name])
                        throw new RetentionException(Failure.DependencyUnavailable, $"{name} is not the file that was written.");
                Judged(version);
                checks.Add(new ModelCheck(version, true,
                    $"{loaded.Manifest.Files.Count} files as written, {loaded.Manifest.GoldenRows.Count} golden rows repeated"));
            }
            catch (Exception fault) when (fault is RetentionException or IOException or UnauthorizedAccessException)
            {
                checks.Add(new ModelCheck(version, false, fault.Message));
            }
        }
        foreach (var name in new[] { ChampionName, ChallengerName })
            if (Named(name) is { } version && !Versions().Contains(version))
                checks.Add(new ModelCheck(version, false, $"named {name}, and not there"));
        return checks;
    }

    private void Move(string what, string version, string by, string reason, TimeProvider clock)
    {
        var previous = ChampionVersion();
        ModelFolder.Name(_kindFolder, ChampionName, version);
        if (ChallengerVersion() == version) File.Delete(Path.Combine(_kindFolder, ChallengerName));
        if (previous is not null && previous != version && what == "rolled back") ModelFolder.Name(_kindFolder, ChallengerName, previous);
        Audit(new ModelMove(Now(clock), by, what, version, version, previous, reason));
    }

    private void Require(string version)
    {
        if (version.AsSpan().ContainsAny('/', '\\') || !File.Exists(Path.Combine(_kindFolder, version, ManifestFile)))
            throw new RetentionException(Failure.NotFound, $"There is no model version '{version}' in {_kindFolder}.");
    }

    private string? Named(string name) =>
        Path.Combine(_kindFolder, name) is var path && File.Exists(path) ? Reading(path, () => File.ReadAllText(path)).Trim() : null;

    private void Audit(ModelMove move) =>
        File.AppendAllText(Path.Combine(_kindFolder, AuditFile), JsonSerializer.Serialize(move, ModelFolder.Json) + "\n");

    private static string Now(TimeProvider clock) =>
        clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
