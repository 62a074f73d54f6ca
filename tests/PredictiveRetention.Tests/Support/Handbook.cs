using System.Text.RegularExpressions;
using Xunit;

namespace PredictiveRetention.Tests.Support;

/// <param name="Name">From the root of the repository.</param>
/// <param name="Text">Without comments.</param>
/// <param name="Lines">Of its code blocks, those that end in \ joined with the next.</param>
/// <param name="Spans">What stands between ` and ` in its sentences.</param>
internal sealed record HandbookPage(string Name, string Text, IReadOnlyList<string> Lines, IReadOnlyList<string> Spans);

/// <summary>
/// What people read about the product: README, the pages of docs and those beside the code. The changelog speaks of what was.
/// </summary>
internal static partial class Handbook
{
    public static IEnumerable<HandbookPage> Pages()
    {
        string[] beside =
            ["README.md", "CONTRIBUTING.md", "SECURITY.md", "models/README.md", "src/PredictiveRetention/Playbooks/Plays/README.md"];
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
        return beside.Concat(pages.Order(StringComparer.Ordinal)).Select(Read);
    }

    public static HandbookPage Read(string name)
    {
        var text = Comment().Replace(File.ReadAllText(Path.Combine(Repository.Root, name)), "");
        return new(name, text,
            [.. Block().Matches(text).SelectMany(block =>
                block.Groups["code"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))],
            [.. Span().Matches(Block().Replace(text, "")).Select(span => span.Groups[1].Value)]);
    }

    /// <summary>All of them at once: each is a line to write or to take away.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.Distinct().ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }

    [GeneratedRegex(@"<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^```[^\n]*\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();
}
