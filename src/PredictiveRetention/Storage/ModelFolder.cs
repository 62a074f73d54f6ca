using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PredictiveRetention.Storage;

/// <summary>How versions and names lie on the disk: written beside and renamed, so that nothing half-written is ever seen.</summary>
internal static class ModelFolder
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static void Write(string home, string version, IReadOnlyCollection<(string Name, byte[] Content)> files)
    {
        var target = Path.Combine(home, version);
        // The same content again: what is there may be in use this moment.
        if (files.All(file => Path.Combine(target, file.Name) is var path && File.Exists(path)
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content))) return;
        var temporary = Path.Combine(home, "." + version + "." + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var (name, content) in files)
            {
                using var stream = new FileStream(Path.Combine(temporary, name), FileMode.CreateNew);
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    public static void Name(string home, string name, string version)
    {
        WholeFile.Write(Path.Combine(home, name), Encoding.UTF8.GetBytes(version + "\n"));
    }
}
