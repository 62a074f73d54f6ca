using System.Globalization;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>What to learn from a feature table.</summary>
/// <param name="Label">Column of the outcome; two values.</param>
/// <param name="Id">Column that names the customer; null = none.</param>
/// <param name="Positive">The label's value that is churn; null = yes, true or 1, else the rarer.</param>
/// <param name="Allowed">Columns that may be as good as the label.</param>
public sealed record TableRequest(string Label, string? Id, string? Positive, IReadOnlyList<string> Allowed, int Seed = 1);

/// <summary>One contender on rows it had not learnt from; intervals by bootstrap of rows.</summary>
public sealed record TableEntry(string Name, ChurnMetrics Metrics, Interval Auc, Interval LogLoss);

/// <param name="Dropped">Columns that were not used, and why.</param>
/// <param name="Unseen">P(churn) of every row by a model, blend and all, that had not seen it.</param>
/// <param name="Entries">The blend first; on rows not seen.</param>
public sealed record TrainedTable(
    TableRequest Request, string Path, string Positive, int Rows, double ChurnRate, TableEncoding Encoding, ClassifierFit Fit,
    IReadOnlyList<(string Column, string Why)> Dropped,
    double[] Unseen, bool[] Churned, IReadOnlyList<TableEntry> Entries, IReadOnlyList<(string Column, double Share)> Importance);

/// <summary>
/// From a feature table to a classifier, judged by cross-validation in which everything, encoding and blend included, is learnt without the
/// rows judged.
/// </summary>
public sealed class TableRecipe(RecipeSettings settings)
{
    private const int OuterFolds = 5;
    private const int MinOfEachClass = 100;
    private const double TooGood = 0.99;

    private static readonly string[] s_yes = ["yes", "true", "1", "churn", "churned", "y", "t"];

    /// <exception cref="RetentionException">The table cannot be learnt from; the message names the file and the column.</exception>
    public TrainedTable Train(FeatureTable table, TableRequest request, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var (churned, positive) = Labels(table, request);
        Ids(table, request);
        var (columns, dropped) = Columns(table, request, churned);
        var cells = columns.Select(column => (column.Numbers, column.Texts!)).ToList();
        var named = columns.Select(column => (column.Name, column.Numbers, column.Texts!)).ToList();
        int[] all = [.. Enumerable.Range(0, table.Rows)];
        int[] fold = Stratified(churned);
        var unseen = new double[table.Rows];
        var members = new Dictionary<string, double[]>();
        var baseRate = new double[table.Rows];
        var recipe = new ClassifierRecipe(settings with { Seed = request.Seed });
        for (var k = 0; k < OuterFolds; k++)
        {
            progress?.Report(new TrainingStep(k, OuterFolds + 1, "judging on rows held out"));
            int[] kept = [.. all.Where(i => fold[i] != k)], held = [.. all.Where(i => fold[i] == k)];
            var encoding = TableEncoding.Learn(named, kept);
            var fit = recipe.Fit(encoding.Names(), encoding.Rows(cells, kept), [.. kept.Select(i => churned[i])],
                [.. kept.Select(i => (long)i)], cancellation);
            var rows = encoding.Rows(cells, held);
            var answers = new double[held.Length];
            fit.Model.Predict(rows, answers);
            Put(unseen, held, answers);
            foreach (var (name, odds) in fit.Model.Members(rows))
                Put(members.TryGetValue(name, out var column) ? column : members[name] = new double[table.Rows], held,
                    [.. odds.Select(Logistic.Sigmoid)]);
            Put(baseRate, held, [.. held.Select(_ => kept.Average(i => churned[i] ? 1.0 : 0))]);
        }
        progress?.Report(new TrainingStep(OuterFolds, OuterFolds + 1, "fitting on all rows"));
        var served = TableEncoding.Learn(named, all);
        var final = recipe.Fit(served.Names(), served.Rows(cells, all), churned, [.. all.Select(i => (long)i)], cancellation);
        progress?.Report(new TrainingStep(OuterFolds + 1, OuterFolds + 1, "done"));
        List<TableEntry> entries = [Entry("blend", unseen), .. members.Select(member => Entry(member.Key, member.Value)),
            Entry("base rate", baseRate)];
        return new TrainedTable(
            request, table.Path, positive, table.Rows, churned.Average(yes => yes ? 1.0 : 0), served, final, dropped, unseen, churned,
            entries, Importance(served, final.Model));

        TableEntry Entry(string name, double[] p)
        {
            var column = new ChurnColumn([.. churned.Select(yes => yes ? 1.0 : 0)], p);
            var replicates = Enumerable.Range(0, CustomerBootstrap.Replicates)
                .Select(b => column.Weighted(CustomerBootstrap.Weights([.. all.Select(i => (long)i)], b)))
                .ToList();
            var metrics = column.Weighted([.. all.Select(_ => 1)]);
            return new TableEntry(name, metrics, Interval.Percentiles(metrics.Auc, replicates.Select(m => m.Auc)),
                Interval.Percentiles(metrics.LogLoss, replicates.Select(m => m.LogLoss)));
        }

        static void Put(double[] into, int[] at, double[] values)
        {
            for (var i = 0; i < at.Length; i++) into[at[i]] = values[i];
        }
    }

