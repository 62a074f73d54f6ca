using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using PredictiveRetention.Training;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>
/// docs/command-line.md is made from the tree of commands below its mark, and every command and option that a document names is one of
/// the tree.
/// </summary>
public sealed class CommandLinePageTests
{
    private const string Page = "docs/command-line.md";
    private const string Mark = "<!-- Below, as the commands say it themselves: made by CommandLinePageTests. -->\n";

    private static readonly RootCommand s_root = RetainCommand.Root();

    [Fact]
    public void The_page_says_what_the_commands_say_themselves()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        Assert.Contains(Mark, page, StringComparison.Ordinal);
        Approved.Equal(Page, page[..(page.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)] + Made());
    }

    [Fact]
    public void README_names_every_verb()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Assert.All(s_root.Subcommands, verb => Assert.Contains($"`retain {verb.Name}", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_of_a_document_is_taken_by_the_command_line()
    {
        var commands = Handbook.Pages().SelectMany(page => page.Lines.Select(line => (page.Name, Words: Words(line))))
            .Where(line => line.Words.Count > 0).ToList();
        Assert.True(commands.Count > 20, $"{commands.Count} commands");
        Handbook.AssertNone(
            from command in commands
            from error in s_root.Parse(command.Words).Errors
            select $"{command.Name}: retain {string.Join(' ', command.Words)}: {error.Message}");
    }

    [Fact]
    public void Every_verb_and_option_that_a_sentence_names_is_one() => Handbook.AssertNone(
        from page in Handbook.Pages()
        from span in page.Spans
        from fault in Unknown(span)
        select $"{page.Name}: `{span}`: {fault}");

    [Fact]
    public void Version_is_that_of_the_build()
    {
        var (exitCode, output, _) = Retain.Run("--version");
        Assert.Equal((0, ProductVersion.Text), (exitCode, output.Trim()));
        var properties = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"));
        Assert.Contains($"<Version>{ProductVersion.Text}</Version>", properties, StringComparison.Ordinal);
    }

    /// <summary>
    /// The words after 'retain' of a line of a code block; none where it is not a call of it. What stands after # is a remark, and what
    /// stands in brackets may be left out.
    /// </summary>
    private static List<string> Words(string line)
    {
        var call = line.Split(" #")[0].Trim().Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        foreach (var program in new[] { "retain ", "dotnet run -c Release --project src/PredictiveRetention.Training -- " })
            if (call.StartsWith(program, StringComparison.Ordinal)) return [.. CommandLineParser.SplitCommandLine(call[program.Length..])];
        return [];
    }

    /// <summary>A sentence may name a command without what it needs, and an option without its command.</summary>
    private static IEnumerable<string> Unknown(string span)
    {
        var words = span.Split([' ', '[', ']', '='], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) yield break;
        if (words[0] != "retain")
        {
            var isOption = words[0].StartsWith("--", StringComparison.Ordinal) && words[0].Length > 2;
            var isSetting = words[0].Contains(':', StringComparison.Ordinal);
            if (isOption && !isSetting && !AllOptions(s_root).Concat(s_otherOptions).Contains(words[0]))
                yield return $"{words[0]} is no option of any command";
            yield break;
        }
        Command command = s_root;
        var next = 1;
        for (; next < words.Length && command.Subcommands.Count > 0 && !words[next].StartsWith('-'); next++)
        {
            var named = words[next].Split('|').Select(name => command.Subcommands.FirstOrDefault(verb => verb.Name == name)).ToList();
            if (named.Contains(null)) yield return $"{words[next]} is no command";
            if (named[0] is null) yield break;
            command = named[0]!;
        }
        foreach (var option in words[next..].Where(word => word.StartsWith("--", StringComparison.Ordinal)).Except(AllOptions(command)))
            yield return $"{option} is no option of {command.Name}";
    }

    /// <summary>Of the service, and of the tools that a developer calls.</summary>
    private static readonly string[] s_otherOptions =
        ["--demo", "--role", "--urls", "--help", "--version", "--filter", "--folder", "--force-evaluate", "--times", "--only", "--engine"];

    private static IEnumerable<string> AllOptions(Command command) =>
        command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))
            .Concat(command.Subcommands.SelectMany(AllOptions)).Append("--help");

    private static string Made()
    {
        var page = new StringBuilder();
        foreach (var verb in s_root.Subcommands) Write(page, verb, "retain", "##");
        page.Append("\n## Options that many take\n\n| option | says |\n|---|---|\n");
        var common = s_root.Subcommands.SelectMany(Leaves).SelectMany(verb => verb.Options).Where(IsCommon);
        foreach (var option in common.DistinctBy(option => option.Name)) Write(page, option);
        return page.ToString();
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private static bool IsCommon(Option option) => option.Name is "--store" or "--models" or "--json" or "--quiet";

    private static void Write(StringBuilder page, Command command, string path, string heading)
    {
        var lines = command.Description!.Split('\n');
        var common = command.Options.Where(IsCommon).Select(option => $"`{option.Name}`").ToList();
        page.Append(CultureInfo.InvariantCulture, $"\n{heading} {path} {command.Name}\n\n{Cell(lines[0])}\n");
        var examples = lines.Skip(1).Select(line => line.Trim()["Example: ".Length..]).ToList();
        if (examples.Count > 0) page.Append(CultureInfo.InvariantCulture, $"\n```\n{string.Join('\n', examples)}\n```\n");
        var own = command.Options.Where(option => !IsCommon(option)).ToList();
        if (command.Arguments.Count + own.Count > 0) page.Append("\n| argument or option | says |\n|---|---|\n");
        foreach (var argument in command.Arguments)
        {
            var optional = argument.Arity.MinimumNumberOfValues == 0 ? ", may be left out" : "";
            var repeated = argument.Arity.MaximumNumberOfValues > 1 ? ", may be repeated" : "";
            page.Append(CultureInfo.InvariantCulture, $"| `{argument.Name}`{optional}{repeated} | {Cell(argument.Description)} |\n");
        }
        foreach (var option in own) Write(page, option);
        if (common.Count > 0) page.Append(CultureInfo.InvariantCulture, $"\nTakes {string.Join(", ", common)} too.\n");
        foreach (var under in command.Subcommands) Write(page, under, path + " " + command.Name, heading + "#");
    }

    private static void Write(StringBuilder page, Option option)
    {
        var names = string.Join("`, `", option.Aliases.Prepend(option.Name));
        var otherwise = Default(option) is { Length: > 0 } value ? $" (default: {value})" : "";
        page.Append(CultureInfo.InvariantCulture, $"| `{names}` | {Cell(option.Description)}{otherwise} |\n");
    }

    /// <summary>As it is on anybody's machine; empty where there is none worth saying.</summary>
    private static string Default(Option option) => !option.HasDefaultValue ? "" : option.GetDefaultValue() switch
    {
        string name when name == Environment.UserName => "your user name",
        string text => $"`{text.Replace(StoreAddress.DataFolder, "~/.local/share/PredictiveRetention", StringComparison.Ordinal)}`",
        IFormattable value and not Enum => $"`{value.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => "",
    };

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}
