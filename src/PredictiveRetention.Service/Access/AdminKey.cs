using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PredictiveRetention.Service.Settings;

namespace PredictiveRetention.Service.Access;

/// <summary>
/// The one key that opens everything but the health endpoints, and the one-time tickets that stand for it in a sign-in link, so that the
/// key itself is in no address bar. A generated key is kept in a file only its owner can read, and survives restarts.
/// </summary>
public sealed class AdminKey(ServiceSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan s_ticketLife = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _tickets = new();

    public string Value { get; } = settings.AdminKey ?? ReadOrCreate(settings.DataFolder);

    /// <summary>Where it is found, as printed at start. Never the key: what is printed stays in journals and histories of shells.</summary>
    public string Place => settings.AdminKey is null ? "in " + FileIn(settings.DataFolder) : "the one in Retention:AdminKey";

    /// <summary>What a shell puts into a call in its place.</summary>
    public string InShell => settings.AdminKey is null ? $"$(cat '{FileIn(settings.DataFolder)}')" : "KEY";

    /// <summary>Names the key without telling it.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("session:" + Value)))[..16];

    /// <summary>Compares in a time that does not depend on where the texts differ.</summary>
    public bool Matches(string? candidate) =>
        candidate is not null
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(candidate)),
                SHA256.HashData(Encoding.UTF8.GetBytes(Value)));

    /// <summary>A ticket that signs in once, soon.</summary>
    public string NewTicket()
    {
        var ticket = Random();
        _tickets[ticket] = clock.GetUtcNow() + s_ticketLife;
        return ticket;
    }

    /// <summary>Whether a ticket still signs in; asking does not spend it.</summary>
    public bool IsOpen(string? ticket) => ticket is not null && _tickets.TryGetValue(ticket, out var until) && clock.GetUtcNow() <= until;

    public bool Redeem(string? ticket) => ticket is not null && _tickets.TryRemove(ticket, out var until) && clock.GetUtcNow() <= until;

    private static string ReadOrCreate(string folder)
    {
        var path = FileIn(folder);
        try
        {
            if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 16 } kept) return kept;
            Directory.CreateDirectory(folder);
            File.Delete(path);
            var key = Random();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(path, options);
            writer.WriteLine(key);
            return key;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RetentionException(Failure.DependencyUnavailable,
                $"The admin key cannot be kept in {path}: {fault.Message} Name another folder with Retention:Data, or a key with "
                    + $"Retention:AdminKey.", fault);
        }
    }

    private static string FileIn(string folder) => Path.GetFullPath(Path.Combine(folder, "admin.key"));

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
