using System.Security.Cryptography;
using System.Text.Json;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Service.Settings;

namespace PredictiveRetention.Service.Importing;

/// <summary>
/// Where uploads lie: one folder each below the data folder, named by chance, gone a day after it was last touched. A folder that is still
/// being received has another name, so that nothing half received is ever taken for an upload.
/// </summary>
internal sealed class Uploads(ServiceSettings settings, TimeProvider clock, ILogger<Uploads> logger)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);
    private const string Receiving = "receiving-";
    private const int PreviewRows = 20;
    private const int CellMax = 300;

    /// <summary>Uploads that lie here at once, and those that are being received.</summary>
    private const int KeptMax = 20;
    private const int ReceivedMax = 4;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private readonly Lock _lock = new();

    /// <summary>States that the disk did not take: they hold, and are written when it does.</summary>
    private readonly Dictionary<string, Upload> _unwritten = [];
    private readonly string _root = Path.Combine(settings.DataFolder, "uploads");

    public string Root => _root;

    public string FilesOf(string id) => Path.Combine(_root, id, "files");

    public string MappingOf(string id) => Path.Combine(_root, id, "mapping.json");

    public string RejectsOf(string id) => Path.Combine(_root, id, "rejects.csv");

    /// <summary>
    /// A new folder to receive files in, or the problem where too much is received or lies here already; <see cref="Admit"/> makes an
    /// upload of it, <see cref="GiveUp"/> leaves nothing of it.
    /// </summary>
    public (string? Folder, string? Problem) Receive()
    {
        Sweep();
        lock (_lock)
        {
            if (TooMuch() is { } problem) return (null, problem);
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var folder = Path.Combine(_root, Receiving + id, "files");
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.SetLastWriteTimeUtc(Path.Combine(_root, Receiving + id), clock.GetUtcNow().UtcDateTime); // the disk may have its own
            return (folder, null);
        }
    }

    private string? TooMuch()
    {
        if (!Directory.Exists(_root)) return null;
        var folders = Directory.GetDirectories(_root);
        var receiving = folders.Count(folder => Path.GetFileName(folder).StartsWith(Receiving, StringComparison.Ordinal));
        if (receiving >= ReceivedMax) return UploadProblem.Busy;
        var bytes = folders.Sum(BytesOf);
        // Of what is imported only the report lies here: nothing is left of it to import or to remove.
        var kept = folders.Count(folder => Directory.Exists(Path.Combine(folder, "files")));
        return kept >= KeptMax || bytes > ReceivedMax * settings.MaxUploadBytes ? UploadProblem.TooManyKept : null;
    }

    /// <summary>Of a folder that another request may be removing.</summary>
    private static long BytesOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public void GiveUp(string folder) => Delete(Path.GetDirectoryName(folder)!);

    /// <summary>Looks at what was received and proposes how to read it.</summary>
    public Upload Admit(string folder, CancellationToken cancellation)
    {
        var received = Path.GetDirectoryName(folder)!;
        var id = Path.GetFileName(received)[Receiving.Length..];
        var files = Directory.EnumerateFiles(folder)
            .Order(StringComparer.Ordinal)
            .Select(path => LookAt(path, null, cancellation))
            .ToList();
        Directory.Move(received, Path.Combine(_root, id));
        var upload = new Upload { Id = id, TouchedAtMs = NowMs, Files = files, Choices = ImportChoices.Detect(files) };
        Save(upload);
        return upload;
    }

    /// <summary>The beginning of a file and its candidates; where it cannot be read, why.</summary>
    public UploadedFile LookAt(string path, char? delimiter, CancellationToken cancellation)
    {
        var (name, bytes) = (Path.GetFileName(path), new FileInfo(path).Length);
        try
        {
            var preview = FilePreview.Read(path, delimiter, PreviewRows, settings.MaxUnpackedBytes, cancellation);
            return new UploadedFile(name, bytes, preview with { Rows = [.. preview.Rows.Select(Short)] },
                PresetDetection.Rank(name, preview.Headers), null);
        }
        catch (RetentionException fault)
        {
            return new UploadedFile(name, bytes, null, [], WithoutFolder(fault.Message, Path.GetDirectoryName(path)!));
        }
    }

    /// <summary>Null for an id that is none, or one whose time has passed.</summary>
    public Upload? Find(string id)
    {
        if (id.Length != 32 || !id.All(char.IsAsciiHexDigitLower)) return null;
        lock (_lock)
        {
            if (_unwritten.TryGetValue(id, out var held)) return held;
            var path = StateOf(id);
            if (!File.Exists(path)) return null;
            try
            {
                return JsonSerializer.Deserialize<Upload>(File.ReadAllBytes(path), s_json) is { } upload && !IsPast(upload) ? upload : null;
            }
            catch (JsonException)
            {
                return null; // cut by a crash, or of another version: swept like one whose time has passed
            }
        }
    }

    /// <summary>Changes an upload as it is now; null where there is none, or where the change says null.</summary>
    public Upload? Change(string id, Func<Upload, Upload?> change)
    {
        lock (_lock)
        {
            if (Find(id) is not { } upload || change(upload) is not { } changed) return null;
            changed = changed with { TouchedAtMs = NowMs };
            Save(changed);
            return changed;
        }
    }

    /// <summary>
    /// As <see cref="Change"/>, for what has happened already: where the disk does not take it, it holds all the same until
    /// <see cref="WriteUnwritten"/>.
    /// </summary>
    /// <exception cref="IOException">It holds in memory only; so does an <see cref="UnauthorizedAccessException"/> say.</exception>
    public void ChangeEvenUnwritten(string id, Func<Upload, Upload> change)
    {
        lock (_lock)
        {
            if (Find(id) is not { } upload) return;
            var changed = change(upload) with { TouchedAtMs = NowMs };
            _unwritten[id] = changed;
            Save(changed);
        }
    }

    /// <summary>Writes the states that hold in memory only.</summary>
    /// <exception cref="IOException">The disk does not take them yet.</exception>
    public void WriteUnwritten()
    {
        lock (_lock)
            foreach (var upload in _unwritten.Values.ToList())
            {
                if (IsPast(upload) || !Directory.Exists(Path.Combine(_root, upload.Id))) _unwritten.Remove(upload.Id);
                else Save(upload);
            }
    }

    public IReadOnlyList<Upload> All()
    {
        if (!Directory.Exists(_root)) return [];
        return [.. Directory.EnumerateDirectories(_root)
            .Select(folder => Find(Path.GetFileName(folder)))
            .OfType<Upload>()
            .OrderByDescending(upload => upload.TouchedAtMs)];
    }

    public void Remove(string id)
    {
        if (Find(id) is null) return;
        lock (_lock) _unwritten.Remove(id);
        Delete(Path.Combine(_root, id));
    }

    /// <summary>What was imported is in the store: the files need not lie here any longer.</summary>
    public void RemoveFiles(string id) => Delete(FilesOf(id));

    /// <summary>Removes what is past its time, and what a process left behind that ended while it received.</summary>
    public void Sweep(bool atStart = false)
    {
        if (!Directory.Exists(_root)) return;
        foreach (var folder in Directory.EnumerateDirectories(_root))
        {
            var name = Path.GetFileName(folder);
            var isPast = name.StartsWith(Receiving, StringComparison.Ordinal)
                ? atStart || clock.GetUtcNow() - Directory.GetLastWriteTimeUtc(folder) > Life
                : Find(name) is null;
            if (isPast) Delete(folder);
        }
    }

    public static string WithoutFolder(string message, string folder) =>
        message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Replace(folder, ".", StringComparison.Ordinal);

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private string StateOf(string id) => Path.Combine(_root, id, "upload.json");

    private bool IsPast(Upload upload) => !upload.IsAtWork && NowMs - upload.TouchedAtMs > Life.TotalMilliseconds;

    private void Save(Upload upload)
    {
        lock (_lock)
        {
            // One writer, under a lock: the name beside it is always the same, and what a fault left there is written over.
            var path = StateOf(upload.Id);
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(upload, s_json));
            File.Move(path + ".new", path, overwrite: true);
            _unwritten.Remove(upload.Id);
        }
    }

    private void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Folder} could not be removed: {Fault} It is tried again later.", folder, fault.Message);
        }
    }

    private static PreviewRow Short(PreviewRow row) =>
        row with { Cells = [.. row.Cells.Select(cell => cell.Length > CellMax ? cell[..CellMax] + "…" : cell)] };
}
