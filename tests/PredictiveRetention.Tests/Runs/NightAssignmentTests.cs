using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Playbooks;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteNightAssignmentTests() : NightAssignmentTests(new SqliteUnderTest());

public sealed class PostgresNightAssignmentTests() : NightAssignmentTests(new PostgresUnderTest());

/// <summary>What nights assign, who is left alone, and what becomes of it; on both engines.</summary>
public abstract class NightAssignmentTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);

    private static readonly string s_outbid = PlayNames.Name(AssignmentEnd.Outbid);

    // Two plays whoever has orders may get; which is worth more depends on the spend.
    private static readonly string s_cheap = SomePlay.Yaml(
        "cheap", cost: "{ per_contact: 0.01 }", channel: "phone", more: "holdout_share: 0.2");
    private static readonly string s_dear = SomePlay.Yaml(
        "dear", cost: "{ per_contact: 0.5 }", uplift: "0.2", channel: "direct_mail", more: "holdout_share: 0.2");

    [Fact]
    public void Everybody_who_gets_a_play_or_is_left_alone_for_it_has_a_record()
    {
        using var store = Shop();
        var night = Night(store, with: Plays(s_cheap, s_dear));
        var headline = night.Headline!;

        var rows = store.Predictions.ReadAll(night.Run.RunId).ToList();
        Assert.Equal(headline.Actions, rows.Count(row => row.PlayId is not null));
        Assert.Equal(headline.ExpectedNetValue, rows.Sum(row => row.ExpectedNetValue), 6);
        Assert.Equal(headline.ActionCost, rows.Sum(row => row.ActionCost), 6);
        Assert.Equal(Count("arm = 0"), headline.Actions);
        Assert.Equal(Count("arm = 1"), rows.Count(row => Is(row, NoAction.HeldOut)));
        Assert.Equal(headline.ControlGroup, rows.Count(row => Is(row, NoAction.ControlGroup)));
        Assert.Equal(headline.LeftAlone!.Sum(play => play.Customers), Count("arm > 0"));
        Assert.InRange(Count("arm = 1"), 20, 90); // a fifth of some 280
        Assert.InRange(headline.ControlGroup!.Value, 4, 32);
        Assert.All(store.Verifier.Verify(Some.Shop, _ => { }, default), check => Assert.Empty(check.Broken));
    }

    [Fact]
    public void Figures_count_what_predictions_say()
    {
        using var store = Shop();
        var night = Night(store, with: settings => Plays(s_cheap, s_dear)(settings) with { Actions = new ActionSettings { Budget = 9 } });
        var rows = store.Predictions.ReadAll(night.Run.RunId).Where(row => row.PlayId is not null).ToList();
        Assert.InRange(rows.Sum(row => row.ActionCost), 8, 9);
        Assert.Equal(rows.Count, Figure("SELECT value FROM figure WHERE view = 'kpis' AND metric = 'actions'"));
        foreach (var tier in rows.GroupBy(row => row.ValueTier))
        {
            Assert.Equal(tier.Count(), Figure(
                "SELECT f.value FROM figure f JOIN segment_name n ON n.taxonomy = 'value_tier' AND n.name = f.d1 "
                + $"WHERE f.view = 'by_value_tier' AND f.metric = 'actions' AND n.code = {tier.Key}"));
        }
        Assert.All(store.Verifier.Verify(Some.Shop, _ => { }, default), check => Assert.Empty(check.Broken));
    }

    [Fact]
    public void A_second_night_goes_on_with_what_the_first_proposed()
    {
        using var store = Shop();
        var first = Night(store, with: Plays(s_cheap, s_dear));
        var assigned = Count("1 = 1");
        var second = Night(store, day: 1, with: Plays(s_cheap, s_dear));
        Assert.Equal(assigned, Count("1 = 1"));
        Assert.Equal(
            store.Predictions.ReadAll(first.Run.RunId).Select(row => (row.CustomerKey, row.PlayId, row.NoAction)),
            store.Predictions.ReadAll(second.Run.RunId).Select(row => (row.CustomerKey, row.PlayId, row.NoAction)));
        // What goes on is counted among the actions of the night, and who is left alone among those.
        Assert.Equal(first.Headline!.Actions, second.Headline!.Actions);
        Assert.Equal(first.Headline.LeftAlone, second.Headline.LeftAlone);
        Assert.NotEmpty(second.Headline.LeftAlone!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(20.0)]
    public void What_nobody_took_up_for_a_period_gives_way_to_a_play_worth_more(double? budget)
    {
        using var store = Shop();
        var first = Night(store, with: Settings(s_cheap));
        var proposed = store.Predictions.ReadAll(first.Run.RunId)
            .Where(row => row.PlayId is not null).Select(row => row.CustomerKey).ToHashSet();
        // For everybody the dear play is worth far more than the cheap one, from now on.
        var weak = SomePlay.Yaml("cheap", cost: "{ per_contact: 0.01 }", uplift: "0.01", channel: "phone", more: "holdout_share: 0.2");
        var soon = NightOf(store, 6, Settings(weak, s_dear));
        Assert.Equal(0, Ended(store, s_outbid));
        Assert.Contains(store.Predictions.ReadAll(soon.Run.RunId), row => row.PlayId == "cheap");

        var later = NightOf(store, 7, Settings(weak, s_dear));
        var rows = store.Predictions.ReadAll(later.Run.RunId).ToList();
        var outbid = Ended(store, s_outbid);
        Assert.InRange(outbid, 1, proposed.Count);
        // Each of them has a new record, of the other play: some are left alone for it.
        var moved = rows.Where(row => proposed.Contains(row.CustomerKey)
            && store.Assignments.OfCustomer(row.CustomerKey) is [{ PlayId: "dear", State: AssignmentState.Proposed }, ..]).ToList();
        Assert.Equal(outbid, moved.Count);
        Assert.All(moved, row => Assert.True(row.PlayId == "dear" || Is(row, NoAction.HeldOut)));
        Assert.Contains(moved, row => row.PlayId == "dear");
        Assert.Contains(moved, row => Is(row, NoAction.HeldOut));
        Assert.Equal(later.Headline!.Actions, rows.Count(row => row.PlayId is not null));
        Assert.Equal(later.Headline.Actions, Count("arm = 0 AND state = 0"));
        Assert.InRange(later.Headline.ActionCost, 0.1, (budget ?? double.MaxValue) + 1e-6);
        Assert.All(store.Verifier.Verify(Some.Shop, _ => { }, default), check => Assert.Empty(check.Broken));

        Func<RunSettings, RunSettings> Settings(params string[] plays) => settings => Plays(plays)(settings) with
        {
            Actions = new ActionSettings { ControlShare = 0, Budget = budget },
        };
    }

    [Fact]
    public void Who_would_not_get_the_play_tonight_stays_left_alone_and_is_not_counted_beside_those_who_get_it()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var alone = Keys("arm = 1");
        var nobody = SomePlay.Yaml("cheap", audience: "{ orders: { min: 5000 } }", cost: "{ per_contact: 0.05 }");
        var second = Night(store, day: 1, with: Plays(nobody));
        Assert.Equal(alone, Keys("arm = 1"));
        Assert.Equal(alone.Count, store.Predictions.ReadAll(second.Run.RunId).Count(row => Is(row, NoAction.HeldOut)));
        Assert.Empty(second.Headline!.LeftAlone!);
    }

    [Fact]
    public void Who_is_left_alone_stays_so_when_the_play_is_renamed()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var alone = Keys("arm = 1");
        Assert.NotEmpty(alone);
        var renamed = SomePlay.Book(s_cheap).Plays[0] with { Id = "cheaper", Formerly = ["cheap"] };
        var second = Night(store, day: 1, with: settings => settings with { Playbook = new Playbook([renamed]) });

        Assert.Equal(alone, Keys("arm = 1"));
        Assert.Equal(Count("arm = 0"), second.Headline!.Actions);
        Assert.Equal(["1|cheaper|cheap"], Engine.Query("SELECT play_no || '|' || play_id || '|' || salt FROM play"));
        Assert.All(
            store.Predictions.ReadAll(second.Run.RunId).Where(row => row.PlayId is not null), row => Assert.Equal("cheaper", row.PlayId));
    }

    [Fact]
    public void A_play_that_is_gone_ends_what_it_proposed()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var proposed = Count("arm = 0");
        Night(store, day: 1, with: Plays(s_dear));
        Assert.Equal(proposed, Ended(store, "the play is gone"));
        Assert.Equal("0", Engine.Query("SELECT count(*) FROM assignment_end").Single());
        Assert.InRange(Count("state = 0 AND arm = 0"), 1, proposed + 40);
    }

    [Fact]
    public async Task What_people_make_of_an_action_goes_on_in_its_record()
    {
        using var store = Shop();
        var night = Night(store, with: Plays(s_cheap));
        var row = store.Predictions.ReadAll(night.Run.RunId).First(one => one.PlayId is not null);
        var work = new ActionWork { CustomerKey = row.CustomerKey, PlayId = "cheap", Status = ActionStatus.InProgress, Owner = "Ann" };
        var taken = (await store.Work.ChangeAsync(work, "ann", s_now, night.Run.AsOf))!;
        Assert.Equal(AssignmentState.Accepted, (await Assigned()).State);
        await store.Work.ChangeAsync(taken with { Status = ActionStatus.Dismissed, Note = "moved away" }, "ann", s_now, night.Run.AsOf);
        var record = await Assigned();
        Assert.Equal((AssignmentState.Rejected, "moved away", night.Run.AsOf.Day), (record.State, record.Reason, record.ChangedDay!.Value));

        var second = Night(store, day: 1, with: Plays(s_cheap));
        var after = store.Predictions.ReadAll(second.Run.RunId).Single(one => one.CustomerKey == row.CustomerKey);
        Assert.Equal((null, NoAction.Rested), (after.PlayId, (NoAction)after.NoAction!.Value));

        async Task<AssignmentRow> Assigned() => Assert.Single(await store.Assignments.OfCustomerAsync(row.CustomerKey));
    }

    [Fact]
    public async Task A_night_that_was_not_published_assigned_nothing()
    {
        using var store = Shop();
        Night(store, with: Plays(s_dear));
        var before = Keys("1 = 1");
        var held = Night(store, day: 1, with: settings => Plays(s_cheap)(settings) with { Guard = new GuardBands { MaxMeanShift = -1 } });
        Assert.Equal(RunOutcome.Held, held.Outcome);
        Assert.Equal(0, Ended(store));

        await store.Decisions.DiscardAsync(held.Run.RunId, "ann");
        Assert.Equal(before, Keys("1 = 1"));
        Assert.Equal("0", Engine.Query("SELECT count(*) FROM assignment_end").Single());
    }

    [Fact]
    public async Task A_held_night_that_a_person_publishes_counts_from_then_on()
    {
        using var store = Shop();
        Night(store, with: Plays(s_dear));
        var proposed = Count("arm = 0");
        var held = Night(store, day: 1, with: settings => Plays(s_cheap)(settings) with { Guard = new GuardBands { MaxMeanShift = -1 } });
        await store.Decisions.PublishAsync(held.Run.RunId, "ann");
        // The next night begins with what this one did not come to.
        Night(store, day: 2, with: Plays(s_cheap));
        Assert.Equal(proposed, Ended(store, "the play is gone"));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(3.0)]
    public void A_budget_holds_over_nights_of_a_period(double budget)
    {
        using var store = Shop();
        for (var day = 0; day < 3; day++)
        {
            Night(store, day, with: settings =>
                Plays(s_cheap, s_dear)(settings) with { Actions = new ActionSettings { Budget = budget, ControlShare = 0 } });
        }
        var cost = Figure("SELECT coalesce(sum(CAST(cost AS double precision)), 0) FROM assignment WHERE arm = 0");
        Assert.InRange(cost, Math.Max(0, budget - 0.6), budget + 1e-6);
        // Who is left alone takes nothing of it, and is chosen by the same prices: a fifth of all, about.
        if (budget > 0) Assert.InRange(Count("arm = 1"), 1, Count("arm = 0"));
        else Assert.Equal(0, Count("1 = 1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)] // other plays compete with all of them
    public async Task A_smaller_budget_ends_proposals_and_not_what_somebody_is_at_work_on(int daysOld)
    {
        using var store = Shop();
        var first = Night(store, with: Plays(s_dear));
        Assert.True(first.Headline!.ActionCost > 20);
        var worked = store.Predictions.ReadAll(first.Run.RunId).First(row => row.PlayId is not null);
        await store.Work.ChangeAsync(
            new ActionWork { CustomerKey = worked.CustomerKey, PlayId = "dear", Status = ActionStatus.InProgress }, "ann", s_now,
            first.Run.AsOf);

        Engine.Execute($"UPDATE assignment SET assigned_day = assigned_day - {daysOld}");
        var second = Night(store, day: 1, with: settings => Plays(s_dear)(settings) with { Actions = new ActionSettings { Budget = 5 } });
        Assert.InRange(second.Headline!.ActionCost, 4.4, 5.0 + 1e-6);
        var rows = store.Predictions.ReadAll(second.Run.RunId).ToList();
        Assert.Equal("dear", rows.Single(row => row.CustomerKey == worked.CustomerKey).PlayId);
        Assert.Equal(second.Headline.Actions, rows.Count(row => row.PlayId is not null));
        Assert.Equal(first.Headline.Actions - second.Headline.Actions, Ended(store, PlayNames.Name(AssignmentEnd.BeyondLimits)));
        // Those worth most go on.
        var before = store.Predictions.ReadAll(first.Run.RunId).Where(Others);
        var best = before.OrderByDescending(row => row.ExpectedNetValue).Take((int)second.Headline.Actions - 1);
        Assert.Equal(
            best.Sum(row => row.ExpectedNetValue),
            rows.Where(Others).Sum(row => row.ExpectedNetValue), 4);
        Assert.All(store.Verifier.Verify(Some.Shop, _ => { }, default), check => Assert.Empty(check.Broken));

        bool Others(PredictionRow row) => row.PlayId is not null && row.CustomerKey != worked.CustomerKey;
    }

    [Fact]
    public void A_smaller_budget_counts_as_left_alone_who_would_get_the_play_within_it()
    {
        using var store = Shop();
        var all = new ActionSettings { ControlShare = 0 };
        var first = Night(store, with: settings => Plays(s_dear)(settings) with { Actions = all }).Headline!;
        var second = Night(store, day: 1, with: settings => Plays(s_dear)(settings) with { Actions = all with { Budget = 20 } }).Headline!;
        Assert.InRange(second.Actions, 39, 40);
        Assert.True(first.Actions > 2 * second.Actions);
        // Nobody's draw is undone: they are counted as the others are, by whether the play is worth its place in the budget.
        var least = store.Predictions.ReadAll(Current(store)!.Value).Where(row => row.PlayId is not null)
            .Min(row => row.ExpectedNetValue);
        var alone = store.Predictions.ReadAll(Current(store)!.Value).Where(row => Is(row, NoAction.HeldOut)).ToList();
        Assert.Equal(first.LeftAlone!.Single().Customers, alone.Count);
        Assert.Equal(
            alone.Count(row => store.Assignments.OfCustomer(row.CustomerKey)[0].NetValue >= least),
            second.LeftAlone!.Single().Customers, 1.0);
    }

    [Fact]
    public void What_somebody_takes_up_while_a_night_is_made_does_not_end_with_it()
    {
        using var store = Shop();
        Night(store, with: Plays(s_dear));
        var proposed = Count("arm = 0");
        Night(store, day: 1, with: settings => Plays(s_dear)(settings) with
        {
            Actions = new ActionSettings { Budget = 5 },
            OnStep = step =>
            {
                if (step == "figures") Engine.Execute("UPDATE assignment SET state = 2 WHERE arm = 0");
            },
        });
        Assert.Equal((proposed, 0L), (Count("arm = 0 AND state = 2"), Ended(store)));
    }

    [Fact]
    public void What_somebody_takes_up_while_a_night_outbids_it_stays_the_only_one()
    {
        using var store = Shop();
        var weak = SomePlay.Yaml("cheap", cost: "{ per_contact: 0.01 }", uplift: "0.01", channel: "phone", more: "holdout_share: 0");
        Night(store, with: Plays(weak));
        var before = Keys("1 = 1");
        Engine.Execute("UPDATE assignment SET assigned_day = assigned_day - 7");
        Night(store, day: 1, with: settings => Plays(weak, s_dear)(settings) with
        {
            OnStep = step =>
            {
                if (step == "figures") Engine.Execute("UPDATE assignment SET state = 2 WHERE arm = 0 AND run_id = 1");
            },
        });
        Assert.Equal(0, Ended(store));
        Assert.Equal("1", Engine.Query("SELECT max(n) FROM (SELECT count(*) AS n FROM assignment GROUP BY customer_key) a").Single());
        var third = Night(store, day: 2, with: Plays(weak, s_dear));
        var worked = store.Predictions.ReadAll(third.Run.RunId).Count(row => row.PlayId == "cheap");
        Assert.Equal(before.Count(row => row.EndsWith(":0:0", StringComparison.Ordinal)), worked);
    }

    [Fact]
    public async Task What_has_an_owner_is_not_outbid()
    {
        using var store = Shop();
        var weak = SomePlay.Yaml("cheap", cost: "{ per_contact: 0.01 }", uplift: "0.01", channel: "phone", more: "holdout_share: 0");
        var first = Night(store, with: Plays(weak));
        var owned = store.Predictions.ReadAll(first.Run.RunId).First(row => row.PlayId is not null).CustomerKey;
        await store.Work.ChangeAsync(
            new ActionWork { CustomerKey = owned, PlayId = "cheap", Owner = "Ann" }, "ann", s_now, first.Run.AsOf);
        Engine.Execute("UPDATE assignment SET assigned_day = assigned_day - 7");
        var second = Night(store, day: 1, with: Plays(weak, s_dear));
        Assert.Equal("cheap", store.Predictions.ReadAll(second.Run.RunId).Single(row => row.CustomerKey == owned).PlayId);
        Assert.NotEqual(0, Ended(store, s_outbid));
    }

    [Fact]
    public async Task Who_was_contacted_after_a_proposal_had_ended_was_contacted()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var night = Night(store, day: 1, with: Plays(s_dear)).Run;
        var key = store.Predictions.ReadAll(night.RunId).First(row => store.Assignments.OfCustomer(row.CustomerKey)
            .Any(one => one.State == AssignmentState.Expired)).CustomerKey;
        var (ended, before) = (Ended(store), (await store.Assignments.OfCustomerAsync(key)).Count);
        var work = new ActionWork { CustomerKey = key, PlayId = "cheap", Status = ActionStatus.Done };
        Assert.NotNull(await store.Work.ChangeAsync(work, "ann", s_now, night.AsOf));
        var after = await store.Assignments.OfCustomerAsync(key);
        Assert.Contains(after, one => one is { PlayId: "cheap", State: AssignmentState.Done });
        Assert.Equal((before, ended - 1), (after.Count, Ended(store)));
    }

    [Fact]
    public void Capacities_of_plays_and_channels_hold()
    {
        using var store = Shop();
        var few = SomePlay.Book(s_cheap).Plays[0] with { Capacity = 5 };
        var mail = SomePlay.Book(s_dear).Plays[0];
        var night = Night(store, with: settings => settings with
        {
            Playbook = new Playbook([few, mail]),
            Actions = new ActionSettings { ChannelCapacities = new Dictionary<PlayChannel, int> { [PlayChannel.DirectMail] = 7 } },
        });
        var plays = night.Headline!.Plays.ToDictionary(play => play.Key, play => play.Customers);
        Assert.Equal((5, 7), (plays["cheap"], plays["dear"]));
        Assert.Contains(store.Predictions.ReadAll(night.Run.RunId), row => Is(row, NoAction.BeyondLimits));
    }

    [Fact]
    public void A_budget_without_a_play_is_no_fault()
    {
        using var store = Shop();
        var night = Night(store, with: settings => settings with
        {
            Playbook = SomePlay.Book(SomePlay.Yaml(more: "enabled: false")),
            Actions = new ActionSettings { Budget = 5 },
        });
        Assert.Equal((RunOutcome.Published, 0L), (night.Outcome, night.Headline!.Actions));
    }

    [Fact]
    public void A_holdout_of_everybody_leaves_everybody_alone()
    {
        using var store = Shop();
        var all = SomePlay.Book(s_cheap).Plays[0] with { HoldoutShare = 1 };
        var night = Night(store, with: settings => settings with { Playbook = new Playbook([all]) });
        Assert.Equal(0, night.Headline!.Actions);
        Assert.InRange(Count("arm = 1"), 50, 300);
    }

    [Fact]
    public void A_replay_neither_reads_nor_makes_assignments()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var before = Keys("1 = 1");
        var settings = Plays(s_dear)(new RunSettings { ShardSize = 43, Parallelism = 1 });
        var replay = new NightRun(store, Models, settings).Execute(RunRequest.Replay(SimulatedHistories.End), null, default);
        Assert.Equal(before, Keys("1 = 1"));
        Assert.Equal(["dear"], replay.Headline!.Plays.Select(play => play.Key));
    }

    [Fact]
    public void A_play_may_be_for_those_whose_risk_rose()
    {
        using var store = Shop();
        var rose = SomePlay.Yaml(
            "rose", audience: "{ risk_raised: { points: 5, days: 28 } }", cost: "{ per_contact: 0.01 }", more: "holdout_share: 0");
        var first = NightOf(store, -28, Settings());
        Assert.Empty(first.Headline!.Plays);
        var before = store.Predictions.ReadAll(first.Run.RunId).ToDictionary(row => row.CustomerKey, row => row.PChurn);
        var second = NightOf(store, 0, Settings());

        var rows = store.Predictions.ReadAll(second.Run.RunId).Where(row => row is { Lost: false, SpendIfOrder: > 1 }).ToList();
        var raised = rows.Where(row => before.TryGetValue(row.CustomerKey, out var was) && row.PChurn - was >= 0.0505).ToList();
        Assert.NotEmpty(raised);
        Assert.All(raised, row => Assert.True(row.PlayId == "rose" || row.NoAction == (int)NoAction.NotWorthItsCost));
        Assert.Contains(raised, row => row.PlayId == "rose");
        Assert.All(rows.Where(row => row.PlayId is not null), row => Assert.True(row.PChurn - before[row.CustomerKey] >= 0.0495));

        Func<RunSettings, RunSettings> Settings() => settings =>
            Plays(rose)(settings) with { Actions = new ActionSettings { ControlShare = 0 } };
    }

    [Fact]
    public void Two_plays_of_one_salt_and_a_salt_that_changed_are_refused_by_name()
    {
        using var store = Shop();
        Night(store, with: Plays(s_cheap));
        var stolen = SomePlay.Book(s_dear).Plays[0] with { OwnSalt = "cheap" };
        Assert.Contains("that of the play 'cheap'", Refused(stolen));
        var redrawn = SomePlay.Book(s_cheap).Plays[0] with { OwnSalt = "again" };
        Assert.Contains("was drawn with the salt 'cheap', its file says 'again'", Refused(redrawn));

        string Refused(Play play) => Assert.Throws<RetentionException>(() => store.Plays.Enter(new Playbook([play]))).Message;
    }

    [Fact]
    public void Who_was_left_alone_longer_than_nights_ask_is_packed_and_counts_and_is_shown_as_before()
    {
        using var store = Shop();
        var asOf = Night(store, with: Plays(s_cheap, s_dear)).Run.AsOf;
        var keys = store.Predictions.ReadAll(Current(store)!.Value).Select(row => row.CustomerKey).ToList();
        var (counts, rows) = (store.Assignments.Counts(), keys.SelectMany(store.Assignments.OfCustomer).ToList());
        store.Assignments.Settle(asOf.Plus(119), Asked(120));
        Assert.NotEqual(0, Count("arm <> 0"));
        for (var i = 0; i < 2; i++)
        {
            store.Assignments.Settle(asOf.Plus(120), Asked(120));
            Assert.Equal(0, Count("arm <> 0"));
            Assert.Equal(counts, store.Assignments.Counts());
            Assert.All(rows.Zip(keys.SelectMany(store.Assignments.OfCustomer)), pair =>
            {
                var (was, now) = pair;
                Assert.Equal(was with { Propensity = 0, NetValue = 0, Cost = 0, PChurn = 0, Spend = 0 },
                    now with { Propensity = 0, NetValue = 0, Cost = 0, PChurn = 0, Spend = 0 });
                Assert.Equal(was.Propensity, now.Propensity, 1e-5);
                Assert.Equal(was.PChurn, now.PChurn, 1e-5);
                Assert.Equal(was.NetValue, now.NetValue, 0.004 * was.NetValue);
                Assert.Equal(was.Cost, now.Cost, 0.004 * was.Cost);
                Assert.Equal(was.Spend, now.Spend, 0.004 * was.Spend);
            });
        }
        store.Assignments.Settle(asOf.Plus(120 + AssignmentLedger.KeptDays), Asked(120));
        Assert.Empty(store.Assignments.Counts());
        Assert.Empty(keys.SelectMany(store.Assignments.OfCustomer));
    }

    [Fact]
    public void Assignments_are_kept_for_400_days()
    {
        using var store = Shop();
        var night = Night(store, with: Plays(s_cheap));
        store.Assignments.Settle(night.Run.AsOf.Plus(AssignmentLedger.KeptDays - 1), Asked(1000));
        Assert.NotEqual(0, Count("1 = 1"));
        store.Assignments.Settle(night.Run.AsOf.Plus(AssignmentLedger.KeptDays), Asked(1000));
        Assert.Equal(0, Count("1 = 1"));
    }

    /// <summary>A night that looks from as many days later, whatever its risks moved by.</summary>
    private RunResult NightOf(RetentionStore store, int day, Func<RunSettings, RunSettings> with)
    {
        var settings = with(new RunSettings { ShardSize = 43, Parallelism = 1, Guard = new GuardBands { MaxMeanShift = 1 } });
        return new NightRun(store, Models, settings)
            .Execute(new RunRequest(RunPurpose.Night, Date.AddDays(day), SimulatedHistories.End.Plus(day)), null, default);
    }

    private static Func<RunSettings, RunSettings> Plays(params string[] plays) =>
        settings => settings with { Playbook = SomePlay.Book(plays) };

    private static Dictionary<int, int> Asked(int days) => new() { [1] = days, [2] = days };

    private static bool Is(PredictionRow row, NoAction reason) => row.NoAction == (int)reason;

    private static long Ended(RetentionStore store, string? why = null)
    {
        var counted = store.Assignments.Counts().Where(one => one.State == AssignmentState.Expired).Sum(one => one.Customers);
        if (why is null) return counted;
        var rows = store.Predictions.ReadAll(store.Nights.Current()!.RunId).SelectMany(row => store.Assignments.OfCustomer(row.CustomerKey))
            .Where(one => one.State == AssignmentState.Expired).ToList();
        Assert.Equal(counted, rows.Count);
        return rows.Count(one => one.Reason == why);
    }

    private long Count(string condition) =>
        long.Parse(Engine.Query($"SELECT count(*) FROM assignment WHERE {condition}").Single(),
            System.Globalization.CultureInfo.InvariantCulture);

    private List<string> Keys(string condition) =>
        Engine.Query($"SELECT customer_key || ':' || run_id || ':' || arm || ':' || state FROM assignment WHERE {condition} ORDER BY 1");

    private double Figure(string sql) => double.Parse(Engine.Query(sql).Single(), System.Globalization.CultureInfo.InvariantCulture);
}
