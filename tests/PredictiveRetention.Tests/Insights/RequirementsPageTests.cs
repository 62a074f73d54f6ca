using System.Text.RegularExpressions;
using PredictiveRetention.Insights;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>docs/requirements.md names only what there is, leaves out no wrong figure, and has a test or an excuse in every row.</summary>
public sealed partial class RequirementsPageTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "requirements.md"));

    private static IEnumerable<string> Names => Quoted().Matches(s_page).Select(match => match.Groups[1].Value).Distinct();

    [Fact]
    public void Every_name_is_of_a_metric_a_view_a_card_a_play_an_endpoint_a_command_or_a_test()
    {
        var cards = HandMade.GoodPulse().Cards().Select(card => card.Id).ToHashSet();
        var plays = Playbook.Shipped().Plays.Select(play => play.Id).ToHashSet();
        var approved = File.ReadAllText(Path.Combine(Repository.Root, "tests", "PredictiveRetention.Service.Tests", "Access",
            "openapi.approved.txt"));
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var unknown = Names.Where(name => !Known(name)).ToList();
        Assert.Empty(unknown);

        bool Known(string name) =>
            MetricCatalogue.Find(name) is not null || ViewCatalogue.Find(name) is not null || SqlViews.Find(name) is not null
                || cards.Contains(name) || plays.Contains(name)
            || (name.EndsWith('*') && cards.Any(card => card.StartsWith(name[..^1], StringComparison.Ordinal)))
            || (name.StartsWith('/') && Regex.IsMatch(approved, $@"(^|\s)(/api/v1)?{Regex.Escape(name)}(\s|$)", RegexOptions.Multiline))
            || (name.StartsWith("retain ", StringComparison.Ordinal)
                && readme.Contains($"`{string.Join(' ', name.Split(' ').Take(2))}", StringComparison.Ordinal))
            || IsTest(name);
    }

    [Fact]
    public void Every_test_is_there()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .SelectMany(text => Class()
                .Matches(text)
                .SelectMany(type => Method().Matches(text).Select(method => $"{type.Groups[1].Value}.{method.Groups[1].Value}")))
            .ToHashSet();
        Assert.Subset(tests, Names.Where(IsTest).ToHashSet());
    }

    [Fact]
    public void Every_wrong_figure_has_its_row() =>
        Assert.Equal(Enumerable.Range(1, 41),
            Section("Figures that the reports get wrong")
                .Select(row => int.Parse(row.Split('|')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Every_row_has_a_test_or_says_that_it_is_not_there_yet()
    {
        var rows = s_page.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.Contains("| test |", StringComparison.Ordinal))
            .ToList();
        Assert.True(rows.Count > 120);
        Assert.All(rows,
            row => Assert.True(row.Contains("Tests.", StringComparison.Ordinal) || row.Contains("not there yet", StringComparison.Ordinal),
                row));
    }

    [Fact]
    public void The_page_knows_no_machine() => Assert.DoesNotMatch(@"/(work|tmp|home|root)\b", s_page);

    private static List<string> Section(string title) =>
        [.. s_page[s_page.IndexOf(title, StringComparison.Ordinal)..].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsDigit(line[2]))];

    private static bool IsTest(string name) => TestName().IsMatch(name);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[A-Z]\w+Tests\.\w+$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\bclass (\w+Tests)\b")]
    private static partial Regex Class();

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex Method();
}
