using System.Text.Json;
using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>
/// What every shard of a run is made with, fixed at its snapshot and stored with it: a resumed run, or a second worker, continues with
/// exactly this, and a reader can tell what a score means.
/// </summary>
public sealed record RunRecipe
{
    public required string ModelVersion { get; init; }
    public required ModelLevel ModelLevel { get; init; }

    /// <summary>The model's feature list, by which reasons name their feature; empty for the recency rule.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
    public required int HorizonDays { get; init; }
    public required int ClvHorizonDays { get; init; }
    public required SourceCoverage Coverage { get; init; }
    public required SegmentCutoffs Cutoffs { get; init; }
    public required SegmentSettings Segments { get; init; }
    public required double Margin { get; init; }

    /// <summary>Of an action, currency units; null for one contact's cost.</summary>
    public double? MinimumWorth { get; init; }

    /// <summary>What plays may take together and how often a customer may be contacted; the defaults in runs of earlier versions.</summary>
    public ActionSettings Actions { get; init; } = new();

    /// <summary>
    /// The median amount of a purchase before the as-of, minor units, which costs of plays are a share of; null without a purchase, and in
    /// runs of earlier versions.
    /// </summary>
    public double? MedianOrderMinor { get; init; }

    /// <summary>Business day of the last order the run could see.</summary>
    public required DateOnly DataThrough { get; init; }

    /// <summary>
    /// Why no model could score the run, which is of figures that need none; null where scores are what they should be.
    /// </summary>
    public string? NoScores { get; init; }

    /// <summary>What the run's figures are counted with; null in runs of earlier versions, which have none.</summary>
    public InsightRecipe? Insights { get; init; }

    /// <summary>What an order is worth to the shop, by this run.</summary>
    public PlaybookEconomics Economics(Currency currency) => new(currency, Margin, MedianOrderMinor / currency.MinorPerUnit, MinimumWorth);

    internal InsightContext Context(Cutoff asOf, Currency currency) => new(
        asOf, Coverage, currency, Cutoffs, Segments, HorizonDays, ClvHorizonDays, RetentionModel.LostAfter(HorizonDays),
        Insights ?? throw new InvalidOperationException("The run was begun by an earlier version, which counted no figures."))
    {
        NoScores = NoScores,
    };

    internal string ToJson() => JsonSerializer.Serialize(this, s_json);

    internal static RunRecipe Read(string json) => JsonSerializer.Deserialize<RunRecipe>(json, s_json)!;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };
}