    private static (bool[] Churned, string Positive) Labels(FeatureTable table, TableRequest request)
    {
        var texts = table.Column(request.Label).Texts!;
        var line = Array.FindIndex(texts, text => text is null);
        if (line >= 0) throw Refused(table, $"column '{request.Label}', row {line + 1}: the label is empty");
        var values = texts.CountBy(text => text!).OrderBy(value => value.Value).ToList();
        if (values.Count != 2)
            throw Refused(table,
                $"the label '{request.Label}' has {values.Count} values ({string.Join(", ", values.Take(6).Select(value => value.Key))}"
                    + $"{(values.Count > 6 ? ", ..." : "")}); two are needed");
        if (request.Positive is { } asked && values.All(value => value.Key != asked))
            throw Refused(table, $"the label '{request.Label}' is never '{asked}', only {values[0].Key} and {values[1].Key}");
        var positive = request.Positive
            ?? values.Select(value => value.Key).FirstOrDefault(value => s_yes.Contains(value.ToLowerInvariant())) ?? values[0].Key;
        if (values[0].Value < MinOfEachClass)
            throw Refused(table, $"only {values[0].Value} rows are '{values[0].Key}'; at least {MinOfEachClass} of each are needed");
        return ([.. texts.Select(text => text == positive)], positive);
    }

    private static void Ids(FeatureTable table, TableRequest request)
    {
        if (request.Id is null) return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (row, id) in table.Column(request.Id).Texts!.Index())
        {
            if (id is null) throw Refused(table, $"column '{request.Id}', row {row + 1}: the id is empty");
            if (!seen.Add(id))
                throw Refused(table, $"column '{request.Id}', row {row + 1}: '{id}' is there twice; one row a customer is needed");
        }
    }

    private static (List<TableColumn> Used, List<(string, string)> Dropped) Columns(FeatureTable table, TableRequest request,
        bool[] churned)
    {
        var used = new List<TableColumn>();
        var dropped = new List<(string, string)>();
        foreach (var column in table.Columns)
        {
            if (string.Equals(column.Name, request.Label, StringComparison.OrdinalIgnoreCase)) continue;
            if (string.Equals(column.Name, request.Id, StringComparison.OrdinalIgnoreCase))
                dropped.Add((column.Name, "names the customer"));
            else if (column.Texts!.Distinct().Take(2).Count() < 2) dropped.Add((column.Name, "is the same in every row"));
            else if (column.Numbers is null && column.Texts!.Distinct().Count() > table.Rows / 2)
                dropped.Add((column.Name, "differs in most rows: it names something"));
            else used.Add(column);
        }
        if (used.Count == 0) throw Refused(table, "no column is left to learn from");
        foreach (var column in used)
        {
            var auc = AucAlone(column, churned);
            if (auc > TooGood && !request.Allowed.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
                throw Refused(table,
                    string.Create(CultureInfo.InvariantCulture,
                        $"column '{column.Name}' alone tells the label with AUC {auc:F4}: it is the outcome in another form, or is known "
                            + $"only after it. Leave it out, or name it with --allow-leak"));
        }
        return (used, dropped);
    }

    /// <summary>AUC of a column alone: of its numbers, or of the label's rate by category.</summary>
    private static double AucAlone(TableColumn column, bool[] churned)
    {
        double[] labels = [.. churned.Select(yes => yes ? 1.0 : 0)];
        var rates = column.Texts!.Zip(labels)
            .GroupBy(cell => cell.First ?? "")
            .ToDictionary(group => group.Key, group => (Rate: group.Average(cell => cell.Second), Rows: group.Count()));
        double[] scores = column.Numbers is { } numbers
            ? [.. numbers.Select(number => double.IsFinite(number) ? number : double.MinValue)]
            : [.. column.Texts!.Select(text => rates[text ?? ""] is { Rows: >= 10 } known ? known.Rate : 0.5)];
        var auc = ChurnMetrics.AucOf(labels, scores);
        return Math.Max(auc, 1 - auc);
    }

    /// <summary>Folds with the same share of churn, by position within the class.</summary>
    private static int[] Stratified(bool[] churned)
    {
        var random = new Random(7);
        var fold = new int[churned.Length];
        foreach (var yes in new[] { false, true })
        {
            int[] rows = [.. Enumerable.Range(0, churned.Length).Where(i => churned[i] == yes)];
            random.Shuffle(rows);
            for (var i = 0; i < rows.Length; i++) fold[rows[i]] = i % OuterFolds;
        }
        return fold;
    }

    /// <summary>Share of the boosted trees' splits and the linear weights, by column of the table, half each.</summary>
    private static List<(string Column, double Share)> Importance(TableEncoding encoding, ClassifierModel model)
    {
        var owner = encoding.Columns.SelectMany(column => Enumerable.Repeat(column.Name,
            column.Categories?.Count ?? (column.Missing ? 2 : 1)))
            .ToArray();
        var linear = model.Linear.Weight.Select(Math.Abs).ToArray();
        var splits = new double[owner.Length];
        foreach (var feature in model.Forests[0].Forest.Feature) splits[feature]++;
        return [.. owner.Zip(linear, splits)
            .GroupBy(value => value.First)
            .Select(group => (group.Key,
                group.Sum(value => 0.5 * value.Second / Math.Max(1e-12, linear.Sum()) + 0.5 * value.Third / Math.Max(1, splits.Sum()))))
            .OrderByDescending(column => column.Item2)];
    }

    private static RetentionException Refused(FeatureTable table, string why) => new(Failure.InputRejected, $"{table.Path}: {why}.");
}
