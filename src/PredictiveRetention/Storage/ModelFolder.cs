using System.Security.Cryptography;
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
        if (files.All(file => Path.Combine(target, file.Name) is var path && File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content))) return;
        var temporary = Path.Combine(home, "." + version + "." + Guid.NewGuid().ToString("N"));
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

    public static void Name(string home, string name, string version)
    {
        var path = Path.Combine(home, name);
        var temporary = path + "." + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, version + "\n");
        File.Move(temporary, path, overwrite: true);
    }
}
