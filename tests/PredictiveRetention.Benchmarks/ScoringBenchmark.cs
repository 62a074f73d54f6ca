using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;

namespace PredictiveRetention.Benchmarks;

internal static class ScoringBenchmark
{
    public static void Run(SimulatedShop shop, int runs)
    {
        var request = new TrainingRequest
        {
            Cutoff = SimulatedShop.End, Horizon = Horizon.OfDays(90), Currency = Currency.Parse("GBP"),
            Coverage = default
        };
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var model = new TrainingRecipe(new RecipeSettings()).Train(request, () => shop.Histories(20_000), null, default).Model;
        Measure.Line(
            $"training: {clock.Elapsed.TotalSeconds:F1} s, {model.Level}; trees: "
                + $"{string.Join(", ",
                    model.Churn!.Forests.Append(model.Churn.Tweedie)
                        .Append(model.Churn.SpendForest)
                        .OfType<PredictiveRetention.Models.ForestMember>()
                        .Select(member => $"{member.Name} {member.Forest.Roots.Length}"))}");
        var schema = new FeatureSchema(model.Features);
        var builder = new FeatureBuilder(request.Currency, request.Coverage);
        var rows = new float[shop.Customers * schema.Width];
        var registryRow = new float[FeatureBuilder.Width];
        var customer = 0;
        foreach (var histories in shop.Histories(20_000))
            for (var i = 0; i < histories.Count; i++, customer++)
            {
                builder.Build(histories[i].Before(SimulatedShop.End), registryRow);
                schema.Project(registryRow, rows.AsSpan(customer * schema.Width, schema.Width));
            }
        var answers = new Models.ModelPrediction[shop.Customers];
        var reasons = new Models.Reasons[shop.Customers];
        var why = Measure.MedianSeconds(runs, () => model.Predict(rows, answers, reasons));
        var width = model.Churn.Width;
        var extended = new float[shop.Customers * width];
        model.Churn.Btyd.Append(rows, schema.Width, new Models.BtydColumns(model.Features), 90, extended);
        var scores = new double[shop.Customers];
        var forest = model.Churn.Forests[0].Forest;
        var walked = Measure.MedianSeconds(runs, () => forest.Walk(extended, scores));
        var quick = Measure.MedianSeconds(runs, () => forest.Score(extended, scores));
        var one = Measure.MedianSeconds(runs, () => model.Predict(rows, answers));
        const int Batch = 5_000;
        var both = Measure.MedianSeconds(runs, () => Parallel.For(0, (shop.Customers + Batch - 1) / Batch, batch =>
        {
            var start = batch * Batch;
            var count = Math.Min(Batch, shop.Customers - start);
            model.Predict(rows.AsSpan(start * schema.Width, count * schema.Width), answers.AsSpan(start, count));
        }));
        Measure.Line($"scoring: {shop.Customers} customers, churn and value, {schema.Width} features; median of {runs}");
        Measure.Line($"  one thread   {one:F3} s = {shop.Customers / one / 1e3:F0} k customers/s");
        Measure.Line($"  with reasons {why:F3} s = {shop.Customers / why / 1e3:F0} k customers/s");
        Measure.Line($"  one forest   {quick:F3} s, by walking {walked:F3} s: {walked / quick:F1} times as fast");
        Measure.Line(
            $"  all cores    {both:F3} s = {shop.Customers / both / 1e3:F0} k customers/s (mean p_churn "
                + $"{answers.Average(answer => answer.PChurn):F4}, mean CLV {answers.Average(answer => answer.Clv):F2})");
    }
}
