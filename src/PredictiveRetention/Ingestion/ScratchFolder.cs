namespace PredictiveRetention.Ingestion;

/// <summary>
/// A folder for unpacked and re-encoded copies, removed with its contents when the import ends. What a process left behind that was
/// ended in the middle of one, the next one removes.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "retain-import-";

    /// <summary>Held open by who uses the folder.</summary>
    private const string InUse = "in-use";

    /// <summary>Before, a folder may be just being made.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);

    private readonly FileStream _inUse;

    public ScratchFolder()
    {
        var folder = Directory.CreateTempSubdirectory(Prefix);
        Path = folder.FullName;
        _inUse = new FileStream(System.IO.Path.Combine(Path, InUse), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            // The time of the disk on both sides: no clock of ours is asked.
            foreach (var other in folder.Parent!.EnumerateDirectories(Prefix + "*"))
                if (folder.LastWriteTimeUtc - other.LastWriteTimeUtc > s_life) RemoveIfAbandoned(other);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A place where one may write and not look around.
        }
    }

    public string Path { get; }

    public void Dispose()
    {
        _inUse.Dispose();
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    private static void RemoveIfAbandoned(DirectoryInfo folder)
    {
        try
        {
            // Refused while its import is at work, however long that takes.
            using (new FileStream(System.IO.Path.Combine(folder.FullName, InUse), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None))
            {
                folder.Delete(recursive: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // In use, another's, or another process removes it at this moment.
        }
    }
}
