using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Service.Tests.Health;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Settings;

/// <summary>
/// docs/settings.md has a row for every setting, with the default the service takes, and none for another; no document names another.
/// </summary>
public sealed partial class SettingsPageTests
{
    private const string Home = "~/.local/share/PredictiveRetention";

    private static readonly HandbookPage s_page = Handbook.Read("docs/settings.md");

    /// <summary>The names the service knows, as it tells who writes another.</summary>
    private static readonly string[] s_known = Known();

    [Fact]
    public void Every_setting_has_a_row_and_every_row_is_of_a_setting()
    {
        var rows = Rows("settings").Keys;
        Handbook.AssertNone(s_known.Except(rows).Select(name => $"docs/settings.md lacks | `{name}` | its default | what it says |")
            .Concat(rows.Except(s_known).Select(name => $"docs/settings.md has a row of {name}, which is no setting")));
    }

    [Fact]
    public void Defaults_are_those_the_service_takes()
    {
        var settings = ServiceSettings.Read(new ConfigurationBuilder().Build());
        var rows = Rows("settings");
        Assert.All(new (string Name, IFormattable? Number, string? Text)[]
        {
            ("Cron", null, settings.Cron),
            ("RetrainCron", null, settings.RetrainCron),
            ("ShardSize", settings.Runs.ShardSize, null),
            ("Margin", settings.Runs.Margin, null),
            ("RequestsPerSecond", settings.RequestsPerSecond, null),
            ("MaxUploadMB", settings.MaxUploadBytes / 1_048_576, null),
            ("Language", null, settings.Language.Name),
            ("Models", null, settings.Models),
            ("Data", null, settings.DataFolder.Replace(StoreAddress.DataFolder, Home, StringComparison.Ordinal)),
        }.Where(setting => rows.ContainsKey(setting.Name)), setting =>
        {
            var value = setting.Text ?? setting.Number!.ToString(null, CultureInfo.InvariantCulture);
            Assert.StartsWith($"`{value}`", rows[setting.Name], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void No_document_names_a_setting_that_is_none() =>
        Handbook.AssertNone(from document in Handbook.Pages()
                            from Match named in Setting().Matches(document.Text)
                            let name = named.Groups["name"].Value
                            where name != "Name" && !s_known.Contains(name)
                            select $"{document.Name}: {named.Value}");

    [Fact]
    public void Every_variable_the_code_asks_for_has_a_row_and_every_variable_named_is_asked_for()
    {
        var asked = Sources().SelectMany(text => Asked().Matches(text).Select(variable => variable.Groups[1].Value))
            .Where(name => name is not ("PATH" or "FAKETIME")).ToHashSet(); // other programs' own
        Assert.Contains("RETENTION_FAILPOINTS", asked);
        var rows = Rows("variables").Keys;
        Handbook.AssertNone(asked.Except(rows).Select(name => $"docs/settings.md lacks a row of {name}"));
        Handbook.AssertNone(
            from page in Handbook.Pages()
            from Match named in Variable().Matches(page.Text)
            where !asked.Contains(named.Value)
            select $"{page.Name}: nothing asks for {named.Value}");
    }

    [Fact]
    public void Every_option_of_the_service_is_in_the_page()
    {
        var options = Regex.Matches(CommandLine.Usage, "^  (--[a-z]+)", RegexOptions.Multiline).Select(option => option.Groups[1].Value);
        Assert.Equal(options.Order(StringComparer.Ordinal), Rows("options").Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>The rows of the table after the heading that ends in the word: name and the cell after it.</summary>
    private static Dictionary<string, string> Rows(string heading)
    {
        var section = s_page.Text.Split("\n## ").Single(part => part.Split('\n')[0].EndsWith(heading, StringComparison.Ordinal));
        return Row().Matches(section).ToDictionary(row => row.Groups["name"].Value, row => row.Groups["default"].Value.Trim());
    }

    private static string[] Known()
    {
        var configuration = new ConfigurationBuilder().AddInMemory([("Retention:Unheard", "1")]).Build();
        var refusal = Assert.Throws<RetentionException>(() => ServiceSettings.Read(configuration)).Message;
        return refusal.Split("Known: ")[1].Split('\n')[0].Trim().TrimEnd('.').Split(", ");
    }

    private static IEnumerable<string> Sources() =>
        from folder in new[] { "src", "tests" }
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        select File.ReadAllText(path);

    [GeneratedRegex(@"^\| `(?<name>[^` ]+)[^`]*` \| (?<default>[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bRetention(:|__)(?<name>[A-Za-z]+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"(?:GetEnvironmentVariable\("")(\w+)")]
    private static partial Regex Asked();

    [GeneratedRegex(@"\bRETENTION_[A-Z_]+\b")]
    private static partial Regex Variable();
}
