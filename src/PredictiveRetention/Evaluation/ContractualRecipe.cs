using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// A classifier of subscribers: will the paid cover end within the horizon and not be carried on within the grace period?
/// </summary>
/// <param name="Features">Of the registry; the course of the subscriptions follows them in a row.</param>
public sealed record ContractualModel(int HorizonDays, int GraceDays, IReadOnlyList<string> Features, ClassifierModel Classifier)
{
    /// <summary>See <see cref="RetentionModel.MedianOrderMinor"/>.</summary>
    public double? MedianOrderMinor { get; init; }
}

/// <param name="Origins">Learnt from, newest first, with customers and the share that churned.</param>
/// <param name="JudgedAt">Held out while the judged model was fitted.</param>
/// <param name="Entries">On the held-out origin; the blend first.</param>
public sealed record TrainedContractual(
    ContractualModel Model, Cutoff Cutoff, IReadOnlyList<(Cutoff Origin, int Customers, double ChurnRate)> Origins, Cutoff JudgedAt,
    IReadOnlyList<TableEntry> Entries, IReadOnlyList<MemberRecord> Members);

/// <summary>Rows of the subscribers at an origin; labels need the horizon and the grace period after it.</summary>
internal sealed class ContractualRows(MoneyUnit money, SourceCoverage coverage, FeatureSchema schema, Horizon horizon, int grace)
{
    private readonly FeatureBuilder _builder = new(money, coverage);
    private readonly float[] _registryRow = new float[FeatureBuilder.Width];

    public int Width => schema.Width + SubscriptionFeatures.Names.Count;

    public IReadOnlyList<string> Names => [.. schema.Names, .. SubscriptionFeatures.Names];

    public List<long> Keys { get; } = [];
    public List<string> Ids { get; } = [];
    public List<float> Rows { get; } = [];
    public List<bool> Churned { get; } = [];

    /// <param name="labelled">False where what comes after is not known yet.</param>
    public void Add(in CustomerHistory history, Cutoff origin, bool labelled)
    {
        if (!SubscriptionOutcome.Active(history.Subscriptions, origin.Day)) return;
        var before = history.Before(origin);
        if (before.Orders.IsEmpty) return;
        _builder.Build(before, _registryRow);
        var row = new float[Width];
        schema.Project(_registryRow, row.AsSpan(0, schema.Width));
        SubscriptionFeatures.Build(before, money, row.AsSpan(schema.Width));
        Keys.Add(history.Profile.CustomerKey);
        Ids.Add(history.Profile.CustomerId);
        Rows.AddRange(row);
        if (labelled) Churned.Add(SubscriptionOutcome.Churned(history.Subscriptions, origin, horizon, grace));
    }
}

/// <summary>
/// The same pipeline as for tables, on rolling origins: fitted without the newest origin and judged there, then fitted on all.
/// </summary>
public sealed class ContractualRecipe(RecipeSettings settings)
{
    private const int MinOfEachClass = 100;
    private const int MaxOrigins = 6;

