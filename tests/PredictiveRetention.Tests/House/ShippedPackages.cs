using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Tests.House;

/// <param name="Licence">SPDX expression; 'unknown' where the package says none that is recognised.</param>
/// <param name="Holder">Its copyright line, or its authors where it has none.</param>
internal sealed record ShippedPackage(string Id, string Version, string Licence, string Holder, string? Home);

/// <summary>
/// Every package that src is built from, direct or not, as packages.lock.json has them, with what their own manifests in the folder of
/// restored packages say of them. Nothing is asked of a feed.
/// </summary>
internal static partial class ShippedPackages
{
    /// <summary>What an SDK adds by itself, in its own version: part of the runtime.</summary>
    private const string OfTheSdk = "Microsoft.AspNetCore.App.Internal.";

    public static IReadOnlyList<ShippedPackage> Read() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "packages.lock.json", SearchOption.AllDirectories)
            .SelectMany(Locked).Distinct()
            .OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal)
            .Where(package => !OnlyBuilds(package.Id, package.Version)).Select(package => Describe(package.Id, package.Version))];

    /// <summary>A file of a restored package, such as the text of its licence.</summary>
    public static string ReadFile(ShippedPackage package, string file) =>
        File.ReadAllText(Path.Combine(Folder(package.Id, package.Version), file));

    /// <summary>The licence a text grants. Words of the strictest come first: a text may name others than its own.</summary>
    public static string RecogniseText(string text)
    {
        bool Has(string words) => Blanks().Replace(text, " ").Contains(words, StringComparison.OrdinalIgnoreCase);
        return Has("affero") ? "AGPL-3.0"
            : Has("lesser general public license") || Has("LGPL") ? "LGPL-3.0-or-later"
            : Has("general public license") ? "GPL-3.0-or-later"
            : Has("permission is hereby granted, free of charge") ? "MIT"
            : Has("apache license") && Has("version 2.0") ? "Apache-2.0"
            : "unknown";
    }

    private static IEnumerable<(string Id, string Version)> Locked(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. from framework in json.RootElement.GetProperty("dependencies").EnumerateObject()
                   from package in framework.Value.EnumerateObject()
                   where package.Value.GetProperty("type").GetString() != "Project"
                         && !package.Name.StartsWith(OfTheSdk, StringComparison.Ordinal)
                   select (package.Name, package.Value.GetProperty("resolved").GetString()!)];
    }

    /// <summary>Whether it is for the compiler alone, such as an analyser.</summary>
    private static bool OnlyBuilds(string id, string version) =>
        Manifest(id, version).Elements()
            .Any(element => element.Name.LocalName == "developmentDependency" && element.Value.Trim() == "true");

    private static XElement Manifest(string id, string version) =>
        XDocument.Load(Directory.EnumerateFiles(Folder(id, version), "*.nuspec").Single()).Root!
            .Elements().First(element => element.Name.LocalName == "metadata");

    private static ShippedPackage Describe(string id, string version)
    {
        var manifest = Manifest(id, version);
        XElement? Find(string name) => manifest.Elements().FirstOrDefault(element => element.Name.LocalName == name);
        string? Text(string name) => Find(name)?.Value.Trim() is { Length: > 0 } text ? Blanks().Replace(text, " ") : null;
        var licence = Find("license") is not { } said ? "unknown"
            : said.Attribute("type")?.Value == "expression" ? said.Value.Trim()
            : RecogniseText(File.ReadAllText(Path.Combine(Folder(id, version), said.Value.Trim())));
        var home = Text("projectUrl") ?? Find("repository")?.Attribute("url")?.Value;
        return new(id, version, licence, Text("copyright") ?? Text("authors") ?? "", home);
    }

    private static string Folder(string id, string version)
    {
#pragma warning disable CA1308 // the folder's names are in small letters
        var beneath = Path.Combine(id.ToLowerInvariant(), version.ToLowerInvariant());
#pragma warning restore CA1308
        return s_homes.Value.Select(home => Path.Combine(home, beneath)).FirstOrDefault(Directory.Exists)
            ?? throw new InvalidOperationException($"{id} {version} is not restored: dotnet restore.");
    }

    /// <summary>Where packages are restored to, as the restore itself wrote down.</summary>
    private static readonly Lazy<IReadOnlyList<string>> s_homes = new(() =>
    {
        var restored = Path.Combine(Repository.Root, "src", "PredictiveRetention", "obj", "project.assets.json");
        using var assets = JsonDocument.Parse(File.ReadAllText(restored));
        return [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
    });

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
