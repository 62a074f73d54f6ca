using System.Text.RegularExpressions;
using PredictiveRetention.Features;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>A night of the sample shop, scored by the recency rule: fitting changes the numbers, not the sentences.</summary>
public sealed class SampleNight : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-cards-");

    public SampleNight()
    {
        Store = RetentionStore.Open("sqlite:" + Path.Combine(_folder.FullName, "shop.db"));
        var data = Path.Combine(Repository.Root, "training-data", "online-retail");
        ImportRun.Execute(
            Store,
            new ImportRequest
            {
                Preset = "generic", OrdersFile = Path.Combine(data, "orders.csv"),
                RefundsFile = Path.Combine(data, "refunds.csv"), Calendar = BusinessCalendar.InZone("Europe/London"),
                NowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
            },
            dryRun: false, rejectsPath: null, progress: null, default);
        Run = Night();
    }

    internal RetentionStore Store { get; }
    internal Run Run { get; }
    internal IReadOnlyList<Figure> Figures { get; private set; } = [];
    internal IReadOnlyList<Card> Cards { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Figures = await Store.Figures.ReadAsync(Run.RunId);
        Cards = await Store.Cards.ReadAsync(Run.RunId);
    }

    internal Run Night() =>
        new NightRun(Store, new ModelRegistry(Path.Combine(_folder.FullName, "models")), new RunSettings())
            .Execute(RunRequest.Tonight(Store, Store.RequireShop(), TimeProvider.System, again: true), null, default).Run;

    public ValueTask DisposeAsync()
    {
        Store.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed partial class CardTests(SampleNight night) : IClassFixture<SampleNight>
{
    [Fact]
    public void Every_question_of_a_night_has_an_answer_or_a_reason()
    {
        Assert.Equal(18, night.Cards.Count(card => card.Report == "001" && card.Kind == CardKind.Question));
        Assert.Equal(5, night.Cards.Count(card => card.Kind == CardKind.Risk));
        Assert.Equal(3, night.Cards.Count(card => card.Report == "004" && card.Kind == CardKind.Headline));
        Assert.Equal(Playbook.Shipped().Plays.Count, night.Cards.Count(card => card.Kind == CardKind.Recommendation));
        Assert.Equal(night.Cards.Count, night.Cards.Select(card => card.Id).Distinct().Count());
        Assert.All(night.Cards, card =>
        {
            Assert.NotEmpty(card.Answer);
            Assert.DoesNotContain("NaN", card.Answer, StringComparison.Ordinal);
            Assert.DoesNotContain("the run has no such figure", card.Answer, StringComparison.Ordinal);
            if (card.State == CardState.NotAvailable) Assert.StartsWith("Not available: ", card.Answer, StringComparison.Ordinal);
            else Assert.NotEmpty(card.Figures.Select(figure => figure.Shown).Concat(card.Numbers.Select(number => number.Shown)));
        });
        Assert.Contains("the shop has imported no e-mail events", night.Cards.Single(card => card.Id == "001.email_trend").Answer,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_of_a_sentence_is_a_figure_or_a_named_number_beside_it()
    {
        var hand = HandMade.GoodPulse();
        Traced(night.Cards, night.Figures, night.Store.RequireShop().Currency);
        Traced(hand.Cards(), hand.Figures, Currency.Parse("BRL"));
        var answer = WhatIfCalculator.Answer(hand.Context(), hand.Figures, new WhatIfRequest { RepeatRate = 0.05 });
        Traced([answer.Says, answer.Says with { Answer = string.Join(' ', answer.Assumptions) }], hand.Figures, Currency.Parse("BRL"));
    }

    /// <summary>The figures of a card are those of the run, written by the one formatter; its text has no number but theirs.</summary>
    private static void Traced(IReadOnlyList<Card> cards, IReadOnlyList<Figure> figures, Currency currency)
    {
        var untold = new List<string>();
        var known = figures.ToDictionary(figure => (figure.View, figure.Metric, figure.D1, figure.D2, figure.D3));
        foreach (var card in cards)
        {
            var allowed = new HashSet<string> { "95" }; // the interval's
            foreach (var one in card.Figures)
            {
                var figure = known[(one.View, one.Metric, one.D1, one.D2, one.D3)];
                Assert.Equal(figure.Value, one.Value);
                Assert.Equal(NumberWords.Write(figure, currency), one.Shown);
                foreach (var text in new[] { one.Shown, one.D1, one.D2, one.D3, figure.Note ?? "" }) allowed.UnionWith(Numbers(text));
            }
            foreach (var number in card.Numbers) allowed.UnionWith(Numbers(number.Shown));
            var said = card.Answer;
            foreach (var play in Playbook.Shipped().Plays)
                said = said.Replace(play.Timeline, "", StringComparison.Ordinal)
                    .Replace(play.ExpectedUplift.Source.TrimEnd('.'), "", StringComparison.Ordinal);
            if (!Numbers(said).All(allowed.Contains))
                untold.Add($"{card.Id}: {string.Join(", ", Numbers(said).Except(allowed))} in: {card.Answer}");
        }
        Assert.Empty(untold);
    }

    private static IEnumerable<string> Numbers(string text) => Number().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"\d+(,\d{3})*(\.\d+)?")]
    private static partial Regex Number();

    [Fact]
    public void With_every_source_there_every_card_that_waits_for_one_speaks()
    {
        var shop = HandMade.GoodPulse();
        const string Spearman = "spearman";
        shop.Value("kpis", Spearman, -0.3, 40_000, "delivery days and review score")
            .Ratio("kpis", "review_score", 160_000, 40_000, 93_358)
            .Ratio("kpis", "review_coverage", 40_000, 96_478, 93_358)
            .Ratio("kpis", "delivery_days", 1_200_000, 96_000, 93_358)
            .Value("kpis", Spearman, 0.4, 20_000, "visits and revenue of 12 months")
            .Ratio("by_visits", "revenue_per_customer", 900_000, 6_000, 6_000, "1-2")
            .Ratio("by_visits", "revenue_per_customer", 90_000, 12, 12, "Over 20")
            .Ratio("by_first_delivery", "second_order_90d", 900, 60_000, 70_000, "On time")
            .Ratio("by_first_delivery", "second_order_90d", 60, 6_000, 7_000, "Late")
            .Ratio("kpis", "largest_channel_share", 5_700, 9_000, 9_000, note: "online")
            .Value("kpis", "hhi", 0.5, 9_000)
            .Ratio("kpis", "channel_coverage", 9_000, 93_358, 93_358)
            .Ratio("by_channel", "revenue_per_customer", 950_000, 5_700, 5_700, "online");
        foreach (var (view, name, n) in new[] { ("by_age_group", "Senior (55 and over)", 50_000L), ("by_age_group", "Unknown", 43_358L),
            ("by_gender", "female", 60_000L), ("by_region", "South America", 90_000L), ("by_region", "Unknown", 3_358L),
            ("by_country", "Brazil", 90_000L), ("by_country", "Peru", 7L) })
            shop.Ratio(view, "customers", n, null, n, name)
                .Ratio(view, "customer_share", n, 93_358, n, name)
                .Ratio(view, "revenue_share", n, 93_358, n, name)
                .Ratio(view, "repeat_rate", n / 30, n, n, name);
        foreach (var (name, top) in new[] { ("VIP", 0.4), ("New", 0.2) })
        {
            shop.Ratio("by_business_segment", "open_rate", 1_000 * top, 1_000, 500, name)
                .Ratio("by_business_segment", "visits_per_customer", 700 * top, 500, 500, name);
            foreach (var metric in new[] { "month_open_rate", "month_visits_per_customer" })
            {
                shop.Trend(metric, 0.01 * top, 0.001, 0.02, 12, "business_segment", name).Trend(metric, -0.01, -0.02, -0.001);
                for (var month = 6; month <= 7; month++)
                    shop.Ratio("seasonality", "seasonal_index", top + (0.1 * month), 1, null, metric, "business_segment: " + name,
                        $"2018-0{month}");
            }
        }
        shop.Ratio("by_engagement_segment", "customers", 4_000, null, 4_000, "Discount-Driven")
            .Ratio("by_engagement_segment", "discount_rate", 30, 100, 4_000, "Discount-Driven")
            .Ratio("by_engagement_segment", "revenue_at_risk", 700_000, null, 4_000, "Discount-Driven");
        var all = shop.Context(sources: (DataSource)~0);
        foreach (var id in new[]
        {
            "001.email_response", "001.email_trend", "001.email_season", "001.site_engagement", "001.site_trend", "001.visits_and_value",
            "002.delivery_and_reviews", "002.delivery_and_repeat", "002.channels",
            "003.age_and_gender", "003.regions", "003.countries", "004.discount_driven",
        }) Assert.True(shop.Card(id, all).State is CardState.Ok or CardState.Small, shop.Card(id, all).Answer);
        Traced(shop.Cards(all), shop.Figures, Currency.Parse("BRL"));
        Assert.Contains("slower orders are rated lower. Association, not cause.", shop.Card("002.delivery_and_reviews", all).Answer,
            StringComparison.Ordinal);
        Assert.Contains("41.46 % of orders", shop.Card("002.delivery_and_reviews", all).Answer, StringComparison.Ordinal);
        Assert.StartsWith("The e-mail open rate of twelve months is highest in business segment VIP: 40.00 % (500 customers).",
            shop.Card("001.email_response", all).Answer, StringComparison.Ordinal);
        Assert.Contains("fell over 12 complete months: -1.00 points a month", shop.Card("001.email_trend", all).Answer,
            StringComparison.Ordinal);
        Assert.Contains("Peru 7 (small group of 7)", shop.Card("003.countries", all).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_figures_give_the_same_cards()
    {
        var again = await night.Store.Cards.ReadAsync(night.Night().RunId);
        Assert.Equal(Flat(night.Cards), Flat(again));
        var hand = HandMade.GoodPulse();
        Assert.Equal(Flat(hand.Cards()), Flat(hand.Cards()));
    }

    private static List<string> Flat(IReadOnlyList<Card> cards) =>
        [.. cards.Select(card => System.Text.Json.JsonSerializer.Serialize(card))];

    [Fact]
    public void A_decline_is_an_alert_only_when_its_whole_interval_is_below_zero()
    {
        var shop = HandMade.GoodPulse()
            .Ratio("months", "month_repeat_rate", 100, 1000, 5000, "2018-06")
            .Ratio("months", "month_repeat_rate", 90, 1000, 5200, "2018-07");
        var falling = shop.Trend("month_repeat_rate", -0.01, -0.02, -0.001).Card("003.repeat_trend");
        Assert.Equal(CardState.Alert, falling.State);
        Assert.Contains("-1.00 points a month, 95 % interval -2.00 points to -0.10 points", falling.Answer, StringComparison.Ordinal);
        Assert.Equal(CardState.Ok, shop.Trend("month_repeat_rate", -0.01, -0.02, 0.001).Card("003.repeat_trend").State);
        Assert.Equal("Not available: 3 complete months, 4 are needed.",
            new HandMade
            {
                Figures = { new Figure("trends", "slope", "month_repeat_rate", "", "", null, null, null, null,
                FigureState.NotAvailable, "not available: 3 complete months, 4 are needed") }
            }
                .Card("003.repeat_trend").Answer);
    }

    [Fact]
    public void A_risk_says_whose_threshold_it_is_judged_by()
    {
        var shop = HandMade.GoodPulse();
        var usual = shop.Card("002.risk_high_value");
        Assert.Equal(CardState.Alert, usual.State);
        Assert.Contains("Beyond the threshold of 50.00 % (the product's convention, not a benchmark; set your own)", usual.Answer,
            StringComparison.Ordinal);
        var own = shop.Card("002.risk_high_value",
            shop.Context(settings: new InsightSettings { Thresholds = new FindingThresholds { HighTierChurn = 0.98 } }));
        Assert.Equal(CardState.Ok, own.State);
        Assert.Contains("Within the threshold of 98.00 % (set by the shop)", own.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_play_is_proposed_with_its_customers_times_their_expected_net_value()
    {
        var words = HandMade.GoodPulse().Card("002.play_win_back_dormant_high_value").Answer;
        Assert.StartsWith("Priority Critical. Owner: CRM. Timeline: Month 1-3", words, StringComparison.Ordinal);
        Assert.Contains("1,200 customers x 5.00 BRL = 6,000.00 BRL after cost", words, StringComparison.Ordinal);
        Assert.EndsWith("Status: proposed. Measured impact: not measured yet.", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_are_met_on_track_behind_open_or_without_a_figure()
    {
        var shop = HandMade.GoodPulse();
        for (var month = 3; month <= 7; month++)
            shop.Ratio("months", "month_repeat_rate_to_date", 2_000 + (100 * month), 93_358, 93_358, $"2018-0{month}");
        Assert.Equal(OkrStatus.Met, Track("repeat_rate", 0.03).Status);
        var near = Track("repeat_rate", 0.04);
        Assert.Equal(OkrStatus.OnTrack, near.Status);
        Assert.Equal(0.04 - (2_801 / 93_358.0), near.Gap!.Value, 1e-12);
        Assert.Equal(near.Gap.Value / 12, near.NeededPerMonth!.Value, 1e-4);
        Assert.Contains(
            "Repeat rate: one-time to regular is 3.00 % (n = 93,358); the target is 4.00 % by 2019-08-30 (Board): +1.00 points to go, "
                + "+0.08 points a month; on track at the pace of the last 5 points (repeat rate at month end), +0.11 points a month.",
                    near.Says, StringComparison.Ordinal);
        Assert.Equal(OkrStatus.Behind, Track("repeat_rate", 0.06).Status);
        Assert.Equal(OkrStatus.Behind, Track("repeat_rate", 0.04, "2018-08-01").Status);
        Assert.Equal(OkrStatus.Open, Track("month_1_retention", 0.02).Status);
        Assert.Equal(OkrStatus.NotAvailable, Track("review_score", 4).Status);
        Assert.Equal(OkrStatus.Met, Track("churn_rate", 0.97).Status);
        Assert.Equal(OkrStatus.NoTarget,
            OkrTracker.Track(new FigureBook(shop.Figures, default), Targets.None, Currency.Parse("BRL"), HandMade.AsOf, _ => [])
                .Single(line => line.Kpi.Id == "repeat_rate").Status);

        OkrLine Track(string kpi, double goal, string by = "2019-08-30") => OkrTracker.Track(
            new FigureBook(shop.Figures, default),
            Targets.Parse("t.yaml",
                FormattableString.Invariant($"targets:\n  - {{ kpi: {kpi}, target: {goal}, by: {by}, source: Board }}\n")),
                    Currency.Parse("BRL"), HandMade.AsOf, _ => [])
                .Single(line => line.Kpi.Id == kpi);
    }

    [Theory]
    [InlineData("targets: 5", "1:10: targets: takes a list")]
    [InlineData("target:\n  - { kpi: repeat_rate }", "1:1: target: is not a field here; did you mean 'targets'?")]
    [InlineData("targets:\n  - { kpi: repeat_rat, target: 0.1, by: 2027-01-01, source: x }",
        "2:12: targets[0].kpi: 'repeat_rat' is no KPI; did you mean 'repeat_rate'?")]
    [InlineData("targets:\n  - { kpi: repeat_rate, target: 6, by: 2027-01-01, source: x }",
        "targets[0].target: 6 is no share; write 0.06 for 6 %")]
    [InlineData("targets:\n  - { kpi: repeat_rate, target: 0.06, by: soon, source: x }", "targets[0].by: 'soon' is not a date")]
    [InlineData("targets:\n  - { kpi: high_value_revenue_share, target: 0.5, by: 2027-01-01, source: x }",
        "targets[0].direction: is missing")]
    [InlineData("targets:\n  - { metric: revenue_shar, view: by_value_tier, labels: [High], target: 0.5, by: 2027-01-01, source: x }",
        "'revenue_shar' is no metric; did you mean 'revenue_share'?")]
    [InlineData("thresholds: { new_revenue_share: 2 }", "thresholds.new_revenue_share: 2 is out of range. Allowed: 0 to 1")]
    public void A_fault_of_the_targets_names_file_line_column_and_field(string text, string fault) =>
        Assert.Contains("t.yaml:",
            Assert.Throws<RetentionException>(() => Targets.Parse("t.yaml", text)) is var thrown
                && thrown.Message.Contains(fault, StringComparison.Ordinal)
                ? thrown.Message
                : "expected " + fault + " in " + thrown.Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_run_answers_about_targets_and_what_if()
    {
        var insights = await RunInsights.ReadAsync(night.Store, night.Run, Playbook.Shipped(), TestContext.Current.CancellationToken);
        Assert.Equal(OkrKpi.All.Count, (await insights.OkrAsync(Targets.None, TestContext.Current.CancellationToken)).Count);
        var answer = insights.WhatIf(new WhatIfRequest { ConversionPoints = 0.1 });
        Assert.Equal(answer.Base / 1000, answer.Asked.Customers, 1e-6);
        Assert.True(insights.WhatIf(new WhatIfRequest { RecoverDormant = 0.01 }).ValuePerCustomer > 0);
    }
}
