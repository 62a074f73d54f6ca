#:project Notebook/PredictiveRetention.Notebook.csproj
#:property PublishAot=false
// The blend against its members - Pareto/NBD first - and the simple rules, at several past cutoffs: who wins what, and by how much more
// than chance.
using PredictiveRetention.Evaluation;
using PredictiveRetention.Notebook;

using var shop = new SampleShop(args, "03-backtest");
var report = shop.Backtest(3);
var page = new Page($"Backtest of {shop.Name}")
    .Text($"{report.Origins.Count} past cutoffs, {report.Horizon.Days} days each. **Grade {report.Grade.Letter}**: "
        + $"{report.Grade.Says}.\n\n{string.Join("\n", report.Notes.Select(note => "- " + note))}")
    .Table(["cutoff", "made as", "customers", "bought nothing", "AUC", "log loss", "total bias"], report.Origins.Select(origin => new[]
    {
        origin.Origin.ToString(), $"{origin.Level}", $"{origin.Customers:N0}", $"{100 * origin.ChurnRate:F1} %",
        $"{origin.League.Model.Churn!.Auc:F4}", $"{origin.League.Model.Churn.LogLoss:F4}", $"{origin.League.Model.Spend!.Bias:F3}",
    }));
foreach (var (measure, says) in new[] { ("auc", "Ranking of who will not order (AUC, higher is better)"),
    ("log_loss", "How far the probabilities were off (log loss, lower is better)"),
    ("gini", "Ranking of who will spend (normalised Gini, higher is better)") })
    if (report.Standings.FirstOrDefault(standing => standing.Measure == measure) is { } standing)
        page.Plot(new Chart(says, "mean over the cutoffs, 95 % interval by customer", "")
            .Whiskers(standing.Contenders.Select(placed => (placed.Name, placed.Value.Value, placed.Value.Low, placed.Value.High))));
page.Text(
    "## Who wins\n\nFirst: better than the best beside it, and not by chance. Tied: the interval of the difference holds 0. Behind: "
        + "worse, and not by chance.")
    .Table(["figure", "PredictiveRetention", "best beside it", "lead", "95 % interval", "verdict"],
        report.Standings.Select(standing => new[]
    {
        standing.Measure, Number(standing.Contenders.First(placed => placed.Kind == ContenderKind.Model)),
        $"{standing.Rival} {Number(standing.Contenders.First(placed => placed.Name == standing.Rival))}",
        $"{standing.Lead.Value:G3}", $"{standing.Lead.Low:G3} to {standing.Lead.High:G3}", standing.Verdict,
    }))
    .Text($"First in {report.Standings.Count(standing => standing.Verdict == "first")}, tied in "
        + $"{report.Standings.Count(standing => standing.Verdict == "tied")}, behind in "
        + $"{report.Standings.Count(standing => standing.Verdict == "behind")} of {report.Standings.Count} figures.")
    .Text("## Where it holds\n\nCoverage: the share of the customers whose spend lay within their 90 % interval.")
    .Plot(new Chart("Coverage of the 90 % interval", "share of the customers inside", "")
        .Whiskers(
            report.Slices.Where(slice => slice.Coverage90 is not null)
                .Select(slice => ($"{slice.Dimension} {slice.Value}".Trim(), slice.Coverage90!.Value, slice.Coverage90.Value,
                    slice.Coverage90.Value)), 0.9))
    .Table(["customers", "n", "bought nothing", "said", "AUC", "AUC of recency", "total bias", "in 80 %", "in 90 %"],
        report.Slices.Select(slice => new[]
    {
        $"{slice.Dimension} {slice.Value}".Trim(), $"{slice.Customers:N0}", $"{100 * slice.ChurnRate:F1} %",
        $"{100 * slice.MeanPChurn:F1} %", $"{slice.Auc:F3}", $"{slice.RecencyAuc:F3}", $"{slice.Bias:F2}", $"{100 * slice.Coverage80:F1} %",
        $"{100 * slice.Coverage90:F1} %",
    }))
    .Text("## Whether it looked ahead\n\n" + string.Join("\n", LeakWords.Sentences(report.Leaks).Select(line => "- " + line)))
    .Save(shop.PageFile);

static string Number(Placed placed) => $"{placed.Value.Value:G4}";
