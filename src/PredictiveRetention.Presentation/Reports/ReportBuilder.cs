using System.Globalization;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>Puts a report of a run together from its figures, cards, targets and plays.</summary>
/// <param name="playbook">The plays of the shop, by which recommendations are named.</param>
/// <param name="targets">What the shop wants of its KPIs; none where it has said nothing.</param>
public sealed class ReportBuilder(RetentionStore store, Playbook playbook, Targets targets, Localiser texts, Writer writer,
    TimeProvider clock)
{
    /// <exception cref="RetentionException">The run has no figures or cards to report.</exception>
    public async Task<ReportDocument> BuildAsync(Run run, ReportKind kind, CancellationToken cancellation = default)
    {
        var number = run.RunId.ToString(CultureInfo.InvariantCulture);
        if (run.State == RunState.Dropped)
        {
            throw new RetentionException(
                Failure.NotFound,
                $"Run {number} has been dropped, and most of its figures with it. retain score --as-of {run.AsOf} makes them again; "
                + "retain runs list shows what there is.");
        }
        var recipe = run.Recipe;
        var material = recipe?.Insights is null
            ? null
            : await ReportMaterial.ReadAsync(store, run, playbook, targets, texts, writer, cancellation);
        if (recipe is null || material is not { HasCards: true })
        {
            throw new RetentionException(
                Failure.NotFound,
                $"Run {number} has no figures or sentences to report: it is not finished, or was made by an earlier version. "
                + "retain score --again makes new ones.");
        }
        IReadOnlyList<ReportSection> sections = kind switch
        {
            ReportKind.Executive => ExecutiveReport.Sections(material),
            ReportKind.Monthly => MonthlyReport.Sections(material),
            _ => PerformanceReport.Sections(material),
        };
        var words = new ReportSection("glossary", texts["What the words mean"], [ReportMaterial.Glossary(sections)]);
        return new ReportDocument(kind, TitleOf(kind), await FrontAsync(run, recipe, cancellation), [.. sections, words]);
    }

    public string TitleOf(ReportKind kind) => kind switch
    {
        ReportKind.Executive => texts["Executive summary"],
        ReportKind.Monthly => texts["Monthly segment report"],
        _ => texts["Performance report"],
    };

    private async Task<ReportFront> FrontAsync(Run run, RunRecipe recipe, CancellationToken cancellation)
    {
        var shop = await store.RequireShopAsync(cancellation);
        var orders = await store.Summaries.OrdersAsync(shop, run.AsOf, cancellation);
        return new ReportFront(
            run.RunId, run.State.Word(), run.AsOf.ToString(), TimeZoneInfo.ConvertTime(clock.GetUtcNow(), writer.Zone), writer.Zone.Id,
            orders is null ? null : new Cutoff(orders.FirstDay).Date, recipe.DataThrough, recipe.ModelVersion, recipe.ModelLevel.ToString(),
            writer.Currency.Code, recipe.HorizonDays, recipe.ClvHorizonDays);
    }
}
