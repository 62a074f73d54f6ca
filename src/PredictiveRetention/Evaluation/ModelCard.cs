using System.Globalization;
using System.Text;
using PredictiveRetention.Features;
using PredictiveRetention.Models;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// A page about a model version for people who have to trust it: what it learnt from, how it did on later data, and what it does not know.
/// </summary>
public static class ModelCard
{
    public static string Markdown(string version, TrainedModel trained)
    {
        var card = new StringBuilder();
        var model = trained.Model;
        card.AppendLine(Text($"# Model {version}")).AppendLine();
        card.AppendLine(
            Text($"Churn: no purchase within {model.ChurnHorizonDays} days. Value: expected net spend within {model.ClvHorizonDays} "
                + $"days, in {trained.Request.Currency.Code}."));
        card.AppendLine(
            Text($"Learnt from orders before {trained.Request.Cutoff} only: {trained.Survey.Orders} orders of {trained.Survey.Customers} "
                + $"customers since {BusinessCalendar.DateOf(trained.Survey.FirstDay):yyyy-MM-dd}. Seed {trained.Request.Seed}, data "
                + $"checksum {trained.Survey.Checksum[..16]}."))
            .AppendLine();
        HowMade(card, trained);
        if (trained.HorizonChosen) HorizonChoice(card, trained);
        League(card, trained);
        if (model.Churn is not null) Importance(card, model, trained.Importance);
        Limits(card, trained);
        return card.ToString();
    }

    private static void HowMade(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## How it was made").AppendLine();
        card.AppendLine(trained.Model.Level switch
        {
            ModelLevel.RecencyRule => "**No model was fitted; customers are scored by the recency rule and marked so.**",
            ModelLevel.Btyd =>
                "**Buy-till-you-die models alone**, fitted on every purchase before the cutoff: there is too little to learn more from.",
            ModelLevel.ShorterHorizon =>
                Text($"A blend of members fitted on {trained.Churn!.Plan.Horizon.Days} days, the longest horizon the history holds, and "
                    + $"carried to {trained.Model.ChurnHorizonDays} by what buy-till-you-die models say of the one less what they say of "
                    + $"the other. **It could not be judged on a full horizon.**"),
            _ => "A blend of members fitted on full horizons, weighted by what they were worth on customers they had not seen.",
        }).AppendLine();
        if (trained.Missed.Count > 0)
        {
            card.AppendLine("The data misses:").AppendLine();
            foreach (var missed in trained.Missed) card.AppendLine("- " + missed);
            card.AppendLine();
        }
        if (trained.Churn is not { } churn) return;
        BuyTillYouDie(card, churn, trained.Model.MoneyIn(trained.Request.Currency).InCurrency);
        Season(card, trained.Model.ChurnHorizonDays, churn);
        if (churn.OrderMembers.Count > 0) Blend(card, "Who orders", "log loss", churn.OrderMembers);
        if (trained.Value is { ValueMembers.Count: > 0 } value)
            Blend(card, Text($"How much, within {value.Plan.Horizon.Days} days"), "quasi-Poisson loss", value.ValueMembers);
        if (trained.Value is { } fitted && fitted.Plan.Horizon.Days != trained.Model.ClvHorizonDays)
            card.AppendLine(
                Text($"Value is learnt from {fitted.Plan.Horizon.Days} days and carried to {trained.Model.ClvHorizonDays} by BTYD: the "
                    + $"history holds no full CLV horizon to learn from."))
                .AppendLine();
        if (trained.Model.Intervals is not null && trained.Model.ClvFittedDays != trained.Model.ClvHorizonDays)
            card.AppendLine(
                Text($"Intervals of CLV are made from how far spend within {trained.Model.ClvFittedDays} days lay from what was "
                    + $"expected, and given for {trained.Model.ClvHorizonDays}: that they hold what they promise is known for the former "
                    + $"only."))
                .AppendLine();
        Origins(card, churn, trained.Model.MoneyIn(trained.Request.Currency).InCurrency);
    }

