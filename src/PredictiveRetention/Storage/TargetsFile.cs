using PredictiveRetention.Insights.Okr;

namespace PredictiveRetention.Storage;

/// <summary>A shop's targets on disk.</summary>
public static class TargetsFile
{
    /// <exception cref="RetentionException">The file is missing, or wrong: every fault with its line.</exception>
    public static Targets Read(string path) => File.Exists(path)
        ? Targets.Parse(path, File.ReadAllText(path))
        : throw new RetentionException(Failure.NotFound, $"The file of targets '{path}' does not exist.");
}
