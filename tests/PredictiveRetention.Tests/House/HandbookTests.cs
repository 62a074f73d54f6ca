using System.Text.RegularExpressions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>What documents point at is there: files, headings, source files, tests, failpoints.</summary>
public sealed partial class HandbookTests
{
    [Fact]
    public void Every_link_leads_to_a_file_and_its_heading() =>
        Handbook.AssertNone(from page in Handbook.Pages()
                            from Match link in Link().Matches(page.Text)
                            let target = link.Groups[1].Value
                            where !target.Contains("://", StringComparison.Ordinal) && !Leads(page, target)
                            select $"{page.Name}: {target}");

    [Fact]
    public void Every_source_file_and_test_class_named_is_there()
    {
        var files = new[] { "src", "tests", "notebooks", "eng" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root)).Select(path => path.Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)).ToList();
        Handbook.AssertNone(from page in Handbook.Pages()
                            from span in page.Spans
                            where SourceFile().IsMatch(span) && !files.Any(file => file.EndsWith("/" + span, StringComparison.Ordinal))
                                || TestClass().IsMatch(span) && !files.Any(file => file.EndsWith($"/{span}.cs", StringComparison.Ordinal))
                                || Folder().IsMatch(span) && span != "notebooks/out/" && !Path.Exists(Path.Combine(Repository.Root, span))
                            select $"{page.Name}: {span}");
    }

    [Fact]
    public void Every_failpoint_is_in_the_pages_of_the_night_and_every_one_named_there_is_passed()
    {
        var passed = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => Passed().Matches(File.ReadAllText(path)).Select(pass => pass.Groups[1].Value));
        var named = Handbook.Read("docs/night-run.md").Text.Split("can be made to fail: ")[1].Split('.')[0].Split(", ");
        Assert.Equal(passed.Distinct().Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static bool Leads(HandbookPage page, string target)
    {
        var parts = target.Split('#');
        var full = parts[0].Length == 0 ? Path.Combine(Repository.Root, page.Name)
            : Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page.Name)!, parts[0]));
        return parts.Length == 1 ? File.Exists(full) || Directory.Exists(full)
            : File.Exists(full) && Heading().Matches(File.ReadAllText(full)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>As the pages of a repository name their headings.</summary>
    private static string Anchor(string heading) =>
#pragma warning disable CA1308 // they are in small letters
        NoAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');
#pragma warning restore CA1308

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"^[\w./-]+\.(cs|razor|props|resx|csproj|sln)$")]
    private static partial Regex SourceFile();

    [GeneratedRegex("^[A-Z][A-Za-z]+Tests$")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"^(src|tests|eng|docs|notebooks|\.github)/[\w./-]+$")]
    private static partial Regex Folder();

    [GeneratedRegex(@"Failpoint\.Pass\(""([a-z-]+)""\)")]
    private static partial Regex Passed();
}
