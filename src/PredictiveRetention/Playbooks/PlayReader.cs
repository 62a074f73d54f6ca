using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Playbooks;

/// <summary>Reads one play from YAML text.</summary>
internal static partial class PlayReader
{
    // Beyond it somebody as likely to order as not would surely order, or never.
    public const double MostUplift = 0.49;

    public const string Kebab = "[a-z0-9]+(-[a-z0-9]+)*";

    /// <summary>The play; null when the text is no YAML mapping. Whether it may be used, the faults say.</summary>
    public static Play? Read(string file, string text, PlayFaults faults)
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
            CooldownDays = fields.Whole("cooldown_days", 0, Horizon.MaxDays) ?? Play.DefaultCooldownDays,
            HoldoutShare = fields.Number("holdout_share", 0, 1, fallback: Play.DefaultHoldoutShare),
            Budget = fields.Amount("budget", 0, double.MaxValue),
            Capacity = fields.Whole("capacity", 0, int.MaxValue),
            OwnSalt = fields.OptionalText("salt"),
            Enabled = fields.Flag("enabled", fallback: true),
            File = file,
        };
        var formerly = Formerly(fields);
        play = play with { Formerly = [.. formerly.Select(former => former.Id)], Places = PlacesOf(fields, play, formerly) };
        // Editors ask it for the fields; it says nothing of the play.
        fields.OptionalText("$schema");
        fields.RejectOthers();
        if (fields.Optional("currency") is null) RejectMoney(fields, play);

        return play;
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
        if (id.Length > 0) RejectOtherThanKebabCase(fields, "id", fields.StartOf("id"), id);

        return id;
    }

    private static void RejectOtherThanKebabCase(YamlFields fields, string name, Mark at, string id)
    {
        if (!KebabCase().IsMatch(id))
            fields.Fault(name, at, $"'{id}' is not kebab-case: lower-case letters and digits, words joined by '-'");
    }

    private static List<(string Id, PlayPlace Place)> Formerly(YamlFields fields)
    {
        var formerly = new List<(string Id, PlayPlace Place)>();
        if (fields.Optional("formerly") is not { } node) return formerly;

        if (node is YamlSequenceNode list)
        {
            if (list.Children.Count == 0) fields.Fault("formerly", node.Start, "is an empty list");
            foreach (var (index, one) in list.Index()) Add(YamlFields.Indexed("formerly", index), one);
        }
        else Add("formerly", node);

        return formerly;

        void Add(string name, YamlNode one)
        {
            if (fields.TextOf(name, one) is not { } id) return;

            RejectOtherThanKebabCase(fields, name, one.Start, id);
            formerly.Add((id, new PlayPlace(name, one.Start)));
        }
    }

    private static PlayPlaces PlacesOf(YamlFields fields, Play play, List<(string Id, PlayPlace Place)> formerly)
    {
        var id = new PlayPlace("id", fields.StartOf("id"));
        var first = formerly.Count > 0 ? formerly[0].Place : id;
        var salt = play.HasOwnSalt ? new PlayPlace("salt", fields.StartOf("salt")) : first;
        return new PlayPlaces(id, [.. formerly.Select(former => former.Place)], salt);
    }

    private static void RejectMoney(YamlFields fields, Play play)
    {
        if (play.Cost.PerContact > 0)
        {
            fields.Fault("cost.per_contact", fields.StartOf("cost"),
                "is money of no currency. Name it beside cost (currency: EUR), or give per_contact_share, a share of the shop's median "
                    + "order");
        }
        if (play.Budget > 0)
            fields.Fault("budget", fields.StartOf("budget"), "is money of no currency. Name it beside budget (currency: EUR)");
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

    [GeneratedRegex($@"\A{Kebab}\z")]
    private static partial Regex KebabCase();
}
