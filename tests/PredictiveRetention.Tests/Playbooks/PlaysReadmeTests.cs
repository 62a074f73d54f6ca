using System.Text.RegularExpressions;
using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

/// <summary>What a shop can write in a play is documented beside the plays.</summary>
public class PlaysReadmeTests
{
    [Fact]
    public void Every_shipped_play_has_a_row() =>
        Assert.All(Playbook.Shipped().Plays, play => Assert.Contains(
            $"| {play.Id} | {PlayNames.Name(play.Priority)} | {play.Owner} | {PlayNames.Name(play.Channel)} |",
            Readme(),
            StringComparison.Ordinal));

    [Theory]
    [InlineData("unheard_of: 1", "{ orders: 1 }")]
    [InlineData("", "{ unheard_of: 1 }")]
    public void Every_field_is_named(string more, string audience)
    {
        var fault = Assert.Throws<RetentionException>(() => SomePlay.Book(SomePlay.Yaml(audience: audience, more: more)));

        var allowed = fault.Message.Split("Allowed: ")[1].Split(", ");
        Assert.True(allowed.Length > 10);
        Assert.All(allowed, field => Assert.Matches($"`{Regex.Escape(field)}:?`", Readme()));
    }

    private static string Readme()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PredictiveRetention.sln"))) folder = folder.Parent;

        return File.ReadAllText(Path.Combine(folder.FullName, "src", "PredictiveRetention", "Playbooks", "Plays", "README.md"));
    }
}
