using System.Text.RegularExpressions;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>docs/sources.md names every preset and every rule that holds for all.</summary>
public sealed partial class SourcesPageTests
{
    [Fact]
    public void Page_names_every_shipped_preset() =>
        Assert.All(ImportRequest.Presets, preset => Assert.Contains($"| `{preset}` |", Page, StringComparison.Ordinal));

    [Fact]
    public void Page_has_the_line_of_every_rule()
    {
        var rules = File.ReadAllText(Path.Combine(Repository.Root, "src", "PredictiveRetention", "Ingestion", "Presets", "rules.sql"));
        var lines = Note().Matches(rules).Select(note => note.Groups["text"].Value.Split('{')[0]
            .Replace("''", "'", StringComparison.Ordinal)).ToList();
        Assert.Equal(20, lines.Count);
        Assert.All(lines, line => Assert.Contains("noted: " + line, Page, StringComparison.Ordinal));
    }

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "sources.md"));

    /// <summary>The second column of a note: a text, or a text with blanks to fill in.</summary>
    [GeneratedRegex(@"^SELECT (?:source|coalesce\(source, 'orders'\)), (?:format\()?'(?<text>[^']+)'", RegexOptions.Multiline)]
    private static partial Regex Note();
}
