using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Assignments;

public sealed class DeciderTests
{
    private const int Today = 20_000, Horizon = 60;

    private static readonly ActionSettings s_nobodyAlone = new() { ControlShare = 0 };

    // Worth 2.69 and 2.19 to the customer: see RecommenderTests.
    private static readonly string s_better = SomePlay.Yaml("better", channel: "phone", more: "holdout_share: 0\ncooldown_days: 30");
    private static readonly string s_good =
        SomePlay.Yaml("good", cost: "{ per_contact: 1.5 }", channel: "phone", more: "holdout_share: 0\ncooldown_days: 10");

    [Fact]
    public void Without_a_past_the_play_worth_most_is_chosen()
    {
        var decision = Decide([s_better, s_good]);
        Assert.Equal(DecisionKind.Choice, decision.Kind);
        Assert.Equal(["better", "good"], Ids(decision, s_better, s_good));
        Assert.Equal(0, decision.Best);
        Assert.All(decision.Offers, offer => Assert.Equal(Arm.Treated, offer.Arm));
    }

    [Fact]
    public void What_was_proposed_goes_on_for_a_period_although_another_play_is_worth_more()
    {
        var decision = Decide([s_better, s_good], [Past(2, AssignmentState.Proposed, daysAgo: 6)]);
        Assert.Equal((DecisionKind.GoesOn, "good"), (decision.Kind, Assert.Single(Ids(decision, s_better, s_good))));
        Assert.Empty(decision.Ended);
        Assert.Equal(7, decision.ProposedBy);
        Assert.Empty(decision.Taken);
    }

    [Fact]
    public void What_nobody_took_up_for_a_period_competes_with_plays_worth_noticeably_more()
    {
        var decision = Decide([s_better, s_good], [Past(2, AssignmentState.Proposed, daysAgo: 7)]);
        Assert.Equal((DecisionKind.Choice, 7L), (decision.Kind, decision.ProposedBy));
        Assert.Equal(["good", "better"], Ids(decision, s_better, s_good));
        Assert.Equal((1, AssignmentEnd.Outbid), (decision.Best, decision.EndOfProposal(decision.Best)));
        Assert.Equal((null, AssignmentEnd.BeyondLimits), (decision.EndOfProposal(0), decision.EndOfProposal(-1)));
        Assert.True(decision.KeepsProposal(0));

        // Worth 2.69 as proposed: 2.19 is less, and 2.89 only pennies more.
        foreach (var other in new[] { s_good, SomePlay.Yaml("good", cost: "{ per_contact: 0.8 }", channel: "phone") })
        {
            var kept = Decide([s_better, other], [Past(1, AssignmentState.Proposed, daysAgo: 7)]);
            // The other stays at hand, for limits under which it is the one that fits.
            Assert.Equal(["better", "good"], Ids(kept, s_better, other));
            Assert.Equal((DecisionKind.Choice, 0), (kept.Kind, kept.Best));
        }
        var month = s_nobodyAlone with { PeriodDays = 21 };
        Assert.Equal(DecisionKind.GoesOn, Decide([s_better, s_good], [Past(2, AssignmentState.Proposed, 20)], month).Kind);
        Assert.Equal(DecisionKind.Choice, Decide([s_better, s_good], [Past(2, AssignmentState.Proposed, 21)], month).Kind);
    }