    /// <param name="unit">Currency units in one of the model's.</param>
    private static void BuyTillYouDie(StringBuilder card, BlendFit churn, double unit)
    {
        var (btyd, drawn) = (churn.Model.Btyd, churn.Drawn);
        var of = btyd.Purchases;
        card.AppendLine(
            Text($"Buy-till-you-die models (BTYD), fitted on "
                + $"{(drawn < 1 ? $"a draw of {100 * drawn:F0} % of the customers who have bought" : "everybody who has bought")}; time "
                + $"in weeks, money a purchase day. They are weighed by their likelihoods:"))
            .AppendLine();
        card.AppendLine("| model | parameters | log-likelihood | weight |").AppendLine("|---|---|---|---|");
        string[] parameters =
        [
            Text($"r {of.Pareto.R:G5}, alpha {of.Pareto.Alpha:G5}, s {of.Pareto.S:G5}, beta {of.Pareto.Beta:G5}"),
            Text($"r {of.Bg.R:G5}, alpha {of.Bg.Alpha:G5}, a {of.Bg.A:G5}, b {of.Bg.B:G5}"),
            Text($"r {of.Mbg.R:G5}, alpha {of.Mbg.Alpha:G5}, a {of.Mbg.A:G5}, b {of.Mbg.B:G5}"),
        ];
        foreach (var (k, name) in AveragedPurchases.Names.Index())
            card.AppendLine(
                Text($"| {name} | {parameters[k]} | "
                    + $"{(of.LogLikelihoods[k] > double.MinValue
                        ? of.LogLikelihoods[k].ToString("F1", CultureInfo.InvariantCulture)
                        : "no maximum")} | {of.Weights[k]:F3} |"));
        card.AppendLine(Text($"| Gamma-Gamma | p {btyd.Spend.P:G5}, q {btyd.Spend.Q:G5}, v {btyd.Spend.V * unit:G5} | | |")).AppendLine();
        card.AppendLine(
            "How many buy, and for how much together, is for their average to say. Of one customer, Pareto/NBD speaks whatever its "
                + "weight, P(alive) included: it tells customers apart better than the others.");
        if (of.Pareto.S < 0.01)
            card.AppendLine(
                "**The likelihood sees nobody drop out**: P(alive) is near 1 for everybody, however long silent. Read the probability of "
                    + "an order instead.");
        card.AppendLine();
    }

    private static void Season(StringBuilder card, int days, BlendFit churn)
    {
        var ahead = RetailSeason.Mean(churn.Plan.Cutoff, days) / churn.SeasonSoFar;
        var own = churn.Origins.Count(origin => origin.Weight == 0);
        card.AppendLine(
            Text($"Season: the {days} days from {churn.Plan.Cutoff} are taken for {100 * ahead:F0} % of usual ones, by what October to "
                + $"December are to online retail as a whole. "
                + $"{(own > 0
                    ? $"What the same days brought this shop {(own == 1 ? "a year ago" : "in earlier years")} corrects that."
                    : "**This shop has not shown a year of its own yet**: if its season is another, its totals are off by the "
                        + "difference.")}"))
            .AppendLine();
    }

    private static void Blend(StringBuilder card, string title, string loss, IReadOnlyList<MemberRecord> members)
    {
        card.AppendLine(Text($"| {title} | weight | {loss} on unseen customers |")).AppendLine("|---|---|---|");
        foreach (var member in members)
            card.AppendLine(
                Text($"| {member.Name} | {(member.Name == "blend" ? "" : member.Weight.ToString("F3", CultureInfo.InvariantCulture))} | "
                    + $"{member.Loss:F5} |"));
        card.AppendLine();
    }

