using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Runs;

namespace PredictiveRetention.Training.Verbs;

internal static class InsightsVerb
{
    private static readonly Option<string?> s_report = new("--report") { Description = "only cards of this report: 000 to 004" };
    private static readonly Option<string?> s_kind =
        new("--kind") { Description = "only cards of this kind: finding, question, risk, headline, kpi, recommendation" };
    private static readonly Option<long?> s_run = new("--run") { Description = "of this run (default: the published night)" };

    public static Command Command() => Verb.Command(
        "insights",
        "Says what the figures of the published night mean, in sentences: answers, risks, KPIs and proposed actions.\n  Example: retain "
            + "insights --report 001 --kind question",
        VerbUses.Store,
        [s_report, s_kind, s_run],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        var report = verb.Value(s_report);
        if (report is not (null or "000" or "001" or "002" or "003" or "004"))
            throw new RetentionException(Failure.Usage, $"--report '{report}' is none; it is 000, 001, 002, 003 or 004.");
        CardKind? kind = verb.Value(s_kind) is not { } name ? null
            : Enum.TryParse<CardKind>(name, ignoreCase: true, out var known) && !char.IsDigit(name[0]) ? known
            : throw new RetentionException(Failure.Usage,
                $"--kind '{name}' is none; it is {string.Join(", ", Enum.GetNames<CardKind>()).ToLowerInvariant()}.");
        using var store = verb.RequireStore();
        var run = verb.Value(s_run) is { } id
            ? await store.Runs.FindAsync(id, verb.Cancellation)
                ?? throw new RetentionException(Failure.NotFound, $"There is no run {id.ToString(CultureInfo.InvariantCulture)}.")
            : await RunInsights.CurrentAsync(store, verb.Cancellation);
        var all = await store.Cards.ReadAsync(run.RunId, verb.Cancellation);
        if (all.Count == 0)
            throw new RetentionException(Failure.NotFound,
                $"Run {run.RunId.ToString(CultureInfo.InvariantCulture)} has no cards: it was made by an earlier version or its rows are "
                    + $"gone. retain score --again makes new ones.");
        var cards = all.Where(card => (report is null || card.Report == report) && (kind is null || card.Kind == kind)).ToList();
        if (verb.Json)
        {
            verb.PrintJson(new { run.RunId, AsOf = run.AsOf.ToString(), run.ModelVersion, Cards = cards });
            return;
        }
        Console.Out.WriteLine($"Run {run.RunId.ToString(CultureInfo.InvariantCulture)} as of {run.AsOf}, model {run.ModelVersion}");
        foreach (var card in cards)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"{card.Title}  [{card.Id}{(card.State == CardState.Ok ? "" : ", " + Words(card.State))}]");
            Console.Out.WriteLine($"  {card.Answer}");
        }
    }

    private static string Words(CardState state) =>
        state switch { CardState.NotAvailable => "not available", CardState.Small => "small group", CardState.Alert => "alert", _ => "" };
}
