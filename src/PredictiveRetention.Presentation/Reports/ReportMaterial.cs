using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Presentation.Charts;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>What reports are put together from: figures, cards, targets and plays of one run.</summary>
internal sealed class ReportMaterial(Run run, Playbook playbook, Localiser texts, Writer writer)
{
    private RunFigures _figures = null!;
    private IReadOnlyList<Card> _cards = [];
    private RunInsights _insights = null!;
    private IReadOnlyList<OkrLine> _objectives = [];

    /// <summary>Reads all of it; what is made from it then asks the store for nothing.</summary>
    /// <exception cref="RetentionException">The run has no figures.</exception>
    public static async Task<ReportMaterial> ReadAsync(
        RetentionStore store, Run run, Playbook playbook, Targets targets, Localiser texts, Writer writer, CancellationToken cancellation)
    {
        var insights = await RunInsights.ReadAsync(store, run, playbook, cancellation);
        return new ReportMaterial(run, playbook, texts, writer)
        {
            _figures = await RunFigures.ReadAsync(store, run, cancellation),
            _cards = await store.Cards.ReadAsync(run.RunId, cancellation),
            _insights = insights,
            _objectives = await insights.OkrAsync(targets, cancellation),
        };
    }

    public Localiser T => texts;

    public bool HasCards => _cards.Count > 0;

    public IReadOnlyList<FigureRow> Rows(string view, params (string Dimension, string Value)[] where) =>
        _figures.Answer(FigureQuestion.OfView(view, [], where));

    /// <summary>Headline numbers; one that is not there says why.</summary>
    public ReportTiles Tiles(params string[] metrics) =>
        new([.. _figures.Answer(FigureQuestion.OfView("kpis", metrics, [])).Where(row => row.Labels.Count == 0)]);

    public Card? Card(string id) => _cards.FirstOrDefault(card => card.Id == id);

    /// <summary>Cards in the order asked for; what the run has not is left out.</summary>
    public ReportSentences Say(params string[] ids) => new([.. ids.Select(Card).OfType<Card>()]);

    /// <param name="says">The card whose first sentence is the title and whose rest is what follows; or null.</param>
    /// <param name="name">The title where there is no such card, or it has nothing to say.</param>
    public ReportChart Chart(string id, ChartKind kind, ChartTable table, string? says, string name, string howToRead)
    {
        var card = says is null ? null : Card(says);
        if (card?.State == CardState.NotAvailable) card = null;
        var finding = SaidIn.Parts(card is null ? null : writer.Sentence(card)).First;
        return new ReportChart(id, kind, finding ?? name, card, howToRead, table) { IsTitledByFinding = finding is not null };
    }

    public ChartTable ByGroup(string view, string dimension, string rowName, params string[] metrics) =>
        Filled(ChartTable.ByGroup(Rows(view), dimension, rowName, metrics));

    public ChartTable Pivot(string view, string dimension, string across, string metric, string rowName,
        params (string Dimension, string Value)[] where) =>
        ChartTable.Pivot(Rows(view, where), dimension, across, metric, rowName);

    /// <summary>Months that were seen whole, the last so many.</summary>
    public static ChartTable Months(ChartTable table, int months) =>
        table.Where(row => row.Label.Length == 7 && row.Cells.Any(cell => cell.Value is not null)).Last(months);

    /// <summary>A cross table with its totals at both edges, which are figures of the run like the rest.</summary>
    public ChartTable WithTotals(ChartTable pivot, string rowsView, string columnsView, string metric)
    {
        var (sides, below, all) = (Rows(rowsView), Rows(columnsView), Rows("kpis"));
        ChartCell Side(IReadOnlyList<FigureRow> of, string label) =>
            ChartCell.From(of.FirstOrDefault(row => row.Metric == metric && row.Labels.Values.Contains(label)));
        var unit = pivot.Series.Count > 0 ? pivot.Series[0].Unit : "count";
        return pivot with
        {
            Series = [.. pivot.Series, new ChartSeries(T["Total"], unit)],
            Rows =
            [
                .. pivot.Rows.Select(row => row with { Cells = [.. row.Cells, Side(sides, row.Label)] }),
                new ChartRow(T["Total"],
                    [.. pivot.Series.Select(series => Side(below, series.Name)),
                        ChartCell.From(all.FirstOrDefault(row => row.Metric == metric && row.Labels.Count == 0))]),
            ],
        };
    }