    [Fact]
    public void What_a_person_has_given_an_owner_does_not_compete()
    {
        var decision = Decide([s_better, s_good], [Past(2, AssignmentState.Proposed, daysAgo: 20, changedDaysAgo: 19)]);
        Assert.Equal((DecisionKind.GoesOn, "good"), (decision.Kind, Assert.Single(Ids(decision, s_better, s_good))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_open_assignments_what_somebody_is_at_work_on_goes_on(bool isOlder)
    {
        PastAssignment[] past = [Past(2, AssignmentState.Accepted, 20, 1), Past(1, AssignmentState.Proposed, 19)];
        var decision = Decide([s_better, s_good], isOlder ? past : [past[1], past[0]]);
        Assert.Equal((DecisionKind.GoesOn, "good"), (decision.Kind, Assert.Single(Ids(decision, s_better, s_good))));
        Assert.Equal((0L, AssignmentEnd.OtherInHand), (decision.ProposedBy, Assert.Single(decision.Ended).Why));
        Assert.Single(decision.Taken);
    }

    [Fact]
    public void A_proposal_does_not_compete_while_the_customer_rests_and_stays_drawn_as_it_was()
    {
        // Contacted with a third play six days ago, although this one waits.
        PastAssignment[] past = [Past(3, AssignmentState.Proposed, 20), Past(1, AssignmentState.Done, 40, 6)];
        Assert.Equal((DecisionKind.GoesOn, "good"), Only(Decide([s_better, s_good], past, knownBeside: ["third"])));
        past[1] = Past(1, AssignmentState.Done, 40, 7);
        Assert.Equal(DecisionKind.Choice, Decide([s_better, s_good], past, knownBeside: ["third"]).Kind);

        // Who got it keeps it, however many are left alone for it by now.
        var held = SomePlay.Yaml("good", cost: "{ per_contact: 1.5 }", channel: "phone", more: "holdout_share: 1");
        var decision = Decide([s_better, held], [Past(2, AssignmentState.Proposed, 20)]);
        Assert.Equal([Arm.Treated, Arm.Treated], decision.Offers.Select(offer => offer.Arm));

        (DecisionKind, string) Only(CustomerDecision one) => (one.Kind, Assert.Single(Ids(one, s_better, s_good)));
    }

    [Fact]
    public void What_somebody_is_at_work_on_goes_on_whatever_the_limits()
    {
        var decision = Decide([s_better, s_good], [Past(2, AssignmentState.Accepted, daysAgo: 20)]);
        Assert.Equal((DecisionKind.GoesOn, 0L), (decision.Kind, decision.ProposedBy));
        Assert.Equal(1.5, Assert.Single(decision.Taken).Cost, 10);
    }

    [Fact]
    public void Nights_ask_who_was_left_alone_as_long_as_a_play_works_or_rests()
    {
        var book = SomePlay.Book(
            SomePlay.Yaml("short", more: "cooldown_days: 10"), SomePlay.Yaml("long", more: "cooldown_days: 365\nformerly: slow"));
        KnownPlay[] known = [new(1, "short", "a"), new(2, "slow", "b"), new(3, "gone", "c")];
        var asked = PredictiveRetention.Playbooks.Assignments.Decider.AskedDays(book, known, Horizon);
        Assert.Equal(new Dictionary<int, int> { [1] = Horizon, [2] = 365, [3] = Horizon }, asked);
    }

    [Theory]
    [InlineData(Horizon - 1, null)]
    [InlineData(Horizon, AssignmentEnd.HorizonOver)]
    public void A_proposal_waits_for_a_horizon(int daysAgo, AssignmentEnd? end)
    {
        var decision = Decide([s_good], [Past(1, AssignmentState.Proposed, daysAgo)]);
        Assert.Equal(end, decision.Ended.Select(ended => (AssignmentEnd?)ended.Why).SingleOrDefault());
        Assert.Equal(end is null, decision.KeepsProposal(decision.Best));
    }

    [Fact]
    public void A_proposal_ends_when_the_customer_is_no_longer_of_its_audience()
    {
        var ordered = SomePlay.Yaml("good", audience: "{ days_since_last_order: { min: 30 } }", more: "holdout_share: 0");
        var decision = Decide([s_better, ordered], [Past(2, AssignmentState.Proposed, daysAgo: 3)]);
        Assert.Equal((7L, AssignmentEnd.LeftAudience), (decision.Ended.Single().AssignedRunId, decision.Ended.Single().Why));
        Assert.Equal(["better"], Ids(decision, s_better, ordered));
        Assert.Empty(decision.Taken);
    }

    [Fact]
    public void What_somebody_is_at_work_on_does_not_end()
    {
        var ordered = SomePlay.Yaml("good", audience: "{ days_since_last_order: { min: 30 } }", more: "holdout_share: 0");
        var decision = Decide([s_better, ordered], [Past(2, AssignmentState.Accepted, daysAgo: 300, cost: 4)]);
        Assert.Equal((DecisionKind.None, NoAction.InHand), (decision.Kind, decision.Reason));
        Assert.Empty(decision.Ended);
        Assert.Equal(4, Assert.Single(decision.Taken).Cost);
    }

    [Theory]
    [InlineData(AssignmentState.Proposed)]
    [InlineData(AssignmentState.Accepted)]
    public void An_assignment_of_a_play_that_is_gone_ends(AssignmentState state)
    {
        var decision = Decide([s_better], [Past(9, state, daysAgo: 1)]);
        Assert.Equal(AssignmentEnd.PlayGone, Assert.Single(decision.Ended).Why);
        Assert.Equal(DecisionKind.Choice, decision.Kind);
    }

    [Theory]
    [InlineData(AssignmentState.Done, 6, NoAction.Rested, null)] // one action a customer and period
    [InlineData(AssignmentState.Exported, 6, NoAction.Rested, null)]
    [InlineData(AssignmentState.Done, 7, null, "good")] // the play itself rests for 30 days
    [InlineData(AssignmentState.Exported, 29, null, "good")]
    [InlineData(AssignmentState.Done, 30, null, "better good")]
    [InlineData(AssignmentState.Rejected, 1, null, "good")]
    [InlineData(AssignmentState.Rejected, 30, null, "better good")]
    [InlineData(AssignmentState.Expired, 1, null, "better good")]
    public void A_contact_gives_the_customer_rest(AssignmentState state, int changedDaysAgo, NoAction? reason, string? plays)
    {
        var decision = Decide([s_better, s_good], [Past(1, state, daysAgo: 40, changedDaysAgo)]);
        Assert.Equal(reason, decision.Kind == DecisionKind.None ? decision.Reason : null);
        Assert.Equal(plays ?? "", string.Join(' ', Ids(decision, s_better, s_good)));
        // What was paid for in the period is of its budget.
        Assert.Equal(state is AssignmentState.Done or AssignmentState.Exported && changedDaysAgo < 7, decision.Taken.Count == 1);
    }

    [Fact]
    public void Of_two_contacts_in_four_weeks_there_is_no_third()
    {
        PastAssignment[] past = [Past(1, AssignmentState.Done, 40, 27), Past(1, AssignmentState.Done, 30, 10)];
        Assert.Equal(NoAction.Rested, Decide([s_good], past, knownBeside: ["other"]).Reason);
        Assert.Equal(DecisionKind.Choice, Decide([s_good], past[1..], knownBeside: ["other"]).Kind);
        Assert.Equal(DecisionKind.Choice, Decide([s_good], past, s_nobodyAlone with { MostContacts = 3 }, knownBeside: ["other"]).Kind);
    }

    [Fact]
    public void Who_is_left_alone_for_a_play_gets_none_for_its_horizon_and_then_another()
    {
        var held = SomePlay.Yaml("better", more: "holdout_share: 1\ncooldown_days: 90");
        var drawn = Decide([held, s_good]);
        Assert.Equal([Arm.Holdout, Arm.Treated], drawn.Offers.Select(offer => offer.Arm));
        Assert.Equal(NoAction.HeldOut, CustomerDecision.Said(drawn.Offers[0], ["better", "good"]).Reason);

        var alone = Decide([held, s_good], [Past(1, AssignmentState.Proposed, Horizon - 1, arm: Arm.Holdout)]);
        Assert.Equal((DecisionKind.LeftAlone, Arm.Holdout), (alone.Kind, Assert.Single(alone.Offers).Arm));
        Assert.Equal(["better"], Ids(alone, held, s_good));
        Assert.True(alone.Offers[0].Worth.ExpectedNetValue > 0);
        // Who got it could have a better one after a period: nobody is beside whom to count the customer.
        var weak = SomePlay.Yaml("better", cost: "{ per_contact: 1.5 }", more: "holdout_share: 1\ncooldown_days: 90");
        var best = SomePlay.Yaml("good", cost: "{ per_contact: 0.5 }", channel: "phone", more: "holdout_share: 0");
        Assert.True(Decide([weak, best], [Past(1, AssignmentState.Proposed, 6, arm: Arm.Holdout)]).Offers[0].Worth.ExpectedNetValue > 0);
        Assert.Equal(0, Decide([weak, best], [Past(1, AssignmentState.Proposed, 7, arm: Arm.Holdout)]).Offers[0].Worth.ExpectedNetValue);
        var later = Decide([held, s_good], [Past(1, AssignmentState.Proposed, Horizon, arm: Arm.Holdout)]);
        Assert.Equal(["good"], Ids(later, held, s_good));
        Assert.Empty(later.Ended);
    }

    [Fact]
    public void The_control_group_gets_no_play_at_all()
    {
        var all = s_nobodyAlone with { ControlShare = 1 };
        var decision = Decide([s_better, s_good], [], all);
        Assert.True(decision.IsControl);
        Assert.All(decision.Offers, offer => Assert.Equal(Arm.Control, offer.Arm));
        Assert.Equal(NoAction.ControlGroup, CustomerDecision.Said(decision.Offers[0], ["better", "good"]).Reason);

        Assert.True(decision.GetsNone);

        // Of it from now on: what somebody is at work on goes on, what was proposed before ends.
        var worked = Decide([s_better], [Past(1, AssignmentState.Accepted, 1)], all);
        Assert.Equal(("better", false), (worked.Said(["better"]).PlayId, worked.GetsNone));
        Assert.Equal(
            AssignmentEnd.ControlGroup, Assert.Single(Decide([s_better], [Past(1, AssignmentState.Proposed, 1)], all).Ended).Why);
        Assert.Equal(NoAction.ControlGroup, Decide([SomePlay.Yaml(audience: "{ orders: 99 }")], [], all).Reason);
        Assert.Equal(NoAction.ControlGroup, Decide([s_better], [Past(1, AssignmentState.Done, 40, 1)], all).Reason);
    }

    [Fact]
    public void Why_nothing_is_chosen_is_said()
    {
        Assert.Equal(NoAction.NoPlayApplies, Decide([SomePlay.Yaml(audience: "{ orders: 99 }")]).Reason);
        Assert.Equal(NoAction.NotWorthItsCost, Decide([SomePlay.Yaml(cost: "{ per_contact: 3 }")]).Reason);
        Assert.Equal(NoAction.NoConsent, Decide([SomePlay.Yaml(channel: "email")], facts: Some.Facts(emailConsent: false)).Reason);
    }

    [Fact]
    public void A_renamed_play_is_drawn_with_the_salt_it_had()
    {
        var play = SomePlay.Yaml("new-name", more: "holdout_share: 0.5");
        var keys = Enumerable.Range(0, 200).Select(i => CustomerKey.Hash("C" + i)).ToList();
        Assert.Equal(Arms("old-name"), Arms("old-name"));
        Assert.NotEqual(Arms("old-name"), Arms("new-name"));

        List<Arm> Arms(string salt)
        {
            var decider = Decider(SomePlay.Book(play), [new KnownPlay(4, "new-name", salt)], s_nobodyAlone);
            return [.. keys.Select(key => decider.Decide(key, Some.Facts(), Some.Score(), Some.Segments(), []).Offers[0].Arm)];
        }
    }

    private static CustomerDecision Decide(
        string[] plays, PastAssignment[]? past = null, ActionSettings? settings = null, CustomerFacts? facts = null,
        string[]? knownBeside = null)
    {
        var book = SomePlay.Book(plays);
        // As they are given, from 1 on; of others known beside them the number comes first.
        var ids = (knownBeside ?? []).Concat(plays.Select(play => SomePlay.Play(play).Id));
        KnownPlay[] known = [.. ids.Select((id, i) => new KnownPlay(i + 1, id, id))];
        var who = facts ?? Some.Facts();
        return Decider(book, known, settings ?? s_nobodyAlone).Decide(1, who, Some.Score(), Some.Segments(who), past ?? []);
    }

    private static Decider Decider(Playbook book, KnownPlay[] known, ActionSettings settings) => new(
        new Recommender(book, new PlaybookEconomics(Currency.Parse("GBP"))), settings, known, new Cutoff(Today), Horizon);

    private static PastAssignment Past(
        int play, AssignmentState state, int daysAgo, int? changedDaysAgo = null, Arm arm = Arm.Treated, double cost = 1) =>
        new(7, play, arm, state, Today - daysAgo, changedDaysAgo is { } ago ? Today - ago : null, cost);

    private static IEnumerable<string> Ids(CustomerDecision decision, params string[] plays)
    {
        var book = SomePlay.Book(plays).Plays;
        return decision.Offers.Select(offer => book[offer.Play].Id);
    }
}
