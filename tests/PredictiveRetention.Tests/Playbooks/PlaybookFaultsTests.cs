using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class PlaybookFaultsTests
{
    [Fact]
    public void More_plays_than_can_be_offered_are_a_fault_and_those_switched_off_are_not_offered()
    {
        var plays = Enumerable.Range(1, 256).Select(i => ($"play-{i}.yaml", SomePlay.Yaml(id: $"nudge-{i}"))).ToList();
        var fault = Assert.Throws<RetentionException>(() => Playbook.Parse(plays));
        Assert.Contains("play-256.yaml:1:5: id: 256 plays are switched on; allowed: up to 255", fault.Message, StringComparison.Ordinal);
        plays[^1] = ("play-256.yaml", SomePlay.Yaml(id: "nudge-256", more: "enabled: false"));
        Assert.Equal(256, Playbook.Parse(plays).Plays.Count);
    }

    // The play of SomePlay has its audience in line 8, its cost in line 9, its uplift in line 10 and more in line 11.
    [Theory]
    [InlineData("{ lifecycle: Dorment }",
        "8:24: audience.lifecycle: 'Dorment' is no lifecycle; did you mean 'Dormant'? Allowed: New, Reactivated, ")]
    [InlineData("{ lifecycle: Xyz }", "8:24: audience.lifecycle: 'Xyz' is no lifecycle. Allowed: New, ")]
    [InlineData("{ rfm_segment: [Loyal, Champion] }",
        "8:34: audience.rfm_segment: 'Champion' is no RFM segment; did you mean 'Champions'?")]
    [InlineData("{ lifecycle: { min: 3 } }", "8:24: audience.lifecycle: takes a single value, not a mapping")]
    [InlineData("{ lifecycle: [] }", "8:24: audience.lifecycle: is an empty list")]
    [InlineData("{ lifecycle: }", "audience.lifecycle: has no value")]
    [InlineData("{ valuetier: High }",
        "8:13: audience.valuetier: is not an audience field; did you mean 'value_tier'? Allowed: lifecycle, ")]
    [InlineData("{ orders: many }", "8:21: audience.orders: 'many' is not a number")]
    [InlineData("{ orders: -1 }", "8:21: audience.orders: -1 is out of range. Allowed: 0 or more")]
    [InlineData("{ orders: { min: 5, max: 2 } }", "8:21: audience.orders: min 5 is above max 2")]
    [InlineData("{ orders: {} }", "8:21: audience.orders: has neither min nor max")]
    [InlineData("{ orders: { minimum: 5 } }", "8:23: audience.orders.minimum: is not a field here")]
    [InlineData("{ orders: { min: five } }", "8:28: audience.orders.min: 'five' is not a number")]
    [InlineData("{ p_churn: { min: 50 } }", "8:29: audience.p_churn.min: 50 is out of range. Allowed: 0 to 1")]
    [InlineData("{ lost: maybe }", "8:19: audience.lost: 'maybe' is not allowed. Allowed: true, false")]
    [InlineData("{ any: { orders: 1 } }", "8:18: audience.any: takes a list of mappings")]
    [InlineData("{ any: [{ orders: 1 }, { lifecycle: Neu }] }",
        "8:47: audience.any[1].lifecycle: 'Neu' is no lifecycle; did you mean 'New'?")]
    [InlineData("{ not: { persona: Loyal } }", "8:29: audience.not.persona: 'Loyal' is no persona; did you mean 'Loyalist'?")]
    [InlineData("{ not: High }", "8:18: audience.not: takes a mapping of fields, not a single value")]
    [InlineData("{}", "8:11: audience: has no condition")]
    [InlineData("everyone", "8:11: audience: takes a mapping of fields, not a single value")]
    [InlineData("&a { not: *a }", "is nested deeper than 8 levels")]
    public void A_fault_of_the_audience_names_file_line_column_and_field(string audience, string fault) =>
        AssertFault(fault, SomePlay.Yaml(audience: audience));

    [Theory]
    [InlineData("colour: red", "11:1: colour: is not a field here. Allowed: id, name, ")]
    [InlineData("cooldown: 3", "11:1: cooldown: is not a field here; did you mean 'cooldown_days'?")]
    [InlineData("cooldown_days: -1", "11:16: cooldown_days: -1 is out of range. Allowed: 0 to 3650")]
    [InlineData("cooldown_days: 1.5", "11:16: cooldown_days: 1.5 is not a whole number")]
    [InlineData("holdout_share: 10", "11:16: holdout_share: 10 is out of range. Allowed: 0 to 1")]
    [InlineData("holdout_share: -0.1", "11:16: holdout_share: -0.1 is out of range. Allowed: 0 to 1")]
    [InlineData("budget: -1", "11:9: budget: -1 is out of range. Allowed: 0 or more")]
    [InlineData("budget: much", "11:9: budget: 'much' is not a number")]
    [InlineData("capacity: -1", "11:11: capacity: -1 is out of range. Allowed: 0 or more")]
    [InlineData("capacity: 1.5", "11:11: capacity: 1.5 is not a whole number")]
    [InlineData("formerly: Old Nudge", "11:11: formerly: 'Old Nudge' is not kebab-case")]
    [InlineData("formerly: [old, Older]", "11:17: formerly[1]: 'Older' is not kebab-case")]
    [InlineData("formerly: []", "11:11: formerly: is an empty list")]
    [InlineData("formerly:", "formerly: has no value")]
    [InlineData("formerly: [[old]]", "11:12: formerly[0]: takes a single value, not a list")]
    [InlineData("formerly: { id: old }", "11:11: formerly: takes a single value, not a mapping")]
    [InlineData("formerly: nudge", "11:11: formerly: 'nudge' is the play's own id")]
    [InlineData("formerly: [old, nudge]", "11:17: formerly[1]: 'nudge' is the play's own id")]
    [InlineData("formerly: [old, old]", "11:17: formerly[1]: 'old' is named twice")]
    [InlineData("salt: [a, b]", "11:7: salt: takes a single value, not a list")]
    [InlineData("salt: ''", "11:7: salt: has no value")]
    [InlineData("salt: control", "11:7: salt: 'control' is the salt of the global control group; give the play another salt")]
    [InlineData("formerly: control", "11:11: formerly: 'control' is the salt of the global control group; give the play another salt")]
    [InlineData("$schema: [play.schema.json]", "11:10: $schema: takes a single value, not a list")]
    [InlineData("$schema: { a: b }", "11:10: $schema: takes a single value, not a mapping")]
    [InlineData("$schema: ''", "11:10: $schema: has no value")]
    [InlineData("schema: play.schema.json", "11:1: schema: is not a field here; did you mean '$schema'?")]
    [InlineData("enabled: perhaps", "11:10: enabled: 'perhaps' is not allowed. Allowed: true, false")]
    [InlineData("unknown_consent: alow", "11:18: unknown_consent: 'alow' is not allowed; did you mean 'allow'? Allowed: exclude, allow")]
    [InlineData("steps: soon", "11:8: steps: takes a list of {day, message}")]
    [InlineData("steps: [{ day: 7 }]", "11:9: steps[0].message: is missing")]
    [InlineData("steps: [{ day: 7, message: Hi, hour: 3 }]", "steps[0].hour: is not a field here")]
    [InlineData("steps: [{ day: 7.5, message: Hi }]", "11:16: steps[0].day: 7.5 is not a whole number")]
    [InlineData("steps: [{ day: 1, message: Hi }, tomorrow]", "11:34: steps[1]: takes a mapping of fields, not a single value")]
    public void A_fault_of_an_optional_field_is_named(string more, string fault) => AssertFault(fault, SomePlay.Yaml(more: more));

    [Theory]
    [InlineData("id: nudge", "id: Nudge Me", "1:5: id: 'Nudge Me' is not kebab-case")]
    [InlineData("id: nudge", "id: [nudge]", "1:5: id: takes a single value, not a list")]
    [InlineData("name: Nudge", "", "name: is missing")]
    [InlineData("why: Because it helps.", "why:", "3:5: why: has no value")]
    [InlineData("owner: CRM", "owner: ~", "5:8: owner: has no value")]
    [InlineData("priority: Medium", "priority: Urgent", "4:11: priority: 'Urgent' is not allowed. Allowed: Critical, High, Medium, Low")]
    [InlineData("channel: onsite", "channel: e-mail",
        "6:10: channel: 'e-mail' is not allowed; did you mean 'email'? Allowed: email, sms, ")]
    [InlineData("{ per_contact: 1 }", "{ per_contact: -1 }", "9:22: cost.per_contact: -1 is out of range. Allowed: 0 or more")]
    [InlineData("{ per_contact: 1 }", "{ share_of_order: 10 }", "9:25: cost.share_of_order: 10 is out of range. Allowed: 0 to 1")]
    [InlineData("{ per_contact: 1 }", "{ each: 1 }",
        "9:9: cost.each: is not a field here. Allowed: per_contact, share_of_order, per_contact_share")]
    [InlineData("{ per_contact: 1 }", "{}", "9:7: cost: has neither per_contact, per_contact_share nor share_of_order")]
    [InlineData("currency: GBP", "", "9:7: cost.per_contact: is money of no currency")]
    [InlineData("id: nudge", "id: control", "1:5: id: 'control' is the salt of the global control group; give the play another salt")]
    [InlineData("currency: GBP", "currency: Pound", "currency: 'Pound' is not a currency of ISO 4217")]
    [InlineData("{ per_contact: 1 }", "1", "9:7: cost: takes a mapping of fields, not a single value")]
    [InlineData("prior: 0.1", "prior: 2", "10:27: expected_uplift.prior: 2 is out of range. Allowed: -0.49 to 0.49")]
    [InlineData("prior: 0.1", "prior: NaN", "10:27: expected_uplift.prior: 'NaN' is not a number")]
    [InlineData(", source: Assumption until measured", "", "10:18: expected_uplift.source: is missing")]
    [InlineData("timeline: Now", "timeline: 'Now", "is not YAML: ")]
    [InlineData("owner: CRM", "name: CRM", "is not YAML: Duplicate key")]
    public void A_fault_of_a_required_field_is_named(string line, string instead, string fault)
    {
        var yaml = SomePlay.Yaml();
        Assert.Contains(line, yaml, StringComparison.Ordinal);
        AssertFault(fault, yaml.Replace(line, instead, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("- id: a")]
    [InlineData("id: a\n---\nid: b")]
    public void A_file_is_one_mapping(string text) => AssertFault("play-1.yaml:1:1: is not one play", text);

    [Fact]
    public void An_id_occurs_once() =>
        AssertFault(
            "play-2.yaml:1:5: id: 'nudge' is already the id of the play in play-1.yaml", SomePlay.Yaml(), SomePlay.Yaml());

    [Fact]
    public void A_budget_is_money_of_a_currency() =>
        AssertFault(
            "11:9: budget: is money of no currency. Name it beside budget (currency: EUR)",
            SomePlay.Yaml(cost: "{ per_contact_share: 0.01 }", more: "budget: 500")
                .Replace("currency: GBP", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("formerly: b", "", "play-1.yaml:11:11: formerly: 'b' is the id of a play that is still in the book, in play-2.yaml")]
    [InlineData("", "formerly: [old, a]",
        "play-2.yaml:11:17: formerly[1]: 'a' is the id of a play that is still in the book, in play-1.yaml")]
    [InlineData("formerly: old", "formerly: [older, old]",
        "play-2.yaml:11:19: formerly[1]: 'old' is already a former id of the play 'a' in play-1.yaml")]
    [InlineData("formerly: old", "formerly: old",
        "play-2.yaml:11:11: formerly: 'old' is already a former id of the play 'a' in play-1.yaml")]
    [InlineData("salt: s", "salt: s", "play-2.yaml:11:7: salt: 's' of the play 'b' is the salt of the play 'a' in play-1.yaml, too")]
    [InlineData("salt: b", "", "play-1.yaml:11:7: salt: 'b' of the play 'a' is the salt of the play 'b' in play-2.yaml, too")]
    [InlineData("", "salt: a", "play-2.yaml:11:7: salt: 'a' of the play 'b' is the salt of the play 'a' in play-1.yaml, too")]
    [InlineData("formerly: [old, older]", "salt: old",
        "play-2.yaml:11:7: salt: 'old' of the play 'b' is the salt of the play 'a' in play-1.yaml, too")]
    public void An_id_a_former_id_and_a_salt_are_of_one_play(string a, string b, string fault) =>
        AssertFault(fault, SomePlay.Yaml("a", more: a), SomePlay.Yaml("b", more: b));

    [Fact]
    public void A_shops_own_play_may_not_be_taken_for_a_shipped_one()
    {
        var fault = Assert.Throws<RetentionException>(() => Playbook.Shipped().OverriddenBy(SomePlay.Book(
            SomePlay.Yaml("gift", more: "salt: high-value-retention"),
            SomePlay.Yaml("subscriber-cross-sell", more: "salt: subscribers"))));

        Assert.Equal(Failure.Usage, fault.Failure);
        Assert.Equal(
            "1 fault in the playbook:\n  "
                + "play-1.yaml:11:7: salt: 'high-value-retention' of the play 'gift' is the salt of the play 'high-value-retention' in "
                + "plays/high-value-retention.yaml, too: the same customers would be left alone for both",
            fault.Message);
    }

    [Fact]
    public void A_shops_own_play_takes_the_place_of_the_shipped_one_that_it_was()
    {
        var book = Playbook.Shipped().OverriddenBy(SomePlay.Book(SomePlay.Yaml("club", more: "formerly: loyalty-programme")));
        Assert.Null(book.Find("loyalty-programme"));
        Assert.Equal("loyalty-programme", book.Find("club")!.Salt);
        Assert.Equal(Playbook.Shipped().Plays.Count, book.Plays.Count);
    }

    [Fact]
    public void All_faults_of_all_files_come_in_one_message()
    {
        var fault = Assert.Throws<RetentionException>(() => SomePlay.Book(
            SomePlay.Yaml("one", audience: "{ lifecycle: Dorment }", cost: "{ per_contact: -1 }"), "id: [",
            SomePlay.Yaml("three", uplift: "7")));

        Assert.Equal(Failure.Usage, fault.Failure);
        var lines = fault.Message.Split("\n  ");
        Assert.Equal("4 faults in the playbook:", lines[0]);
        Assert.Equal(["play-1.yaml", "play-1.yaml", "play-2.yaml", "play-3.yaml"], lines[1..].Select(line => line.Split(':')[0]));
    }

    /// <summary>What the schema of plays cannot say.</summary>
    private static readonly string[] s_beyondSchema =
        ["is above max", "is nested deeper", "is not YAML", "is the play's own id", "is the salt of the global control group"];

    private static void AssertFault(string fault, params string[] plays)
    {
        var thrown = Assert.Throws<RetentionException>(() => SomePlay.Book(plays));

        Assert.StartsWith("1 fault in the playbook:\n  play-", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
        if (plays.Length == 1 && !s_beyondSchema.Any(thrown.Message.Contains)) Assert.False(PlaySchemaFile.Accepts(plays[0]), plays[0]);
    }
}
