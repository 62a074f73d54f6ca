namespace PredictiveRetention.Ingestion;

/// <summary>
/// A folder for unpacked and re-encoded copies, removed with its contents when the import ends. What a process left behind that was
/// ended in the middle of one, the next one removes.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "retain-import-";

    /// <summary>No import is at work for longer without writing to its folder.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);

    public ScratchFolder()
    {
        var folder = Directory.CreateTempSubdirectory(Prefix);
        Path = folder.FullName;
        // The time of the disk on both sides: no clock of ours is asked.
        foreach (var other in folder.Parent!.EnumerateDirectories(Prefix + "*"))
            if (folder.LastWriteTimeUtc - other.LastWriteTimeUtc > s_life) Remove(other);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another's, or another process removes it at this moment.
        }
    }
}
