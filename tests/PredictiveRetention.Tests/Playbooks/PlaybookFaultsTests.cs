using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class PlaybookFaultsTests
{
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
    [InlineData("capacity: 0", "11:11: capacity: 0 is out of range. Allowed: 1 or more")]
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

    private static void AssertFault(string fault, params string[] plays)
    {
        var thrown = Assert.Throws<RetentionException>(() => SomePlay.Book(plays));

        Assert.StartsWith("1 fault in the playbook:\n  play-", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
    }
}