    /// <param name="histories">Reads all histories before the cutoff; called twice.</param>
    /// <exception cref="RetentionException">There are no subscriptions, or too few that ended or went on.</exception>
    public TrainedContractual Train(
        Cutoff cutoff, Horizon horizon, int grace, int seed, Currency currency, SourceCoverage coverage,
        Func<IEnumerable<ShardHistories>> histories, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        if (!coverage.Has(DataSource.Subscriptions))
            throw new RetentionException(Failure.InputRejected,
                "No subscriptions are imported: there is no contract that could end. retain import --subscriptions FILE");
        progress?.Report(new TrainingStep(0, 3, "reading subscribers"));
        var first = int.MaxValue;
        var orders = new MedianOrder();
        foreach (var shard in histories())
        {
            for (var i = 0; i < shard.Count; i++)
            {
                orders.Add(shard[i].Before(cutoff));
                foreach (ref readonly var term in shard[i].Subscriptions) first = Math.Min(first, term.StartedDay);
            }
        }
        var medianOrder = orders.Minor();
        var newest = cutoff.Minus(horizon.Days + grace);
        // Far enough apart that the oldest labels are over before the newest begin: else nothing could be judged.
        var step = Math.Max(Math.Max(7, horizon.Days / 3), (horizon.Days + grace + MaxOrigins - 2) / (MaxOrigins - 1));
        List<Cutoff> origins = [.. Enumerable.Range(0, MaxOrigins)
            .Select(k => newest.Minus(k * step))
            .Where(origin => origin.Day > first + horizon.Days)];
        if (origins.Count == 0)
            throw new RetentionException(Failure.InputRejected,
                Text($"the subscriptions began {cutoff.Day - first} days before {cutoff}; {2 * horizon.Days + grace} are needed: a "
                    + $"horizon of {horizon.Days} days to learn from, one to see what came, and {grace} days of grace"));
        var schema = FeatureSchema.For(coverage, origins[^1].Day - first);
        var money = MoneyUnit.Of(currency, medianOrder);
        var rows = origins.Select(_ => new ContractualRows(money, coverage, schema, horizon, grace)).ToArray();
        foreach (var shard in histories())
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < shard.Count; i++)
                for (var k = 0; k < origins.Count; k++) rows[k].Add(shard[i], origins[k], labelled: true);
        }
        var yes = rows[0].Churned.Count(churned => churned);
        var no = rows[0].Churned.Count - yes;
        if (yes < MinOfEachClass || no < MinOfEachClass)
            throw new RetentionException(Failure.InputRejected,
                Text($"of the {yes + no} customers with a paid subscription on {newest}, {yes} let it end within {horizon.Days} days and "
                    + $"{no} did not; at least {MinOfEachClass} of each are needed"));
        var usable = Enumerable.Range(0, origins.Count)
            .Where(k => rows[k].Churned.Count(churned => churned) is var churned && churned >= MinOfEachClass / 2
                && rows[k].Churned.Count - churned >= MinOfEachClass / 2)
            .ToArray();
        var recipe = new ClassifierRecipe(settings with { Seed = seed });
        progress?.Report(new TrainingStep(1, 3, "judging on the newest origin"));
        // Labels of an origin must be over before the judged one begins.
        int[] earlier = [.. usable.Where(k => origins[k].Day + horizon.Days + grace <= newest.Day)];
        List<TableEntry> entries = [];
        if (earlier.Length > 0)
        {
            var judged = Fit(earlier);
            var p = new double[rows[0].Keys.Count];
            judged.Model.Predict(rows[0].Rows.ToArray(), p);
            entries.Add(Entry("blend", p));
            foreach (var (name, odds) in judged.Model.Members(rows[0].Rows.ToArray()))
                entries.Add(Entry(name, [.. odds.Select(Logistic.Sigmoid)]));
            var rate = earlier.SelectMany(k => rows[k].Churned).Average(churned => churned ? 1.0 : 0);
            entries.Add(Entry("base rate", [.. p.Select(_ => rate)]));
        }
        progress?.Report(new TrainingStep(2, 3, "fitting on all origins"));
        var fit = Fit(usable);
        progress?.Report(new TrainingStep(3, 3, "done"));
        return new TrainedContractual(
            new ContractualModel(horizon.Days, grace, schema.Names, fit.Model) { MedianOrderMinor = medianOrder }, cutoff,
            [.. usable.Select(k => (origins[k], rows[k].Keys.Count, rows[k].Churned.Average(churned => churned ? 1.0 : 0)))], newest,
            entries, fit.Members);

        ClassifierFit Fit(int[] which) => recipe.Fit(
            rows[0].Names, [.. which.SelectMany(k => rows[k].Rows)], [.. which.SelectMany(k => rows[k].Churned)],
            [.. which.SelectMany(k => rows[k].Keys)], cancellation);

        TableEntry Entry(string name, double[] p)
        {
            var column = new ChurnColumn([.. rows[0].Churned.Select(churned => churned ? 1.0 : 0)], p);
            long[] keys = [.. rows[0].Keys];
            var replicates = Enumerable.Range(0, CustomerBootstrap.Replicates)
                .Select(b => column.Weighted(CustomerBootstrap.Weights(keys, b)))
                .ToList();
            var metrics = column.Weighted([.. keys.Select(_ => 1)]);
            return new TableEntry(name, metrics, Interval.Percentiles(metrics.Auc, replicates.Select(m => m.Auc)),
                Interval.Percentiles(metrics.LogLoss, replicates.Select(m => m.LogLoss)));
        }
    }

    /// <summary>P(churn) of everybody with a paid subscription at the cutoff.</summary>
    public static IReadOnlyList<(string CustomerId, double PChurn)> Score(ContractualModel model, Cutoff cutoff, Currency currency,
        SourceCoverage coverage, IEnumerable<ShardHistories> histories, CancellationToken cancellation)
    {
        var scored = new List<(string, double)>();
        foreach (var shard in histories)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = new ContractualRows(MoneyUnit.Of(currency, model.MedianOrderMinor), coverage, new FeatureSchema(model.Features),
                Horizon.OfDays(model.HorizonDays), model.GraceDays);
            for (var i = 0; i < shard.Count; i++) rows.Add(shard[i], cutoff, labelled: false);
            var p = new double[rows.Ids.Count];
            model.Classifier.Predict(rows.Rows.ToArray(), p);
            scored.AddRange(rows.Ids.Zip(p));
        }
        return scored;
    }

    public static string Card(string version, TrainedContractual trained)
    {
        var card = new System.Text.StringBuilder();
        card.AppendLine(Text($"# Model {version}")).AppendLine();
        card.AppendLine(
            Text($"Contractual churn: the paid cover of a subscriber ends within {trained.Model.HorizonDays} days and is not carried on "
                + $"within {trained.Model.GraceDays} days. A cancellation alone is not churn; trials are no terms."))
            .AppendLine();
        card.AppendLine("Ends that are stored before they happen are not used: the data do not say since when they were known.")
            .AppendLine();
        card.AppendLine("| learnt from | subscribers | churned |").AppendLine("|---|---|---|");
        foreach (var (origin, customers, rate) in trained.Origins) card.AppendLine(Text($"| {origin} | {customers} | {100 * rate:F1} % |"));
        card.AppendLine().AppendLine("## How it did on later subscribers").AppendLine();
        if (trained.Entries.Count == 0) card.AppendLine("Not judged: no earlier cutoff's outcome is over before the newest one begins.");
        else
        {
            card.AppendLine(
                Text($"Fitted on cutoffs whose outcome was over by then, judged on the subscribers of {trained.JudgedAt}. Intervals hold "
                    + $"95 % of 200 draws of the customers."))
                .AppendLine();
            card.AppendLine("| | AUC | avg. precision | log loss | Brier | ECE |").AppendLine("|---|---|---|---|---|---|");
            foreach (var entry in trained.Entries)
                card.AppendLine(
                    Text($"| {entry.Name} | {entry.Auc.Value:F4} ({entry.Auc.Low:F4} to {entry.Auc.High:F4}) | "
                        + $"{entry.Metrics.AveragePrecision:F4} | {entry.LogLoss.Value:F4} ({entry.LogLoss.Low:F4} to "
                        + $"{entry.LogLoss.High:F4}) | {entry.Metrics.Brier:F4} | {entry.Metrics.Ece10:F4} |"));
        }
        card.AppendLine().AppendLine("| member | weight | log loss, cross-fitted |").AppendLine("|---|---|---|");
        foreach (var member in trained.Members)
            card.AppendLine(
                Text($"| {member.Name} | {(member.Name == "blend" ? "" : member.Weight.ToString("F3", CultureInfo.InvariantCulture))} | "
                    + $"{member.Loss:F5} |"));
        return card.ToString();
    }
}
