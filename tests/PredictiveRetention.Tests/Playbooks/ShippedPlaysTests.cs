using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class ShippedPlaysTests
{
    /// <summary>Every shipped play, its priority and owner, and a customer to whom the whole book recommends it.</summary>
    public static TheoryData<string, PlayPriority, string, CustomerFacts, CustomerScore> Table => new()
    {
        {
            "post-purchase-nurture", PlayPriority.Critical, "CRM / Marketing",
            Some.Facts(orders: 1, daysSinceLastOrder: 7, daysSinceFirstOrder: 7, netRevenueMinor: 900, lastGapDays: null),
            Some.Score(pChurn: 0.9, clv: 10, spendIfOrder: 30)
        },
        {
            "win-back-dormant-high-value", PlayPriority.Critical, "CRM",
            Some.Facts(orders: 1, daysSinceLastOrder: 200, daysSinceFirstOrder: 200, netRevenueMinor: 30_000, lastGapDays: null),
            Some.Score(pChurn: 0.98, clv: 20, spendIfOrder: 150)
        },
        {
            "at-risk-early-warning", PlayPriority.Critical, "Analytics / CRM",
            Some.Facts(orders: 4, daysSinceLastOrder: 60, daysSinceFirstOrder: 130, netRevenueMinor: 30_000),
            Some.Score(pChurn: 0.7, clv: 120, spendIfOrder: 150)
        },
        {
            "one-timer-reactivation", PlayPriority.High, "CRM / Marketing",
            Some.Facts(orders: 1, daysSinceLastOrder: 120, daysSinceFirstOrder: 120, netRevenueMinor: 3_000, lastGapDays: null),
            Some.Score(pChurn: 0.95, clv: 5, spendIfOrder: 40)
        },
        {
            "subscriber-cross-sell", PlayPriority.High, "Product / CRM",
            Some.Facts(orders: 6, daysSinceLastOrder: 10, daysSinceFirstOrder: 300, netRevenueMinor: 8_000, hasActiveSubscription: true),
            Some.Score(pChurn: 0.2, clv: 100, spendIfOrder: 60)
        },
        {
            "loyalist-repeat-incentive", PlayPriority.High, "CRM",
            Some.Facts(orders: 3, daysSinceLastOrder: 25, daysSinceFirstOrder: 300, netRevenueMinor: 4_000),
            Some.Score(pChurn: 0.7, clv: 60, spendIfOrder: 40)
        },
        {
            "loyalty-programme", PlayPriority.High, "Product / Marketing",
            Some.Facts(orders: 5, daysSinceLastOrder: 12, daysSinceFirstOrder: 500, netRevenueMinor: 9_000),
            Some.Score(pChurn: 0.2, clv: 150, spendIfOrder: 60)
        },
        {
            "high-value-retention", PlayPriority.Medium, "CRM / Product",
            Some.Facts(orders: 9, daysSinceLastOrder: 12, daysSinceFirstOrder: 500, netRevenueMinor: 60_000),
            Some.Score(pChurn: 0.2, clv: 400, spendIfOrder: 250)
        },
        {
            "regular-to-power-user", PlayPriority.Medium, "Product / Marketing",
            Some.Facts(orders: 2, daysSinceLastOrder: 15, daysSinceFirstOrder: 200, netRevenueMinor: 2_000),
            Some.Score(pChurn: 0.5, clv: 40, spendIfOrder: 30)
        },
        {
            "mid-value-spend-threshold", PlayPriority.Medium, "Marketing / Growth",
            Some.Facts(orders: 1, daysSinceLastOrder: 35, daysSinceFirstOrder: 35, netRevenueMinor: 3_000, lastGapDays: null),
            Some.Score(pChurn: 0.65, clv: 30, spendIfOrder: 30)
        },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_customer_of_its_audience_is_recommended_the_play(
        string id, PlayPriority priority, string owner, CustomerFacts facts, CustomerScore score)
    {
        var found = new Recommender(Playbook.Shipped(), new PlaybookEconomics(Currency.Parse("EUR"), medianOrder: 50))
            .Recommend(facts, score, Some.Segments(facts, score));

        Assert.Equal(id, found.PlayId);
        var play = Playbook.Shipped().Find(id)!;
        Assert.Equal((priority, owner), (play.Priority, play.Owner));
    }

    [Theory]
    [InlineData("Month 1; within 3 days", "within 3 days")]
    [InlineData("Mondays", "Mondays")]
    [InlineData("At once;", "At once;")]
    public void When_a_play_is_due_for_a_customer_follows_when_it_begins(string timeline, string due) =>
        Assert.Equal(due, (SomePlay.Play(SomePlay.Yaml()) with { Timeline = timeline }).DueWhen);

    [Fact]
    public void The_table_names_every_shipped_play() =>
        Assert.Equal(Playbook.Shipped().Plays.Select(play => play.Id).Order(), Table.Select(row => row.Data.Item1).Order());

    [Fact]
    public void A_shipped_play_costs_shares_and_no_money_of_a_currency() =>
        Assert.All(Playbook.Shipped().Plays, play => Assert.Equal((0, null), (play.Cost.PerContact, play.Currency)));

    [Fact]
    public void Priors_are_modest_and_labelled_assumptions() =>
        Assert.All(Playbook.Shipped().Plays, play =>
        {
            Assert.InRange(play.ExpectedUplift.Value, 0.001, 0.05); // of somebody as likely to order as not
            Assert.StartsWith("Assumption until measured", play.ExpectedUplift.Source, StringComparison.Ordinal);
            Assert.Equal(0.10, play.HoldoutShare);
        });

    [Fact]
    public void Each_is_in_the_file_of_its_id() =>
        Assert.All(Playbook.Shipped().Plays, play => Assert.Equal($"plays/{play.Id}.yaml", play.File));

    [Fact]
    public void The_nurture_sequence_is_day_7_14_and_30() =>
        Assert.Equal([7, 14, 30], Playbook.Shipped().Find("post-purchase-nurture")!.Steps.Select(step => step.Day));

    [Fact]
    public void Only_the_win_back_reaches_lost_customers()
    {
        var facts = Some.Facts(orders: 3, daysSinceLastOrder: 800, daysSinceFirstOrder: 999, netRevenueMinor: 60_000);
        var score = Some.Score(pChurn: 0.99, lost: true);
        var candidate = new Candidate(facts, score, Some.Segments(facts, score), 100);

        Assert.Equal(
            ["win-back-dormant-high-value"],
            Playbook.Shipped().Plays.Where(play => play.Audience.Includes(candidate)).Select(play => play.Id));
    }
}
