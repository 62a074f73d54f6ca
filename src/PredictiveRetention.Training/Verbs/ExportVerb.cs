using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Exports;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

/// <summary>Writes predictions, figures and the views for BI tools as files.</summary>
internal static class ExportVerb
{
    private const string Predictions = "predictions";

    private static readonly Argument<string?> s_name = new("NAME")
    {
        Description = "predictions, a view of figures, or an SQL view; --list says which there are", Arity = ArgumentArity.ZeroOrOne
    };
    private static readonly Option<string?> s_out =
        new("--out") { Description = "file to write, as its name ends: .csv, .parquet or .json; - writes CSV to stdout" };
    private static readonly Option<bool> s_list = new("--list") { Description = "say what can be exported" };

    public static Command Command() => Verb.Command(
        "export",
        "Writes predictions, figures or a view for BI tools as CSV, Parquet or JSON.\n  Example: retain export v_current_predictions "
            + "--out customers.parquet",
        VerbUses.Store | VerbUses.Models,
        [s_name, s_out, AskedRun.AsOf, AskedRun.RunId, s_list],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        if (verb.Value(s_list))
        {
            List(verb);
            return;
        }
        var name = verb.Value(s_name)
            ?? throw new RetentionException(Failure.Usage, "Say what to export: retain export --list shows what there is.");
        var path = verb.Value(s_out)
            ?? throw new RetentionException(Failure.Usage,
                $"Say where to: retain export {name} --out {name}.csv (or .parquet, .json, or - for stdout)");
        var (sql, view) = (SqlViews.Find(name), ViewCatalogue.Find(name));
        if (sql is null && view is null && name != Predictions)
            throw new RetentionException(Failure.Usage,
                FigureQuestion.UnknownOf(name, "name of something to export",
                    [Predictions, .. SqlViews.All.Select(known => known.Name), .. ViewCatalogue.All.Select(known => known.Id)]));
        if (sql is not null && (verb.Value(AskedRun.AsOf) is not null || verb.Value(AskedRun.RunId) is not null))
            throw new RetentionException(Failure.Usage,
                $"{name} shows the published night. For another run export {Predictions} or a view of figures.");
        if (path != "-")
        {
            ExportFile.EndingOf(path);
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw new RetentionException(Failure.NotFound, $"--out: the folder '{folder}' does not exist; nothing was written.");
        }
        using var store = verb.RequireStore();
        var shop = store.RequireShop();
        var run = sql is null ? await AskedRun.OfAsync(verb, store) : null;
        if (name == Predictions && run is { State: RunState.Dropped })
            throw new RetentionException(Failure.NotFound,
                $"The predictions of run {run.RunId.ToString(CultureInfo.InvariantCulture)} have been dropped; retain score --as-of "
                    + $"{run.AsOf} makes them again.");
        var table = sql is not null ? ExportTable.Build(store, sql)
            : view is not null
                ? FigureFile.Table(view.Dimensions, await RowsAsync(store, run!, view, verb.Cancellation))
            : ScoreFile.Table(store, shop, run!);
        if (path == "-")
        {
            Verb.PrintCsv(table);
            return;
        }
        var rows = verb.Terminal.Follow("exporting",
            progress => ExportFile.Write(table with { Rows = Counted(table.Rows, progress, verb.Cancellation) }, path));
        if (verb.Json) verb.PrintJson(new { Name = name, Out = path, Rows = rows, run?.RunId, AsOf = run?.AsOf.ToString() });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows: {path}"));
    }

    private static async Task<IReadOnlyList<FigureRow>> RowsAsync(RetentionStore store, Run run, InsightView view,
        CancellationToken cancellation) =>
        (await RunFigures.ReadAsync(store, run, [view.Id], cancellation)).Answer(FigureQuestion.OfView(view.Id, [], []));

    private static IEnumerable<string?[]> Counted(IEnumerable<string?[]> rows, IProgress<Step> progress, CancellationToken cancellation)
    {
        long done = 0;
        foreach (var row in rows)
        {
            if (++done % 10_000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Report(new Step(done, 0, "rows"));
            }
            yield return row;
        }
    }

    private static void List(Verb verb)
    {
        List<(string Name, string Kind, string Title)> names =
        [
            (Predictions, "scores", "One row a customer, as retain score --out writes it"),
            .. SqlViews.All.Select(view => (view.Name, "SQL view", view.Title)),
            .. ViewCatalogue.All.Select(view => (view.Id, "figures", view.Title)),
        ];
        if (verb.Json) verb.PrintJson(names.Select(known => new { known.Name, known.Kind, known.Title }));
        else foreach (var known in names) Console.Out.WriteLine($"{known.Name,-28} {known.Kind,-9} {known.Title}");
    }
}
