using CsCheck;
using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class RecommenderTests
{
    private static readonly Currency s_pounds = Currency.Parse("GBP");

    // Some.Score: p(order) 0.6, 40 if an order comes. A prior of 0.1 multiplies the odds by 1.5: 0.6 becomes 0.9 / 1.3.
    private const double With = 0.9 / 1.3, Uplift = With - 0.6;

    [Theory]
    [InlineData("{ per_contact: 1 }", 0.1, 1.0, Uplift * 40 - 1, 1)]
    [InlineData("{ per_contact: 0.5 }", 0.1, 0.5, Uplift * 40 * 0.5 - 0.5, 0.5)]
    [InlineData("{ share_of_order: 0.05 }", 0.1, 1.0, Uplift * 40 - 0.05 * 40 * With, 0.05 * 40 * With)]
    [InlineData("{ per_contact: 0.2, share_of_order: 0.05 }", 0.1, 1.0, Uplift * 40 - 0.2 - 0.05 * 40 * With, 0.2 + 0.05 * 40 * With)]
    public void Value_is_uplift_times_spend_times_margin_less_the_expected_cost(
        string cost, double uplift, double margin, double value, double paid)
    {
        var found = Recommend(SomePlay.Book(SomePlay.Yaml(cost: cost, uplift: Invariant(uplift))), margin: margin);

        Assert.Equal(("nudge", null), (found.PlayId, found.Reason));
        Assert.Equal(value, found.ExpectedNetValue, 10);
        Assert.Equal(paid, found.Cost, 10);
    }

    [Theory]
    [InlineData(0.5, 0.1)] // the prior is the uplift of somebody as likely to order as not
    [InlineData(0.02, 0.0097)]
    [InlineData(0.98, 0.0066)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void Nobody_sure_to_order_or_to_leave_is_promised_much(double pOrder, double uplift) =>
        Assert.Equal(uplift, new ExpectedUplift(0.1, "").With(pOrder) - pOrder, 4);

    [Fact]
    public void An_effect_and_its_opposite_undo_each_other() =>
        Gen.Select(Gen.Double[0.001, 0.999], Gen.Double[-0.49, 0.49]).Sample((p, prior) =>
            Math.Abs(new ExpectedUplift(-prior, "").With(new ExpectedUplift(prior, "").With(p)) - p) < 1e-9);

    [Theory]
    [InlineData(null, 1.8, "nudge")] // brings 3.69 before its cost
    [InlineData(null, 1.9, null)] // 1.79 after 1.90: less than the contact costs
    [InlineData(1.7, 1.9, "nudge")]
    [InlineData(0.0, 3.6, "nudge")]
    [InlineData(3.0, 1.0, null)]
    public void A_play_must_bring_the_least_a_shop_asks(double? minimum, double cost, string? play) => Assert.Equal(play,
        Recommend(SomePlay.Book(SomePlay.Yaml(cost: $"{{ per_contact: {Invariant(cost)} }}")), minimumWorth: minimum).PlayId);

    [Fact]
    public void What_rounds_to_nothing_is_nothing() => Assert.Equal(NoAction.NotWorthItsCost,
        Recommend(SomePlay.Book(SomePlay.Yaml(cost: "{ share_of_order: 0 }")), score: Some.Score(spendIfOrder: 0.05)).Reason);

    [Fact]
    public void The_play_worth_most_wins_whatever_its_priority() =>
        Assert.Equal(
            "better",
            Recommend(SomePlay.Book(
                SomePlay.Yaml("good", uplift: "0.10", priority: "Critical"),
                SomePlay.Yaml("better", uplift: "0.11", priority: "Low"))).PlayId);

    [Fact]
    public void Ties_go_to_the_higher_priority_then_the_lower_id()
    {
        Assert.Equal("z", Recommend(SomePlay.Book(SomePlay.Yaml("a", priority: "Medium"), SomePlay.Yaml("z", priority: "High"))).PlayId);
        Assert.Equal("a", Recommend(SomePlay.Book(SomePlay.Yaml("z"), SomePlay.Yaml("a"))).PlayId);
    }

    [Fact]
    public void A_disabled_play_is_not_recommended() =>
        Assert.Equal(
            Recommendation.None(NoAction.NoPlayApplies), Recommend(SomePlay.Book(SomePlay.Yaml(more: "enabled: false"))));

    [Fact]
    public void Without_a_play_there_is_a_reason()
    {
        var elsewhere = SomePlay.Yaml("elsewhere", audience: "{ orders: 99 }");
        var dear = SomePlay.Yaml("dear", cost: "{ per_contact: 1.85 }"); // brings less than twice that
        var mail = SomePlay.Yaml("mail", channel: "email");
        var dearMail = SomePlay.Yaml("dear-mail", channel: "email", cost: "{ per_contact: 5 }");

        Assert.Equal("no play applies", Reason(elsewhere));
        Assert.Equal("no play is worth its cost", Reason(elsewhere, dear));
        Assert.Equal("no play is worth its cost", Reason(dearMail));
        Assert.Equal("no consent", Reason(elsewhere, mail));
        Assert.Equal("no consent", Reason(dear, mail));

        static string Reason(params string[] plays)
        {
            var found = Recommend(SomePlay.Book(plays), Some.Facts(emailConsent: false));
            Assert.Equal((null, 0, 0), (found.PlayId, found.ExpectedNetValue, found.Cost));
            return PlayNames.Name(found.Reason!.Value);
        }
    }

    [Theory]
    [InlineData("email", "exclude", true, true)]
    [InlineData("email", "exclude", false, false)]
    [InlineData("email", "exclude", null, false)]
    [InlineData("email", "allow", true, true)]
    [InlineData("email", "allow", false, false)]
    [InlineData("email", "allow", null, true)]
    [InlineData("onsite", "exclude", false, true)]
    [InlineData("phone", "exclude", null, true)]
    public void Email_needs_consent_that_was_not_refused(string channel, string unknown, bool? consent, bool recommended)
    {
        var book = SomePlay.Book(SomePlay.Yaml(channel: channel, more: $"unknown_consent: {unknown}"));

        Assert.Equal(recommended ? "nudge" : null, Recommend(book, Some.Facts(emailConsent: consent)).PlayId);
    }

    [Fact]
    public void Of_every_play_it_is_known_what_stands_against_it()
    {
        var book = SomePlay.Book(
            SomePlay.Yaml("best"), SomePlay.Yaml("dear", cost: "{ per_contact: 3 }"),
            SomePlay.Yaml("elsewhere", audience: "{ orders: 99 }"),
            SomePlay.Yaml("mail", channel: "email"), SomePlay.Yaml("off", more: "enabled: false"));
        var (facts, score) = (Some.Facts(emailConsent: false), Some.Score());
        var recommender = new Recommender(book, new PlaybookEconomics(s_pounds));

        Assert.Equal(["best", "dear", "elsewhere", "mail"], recommender.Plays.Select(play => play.Id));
        Assert.Equal(
            [PlayStanding.Offered, PlayStanding.NotWorthItsCost, PlayStanding.NotInAudience, PlayStanding.NoConsent, PlayStanding.Off],
            book.Plays.Select(play => recommender.Judge(play, facts, score, Some.Segments(facts, score)).Standing));
        var verdict = recommender.Judge(book.Plays[0], facts, score, Some.Segments(facts, score));
        Assert.Equal(With, verdict.POrderWith, 12);
        Assert.Equal(Uplift * 40 - 1, verdict.Worth.ExpectedNetValue, 12);
    }

    [Fact]
    public void A_refused_mail_leaves_the_next_best_play()
    {
        var book = SomePlay.Book(SomePlay.Yaml("mail", channel: "email", uplift: "0.2"), SomePlay.Yaml("banner"));

        Assert.Equal("mail", Recommend(book, Some.Facts(emailConsent: true)).PlayId);
        Assert.Equal("banner", Recommend(book, Some.Facts(emailConsent: false)).PlayId);
    }

    [Theory]
    [InlineData("GBP", 50)]
    [InlineData("JPY", 5_000)]
    [InlineData("KWD", 5)]
    public void Rules_are_in_currency_units_whatever_the_minor_unit(string currency, int units)
    {
        var book = SomePlay.Book(SomePlay.Yaml(audience: $"{{ net_revenue: {units} }}", currency: currency));

        Assert.Equal("nudge", Recommend(book, Some.Facts(netRevenueMinor: 5_000), currency: Currency.Parse(currency)).PlayId);
    }

    [Fact]
    public void A_contact_can_cost_a_share_of_the_median_order_and_then_the_same_effort_in_every_currency()
    {
        Playbook In(string code) => SomePlay.Book(SomePlay.Yaml(cost: "{ per_contact_share: 0.02 }", currency: code));
        var pounds = Recommend(In("GBP"), medianOrder: 50);
        var won = Recommend(In("KRW"), score: Some.Score(spendIfOrder: 40_000), currency: Currency.Parse("KRW"), medianOrder: 50_000);

        Assert.Equal(Uplift * 40 - 1, pounds.ExpectedNetValue, 9);
        Assert.Equal(1, pounds.Cost, 9);
        Assert.Equal(1_000 * (Uplift * 40 - 1), won.ExpectedNetValue, 6);
        Assert.Equal(1_000, won.Cost, 6);
    }

    [Fact]
    public void A_share_of_an_order_that_nobody_knows_is_no_cost_of_nothing() =>
        Assert.Equal(
            NoAction.NotWorthItsCost, Recommend(SomePlay.Book(SomePlay.Yaml(cost: "{ per_contact_share: 0.02 }"))).Reason);

    [Fact]
    public void A_play_in_another_currency_than_the_shops_is_refused_by_name()
    {
        var book = SomePlay.Book(SomePlay.Yaml("dollars", currency: "USD"), SomePlay.Yaml("pounds"), SomePlay.Yaml("off", currency: "EUR",
            more: "enabled: false"));

        var refused = Assert.Throws<RetentionException>(() => Recommend(book));

        Assert.Equal(Failure.Usage, refused.Failure);
        Assert.Contains("play-1.yaml: the play 'dollars' is in USD", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("off", refused.Message, StringComparison.Ordinal);
        Assert.Throws<RetentionException>(() => Recommend(SomePlay.Book(SomePlay.Yaml()), currency: Currency.Parse("KRW")));
        Playbook.Shipped().For(Currency.Parse("KRW"));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_margin_is_a_share(double margin) =>
        Assert.Throws<RetentionException>(() => new PlaybookEconomics(s_pounds, margin));

    [Fact]
    public void A_recommendation_always_has_a_value_above_nothing_or_a_reason() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 800], Gen.Double[0, 1], Gen.Double[0, 500], Gen.Bool).Sample((orders, days, p, spend, lost) =>
        {
            var found = Recommend(
                Playbook.Shipped(),
                Some.Facts(orders, days, days + 30, netRevenueMinor: (long)(spend * 100)),
                Some.Score(p, spend, spend, lost));
            return found.PlayId is null
                ? found is { Reason: not null, ExpectedNetValue: 0, Cost: 0 }
                : found is { Reason: null, ExpectedNetValue: > 0 };
        });

    [Fact]
    public void Recommend_allocates_nothing()
    {
        var recommender = new Recommender(Playbook.Shipped(), new PlaybookEconomics(s_pounds, medianOrder: 50));
        var customers = Enumerable.Range(0, 100)
            .Select(i => (Facts: Some.Facts(1 + (i % 7), i * 5, i * 6, i * 300L), Score: Some.Score(i / 100.0, i, i)))
            .Select(one => (one.Facts, one.Score, Segments: Some.Segments(one.Facts, one.Score)))
            .ToArray();

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                ref readonly var one = ref customers[i % customers.Length];
                recommender.Recommend(one.Facts, one.Score, one.Segments);
            }
        }));
    }

    private static Recommendation Recommend(
        Playbook book, CustomerFacts? facts = null, CustomerScore? score = null, double margin = 1, Currency? currency = null,
        double? medianOrder = null, double? minimumWorth = null)
    {
        var (fact, scored) = (facts ?? Some.Facts(), score ?? Some.Score());
        return new Recommender(book, new PlaybookEconomics(currency ?? s_pounds, margin, medianOrder, minimumWorth))
            .Recommend(fact, scored, Some.Segments(fact, scored));
    }

    private static string Invariant(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
