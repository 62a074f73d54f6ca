using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Storage;

/// <summary>A shop's own plays: every .yaml file of a folder, one play each.</summary>
public static class PlayFolder
{
    /// <exception cref="RetentionException">The folder is missing, or a play is wrong: every fault of every file.</exception>
    public static Playbook Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new RetentionException(Failure.NotFound, $"The folder of plays '{folder}' does not exist.");
        return Playbook.Parse(Directory.EnumerateFiles(folder)
            .Where(path => Path.GetExtension(path) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(path))));
    }
}
