using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class PlayWarningTests
{
    [Theory]
    [InlineData("holdout_share: 0", "holdout_share is 0: its effect can never be measured")]
    [InlineData("holdout_share: 1", "holdout_share is 1: nobody gets it")]
    [InlineData("budget: 0", "budget is 0: nobody gets it")]
    [InlineData("capacity: 0", "capacity is 0: nobody gets it")]
    public void What_is_allowed_and_seldom_meant_is_warned_of(string more, string sentence) =>
        Assert.Equal([new PlayWarning("nudge", sentence)], PlayWarning.Of(SomePlay.Book(SomePlay.Yaml(more: more))));

    [Theory]
    [InlineData("")]
    [InlineData("holdout_share: 0.5")]
    [InlineData("holdout_share: 0.99")]
    [InlineData("holdout_share: 0.01\nbudget: 0.01\ncapacity: 1")]
    [InlineData("holdout_share: 0\nenabled: false")]
    public void Of_anything_else_and_of_a_play_that_is_switched_off_is_no_warning(string more) =>
        Assert.Empty(PlayWarning.Of(SomePlay.Book(SomePlay.Yaml(more: more))));

    [Fact]
    public void A_budget_of_0_keeps_nobody_from_a_play_that_costs_nothing() =>
        Assert.Empty(PlayWarning.Of(SomePlay.Book(SomePlay.Yaml(cost: "{ per_contact: 0 }", more: "budget: 0"))));

    [Fact]
    public void Every_play_of_a_book_is_looked_at_in_its_order() =>
        Assert.Equal(
            [
                "a: capacity is 0: nobody gets it", "b: holdout_share is 0: its effect can never be measured",
                "b: budget is 0: nobody gets it"
            ],
            PlayWarning.Of(SomePlay.Book(
                SomePlay.Yaml("b", more: "holdout_share: 0\nbudget: 0"), SomePlay.Yaml("a", more: "capacity: 0")))
                .Select(warning => $"{warning.PlayId}: {warning.Sentence}"));

    [Fact]
    public void Of_the_shipped_plays_there_is_none() => Assert.Empty(PlayWarning.Of(Playbook.Shipped()));
}