    public static ChartTable Columns(ChartTable table, Func<ChartSeries, bool> which)
    {
        var kept = Enumerable.Range(0, table.Series.Count).Where(i => which(table.Series[i])).ToList();
        return table with
        {
            Series = [.. kept.Select(i => table.Series[i])],
            Rows = [.. table.Rows.Select(row => row with { Cells = [.. kept.Select(i => row.Cells[i])] })]
        };
    }

    public ReportObjectives Objectives() =>
        new([.. _objectives.Select(line => new ReportObjective(line.Kpi.Objective, line, FigureOf(line.Kpi)))]);

    /// <summary>What-ifs that can be answered, and why the others cannot.</summary>
    public ReportSentences WhatIfs(params WhatIfRequest[] requests) => new([.. requests.Select(WhatIf)]);

    /// <summary>The plays as the run proposed them, most expected first within a priority.</summary>
    public ReportRecommendations Recommendations(Func<Card, bool> which) =>
        new([.. _cards.Where(card => card.Kind == CardKind.Recommendation && which(card)).Select(Recommendation)]);

    public ReportTerms Segments(string taxonomy) =>
        run.Recipe is { } recipe
            && SegmentRules.Describe(recipe.Segments, recipe.Cutoffs, writer.Currency).FirstOrDefault(rule =>
                rule.Id == taxonomy) is { } found
            ? new([.. found.Segments.Select(segment => new ReportTerm(segment.Segment, segment.Rule, null, null))])
            : new([]);

    /// <summary>Every metric the report shows, and what it means.</summary>
    public static ReportTerms Glossary(IEnumerable<ReportSection> sections) =>
        new([
            .. sections.SelectMany(section => section.Blocks)
                .SelectMany(block => block.Figures)
                .Select(figure => figure.Metric)
                .Distinct()
                .Select(GlossaryEntry.Find)
                .OfType<GlossaryEntry>()
                .OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)
                .Select(entry => new ReportTerm(entry.Name, entry.Meaning, entry.Formula, string.Join(", ", entry.Teams))),
        ]);

    private FigureRow FigureOf(OkrKpi kpi)
    {
        var view = ViewCatalogue.Find(kpi.View)!;
        var where = kpi.Labels.Select((label, i) => (view.Dimensions[i], label)).Where(pair => pair.label.Length > 0).ToArray();
        try
        {
            var rows = _figures.Answer(FigureQuestion.OfView(kpi.View, [kpi.Metric], where));
            return rows.FirstOrDefault(row => row.Labels.Count == where.Length)
                ?? (rows.Count > 0 ? rows[0] : null) ?? FigureRow.None(view, kpi.Metric, T["the run has no such figure"]);
        }
        catch (UnknownNameException)
        {
            return FigureRow.None(view, kpi.Metric, T["the run has no such figure"]);
        }
    }

    private Card WhatIf(WhatIfRequest request)
    {
        try
        {
            return _insights.WhatIf(request).Says;
        }
        catch (RetentionException refused)
        {
            return new Card("002.what_if", "002", CardKind.Finding, T["What if"], refused.Message, CardState.NotAvailable, [], []);
        }
    }

    private ReportRecommendation Recommendation(Card card)
    {
        double? Number(string name) => card.Numbers.FirstOrDefault(number => number.Name == name)?.Value;
        var play = playbook.Plays.FirstOrDefault(play => card.Id.EndsWith(".play_" + play.Id.Replace('-', '_'), StringComparison.Ordinal));
        // The run may have been made with another playbook than today's: then only its own sentence is sure.
        var same = play is not null
            && card.Answer.StartsWith($"Priority {PlayNames.Name(play.Priority)}. Owner: {play.Owner}. Timeline: {play.Timeline}.",
                StringComparison.Ordinal);
        var seeSentence = T["see its sentence"];
        return new ReportRecommendation(
            card.Title, same ? PlayNames.Name(play!.Priority) : seeSentence, same ? play!.Why : seeSentence, same ? play!.Owner
                : seeSentence,
            same ? play!.Timeline : seeSentence,
            Number("customers it is recommended to"), Number("expected net value of the play, all customers"), Number("assumed uplift"),
            same ? play!.ExpectedUplift.Source : seeSentence,
            T["Proposed"], T["Not measured yet"], card);
    }

    private ChartTable Filled(ChartTable table) =>
        table with { Rows = [.. table.Rows.Where(row => row.Cells.Any(cell => cell.Value is not null and not 0))] };
}