    private static void Origins(StringBuilder card, BlendFit churn, double unit)
    {
        if (churn.Origins.Count == 0) return;
        card.AppendLine(
            Text($"What BTYD, fitted on what lay before earlier cutoffs, expected of the {churn.Plan.Horizon.Days} days after them, and "
                + $"what came. The scored customers are put at its level of today times {Math.Exp(churn.OrderLevel):F3} (orders) and "
                + $"{Math.Exp(churn.ValueLevel):F3} (spend): a quarter of the mean error in how many buy, all of the error in what a "
                + $"purchase day is worth, both drawn towards "
                + $"none"
                + $"{(churn.Origins.Any(origin => origin.Weight == 0) ? ", and above all what the same days brought in earlier years "
                    + "(the lines 'season only', expected by the models of today)"
                        : "")}. Customers are those not lost by then{(churn.Drawn < 1
                            ? Text($", of a draw of {100 * churn.Drawn:F0} % of all: a fit takes no more")
                            : "")}."))
            .AppendLine();
        card.AppendLine(
            "| cutoff | customers | buyers expected | came | purchase days expected | came | spend expected | came | weight of a row |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var origin in churn.Origins)
            card.AppendLine(
                Text($"| {origin.Origin} | {origin.Customers} | {origin.Expected.Buyers:F0} | {origin.Came.Buyers:F0} | "
                    + $"{origin.Expected.PurchaseDays:F0} | {origin.Came.PurchaseDays:F0} | {origin.Expected.Spend * unit:F0} | "
                    + $"{origin.Came.Spend * unit:F0} | "
                    + $"{(origin.Weight > 0 ? origin.Weight.ToString("F2", CultureInfo.InvariantCulture) : "season only")} |"));
        card.AppendLine();
    }

    private static void HorizonChoice(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## Why this horizon").AppendLine();
        if (trained.Survey.CoveredGaps(0) is null)
        {
            card.AppendLine("Nobody has bought on two days, so there are no gaps to choose by: 90 days.").AppendLine();
            return;
        }
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
        card.AppendLine(
            Text($"The same recipe, made as of {league.Origin} and judged on the {league.Horizon.Days} days that followed: "
                + $"{league.Customers} customers, of whom {100 * league.Model.Churn!.ChurnRate:F1} % bought nothing."));
        if (Differs(trained) is { } differs) card.AppendLine(differs);
        if (trained.Churn is { } churn && churn.Plan.Horizon != churn.Plan.Asked)
            card.AppendLine("The history is too short to judge it on the horizon asked for.");
        card.AppendLine(league.RuleRanksChurnAsWell
            ? "**No better than a simple rule at ranking churn here**; see the line that beats it."
            : "It ranks churn better than every simple rule (AUC).");
        if (league.RuleRanksSpendAsWell is { } rule)
            card.AppendLine(Text($"**'{rule}' ranked spend as well** (Gini): for who is worth most it is no worse."));
        if (league.RuleIsBetterCalibrated)
            card.AppendLine(
                "**Its probabilities were further off than a simple rule's** (log loss): trust the order more than the percentages.");
        card.AppendLine();
        card.AppendLine("| | AUC | avg. precision | log loss | Brier | ECE | lift at 10 % |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var entry in league.Entries)
            if (entry.Churn is { } m)
                card.AppendLine(
                    Text($"| {entry.Name} | {Figure(m.Auc)} | {Figure(m.AveragePrecision)} | {m.LogLoss:F4} | {m.Brier:F4} | "
                        + $"{m.Ece10:F4} | {m.LiftAt10:F2} |"));
        card.AppendLine()
            .AppendLine("| | total bias | MAE | RMSE | Spearman | Gini | top 10 % | top 20 % | decile WMAPE |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var entry in league.Entries)
            if (entry.Spend is { } m)
                card.AppendLine(
                    Text($"| {entry.Name} | {m.Bias:F3} | {m.Mae:F2} | {m.Rmse:F2} | {Figure(m.Spearman)} | {Figure(m.Gini)} | "
                        + $"{m.Top10:F4} | {m.Top20:F4} | {m.DecileWmape:F3} |"));
        card.AppendLine()
            .AppendLine(
                Text($"Spend is judged over the same {league.Horizon.Days} days. MAE rewards under-prediction: compare it between lines "
                    + $"of like bias."))
            .AppendLine();
        card.AppendLine("## Whether it looked ahead").AppendLine();
        foreach (var line in LeakWords.Sentences(trained.Judged!.Leaks)) card.AppendLine("- " + line);
        card.AppendLine();
    }

    /// <summary>
    /// One horizon earlier there was less to learn from: the judged version may be made of less, or, with fewer customers of a class now,
    /// of more.
    /// </summary>
    private static string? Differs(TrainedModel trained)
    {
        var (judged, served) = (trained.Judged!.Model, trained.Model);
        var (of, by) = (judged.Churn?.Forests.Count ?? 0, served.Churn?.Forests.Count ?? 0);
        return of == by ? null
            : of < by
            ? "**What was judged was less than what serves**: at that cutoff too few had ordered to fit more than buy-till-you-die "
                + "models, so nothing here speaks of the other members."
            : "**What was judged was more than what serves**: at that cutoff there was enough to fit a blend, now buy-till-you-die "
                + "models stand alone.";
    }

    private static void Importance(StringBuilder card, RetentionModel model, IReadOnlyList<double> importance)
    {
        card.AppendLine("## What it looks at").AppendLine();
        if (model.Churn!.Forests.Count == 0)
        {
            card.AppendLine("At how often and how long ago customers bought, and for how much: the models above know nothing else.")
                .AppendLine();
            return;
        }
        card.AppendLine(
            "How far each feature moves a customer's log-odds of churn, either way: mean of the absolute Shapley values. Where it looks, "
                + "not what causes churn. What BTYD says is counted as days_since_last_order, the silence it is about.")
            .AppendLine();
        card.AppendLine("| feature | unit | meaning | moves log-odds by |").AppendLine("|---|---|---|---|");
        var schema = new FeatureSchema(model.Features);
        foreach (var (index, moved) in importance.Index().OrderByDescending(feature => feature.Item).Take(15))
            card.AppendLine(
                Text($"| {schema.Names[index]} | {schema.Definition(index).Unit} | {schema.Definition(index).Meaning} | {moved:F3} |"));
        card.AppendLine();
    }

    private static void Limits(StringBuilder card, TrainedModel trained)
    {
        card.AppendLine("## What it does not know").AppendLine();
        var absent = Enum.GetValues<DataSource>()
            .Where(source => source != DataSource.Orders && !trained.Request.Coverage.Has(source))
            .ToList();
        if (absent.Count > 0) card.AppendLine("- Not imported, so not used: " + string.Join(", ", absent) + ".");
        card.AppendLine(
            "- The coming season: how much a whole shop buys was off by a fifth either way at past cutoffs, and intervals of single "
                + "customers reckon with that; a sale, a shortage or a crisis it has not seen.");
        card.AppendLine("- Customers silent for more than "
            + Text($"{trained.Model.LostAfterDays} days are scored too, but marked lost; it did not learn from them, so there it is "
                + $"never more hopeful than the recency rule."));
        card.AppendLine("- Demographics are not used.");
    }

    /// <summary>A ranking of answers that are all the same is none.</summary>
    private static string Figure(double value) => double.IsFinite(value) ? value.ToString("F4", CultureInfo.InvariantCulture) : "-";
}
