using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

public enum ReportKind
{
    /// <summary>What the business rests on, on a few pages.</summary>
    Executive,

    /// <summary>Business segments month by month, every question of them answered.</summary>
    Monthly,

    /// <summary>Objectives, KPIs, risks, pivots, cohorts and recommendations.</summary>
    Performance,
}

/// <summary>
/// A report as data: what is written as HTML, printed as PDF and given as JSON. Every number in it is a figure of the run, or of a sentence
/// that names its figures.
/// </summary>
public sealed record ReportDocument(ReportKind Kind, string Title, ReportFront Front, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>All figures shown, in the order of the pages; a figure shown twice is there twice.</summary>
    [JsonIgnore]
    public IEnumerable<FigureRow> Figures => Sections.SelectMany(section => section.Blocks).SelectMany(block => block.Figures);

    [JsonIgnore]
    public IEnumerable<Card> Cards => Sections.SelectMany(section => section.Blocks).SelectMany(block => block.Cards);

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a file of its own, not part of a page
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}

/// <summary>What the report is of.</summary>
/// <param name="GeneratedAt">With the offset of the shop's zone.</param>
/// <param name="DataFrom">Day of the first order the run could see; null where the store has dropped it.</param>
/// <param name="DataThrough">Day of the last one.</param>
/// <param name="ModelLevel">full, collapsed or by rule: how much of the model could be fitted.</param>
public sealed record ReportFront(
    long RunId, string RunState, string AsOf, DateTimeOffset GeneratedAt, string TimeZone, DateOnly? DataFrom, DateOnly DataThrough,
    string ModelVersion, string ModelLevel, string Currency, int HorizonDays, int ClvHorizonDays);

public sealed record ReportSection(string Id, string Title, IReadOnlyList<ReportBlock> Blocks);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ReportTiles), "tiles")]
[JsonDerivedType(typeof(ReportSentences), "sentences")]
[JsonDerivedType(typeof(ReportChart), "chart")]
[JsonDerivedType(typeof(ReportObjectives), "objectives")]
[JsonDerivedType(typeof(ReportRecommendations), "recommendations")]
[JsonDerivedType(typeof(ReportTerms), "terms")]
public abstract record ReportBlock
{
    [JsonIgnore]
    public virtual IEnumerable<FigureRow> Figures => [];

    [JsonIgnore]
    public virtual IEnumerable<Card> Cards => [];
}

/// <summary>Headline numbers.</summary>
public sealed record ReportTiles(IReadOnlyList<FigureRow> Numbers) : ReportBlock
{
    public override IEnumerable<FigureRow> Figures => Numbers;
}

/// <summary>Cards under their titles: questions and their answers, risks, KPIs.</summary>
public sealed record ReportSentences(IReadOnlyList<Card> Said) : ReportBlock
{
    public override IEnumerable<Card> Cards => Said;
}

/// <param name="Says">The card that is its title and what follows; null where the title is only a name.</param>
public sealed record ReportChart(string Id, ChartKind Kind, string Title, Card? Says, string HowToRead, ChartTable Table) : ReportBlock
{
    /// <summary>The title is the first sentence of the card; otherwise it is only a name, and the whole card stands below it.</summary>
    public bool IsTitledByFinding { get; init; }

    public override IEnumerable<FigureRow> Figures =>
        Table.Rows.SelectMany(row => row.Cells).Select(cell => cell.Figure).OfType<FigureRow>();

    public override IEnumerable<Card> Cards => Says is null ? [] : [Says];
}

public sealed record ReportObjectives(IReadOnlyList<ReportObjective> Lines) : ReportBlock
{
    public override IEnumerable<FigureRow> Figures => Lines.Select(line => line.Figure);
}

/// <summary>A KPI of an objective against its target.</summary>
public sealed record ReportObjective(string Objective, OkrLine Line, FigureRow Figure);

public sealed record ReportRecommendations(IReadOnlyList<ReportRecommendation> Proposed) : ReportBlock
{
    public override IEnumerable<Card> Cards => Proposed.Select(one => one.Says);
}

/// <summary>A play as proposed by the run. Its impact is expected by assumption until it is measured.</summary>
/// <param name="Customers">Null where it is the best action for nobody.</param>
/// <param name="Uplift">Assumed points of probability of an order within the horizon, as a share.</param>
public sealed record ReportRecommendation(string Name, string Priority, string Action, string Owner, string Timeline, double? Customers,
    double? ExpectedNetValue, double? Uplift, string Assumption, string Status, string MeasuredImpact, Card Says);

/// <summary>Words and what they mean, of metrics or of segments.</summary>
public sealed record ReportTerms(IReadOnlyList<ReportTerm> Terms) : ReportBlock;

/// <param name="Formula">How it is computed; null for segments.</param>
public sealed record ReportTerm(string Term, string Meaning, string? Formula, string? Teams);
