using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Playbooks;

/// <summary>Reads one play from YAML text.</summary>
internal static partial class PlayReader
{
    /// <summary>The play and where its id stands; null when the text is no YAML mapping. Whether it may be used, the faults say.</summary>
    public static (Play Play, Mark IdAt)? Read(string file, string text, PlayFaults faults)
    {
        if (Root(file, text, faults) is not { } root) return null;

        var fields = new YamlFields(file, "", root, faults);
        var play = new Play
        {
            Id = Id(fields),
            Name = fields.Text("name"),
            Why = fields.Text("why"),
            Priority = (PlayPriority)fields.Choice("priority", PlayNames.Priorities),
            Owner = fields.Text("owner"),
            Channel = (PlayChannel)fields.Choice("channel", PlayNames.Channels),
            UnknownConsent = (UnknownConsent)fields.Choice("unknown_consent", PlayNames.UnknownConsents, (int)UnknownConsent.Exclude),
            Timeline = fields.Text("timeline"),
            Steps = Steps(fields),
            Audience = AudienceReader.Read(fields, fields.Required("audience") ?? new YamlMappingNode()),
            Cost = Cost(fields),
            Currency = CurrencyOf(fields),
            ExpectedUplift = Uplift(fields),
            CooldownDays = fields.Whole("cooldown_days", 0, Horizon.MaxDays) ?? 30,
            HoldoutShare = fields.Number("holdout_share", 0, 1, fallback: 0.10),
            Capacity = fields.Whole("capacity", 1, int.MaxValue),
            Enabled = fields.Flag("enabled", fallback: true),
            File = file,
        };
        fields.RejectOthers();
        if (play.Cost.PerContact > 0 && fields.Optional("currency") is null)
        {
            fields.Fault("cost.per_contact", fields.StartOf("cost"),
                "is money of no currency. Name it beside cost (currency: EUR), or give per_contact_share, a share of the shop's median "
                    + "order");
        }

        return (play, fields.StartOf("id"));
    }

    private static YamlMappingNode? Root(string file, string text, PlayFaults faults)
    {
        if (YamlText.Load(file, text, faults) is not { } documents) return null;

        var root = documents.Count == 1 ? documents[0].RootNode as YamlMappingNode : null;
        if (root is null) faults.Add(file, new Mark(0, 1, 1), "", "is not one play: a file holds one mapping of fields, beginning with id");

        return root;
    }

    private static string Id(YamlFields fields)
    {
        var id = fields.Text("id");
        if (id.Length > 0 && !KebabCase().IsMatch(id))
        {
            fields.Fault("id", fields.StartOf("id"), $"'{id}' is not kebab-case: lower-case letters and digits, words joined by '-'");
        }

        return id;
    }

    private static List<PlayStep> Steps(YamlFields fields)
    {
        var steps = new List<PlayStep>();
        if (fields.Optional("steps") is not { } node) return steps;

        if (node is not YamlSequenceNode list)
        {
            fields.Fault("steps", node.Start, "takes a list of {day, message}");
            return steps;
        }

        foreach (var step in list.Select((one, index) => fields.Nested(YamlFields.Indexed("steps", index), one)).OfType<YamlFields>())
        {
            steps.Add(new PlayStep(step.Whole("day", 0, Horizon.MaxDays, required: true) ?? 0, step.Text("message")));
            step.RejectOthers();
        }

        return steps;
    }

    private static PlayCost Cost(YamlFields play)
    {
        if (play.Required("cost") is not { } node || play.Nested("cost", node) is not { } fields) return default;

        var cost = new PlayCost(
            fields.Number("per_contact", 0, double.MaxValue, fallback: 0), fields.Number("share_of_order", 0, 1, fallback: 0),
            fields.Number("per_contact_share", 0, double.MaxValue, fallback: 0));
        fields.RejectOthers();
        if (!fields.Entries().Any()) play.Fault("cost", node.Start, "has neither per_contact, per_contact_share nor share_of_order");

        return cost;
    }

    private static Currency? CurrencyOf(YamlFields play)
    {
        if (play.Optional("currency") is not { } node) return null;
        if (play.Text("currency") is { Length: > 0 } code)
        {
            if (Currency.TryOf(code) is { } currency) return currency;
            play.Fault("currency", node.Start, $"'{code}' is not a currency of ISO 4217, such as EUR");
        }

        return null;
    }

    private static ExpectedUplift Uplift(YamlFields play)
    {
        if (play.Required("expected_uplift") is not { } node || play.Nested("expected_uplift", node) is not { } fields) return default;

        var uplift = new ExpectedUplift(fields.Number("prior", -MostUplift, MostUplift), fields.Text("source"));
        fields.RejectOthers();
        return uplift;
    }

    // Beyond it somebody as likely to order as not would surely order, or never.
    private const double MostUplift = 0.49;

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex KebabCase();
}
