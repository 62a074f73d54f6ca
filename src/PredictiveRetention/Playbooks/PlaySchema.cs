using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// The file of a play as a JSON Schema (draft 2020-12), for editors that complete and check YAML. It accepts what <see cref="PlayReader"/>
/// accepts, numbers and true or false without quotes; what a schema cannot say (min above max, an id twice) only the reader refuses.
/// </summary>
public static class PlaySchema
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>Ends with a line end.</summary>
    public static string Text() => Root().ToJsonString(s_options) + "\n";

    private static JsonObject Root()
    {
        var root = Mapping(
            "One action the shop can take for a customer: whom it is for, what it costs, what it is expected to change.",
            [
                ("$schema", Words("Where this schema is, for editors; it says nothing of the play.")),
                ("id", Id("Small letters and digits, words joined by '-'; a shop's own play replaces the shipped one of the same id.")),
                ("name", Words("What people call it.")),
                ("why", Words("One sentence for the person who works the list.")),
                ("priority", OneOf("Decides between plays of equal expected net value.", PlayNames.Priorities)),
                ("owner", Words("Who does it.")),
                ("channel", OneOf("How it reaches the customer. internal: a person of the shop is told, the customer is not contacted.",
                    PlayNames.Channels)),
                ("unknown_consent", Default(PlayNames.UnknownConsents[(int)UnknownConsent.Exclude], OneOf(
                    "What an e-mail play does with a customer whose consent nobody recorded; a refusal always excludes.",
                    PlayNames.UnknownConsents))),
                ("timeline", Words("When the play begins; after a semicolon, when it is due for one customer.")),
                ("steps", Steps()),
                ("audience", Reference("audience", "Whom it is for. Lost customers are left out unless it has a lost condition or names "
                    + "the lifecycle Lost.")),
                ("cost", Cost()),
                ("currency", OneOf("ISO 4217, of the money in the play: the cost of a contact, its budget, amounts its audience asks for.",
                    [.. Currency.Codes.Order(StringComparer.Ordinal)])),
                ("expected_uplift", Uplift()),
                ("cooldown_days", Default(Play.DefaultCooldownDays, Whole(
                    "Days before a customer who was contacted with this play, or was left alone for it, may get it again.",
                    Horizon.MaxDays))),
                ("holdout_share", Default(Play.DefaultHoldoutShare, Number(
                    "Share of the chosen customers left alone so that the effect can be measured.", 0, 1))),
                ("budget", Number(
                    "What its contacts and incentives may cost in a period, in units of its currency. Without it there is no limit.", 0)),
                ("capacity", Whole("At most this many customers in hand at a time: proposed and not yet dealt with, or contacted in the "
                    + "period. Without it there is no limit.")),
                ("formerly", Formerly()),
                ("salt", Words("What the draw of who is left alone is made with, of no other play. Default: the first id the play ever "
                    + "had.")),
                ("enabled", Default(true, Flag("false switches the play off."))),
            ],
            ["id", "name", "why", "priority", "owner", "channel", "timeline", "audience", "cost", "expected_uplift"]);
        root["allOf"] = new JsonArray(
            MoneyHasACurrency(new JsonObject { ["cost"] = With("per_contact", new JsonObject { ["exclusiveMinimum"] = 0 }) }),
            MoneyHasACurrency(new JsonObject { ["budget"] = new JsonObject { ["exclusiveMinimum"] = 0 } }));
        root["$defs"] = Definitions();
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "A play of PredictiveRetention");
        return root;
    }

    private static JsonObject Id(string says) => new()
    {
        ["description"] = says,
        ["type"] = Names("string", "integer", "boolean"),
        ["pattern"] = $"^{PlayReader.Kebab}$",
        ["minimum"] = 0
    };

    private static JsonObject Formerly()
    {
        var ids = List(Id("An id of no play that is still there."));
        ids["uniqueItems"] = true;
        return AnyOf("Ids the play had before, the first one first, or a single one: its history and its salt go on.",
            Id("The id it had."), ids);
    }

    private static JsonObject Steps()
    {
        var step = Mapping(
            "A message of a sequence.",
            [
                ("day", Whole("Days after the play starts for a customer.", Horizon.MaxDays)),
                ("message", Words("What is said."))
            ],
            ["day", "message"]);
        return new JsonObject { ["description"] = "The messages of a sequence.", ["type"] = "array", ["items"] = step };
    }

    private static JsonObject Cost()
    {
        var cost = Mapping(
            "Of a contact; what is given adds up.",
            [
                ("per_contact", Number("Paid for every customer contacted, in units of the play's currency.", 0)),
                ("share_of_order", Number("An incentive: this share of the spend, paid only when an order comes.", 0, 1)),
                ("per_contact_share", Number("Paid for every customer contacted, as a share of the shop's median order.", 0))
            ],
            []);
        cost["minProperties"] = 1;
        return cost;
    }

    private static JsonObject Uplift() => Mapping(
        "What it does to the odds of an order within the churn horizon.",
        [
            ("prior", Number("Additional probability of somebody as likely to order as not.", -PlayReader.MostUplift,
                PlayReader.MostUplift)),
            ("source", Words("Where that number comes from: an assumption until it is measured."))
        ],
        ["prior", "source"]);

    private static JsonObject MoneyHasACurrency(JsonObject money) => new()
    {
        ["if"] = new JsonObject { ["properties"] = money, ["required"] = Names([.. money.Select(one => one.Key)]) },
        ["then"] = new JsonObject { ["required"] = Names("currency") }
    };

    private static JsonObject With(string name, JsonObject value) =>
        new() { ["properties"] = new JsonObject { [name] = value }, ["required"] = Names(name) };

    private static JsonObject Definitions()
    {
        var fields = AudienceField.Names.Select(name => (name, Condition(AudienceField.All[name]))).ToList();
        var any = List(Reference("audience"));
        any["description"] = "Mappings of which one must hold.";
        var audience = Mapping(
            "Conditions that must all hold. One on a fact the shop does not know is false.",
            [.. fields, (AudienceReader.Any, any), (AudienceReader.Negation, Reference("audience", "A mapping that must not hold."))], []);
        audience["minProperties"] = 1;
        var definitions = new JsonObject { ["audience"] = audience };
        foreach (var figure in AudienceField.All.Values.OfType<FigureField>().OrderBy(field => (field.Min, field.Max)))
            definitions[Name(figure)] ??= Figure(figure);
        return definitions;
    }

    private static JsonObject Condition(AudienceField field) => field switch
    {
        SegmentField segment =>
            Values($"The customer's {field.Words}, or several of which one must match.", OneOf(null, segment.Values)),
        FigureField figure => Reference(
            Name(figure), $"The customer's {field.Words}: a value, several of which one must match, or min and max."),
        RiseField => Mapping(
            "The churn probability is at least so many points higher than it was so many days ago.",
            [
                ("points", Number("Of a hundred.", AudienceReader.LeastPoints, 100)),
                ("days", Whole("Before the night.", AudienceReader.MostDaysAgo, 1))
            ],
            ["points", "days"]),
        FlagField flag => Values($"true: {flag.Words}; false: {flag.NotWords}.", Flag(null)),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null)
    };

    private static string Name(FigureField figure) => (figure.Min, figure.Max) switch
    {
        (double.MinValue, double.MaxValue) => "any-number",
        (_, double.MaxValue) => Invariant.Text($"from-{figure.Min}"),
        _ => Invariant.Text($"{figure.Min}-to-{figure.Max}")
    };

    private static JsonObject Figure(FigureField figure)
    {
        var range = Mapping(
            "At least min and at most max; either may be left out.",
            [("min", Number(null, figure.Min, figure.Max)), ("max", Number(null, figure.Min, figure.Max))], []);
        range["minProperties"] = 1;
        return new JsonObject
        {
            ["anyOf"] = new JsonArray(
                Number(null, figure.Min, figure.Max), List(Number(null, figure.Min, figure.Max)), range)
        };
    }

    private static JsonObject Values(string says, JsonObject one) => AnyOf(says, one, List(one.DeepClone()));

    private static JsonObject AnyOf(string? says, params JsonNode[] forms) =>
        Described(says, new() { ["anyOf"] = new JsonArray(forms) });

    private static JsonObject List(JsonNode one) => new() { ["type"] = "array", ["items"] = one, ["minItems"] = 1 };

    /// <summary>Names for completion, and a pattern of them in any case, with ' ', '-', '_' or nothing between their words.</summary>
    private static JsonObject OneOf(string? says, IReadOnlyList<string> names) => AnyOf(
        says, new JsonObject { ["enum"] = Names([.. names]) },
        new JsonObject { ["type"] = "string", ["pattern"] = $"^({string.Join('|', names.Select(InAnyCase))})$" });

    private static string InAnyCase(string name) => string.Concat(name.Select(letter => letter switch
    {
        ' ' or '-' => "[ _-]*",
        _ when char.IsAsciiLetter(letter) => $"[{char.ToUpperInvariant(letter)}{char.ToLowerInvariant(letter)}]",
        _ => letter.ToString()
    }));

    /// <summary>As YAML writes them, a number or true is a text, too.</summary>
    private static JsonObject Words(string says) =>
        new() { ["description"] = says, ["type"] = Names("string", "number", "boolean"), ["pattern"] = "\\S" };

    private static JsonObject Flag(string? says) => Described(says, new() { ["type"] = "boolean" });

    private static JsonObject Whole(string says, int most = int.MaxValue, int least = 0)
    {
        var whole = Number(says, least, most);
        whole["type"] = "integer";
        return whole;
    }

    private static JsonObject Number(string? says, double least = double.MinValue, double most = double.MaxValue)
    {
        var number = Described(says, new() { ["type"] = "number" });
        if (least > double.MinValue) number["minimum"] = least;
        if (most < double.MaxValue) number["maximum"] = most;
        return number;
    }

    private static JsonObject Mapping(string says, (string Name, JsonObject Value)[] fields, string[] required)
    {
        var properties = new JsonObject();
        foreach (var (name, value) in fields) properties[name] = value;
        var mapping = new JsonObject { ["description"] = says, ["type"] = "object", ["properties"] = properties };
        if (required.Length > 0) mapping["required"] = Names(required);
        mapping["additionalProperties"] = false;
        return mapping;
    }

    private static JsonObject Reference(string name, string? says = null) => Described(says, new() { ["$ref"] = "#/$defs/" + name });

    private static JsonObject Default(JsonNode value, JsonObject field)
    {
        field["default"] = value;
        return field;
    }

    private static JsonObject Described(string? says, JsonObject schema)
    {
        if (says is not null) schema.Insert(0, "description", says);
        return schema;
    }

    private static JsonArray Names(params string[] names) => [.. names];
}
