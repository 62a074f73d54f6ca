using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <summary>A listing as asked for: filter, order and how many; refused with the parameter's name and what is allowed.</summary>
internal sealed record PredictionQuery(PredictionFilter Filter, PredictionOrder Order, int Limit, string Fingerprint)
{
    public const int MaxLimit = 1000;

    private static readonly string[] s_sorts = ["revenue_at_risk", "p_churn", "clv", "expected_net_value", "customer"];

    /// <summary>Every parameter of the listing: its name, what it asks for, and the values it may have where they are few.</summary>
    public static IReadOnlyList<(string Name, string Meaning, IReadOnlyList<string> Values)> Parameters { get; } =
    [
        ("cursor", "nextCursor of the page before; the other parameters stay as they were", []),
        ("limit", "customers a page, 1 to 1000; 50 when absent", []),
        ("sort", "descending; customer is the order of the customer keys", s_sorts),
        Of<RfmSegment>("rfm_segment"), Of<Lifecycle>("lifecycle"), Of<ValueTier>("value_tier"), Of<FrequencyClass>("frequency_class"),
        Of<ClvTier>("clv_tier"),
        Of<BusinessSegment>("business_segment"), Of<EngagementSegment>("engagement_segment"), Of<Persona>("persona"),
        ("risk_band", "the risk band, in any case; without the lost, who are counted apart, unless lost=true",
            SegmentNames.All<RiskBand>()),
        ("country", "two letters, ISO 3166", []),
        ("play", "id of the recommended play, see /api/v1/plays", []),
        ("has_action", "whether an action is recommended", ["true", "false"]),
        ("left_alone", "whether the customer is left alone so that the effect of plays can be measured", ["true", "false"]),
        ("lost", "whether the customer counts as lost", ["true", "false"]),
        ("at_risk", "true: still buying, and slipping or of a risk band that is not Low", ["true", "false"]),
        ("slipping", "whether a customer still buying is silent for much longer than usual for that customer", ["true", "false"]),
        ("still_buying", "whether the customer is neither inactive nor lost", ["true", "false"]),
        ("high_value", "whether the customer is among those worth most", ["true", "false"]),
        ("moved_up", "true: only customers at high risk who were not in the night before", ["true", "false"]),
        ("owner", "who works on an action of the customer; " + ActionWork.Nobody + " for nobody", []),
        ("status", "of an action of the customer; what is recommended and nobody has touched is open",
            [.. ActionStatus.All, ActionStatus.Unfinished]),
        ("min_p_churn", "0 to 1", []), ("max_p_churn", "0 to 1", []),
        ("min_clv", "in currency units", []), ("max_clv", "in currency units", []),
    ];

    /// <summary>Parameters that take a number.</summary>
    public static IReadOnlyList<string> Numbers { get; } = ["min_p_churn", "max_p_churn", "min_clv", "max_clv"];

