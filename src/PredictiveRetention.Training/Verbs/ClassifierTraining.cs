using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Exports;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>What train and score do for a feature table (--table) and for subscriptions (--contractual).</summary>
internal static class ClassifierTraining
{
    public static readonly Option<string?> Table =
        new("--table") { Description = "a feature table (CSV or Parquet, one row a customer) instead of the store" };
    public static readonly Option<string?> Label = new("--label") { Description = "column of the table that says who churned" };
    public static readonly Option<string?> Id = new("--id") { Description = "column of the table that names the customer" };
    public static readonly Option<string?> Positive =
        new("--positive") { Description = "the label's value that is churn (default: yes, true or 1; else the rarer)" };
    public static readonly Option<string[]> AllowLeak = new("--allow-leak")
    {
        Description = "a column that may tell the label by itself",
        DefaultValueFactory = _ => []
    };
    public static readonly Option<string?> Out =
        new("--out") { Description = "write P(churn) of every row, each by a model that had not seen it (CSV)" };
    public static readonly Option<bool> Contractual =
        new("--contractual") { Description = "subscriptions that end and are not renewed, instead of orders that stop" };
    public static readonly Option<string> Grace = new("--grace")
    {
        Description = "with --contractual: renewed within this is not churn",
        DefaultValueFactory = _ => "30d"
    };
    public static readonly Option<string?> Kind =
        new("--kind") { Description = "with --table: the table model to score with, e.g. table-telco" };

    public static IReadOnlyList<Option> ForTraining { get; } = [Table, Label, Id, Positive, AllowLeak, Out, Contractual, Grace];

    public static void TrainTable(Verb verb, string path, int seed)
    {
        var request = new TableRequest(
            verb.Value(Label) ?? throw new RetentionException(Failure.Usage, "--table needs --label: the column that says who churned."),
            verb.Value(Id), verb.Value(Positive), verb.Value(AllowLeak)!, seed);
        var table = FeatureTable.Read(path);
        var trained = verb.Terminal.Follow("training",
            progress => new TableRecipe(new RecipeSettings())
                .Train(table, request, progress.Adapt<TrainingStep>(p => new Step(p.Done, p.All, p.Name)), verb.Cancellation));
        var kind = ClassifierRegistry.TableKind(path);
        var (version, folder) = verb.Classifiers.Add(kind,
            new TableModel(request.Label, trained.Positive, request.Id, trained.Encoding, trained.Fit.Model),
            name => TableCard.Markdown(name, trained));
        if (verb.Value(Out) is { } output) Write(output, Ids(table, request.Id), trained.Unseen);
        PrintResult(verb, kind, version, folder, trained.Entries, trained.Fit.Members, trained.Rows, trained.ChurnRate,
            trained.Dropped.Select(column => $"{column.Column} {column.Why}"));
    }

    public static void TrainContractual(Verb verb, TrainingOptions options)
    {
        using var store = verb.OpenFilledStore();
        var trained = verb.Terminal.Follow("training", progress => ContractualRun.Train(
            store, options, Horizon.Parse(verb.Value(Grace)!).Days, verb.Clock,
            progress.Adapt<TrainingStep>(p => new Step(p.Done, p.All, p.Name)), verb.Cancellation));
        var (version, folder) = verb.Classifiers.Add(ClassifierRegistry.Contractual, trained.Model,
            name => ContractualRecipe.Card(name, trained));
        PrintResult(verb, ClassifierRegistry.Contractual, version, folder, trained.Entries, trained.Members, trained.Origins[0].Customers,
            trained.Origins[0].ChurnRate, []);
    }

    public static void ScoreTable(Verb verb, string path, string? output)
    {
        var kind = verb.Value(Kind) ?? ClassifierRegistry.TableKind(path);
        var model = verb.Classifiers.Champion<TableModel>(kind);
        var table = FeatureTable.Read(path);
        var cells = model.Encoding.Columns.Select(column => table.Column(column.Name))
            .Select(column => (column.Numbers, column.Texts!))
            .ToList();
        foreach (var (column, cell) in model.Encoding.Columns.Zip(cells))
            if (column.Categories is null && cell.Numbers is null)
                throw new RetentionException(Failure.InputRejected,
                    $"{path}: column '{column.Name}' holds texts; the model {kind} learnt from numbers.");
        var p = new double[table.Rows];
        model.Classifier.Predict(model.Encoding.Rows(cells, [.. Enumerable.Range(0, table.Rows)]), p);
        WriteScores(verb, Ids(table, model.Id), p, output);
    }

    public static void ScoreContractual(Verb verb, Cutoff? asOf, string? output)
    {
        var model = verb.Classifiers.Champion<ContractualModel>(ClassifierRegistry.Contractual);
        using var store = verb.OpenFilledStore();
        var scored = ContractualRun.Score(store, model, new TrainingOptions { AsOf = asOf }, verb.Clock, verb.Cancellation);
        WriteScores(verb, [.. scored.Select(row => row.CustomerId)], [.. scored.Select(row => row.PChurn)], output);
    }

    private static void PrintResult(Verb verb, string kind, string version, string folder, IReadOnlyList<TableEntry> entries,
        IReadOnlyList<MemberRecord> members, int rows, double rate, IEnumerable<string> dropped)
    {
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                Kind = kind, Version = version, Rows = rows, ChurnRate = rate, Entries = entries, Members = members,
                Dropped = dropped, Card = Path.Combine(folder, "card.md")
            });
            return;
        }
        Line($"Model {kind} {version}: {rows:N0} customers, {100 * rate:F1} % churned");
        foreach (var column in dropped) Line($"  not used: {column}");
        Line($"  {"on customers not seen",-28} {"AUC [95 %]",-26} {"log loss",9} {"Brier",7} {"ECE",7} {"lift 10 %",9}");
        foreach (var entry in entries)
            Line($"  {entry.Name,-28} "
                + $"{string.Create(CultureInfo.InvariantCulture, $"{entry.Auc.Value:F4} [{entry.Auc.Low:F4}, {entry.Auc.High:F4}]"),-26} "
                + $"{entry.Metrics.LogLoss,9:F4} {entry.Metrics.Brier,7:F4} {entry.Metrics.Ece10,7:F4} {entry.Metrics.LiftAt10,9:F2}");
        Line($"  card: {Path.Combine(folder, "card.md")}");
    }

    private static void WriteScores(Verb verb, string[] ids, double[] p, string? output)
    {
        if (output is not null) Write(output, ids, p);
        if (verb.Json) verb.PrintJson(new { Customers = ids.Length, MeanPChurn = p.Length == 0 ? 0 : p.Average(), Out = output });
        else if (output is not null)
            Line($"{ids.Length:N0} customers, mean P(churn) {(p.Length == 0 ? 0 : p.Average()):F3}, written to {output}");
        else Csv.Rows(Scores(ids, p), Console.Out);
    }

    private static void Write(string path, string[] ids, double[] p) => ExportFile.WriteCsv(Scores(ids, p), path);

    private static ExportTable Scores(string[] ids, double[] p) => ExportTable.Build<(string Id, double Churn)>(
        [
            new("customer_id", ColumnKind.Id, row => row.Id),
            new("p_churn", ColumnKind.Number, row => row.Churn.ToString("R", CultureInfo.InvariantCulture)),
        ],
        ids.Zip(p));

    private static string[] Ids(FeatureTable table, string? id) =>
        id is null
            ? [.. Enumerable.Range(1, table.Rows).Select(row => row.ToString(CultureInfo.InvariantCulture))]
            : [.. table.Column(id).Texts!.Select(text => text ?? "")];
}
