#:project Notebook/PredictiveRetention.Notebook.csproj
#:property PublishAot=false
// What is in a shop's orders, before any model: who buys again, when, and who brings the money.
using PredictiveRetention;
using PredictiveRetention.Notebook;

using var shop = new SampleShop(args, "01-explore");
var (survey, tonight) = (shop.Survey(), shop.Tonight);
var (months, perCustomer, spend, cohorts) = (new SortedDictionary<(int Year, int Month), (int Orders, double Revenue)>(), new List<int>(),
    new List<double>(), new SortedDictionary<(int Year, int Month), List<HashSet<int>>>());
foreach (var shard in shop.Histories())
{
    for (var i = 0; i < shard.Count; i++)
    {
        var orders = shard[i].Before(tonight).Orders;
        if (orders.IsEmpty) continue;
        perCustomer.Add(orders.Length);
        double total = 0;
        var first = BusinessCalendar.DateOf(orders[0].Day);
        var active = new HashSet<int>();
        foreach (ref readonly var order in orders)
        {
            var amount = (double)shop.Shop.Currency.FromMinor(order.AmountMinor);
            var date = BusinessCalendar.DateOf(order.Day);
            var (count, revenue) = months.GetValueOrDefault((date.Year, date.Month));
            months[(date.Year, date.Month)] = (count + 1, revenue + amount);
            total += amount;
            active.Add((date.Year - first.Year) * 12 + date.Month - first.Month);
        }
        spend.Add(total);
        if (!cohorts.TryGetValue((first.Year, first.Month), out var cohort)) cohorts[(first.Year, first.Month)] = cohort = [];
        cohort.Add(active);
    }
}
var code = shop.Shop.Currency.Code;
var sorted = spend.OrderDescending().ToArray();
var all = sorted.Sum();
double Top(double share) => sorted[..(int)Math.Ceiling(share * sorted.Length)].Sum() / all;
var horizon = survey.DefaultHorizon();
// The last month is not over: it is left out of the line.
var whole = months.SkipLast(tonight.Date.Day == 1 ? 0 : 1).ToArray();

new Page($"What is in the orders of {shop.Name}")
    .Text($"{survey.Orders:N0} orders of **{survey.Customers:N0} customers** from {BusinessCalendar.DateOf(survey.FirstDay):yyyy-MM-dd} "
        + $"to {BusinessCalendar.DateOf(survey.LastDay):yyyy-MM-dd}, {all:N0} {code}. Nothing here is predicted: it is what happened.")
    .Plot(new Chart("Orders a month", "months since the first", "orders").Line("orders", whole.Select((month,
        i) => ((double)i, (double)month.Value.Orders))))
    .Plot(new Chart("Revenue a month", "months since the first", $"revenue, {code}").Line("revenue", whole.Select((month,
        i) => ((double)i, month.Value.Revenue))))
    .Text($"## Who buys again, and how soon\n\n{100.0 * perCustomer.Count(orders => orders > 1) / perCustomer.Count:F1} % of the "
        + $"customers ordered more than once. The churn horizon should be long enough that most repeat purchases fall into it: the "
        + $"smallest candidate that covers 85 % of the observed gaps is **{horizon.Days} days**.")
    .Plot(new Chart("Days between two purchase days", "days", "share of gaps that are at most so long")
        .Line("gaps", Enumerable.Range(0, 366).Select(days => ((double)days, survey.CoveredGaps(days) ?? 0))))
    .Table(["horizon", "gaps covered"], survey.GapCurve().Select(point => new[] { $"{point.Days} days", $"{100 * point.Covered:F1} %" }))
    .Plot(new Chart("Customers by number of orders", "customers", "")
        .Bars(new[] { (1, 1), (2, 2), (3, 4), (5, 9),
            (10, int.MaxValue) }.Select(range => (range.Item1 == range.Item2 ? $"{range.Item1}" : range.Item2 == int.MaxValue
                ? $"{range.Item1} or more" : $"{range.Item1}-{range.Item2}",
                    (double)perCustomer.Count(orders => orders >= range.Item1 && orders <= range.Item2)))))
    .Text($"## Who brings the money\n\nThe top tenth of the customers brought **{100 * Top(0.1):F1} %** of the revenue, the top fifth "
        + $"{100 * Top(0.2):F1} %. A model of value is worth what it finds of them.")
    .Plot(new Chart("Concentration of revenue", "share of the customers, highest spend first", "share of the revenue")
        .Line("revenue", Enumerable.Range(0, 101).Select(i => (i / 100.0, i == 0 ? 0 : Top(i / 100.0))))
        .Diagonal())
    .Text("## Cohorts\n\nOf the customers of a first month, the share that ordered again in the month given (classic retention). Months "
        + "that are not over are left out; so are cohorts under 30 customers.")
    .Table(
        ["first month", "customers", .. Enumerable.Range(1, 6).Select(month => $"+{month}")],
        cohorts.Where(cohort => cohort.Value.Count >= 30)
            .Select(cohort => new[] { $"{cohort.Key.Year}-{cohort.Key.Month:D2}", $"{cohort.Value.Count:N0}" }
            .Concat(Enumerable.Range(1, 6)
                .Select(month => new DateOnly(cohort.Key.Year, cohort.Key.Month, 1).AddMonths(month + 1) <= tonight.Date
                    ? $"{100.0 * cohort.Value.Count(active => active.Contains(month)) / cohort.Value.Count:F0} %"
                    : ""))))
    .Save(shop.PageFile);
