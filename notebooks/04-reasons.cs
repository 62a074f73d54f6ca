#:project Notebook/PredictiveRetention.Notebook.csproj
#:property PublishAot=false
// Five customers' scores taken apart: from the average customer, theme by theme, to this one. The parts add up to the score.
using PredictiveRetention;
using PredictiveRetention.Notebook;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

using var shop = new SampleShop(args, "04-reasons");
var (loaded, _, _) = shop.Train();
var night = new NightRun(shop.Store, shop.Models, new RunSettings())
    .Execute(RunRequest.Tonight(shop.Store, shop.Shop, TimeProvider.System), null, CancellationToken.None);
var rows = shop.Store.Predictions.ReadAll(night.Run.RunId)
    .Where(row => !row.Lost && row.PurchaseDays > 0)
    .OrderByDescending(row => row.Clv)
    .ToList();
// Spread over the value of the shop's customers, the most valuable first; those who never paid anything are scored by the recency rule,
// which is its own reason.
var chosen = Enumerable.Range(0, 5).Select(i => rows[i * (rows.Count - 1) / 4]).ToList();
var code = shop.Shop.Currency.Code;
double largest = 0;
var shown = 0;
var page = new Page($"Why five customers of {shop.Name} have the scores they have")
    .Text($"By model {loaded.Version}, as of {shop.Tonight}. Exact Shapley values of the blend, in the log-odds of no order within "
        + $"{loaded.Model.ChurnHorizonDays} days; the percentage points are walked from the average customer to this one, the largest "
        + $"theme first.");
foreach (var row in chosen)
{
    var explained = ExplainRun.Execute(shop.Store, shop.Models, row.CustomerId, shop.Tonight, TimeProvider.System);
    if (explained.Why is not { } why) continue;
    shown++;
    largest = Math.Max(largest, Math.Abs(why.BaseLogOdds + why.Themes.Sum(theme => theme.LogOdds) - why.LogOdds));
    largest = Math.Max(largest, Math.Abs(why.BasePChurn + why.Themes.Sum(theme => theme.PChurn) - explained.Score.PChurn));
    var next = NextOrderDate.After(shop.Tonight,
        float.IsFinite(explained.Score.Next.P50) ? explained.Score.Next.P50 : null)?.ToIso()
        ?? "not within the horizon";
    page.Text(
        $"## Customer {row.CustomerId}: {100 * explained.Score.PChurn:F1} % likely not to order\n\nWorth {explained.Score.Clv:N2} {code} "
            + $"in the next {loaded.Model.ClvHorizonDays} days (90 % interval {explained.Score.Range.Low90:N2} to "
            + $"{explained.Score.Range.High90:N2}); next order, half chance: {next}.")
        .Plot(new Chart("What moves the probability, in percentage points", "percentage points, right: less likely to order", "")
            .Bars(why.Themes.Take(8).Select(theme => (theme.Theme, 100 * theme.PChurn))))
        .Table(["what is so", "log-odds", "percentage points"],
            why.Themes.Select(theme => new[] { theme.Words, $"{theme.LogOdds:+0.000;-0.000}", $"{100 * theme.PChurn:+0.0;-0.0}" })
            .Prepend(["the average customer", $"{why.BaseLogOdds:+0.000;-0.000}", $"{100 * why.BasePChurn:0.0}"])
            .Append(["this customer", $"{why.LogOdds:+0.000;-0.000}", $"{100 * why.PChurn:0.0}"]));
}
page.Text($"## Do they add up?\n\nThe largest difference between a score and the sum of its parts, over the {shown}: **{largest:E1}**.")
    .Save(shop.PageFile);
if (largest > 1e-8) throw new InvalidOperationException($"The parts of a score miss it by {largest:E1}.");
