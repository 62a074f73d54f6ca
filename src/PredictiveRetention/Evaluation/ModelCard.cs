using System.Globalization;
using System.Text;
using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>A page about a model version for people who have to trust it: what it learnt from, how it did on later data, and what it does not know.</summary>
public static class ModelCard
{
    public static string Markdown(string version, TrainedModel trained)
    {
        var card = new StringBuilder();
        var model = trained.Model;
        card.AppendLine(Text($"# Model {version}")).AppendLine();
        card.AppendLine(Text($"Churn: no purchase within {model.ChurnHorizonDays} days. Value: expected net spend within {model.ClvHorizonDays} days, in {trained.Request.Currency.Code}."));
        card.AppendLine(Text($"Learnt from orders before {trained.Request.Cutoff} only: {trained.Survey.Orders} orders of {trained.Survey.Customers} customers since {BusinessCalendar.DateOf(trained.Survey.FirstDay):yyyy-MM-dd}. Seed {trained.Request.Seed}, data checksum {trained.Survey.Checksum[..16]}.")).AppendLine();
        Level(card, trained);
        if (trained.HorizonChosen) HorizonChoice(card, trained);
        League(card, trained);
        if (model.Churn is not null) Importance(card, model);
        Limits(card, trained);
        return card.ToString();
    }

    private static void Level(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## How it was made").AppendLine();
        switch (trained.Model.Level)
        {
            case ModelLevel.RecencyRule:
                card.AppendLine("**No model was fitted; customers are scored by the recency rule and marked so.** The data misses:").AppendLine();
                foreach (var missed in trained.Missed) card.AppendLine("- " + missed);
                card.AppendLine();
                return;
            case ModelLevel.CalibratedLater:
                card.AppendLine(Text($"FastTree classifier and regressor on {Origins(trained.ChurnPlan!)}, calibrated on what followed {trained.ChurnPlan!.Calibration}, which they did not see."));
                break;
            case ModelLevel.CrossFitted:
                card.AppendLine(Text($"FastTree classifier and regressor on {Origins(trained.ChurnPlan!)}. The history is too short to keep a later slice for calibration: it is cross-fitted over customers, so its calibration is less certain."));
                break;
        }
        if (trained.Model.ClvExtrapolation != 1)
            card.AppendLine(Text($"The history is shorter than two CLV horizons: spend is fitted on {trained.ValuePlan!.Horizon.Days} days and extrapolated to {trained.Model.ClvHorizonDays} by a factor of {trained.Model.ClvExtrapolation:F2}, from how fast spend fades within the horizon and what the same customers spent a day before it. Treat CLV as an order of magnitude."));
        card.AppendLine();
    }

    private static void HorizonChoice(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## Why this horizon").AppendLine();
        card.AppendLine("The smallest candidate that covers 85 % of the days observed between two purchase days:").AppendLine();
        card.AppendLine("| days | gaps covered |").AppendLine("|---|---|");
        foreach (var (days, covered) in trained.Survey.GapCurve()) card.AppendLine(Text($"| {days} | {100 * covered:F1} % |"));
        card.AppendLine();
    }

    private static void League(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## How it did on later data").AppendLine();
        if (trained.League is not { } league)
        {
            card.AppendLine(Text($"Not judged: {trained.NotJudged}.")).AppendLine();
            return;
        }
        card.AppendLine(Text($"The same recipe, made as of {league.Origin} and judged on the {league.Horizon.Days} days that followed: {league.Customers} customers, of whom {100 * league.Model.Churn!.ChurnRate:F1} % bought nothing."));
        card.AppendLine(league.RuleRanksChurnAsWell ? "**No better than a simple rule at ranking churn here**; see the line that beats it." : "It ranks churn better than every simple rule.");
        if (league.RuleIsBetterCalibrated) card.AppendLine("**Its probabilities were further off than a simple rule's** (log loss): trust the order more than the percentages.");
        card.AppendLine();
        card.AppendLine("| | AUC | avg. precision | log loss | Brier | ECE | lift at 10 % |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var entry in league.Entries)
            if (entry.Churn is { } m) card.AppendLine(Text($"| {entry.Name} | {m.Auc:F4} | {m.AveragePrecision:F4} | {m.LogLoss:F4} | {m.Brier:F4} | {m.Ece10:F4} | {m.LiftAt10:F2} |"));
        card.AppendLine().AppendLine("| | total bias | MAE | RMSE | Spearman | Gini | top 10 % | top 20 % | decile WMAPE |").AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var entry in league.Entries)
            if (entry.Spend is { } m) card.AppendLine(Text($"| {entry.Name} | {m.Bias:F3} | {m.Mae:F2} | {m.Rmse:F2} | {m.Spearman:F4} | {m.Gini:F4} | {m.Top10:F4} | {m.Top20:F4} | {m.DecileWmape:F3} |"));
        card.AppendLine().AppendLine(Text($"Spend is judged over the same {league.Horizon.Days} days. MAE rewards under-prediction: compare it between lines of like bias.")).AppendLine();
    }

    private static void Importance(StringBuilder card, RetentionModel model)
    {
        card.AppendLine("## What it looks at").AppendLine();
        card.AppendLine("Share of the churn model's splits, upper levels weighing more: where it looks, not what causes churn.").AppendLine();
        card.AppendLine("| feature | unit | meaning | share |").AppendLine("|---|---|---|---|");
        var schema = new FeatureSchema(model.Features);
        foreach (var (share, index) in model.Churn!.Orders.SplitShare().Select((share, index) => (share, index)).OrderByDescending(pair => pair.share).Take(15))
            card.AppendLine(Text($"| {schema.Names[index]} | {schema.Definition(index).Unit} | {schema.Definition(index).Meaning} | {100 * share:F1} % |"));
        card.AppendLine();
    }

    private static void Limits(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## What it does not know").AppendLine();
        var absent = Enum.GetValues<DataSource>().Where(source => source != DataSource.Orders && !trained.Request.Coverage.Has(source)).ToList();
        if (absent.Count > 0) card.AppendLine("- Not imported, so not used: " + string.Join(", ", absent) + ".");
        card.AppendLine("- A season it has not seen: with less than a year of history, what the coming months bring is unknown to it.");
        card.AppendLine("- Customers silent for more than " + Text($"{trained.Model.LostAfterDays} days are scored too, but marked lost; it did not learn from them, so there it is never more hopeful than the recency rule."));
        card.AppendLine("- Demographics are not used.");
    }

    private static string Origins(OriginPlan plan) =>
        Text($"{plan.Training.Count} stacked cutoff{(plan.Training.Count == 1 ? "" : "s")} from {plan.Training[^1]} to {plan.Training[0]}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
