using System.Text;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

/// <summary>YAML made to end or to hold the process: refused from its events, before a tree is built of it.</summary>
public sealed class HostileYamlTests
{
    [Theory]
    [InlineData("[", "]")]
    [InlineData("{ a: ", "}")]
    public void Deeper_than_64_levels_is_a_fault_with_its_line(string open, string close)
    {
        // The play is the first level.
        string Nested(int levels) => $"{Repeated(open, levels)}{Repeated(close, levels)}";
        var deepest = Fault(SomePlay.Yaml(more: $"steps: {Nested(63)}"));
        Assert.DoesNotContain("nested deeper than 64", deepest, StringComparison.Ordinal);
        var fault = Fault(SomePlay.Yaml(more: $"steps: {Nested(64)}"));
        Assert.Matches(@"play-1\.yaml:11:\d+: is nested deeper than 64 levels", fault);
        var targets = Assert.Throws<RetentionException>(() => Targets.Parse("targets.yaml", $"targets: {Nested(64)}"));
        Assert.Contains("is nested deeper than 64 levels", targets.Message, StringComparison.Ordinal);
    }

    /// <summary>In a process of its own: what is not refused ends it.</summary>
    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    public void Twenty_thousand_levels_are_refused_on_the_command_line(string open, string close)
    {
        var folder = Directory.CreateTempSubdirectory("plays-");
        try
        {
            var (play, targets) = (Path.Combine(folder.FullName, "deep.yaml"), Path.Combine(folder.FullName, "targets.yml"));
            File.WriteAllText(play, $"id:\n  {Repeated(open, 20_000)}x{Repeated(close, 20_000)}\n");
            Refused(Retain.Run("check", "--plays", folder.FullName), play);
            File.Move(play, targets);
            Refused(Retain.Run("check", "--targets", targets), targets);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static void Refused((int ExitCode, string Out, string Error) check, string file)
        {
            Assert.Equal((int)Failure.Usage, check.ExitCode);
            Assert.Contains($"{file}:2:", check.Error, StringComparison.Ordinal);
            Assert.Contains("is nested deeper than 64 levels", check.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Alias_that_multiplies_itself_is_a_fault_and_costs_no_more_than_it_is_long()
    {
        var all = string.Join(", ", Enumerable.Repeat("*a", 30));
        var fault = Fault(SomePlay.Yaml(audience: $"&a {{ any: [{all}] }}"));
        Assert.Contains("is one of more than 1000 mappings", fault, StringComparison.Ordinal);
        Assert.True(fault.Length < 200_000, $"{fault.Length} characters");
    }

    [Theory]
    [InlineData("? [a, b]\n: 1", "11:3: has a list, a mapping or an alias where the name of a field belongs")]
    [InlineData("? { a: b }\n: 1", "11:3: has a list, a mapping or an alias where the name of a field belongs")]
    [InlineData("steps: [&s { day: 1, message: Hi }, { *s : 1 }]", "has a list, a mapping or an alias where the name of a field belongs")]
    public void Name_of_a_field_is_a_word(string more, string fault) =>
        Assert.Contains(fault, Fault(SomePlay.Yaml(more: more)), StringComparison.Ordinal);

    [Fact]
    public void Alias_for_a_value_is_as_good_as_the_value()
    {
        var play = SomePlay.Play(SomePlay.Yaml(
            audience: "{ any: [&few { orders: { max: 2 } }, { not: *few }] }", more: "steps: [&s { day: 1, message: Hi }, *s]"));
        Assert.Equal(2, play.Steps.Count);
    }

    private static string Fault(string yaml) => Assert.Throws<RetentionException>(() => SomePlay.Book(yaml)).Message;

    private static string Repeated(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
