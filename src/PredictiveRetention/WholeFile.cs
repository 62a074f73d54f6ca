namespace PredictiveRetention;

/// <summary>
/// A file that readers see whole or not at all: written beside its place, brought to the disk and renamed. What is not kept is gone, and
/// what was there before stays.
/// </summary>
public sealed class WholeFile(string path) : IDisposable
{
    private const string Partial = ".partial";

    /// <summary>Where /dev and /proc have other than files; in memory below /dev/shm there are files as anywhere.</summary>
    private static readonly string[] s_devices = ["/dev/", "/proc/"];

    /// <summary>Nobody writes one file for longer.</summary>
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(1);

    private readonly bool _isDevice = IsDevice(path);

    public string Path => path;

    /// <summary>
    /// Where it is to be written. Of this writer alone: two processes may write one file at a time, and the last to keep it has it.
    /// </summary>
    public string Beside { get; } = IsDevice(path) ? path : $"{path}.{Guid.NewGuid():N}{Partial}";

    /// <summary>Writes a file in one go.</summary>
    /// <returns>What <paramref name="write"/> returns.</returns>
    public static T Write<T>(string path, Func<Stream, T> write)
    {
        using var file = new WholeFile(path);
        T result;
        using (var stream = file.Create()) result = write(stream);
        file.Commit();
        return result;
    }

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new WholeFile(path);
        using (var stream = file.Create()) stream.Write(content);
        file.Commit();
    }

    public FileStream Create(int bufferSize = 1 << 16)
    {
        if (!_isDevice) return new FileStream(Beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize);
        var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize);
        if (device.CanSeek) device.Seek(0, SeekOrigin.End); // /dev/stdout may be a file that others have written into
        return device;
    }

    /// <summary>Puts what has been written, and closed, into its place.</summary>
    public void Commit()
    {
        if (_isDevice) return;
        DateTime now; // by the disk
        using (var written = File.OpenHandle(Beside, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(written);
            now = File.GetLastWriteTimeUtc(written);
        }
        File.Move(Beside, path, overwrite: true);
        RemoveAbandoned(now);
    }

    public void Dispose()
    {
        if (!_isDevice && File.Exists(Beside)) File.Delete(Beside);
    }

    /// <summary>/dev/stdout, /dev/null: written into, and neither replaced nor removed.</summary>
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && System.IO.Path.GetFullPath(path) is var whole
        && Array.Exists(s_devices, folder => whole.StartsWith(folder, StringComparison.Ordinal))
        && !whole.StartsWith("/dev/shm/", StringComparison.Ordinal);

    /// <summary>What writers of this file left beside it that were ended in the middle.</summary>
    private void RemoveAbandoned(DateTime now)
    {
        var whole = new FileInfo(path);
        try
        {
            foreach (var left in whole.Directory!.EnumerateFiles($"{whole.Name}.*{Partial}"))
                if (now - left.LastWriteTimeUtc > s_abandoned) left.Delete();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another's, or removed by another at this moment.
        }
    }
}
