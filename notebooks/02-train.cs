#:project Notebook/PredictiveRetention.Notebook.csproj
#:property PublishAot=false
// A model with default settings: what it is made of, how it did on later customers, and its card as people read it.
using PredictiveRetention.Evaluation;
using PredictiveRetention.Notebook;

using var shop = new SampleShop(args, "02-train");
var (loaded, trained, gate) = shop.Train();
var page = new Page($"A model of {shop.Name}")
    .Text($"Trained on what happened before {trained.Request.Cutoff}: version **{loaded.Version}**, {trained.Model.Level}. It "
        + $"{(gate.Promoted ? "is the champion" : "was kept")}: {gate.Reason}.");
if (trained.Churn is { OrderMembers.Count: > 0 } churn)
{
    page.Text(
        "## What it is made of\n\nEach member was asked about customers it had not learnt from; the blend weighs them by what they were "
            + "worth there. Log loss: lower is better.")
        .Plot(new Chart("Weight of each member: who orders", "weight", "")
            .Bars(churn.OrderMembers.SkipLast(1).Select(member => (member.Name, member.Weight))))
        .Table(["member", "weight", "log loss on unseen customers"],
            churn.OrderMembers.Select(member => new[] { member.Name, $"{member.Weight:F3}", $"{member.Loss:F5}" }));
    if (churn.Unseen is { } unseen)
    {
        var bins = unseen.POrder.Zip(unseen.Ordered)
            .GroupBy(row => Math.Min(9, (int)(10 * row.First)))
            .Where(bin => bin.Count() >= 30)
            .OrderBy(bin => bin.Key)
            .ToList();
        page.Text(
            "## Does it mean what it says?\n\nCustomers of the training cutoffs, answered by members that had not seen them, each cutoff "
                + "at the level that came. On the dashed line what was said is what came.")
            .Plot(new Chart("Said and came", "probability of an order that was said", "share that ordered")
                .Dots("tenths", bins.Select(bin => (bin.Average(row => row.First), bin.Average(row => row.Second ? 1.0 : 0))))
                .Diagonal());
    }
}
if (trained.League is { } league)
{
    page.Text(
        $"## How it does on later customers\n\nThe same recipe, made as of {league.Origin}, judged on the {league.Horizon.Days} days "
            + $"that followed: {league.Customers:N0} customers.")
        .Plot(new Chart("Ranking of who will not order (AUC)", "AUC", "")
            .Whiskers(
                league.Entries.Where(entry => entry.Churn is not null)
                    .OrderByDescending(entry => entry.Churn!.Auc)
                    .Select(entry => (entry.Name, entry.Churn!.Auc, entry.Churn.Auc, entry.Churn.Auc)), 0.5));
}
page.Text("## The card\n\n---").Text(ModelCard.Markdown(loaded.Version, trained)).Save(shop.PageFile);
