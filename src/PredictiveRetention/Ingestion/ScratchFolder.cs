namespace PredictiveRetention.Ingestion;

/// <summary>A folder for unpacked and re-encoded copies, removed with its contents when the import ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("retain-import-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
