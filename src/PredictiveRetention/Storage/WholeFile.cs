namespace PredictiveRetention.Storage;

/// <summary>
/// A file that readers see whole or not at all: written beside its place, brought to the disk and renamed. What is not kept is gone, and
/// what was there before stays.
/// </summary>
public sealed class WholeFile(string path) : IDisposable
{
    public string Path => path;

    /// <summary>
    /// Where it is to be written. Of this writer alone: two processes may write one file at a time, and the last to keep it has it.
    /// </summary>
    public string Beside { get; } = $"{path}.{Guid.NewGuid():N}.partial";

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

    public FileStream Create(int bufferSize = 1 << 16) => new(Beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize);

    /// <summary>Puts what has been written, and closed, into its place.</summary>
    public void Commit()
    {
        using (var written = File.OpenHandle(Beside, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(written);
        File.Move(Beside, path, overwrite: true);
    }

    public void Dispose()
    {
        if (File.Exists(Beside)) File.Delete(Beside);
    }
}