    /// <exception cref="BadParameterException">A parameter is unknown or has no usable value.</exception>
    public static PredictionQuery Read(IQueryCollection query, Playbook playbook)
    {
        QueryContract.Check(query, [.. Parameters.Select(known => known.Name)]);
        var filter = new PredictionFilter
        {
            RfmSegment = Segment<RfmSegment>(query, "rfm_segment"),
            Lifecycle = Segment<Lifecycle>(query, "lifecycle"),
            ValueTier = Segment<ValueTier>(query, "value_tier"),
            FrequencyClass = Segment<FrequencyClass>(query, "frequency_class"),
            ClvTier = Segment<ClvTier>(query, "clv_tier"),
            BusinessSegment = Segment<BusinessSegment>(query, "business_segment"),
            EngagementSegment = Segment<EngagementSegment>(query, "engagement_segment"),
            Persona = Segment<Persona>(query, "persona"),
            RiskBand = Segment<RiskBand>(query, "risk_band"),
            Country = CountryOf(query),
            PlayId = Play(query, playbook),
            HasAction = Bool(query, "has_action"),
            LeftAlone = Bool(query, "left_alone"),
            // The lost have a band too, and are counted apart from the bands wherever customers are counted.
            Lost = Bool(query, "lost") ?? (Value(query, "risk_band") is null ? null : false),
            AtRisk = Bool(query, "at_risk"),
            Slipping = Bool(query, "slipping"),
            StillBuying = Bool(query, "still_buying"),
            HighValue = Bool(query, "high_value"),
            MovedUp = Bool(query, "moved_up") ?? false,
            WorkOwner = Value(query, "owner"),
            WorkStatus = Status(query),
            MinPChurn = Number(query, "min_p_churn", 0, 1),
            MaxPChurn = Number(query, "max_p_churn", 0, 1),
            MinClv = Number(query, "min_clv"),
            MaxClv = Number(query, "max_clv"),
        };
        var sort = Value(query, "sort") ?? s_sorts[0];
        var order = Array.IndexOf(s_sorts, sort);
        if (order < 0) throw new BadParameterException("sort", $"'{sort}' is not one of {string.Join(", ", s_sorts)}.");
        var limit = 50;
        if (Value(query, "limit") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            throw new BadParameterException("limit", $"'{BadParameterException.Quoted(text)}' is not a whole number from 1 to {MaxLimit}.");
        var asked = string.Join('&',
            query.Where(pair => pair.Key is not ("cursor" or "limit"))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}={pair.Value}"));
        return new PredictionQuery(filter, (PredictionOrder)order, limit,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)))[..12]);
    }

    private static (string, string, IReadOnlyList<string>) Of<T>(string name)
        where T : struct, Enum => (name, "the " + SegmentNames.Subject<T>() + ", in any case", SegmentNames.All<T>());

    private static int? Segment<T>(IQueryCollection query, string name)
        where T : struct, Enum =>
        Value(query, name) is not { } text ? null
        : SegmentNames.TryParse<T>(text, out var segment) ? Convert.ToInt32(segment, CultureInfo.InvariantCulture)
        : throw new BadParameterException(name,
            $"'{BadParameterException.Quoted(text)}' is not one of {string.Join(", ", SegmentNames.All<T>())}.");

    private static bool? Bool(IQueryCollection query, string name) =>
        Value(query, name) is not { } text ? null : bool.TryParse(text, out var value) ? value
            : throw new BadParameterException(name, $"'{BadParameterException.Quoted(text)}' is neither true nor false.");

    private static double? Number(IQueryCollection query, string name, double min = double.MinValue, double max = double.MaxValue) =>
        Value(query, name) is not { } text ? null
        : !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)
        ? throw new BadParameterException(name, $"'{BadParameterException.Quoted(text)}' is not a number.")
        : value >= min && value <= max ? value
        : throw new BadParameterException(name,
            string.Create(CultureInfo.InvariantCulture, $"{BadParameterException.Quoted(text)} is not from {min} to {max}."));

    private static string? CountryOf(IQueryCollection query) =>
        Value(query, "country") is not { } code ? null
        : Country.TryOf(code) is { } country ? country.Code
        : throw new BadParameterException("country", $"'{BadParameterException.Quoted(code)}' is not the code of a country, such as DE.");

    private static string? Play(IQueryCollection query, Playbook playbook) =>
        Value(query, "play") is not { } id ? null
        : playbook.Find(id) is not null ? id
        : throw new BadParameterException("play",
            $"'{BadParameterException.Quoted(id)}' is not one of {string.Join(", ", playbook.Plays.Select(play => play.Id))}.");

    private static string? Status(IQueryCollection query) =>
        Value(query, "status") is not { } text ? null
        : ActionStatus.All.Append(ActionStatus.Unfinished).FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new BadParameterException("status",
                $"'{BadParameterException.Quoted(text)}' is not one of {string.Join(", ", ActionStatus.All)}, {ActionStatus.Unfinished}.");

    private static string? Value(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value
        ? value.Contains('\0', StringComparison.Ordinal)
            ? throw new BadParameterException(name, "It holds a character no text has.")
            : value
        : null;
}


/// <summary>Where the next page begins. It names its run, so a listing never mixes two nights, and the question it belongs to.</summary>
internal readonly record struct PageCursor(long RunId, PagePosition Position, string Fingerprint)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture,
            $"{RunId}|{BitConverter.DoubleToInt64Bits(Position.Value)}|{Position.CustomerKey}|{Fingerprint}")));

    /// <exception cref="BadParameterException">The text is no cursor, or one of another question.</exception>
    public static PageCursor Parse(string text, string fingerprint)
    {
        var invalid = new BadParameterException("cursor",
            "It is not a cursor of this listing. Use the one of the last answer, with the same filters and sort.");
        var bytes = new byte[text.Length];
        if (text.Length > 200 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length)) throw invalid;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split('|');
        return parts.Length == 4 && parts[3] == fingerprint
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var run)
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bits)
            && double.IsFinite(BitConverter.Int64BitsToDouble(bits))
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key)
            ? new PageCursor(run, new PagePosition(BitConverter.Int64BitsToDouble(bits), key), fingerprint)
            : throw invalid;
    }
}
