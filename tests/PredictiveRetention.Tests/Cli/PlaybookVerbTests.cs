using System.Text.Json;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Playbooks;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>Plays tried on a published night, from outside.</summary>
public sealed class PlaybookVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retain-");

    private string Store => "sqlite:" + In("shop.db");

    private string[] Where => ["--store", Store, "--models", In("models")];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Plays_are_checked_explained_and_shared_out_as_the_night_would()
    {
        Night();
        using var store = RetentionStore.Find(Store)!;
        var run = store.Nights.Current()!;
        var rows = store.Predictions.ReadAll(run.RunId).ToList();

        var check = Ran("playbook", "check", "--json").RootElement.EnumerateArray().ToList();
        // Without limits everybody gets the best play: what the night recommended, and what it left alone to measure.
        var night = run.Headline!.Plays.Concat(run.Headline.LeftAlone!).ToList();
        Assert.Equal(
            night.GroupBy(play => play.Key).OrderBy(play => play.Key).Select(play => (play.Key, (int)play.Sum(part => part.Customers))),
            check.Select(play => (Id: play.GetProperty("id").GetString()!, BestFor: play.GetProperty("bestFor").GetInt32()))
                .Where(play => play.BestFor > 0).OrderBy(play => play.Id));
        var subscribers = check.Single(play => play.GetProperty("id").GetString() == "subscriber-cross-sell");
        Assert.Equal("its audience includes nobody", subscribers.GetProperty("remarks")[0].GetString());

        var best = rows.Where(row => row.PlayId is not null).MaxBy(row => row.ExpectedNetValue)!;
        var explained = Ran("playbook", "explain", best.CustomerId, "--json").RootElement;
        Assert.Equal(best.PlayId, explained.GetProperty("recommended").GetString());
        var offered = explained.GetProperty("plays").EnumerateArray()
            .Where(play => play.GetProperty("standing").GetString() == "Offered").ToList();
        Assert.Equal(best.ExpectedNetValue, offered.Max(play => play.GetProperty("expectedNetValue").GetDouble()), 1e-9);

        var free = Ran("playbook", "simulate", "--json").RootElement;
        Assert.Equal(run.Headline.ExpectedNetValue, free.GetProperty("value").GetDouble(), 0.01);
        Assert.Equal(
            run.Headline.LeftAlone!.Sum(play => play.Customers),
            free.GetProperty("plays").EnumerateArray().Sum(play => play.GetProperty("leftAlone").GetInt64()));
        var cost = free.GetProperty("cost").GetDouble();
        var tight = Ran("playbook", "simulate", "--budget", Text(cost / 2), "--capacity", "internal=3", "--json").RootElement;
        Assert.InRange(tight.GetProperty("cost").GetDouble(), 0, cost / 2);
        Assert.InRange(tight.GetProperty("value").GetDouble(), 0, free.GetProperty("value").GetDouble());
        Assert.InRange(tight.GetProperty("gap").GetDouble(), 0, 0.05);
        Assert.InRange(
            tight.GetProperty("plays").EnumerateArray().Single(play => play.GetProperty("id").GetString() == "at-risk-early-warning")
                .GetProperty("chosen").GetInt32(), 0, 3);

        var plays = Directory.CreateDirectory(In("plays")).FullName;
        File.WriteAllText(Path.Combine(plays, "none.yaml"), SomePlay.Yaml("none", more: "capacity: 0", cost: "{ per_contact: 0 }"));
        File.WriteAllText(Path.Combine(plays, "all.yaml"), SomePlay.Yaml("all", more: "holdout_share: 0\nbudget: 0",
            cost: "{ per_contact_share: 0.0001 }"));
        var warned = Ran("playbook", "check", "--plays", plays, "--json").RootElement.EnumerateArray()
            .ToDictionary(play => play.GetProperty("id").GetString()!);
        Assert.Equal(
            ["all: holdout_share is 0: its effect can never be measured", "all: budget is 0: nobody gets it"], Warnings(warned["all"]));
        Assert.Equal(["none: capacity is 0: nobody gets it"], Warnings(warned["none"]));
        Assert.Empty(Warnings(warned["loyalty-programme"]));
        Assert.All(new[] { "all", "none" }, id =>
        {
            Assert.NotEqual(0, warned[id].GetProperty("offered").GetInt32());
            Assert.Equal(0, warned[id].GetProperty("bestFor").GetInt32());
            Assert.DoesNotContain(
                "another play is worth more for everybody it is worth its cost for",
                warned[id].GetProperty("remarks").EnumerateArray().Select(remark => remark.GetString()));
        });
        var said = Retain.Run(["playbook", "check", "--plays", plays, .. Where]).Out;
        Assert.Contains("Warnings:\n  all: holdout_share is 0: its effect can never be measured\n", said, StringComparison.Ordinal);
        Assert.Contains("  none: capacity is 0: nobody gets it\n12 plays, no fault;", said, StringComparison.Ordinal);

        Assert.DoesNotContain("is gone", said, StringComparison.Ordinal);
        var off = Directory.CreateDirectory(In("off")).FullName;
        File.WriteAllText(Path.Combine(off, "off.yaml"), SomePlay.Yaml(best.PlayId!, more: "enabled: false"));
        Assert.Contains($"  {best.PlayId} is gone: what waits with ",
            Retain.Run(["playbook", "check", "--plays", off, .. Where]).Out, StringComparison.Ordinal);

        Assert.Contains("no way of sharing out brings more", Retain.Run(["playbook", "simulate", .. Where]).Out, StringComparison.Ordinal);
        Assert.Contains("worth most: " + best.PlayId, Retain.Run(["playbook", "explain", best.CustomerId, .. Where]).Out,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("email", "is not a channel and how many customers it can reach")]
    [InlineData("pigeon=3", "Channels: email, sms")]
    [InlineData("email=-1", "is not a channel and how many customers it can reach")]
    public void A_capacity_that_cannot_be_read_is_refused_with_what_is_allowed(string capacity, string says)
    {
        var refused = Retain.Run(["playbook", "simulate", "--capacity", capacity, .. Where]);
        Assert.Equal((int)Failure.Usage, refused.ExitCode);
        Assert.Contains(says, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_store_or_a_night_there_is_a_next_step()
    {
        var none = Retain.Run(["playbook", "check", .. Where]);
        Assert.Equal((int)Failure.NotFound, none.ExitCode);
        Assert.Contains("Import orders first", none.Error, StringComparison.Ordinal);
        using (var store = RetentionStore.Open(Store)) store.Import(Some.Orders(50));
        var unpublished = Retain.Run(["playbook", "explain", "C1", .. Where]);
        Assert.Equal((int)Failure.NotFound, unpublished.ExitCode);
        Assert.Contains("retain score makes one", unpublished.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Plays_are_warned_of_without_a_store()
    {
        var plays = Directory.CreateDirectory(In("plays")).FullName;
        File.WriteAllText(Path.Combine(plays, "nudge.yaml"), SomePlay.Yaml(more: "holdout_share: 1"));
        var check = Retain.Run("check", "--plays", plays);
        Assert.Equal(0, check.ExitCode);
        Assert.Contains("Warnings:\n  nudge: holdout_share is 1: nobody gets it\n11 plays, no fault.", check.Out, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Retain.Run("check", "--plays", plays, "--json").Out).RootElement.EnumerateArray();
        Assert.Equal(
            ["nudge: holdout_share is 1: nobody gets it"],
            Warnings(json.Single(play => play.GetProperty("id").GetString() == "nudge")));
        Assert.DoesNotContain("Warnings:", Retain.Run("check").Out, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Warnings(JsonElement play) => play.GetProperty("warnings").EnumerateArray()
        .Select(warning => $"{warning.GetProperty("playId").GetString()}: {warning.GetProperty("sentence").GetString()}");

    private void Night()
    {
        using (var store = RetentionStore.Open(Store)) store.Import(Some.Orders(400));
        var score = Retain.Run(["score", .. Where]);
        Assert.True(score.ExitCode == 0, score.Error);
    }

    private JsonDocument Ran(params string[] arguments)
    {
        var ran = Retain.Run([.. arguments, .. Where]);
        Assert.True(ran.ExitCode == 0, ran.Error);
        return JsonDocument.Parse(ran.Out);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static string Text(double value) => value.ToString("F2", System.Globalization.CultureInfo.InvariantCulture);
}
