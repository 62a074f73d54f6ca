using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class PlaybookTests
{
    [Fact]
    public void A_play_is_read_with_all_its_fields()
    {
        var play = SomePlay.Play(
            """
            $schema: play.schema.json
            id: welcome-back
            formerly: [hello-again, come-back]
            salt: spring
            name: Welcome back
            why: They returned.
            priority: critical
            owner: CRM / Marketing
            channel: direct_mail
            timeline: Day 7 / 14 / 30 after the first order
            steps:
              - { day: 7, message: Thanks }
              - { day: 14, message: More }
            audience: { lifecycle: Reactivated }
            cost: { per_contact: 0.8, share_of_order: 0.1, per_contact_share: 0.001 }
            currency: EUR
            expected_uplift: { prior: -0.01, source: measured 2026-03 }
            cooldown_days: 45
            holdout_share: 0.2
            budget: 99.5
            capacity: 500
            enabled: false
            """);

        Assert.Equal(("welcome-back", "Welcome back", "They returned."), (play.Id, play.Name, play.Why));
        Assert.Equal((PlayPriority.Critical, "CRM / Marketing", PlayChannel.DirectMail), (play.Priority, play.Owner, play.Channel));
        Assert.Equal("Day 7 / 14 / 30 after the first order", play.Timeline);
        Assert.Equal([new PlayStep(7, "Thanks"), new PlayStep(14, "More")], play.Steps);
        Assert.Equal(new PlayCost(0.8, 0.1, 0.001), play.Cost);
        Assert.Equal("EUR", play.Currency!.Code);
        Assert.Equal(new ExpectedUplift(-0.01, "measured 2026-03"), play.ExpectedUplift);
        Assert.Equal(["hello-again", "come-back"], play.Formerly);
        Assert.Equal(("spring", true, 99.5), (play.Salt, play.HasOwnSalt, play.Budget));
        Assert.Equal((45, 0.2, 500, false, "play-1.yaml"), (play.CooldownDays, play.HoldoutShare, play.Capacity, play.Enabled, play.File));
    }

    [Fact]
    public void What_a_play_leaves_out_has_a_default()
    {
        var play = SomePlay.Play(SomePlay.Yaml());

        Assert.Equal((30, 0.10, null, true), (play.CooldownDays, play.HoldoutShare, play.Capacity, play.Enabled));
        Assert.Equal(UnknownConsent.Exclude, play.UnknownConsent);
        Assert.Empty(play.Steps);
        Assert.Empty(play.Formerly);
        Assert.Equal(("nudge", false, null), (play.Salt, play.HasOwnSalt, play.Budget));
    }

    [Theory]
    [InlineData("formerly: old", "old")]
    [InlineData("formerly: [oldest, older, old]", "oldest")]
    [InlineData("formerly: old\nsalt: nudge", "nudge")]
    [InlineData("salt: Spring 2026", "Spring 2026")]
    public void A_salt_is_the_first_id_the_play_ever_had_or_its_own(string more, string salt) =>
        Assert.Equal(salt, SomePlay.Play(SomePlay.Yaml(more: more)).Salt);

    [Fact]
    public void A_limit_of_0_and_a_holdout_of_nobody_or_everybody_are_read()
    {
        var nobody = SomePlay.Play(SomePlay.Yaml(more: "capacity: 0\nbudget: 0\nholdout_share: 0"));
        Assert.Equal((0, 0.0, 0.0), (nobody.Capacity, nobody.Budget, nobody.HoldoutShare));
        Assert.Equal(1, SomePlay.Play(SomePlay.Yaml(more: "holdout_share: 1")).HoldoutShare);
    }

    [Fact]
    public void A_budget_of_0_is_of_every_currency() =>
        Assert.Null(SomePlay.Play(SomePlay.Yaml(cost: "{ per_contact_share: 0.01 }", more: "budget: 0")
            .Replace("currency: GBP", "", StringComparison.Ordinal)).Currency);

    [Fact]
    public void A_budget_in_another_currency_than_the_shops_is_refused()
    {
        var book = SomePlay.Book(SomePlay.Yaml(cost: "{ per_contact_share: 0.01 }", more: "budget: 500", currency: "USD"));
        var refused = Assert.Throws<RetentionException>(() => book.For(Currency.Parse("EUR")));
        Assert.Contains("play-1.yaml: the play 'nudge' is in USD", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plays_are_in_the_order_of_priority_then_id() =>
        Assert.Equal(
            ["b-critical", "a-high", "c-high", "a-low"],
            SomePlay.Book(
                SomePlay.Yaml("a-low", priority: "Low"),
                SomePlay.Yaml("c-high", priority: "High"),
                SomePlay.Yaml("a-high", priority: "High"),
                SomePlay.Yaml("b-critical", priority: "Critical")).Plays.Select(play => play.Id));

    [Fact]
    public void A_shops_own_play_replaces_the_shipped_one_of_the_same_id_and_others_are_added()
    {
        var own = SomePlay.Book(SomePlay.Yaml("loyalty-programme", uplift: "0.033"), SomePlay.Yaml("garden-club"));

        var book = Playbook.Shipped().OverriddenBy(own);

        Assert.Equal(Playbook.Shipped().Plays.Count + 1, book.Plays.Count);
        Assert.Equal(0.033, book.Find("loyalty-programme")!.ExpectedUplift.Value);
        Assert.NotNull(book.Find("garden-club"));
        Assert.Equal(0.015, Playbook.Shipped().Find("loyalty-programme")!.ExpectedUplift.Value);
    }

    [Fact]
    public void A_measured_uplift_replaces_the_assumption()
    {
        var play = Playbook.Shipped().Find("loyalty-programme")! with { ExpectedUplift = new(0.004, "measured on 12,000 customers") };

        var book = Playbook.Shipped().OverriddenBy(new Playbook([play]));

        Assert.Equal(play.ExpectedUplift, book.Find("loyalty-programme")!.ExpectedUplift);
        Assert.Equal(Playbook.Shipped().Plays.Count, book.Plays.Count);
    }

    [Fact]
    public void No_files_are_an_empty_book() => Assert.Empty(Playbook.Parse([]).Plays);
}
