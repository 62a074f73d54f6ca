using System.Globalization;
using System.Text;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>A page about a classifier of a feature table, or of subscriptions, for people who have to trust it.</summary>
public static class TableCard
{
    public static string Markdown(string version, TrainedTable trained)
    {
        var card = new StringBuilder();
        card.AppendLine(Text($"# Model {version}")).AppendLine();
        card.AppendLine(
            Text($"Churn: '{trained.Request.Label}' is '{trained.Positive}'. Learnt from {trained.Rows} rows of "
                + $"{Path.GetFileName(trained.Path)}, {100 * trained.ChurnRate:F1} % of them churned. Seed {trained.Request.Seed}."))
            .AppendLine();
        card.AppendLine("## How it did on rows it had not seen").AppendLine();
        card.AppendLine(
            "Five-fold cross-validation: encoding, members, calibration and blend were learnt without the rows they are judged on. "
                + "Intervals hold 95 % of 200 draws of the rows.")
            .AppendLine();
        card.AppendLine("| | AUC | avg. precision | log loss | Brier | ECE | lift at 10 % |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var entry in trained.Entries)
            card.AppendLine(
                Text($"| {entry.Name} | {entry.Auc.Value:F4} ({entry.Auc.Low:F4} to {entry.Auc.High:F4}) | "
                    + $"{entry.Metrics.AveragePrecision:F4} | {entry.LogLoss.Value:F4} ({entry.LogLoss.Low:F4} to "
                    + $"{entry.LogLoss.High:F4}) | {entry.Metrics.Brier:F4} | {entry.Metrics.Ece10:F4} | {entry.Metrics.LiftAt10:F2} |"));
        var best = trained.Entries.Skip(1).MinBy(entry => entry.Metrics.LogLoss)!;
        card.AppendLine()
            .AppendLine(best.Metrics.LogLoss < trained.Entries[0].Metrics.LogLoss
                ? Text($"**{best.Name} alone was closer than the blend** (log loss).")
                : "The blend was closer to what happened than any of its members alone (log loss).")
            .AppendLine();
        card.AppendLine("## Whether it means what it says").AppendLine();
        card.AppendLine("| said | customers | churned |").AppendLine("|---|---|---|");
        foreach (var tenth in trained.Unseen.Zip(trained.Churned)
            .GroupBy(row => Math.Min(9, (int)(10 * row.First)))
            .OrderBy(group => group.Key))
            card.AppendLine(
                Text($"| {100 * tenth.Average(row => row.First):F1} % | {tenth.Count()} | "
                    + $"{100 * tenth.Average(row => row.Second ? 1.0 : 0):F1} % |"));
        card.AppendLine().AppendLine("## What it is made of").AppendLine();
        card.AppendLine("| member | weight | log loss on held-out folds |").AppendLine("|---|---|---|");
        foreach (var member in trained.Fit.Members)
            card.AppendLine(
                Text($"| {member.Name} | {(member.Name == "blend" ? "" : member.Weight.ToString("F3", CultureInfo.InvariantCulture))} | "
                    + $"{member.Loss:F5} |"));
        card.AppendLine().AppendLine("| column | share of what it looks at |").AppendLine("|---|---|");
        foreach (var (column, share) in trained.Importance.Take(15)) card.AppendLine(Text($"| {Cell(column)} | {100 * share:F1} % |"));
        card.AppendLine();
        if (trained.Dropped.Count > 0)
        {
            card.AppendLine("Not used:").AppendLine();
            foreach (var (column, why) in trained.Dropped) card.AppendLine("- " + Cell(column) + " " + why);
            card.AppendLine();
        }
        card.AppendLine("Correlation, not cause: a column it looks at is not a lever.");
        return card.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
