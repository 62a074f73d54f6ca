using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Figures;

/// <param name="D1">Labels of the figure's row; empty where its view has fewer.</param>
/// <param name="Shown">As the answer writes it.</param>
public sealed record CardFigureAnswer(string View, string Metric, string D1, string D2, string D3, double? Value, string Shown);

/// <summary>A number of the answer that is no figure: a setting, or what was worked out from the figures beside it.</summary>
public sealed record CardNumberAnswer(string Name, double Value, string Shown);

/// <param name="Kind">finding, question, risk, headline, kpi, recommendation.</param>
/// <param name="State">ok, not-available, small, alert.</param>
public sealed record CardAnswer(string Id, string Report, string Kind, string Title, string Answer, string State,
    IReadOnlyList<CardFigureAnswer> Figures, IReadOnlyList<CardNumberAnswer> Numbers)
{
    internal static CardAnswer Describe(Card card) => new(
        card.Id, card.Report, CardEndpoints.Word(card.Kind), card.Title, card.Answer, CardEndpoints.Word(card.State),
        [.. card.Figures.Select(figure => new CardFigureAnswer(figure.View, figure.Metric, figure.D1, figure.D2, figure.D3, figure.Value,
            figure.Shown))],
        [.. card.Numbers.Select(number => new CardNumberAnswer(number.Name, number.Value, number.Shown))]);
}

public sealed record CardsAnswer(long RunId, string AsOf, string? ModelVersion, IReadOnlyList<CardAnswer> Items);

/// <param name="Status">no-target, met, on-track, behind, open (not met, too few months to judge the pace), not-available.</param>
/// <param name="Gap">Target minus current; shares are 0 to 1.</param>
public sealed record OkrKpiAnswer(
    string Id, string Objective, string Name, bool Primary, string Unit, double? Current, long? Customers, double? Target, string? By,
    string? Direction, string? Source, double? Gap, double? NeededPerMonth, double? PacePerMonth,
    string Status, string Says, string HistoryIs, IReadOnlyList<OkrPoint> History, IReadOnlyList<BenchmarkAnswer> Benchmarks);

public sealed record BenchmarkAnswer(double From, double To, string Source);

public sealed record ObjectiveAnswer(string Id, string Words, IReadOnlyList<OkrKpiAnswer> Kpis);

public sealed record OkrAnswer(long RunId, string AsOf, IReadOnlyList<ObjectiveAnswer> Objectives);

/// <param name="Base">What the points or the share are of.</param>
/// <param name="Eligible">Who could be won.</param>
/// <param name="Reachable">False when the response asked for needs more contacts than there are customers.</param>
/// <param name="Most">Everybody eligible contacted.</param>
public sealed record InsightWhatIfAnswer(
    string Scenario, string Currency, double Base, double Eligible, double ValuePerCustomer, double Response, double Margin,
    double CostPerContact, double Incentive, bool Reachable, WhatIfOutcome Asked, WhatIfOutcome Most,
    string Answer, IReadOnlyList<string> Assumptions, IReadOnlyList<CardFigureAnswer> Figures, IReadOnlyList<CardNumberAnswer> Numbers);

/// <summary>Sentences, targets and the calculator, from the figures of the published night.</summary>
internal static class CardEndpoints
{
    private static readonly string[] s_reports = ["000", "001", "002", "003", "004"];
    private static readonly string[] s_kinds = [.. Enum.GetValues<CardKind>().Select(Word)];

    public static void MapCards(this IEndpointRouteBuilder api)
    {
        api.MapGet("/insights/cards", CardsAsync)
            .WithSummary("What the figures of the published night mean, in sentences with everything they rest on")
            .Produces<CardsAnswer>().ProducesProblem(400).ProducesProblem(404);
        api.MapGet("/insights/okr", OkrAsync)
            .WithSummary("Objectives and KPIs of the published night against the shop's targets")
            .Produces<OkrAnswer>()
            .ProducesProblem(404);
        api.MapGet("/insights/what-if", WhatIfAsync)
            .WithSummary(
                "What a better repeat rate (conversion_points or repeat_rate) or a win-back (recover_dormant) would bring after its cost")
            .Produces<InsightWhatIfAnswer>().ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>NotAvailable as "not-available".</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum =>
            string.Concat(value.ToString().Select((letter,
                i) => i > 0 && char.IsUpper(letter) ? "-" + letter : letter.ToString())).ToLowerInvariant();

    private static async Task<IResult> CardsAsync(string? report, string? kind, CurrentNight current, RetentionStore store,
        CancellationToken cancellation)
    {
        if (report is not null && !s_reports.Contains(report))
            return Problem.BadParameter("report", $"'{report}' is not one of {string.Join(", ", s_reports)}.");
        if (kind is not null && !s_kinds.Contains(kind, StringComparer.OrdinalIgnoreCase))
            return Problem.BadParameter("kind", $"'{kind}' is not one of {string.Join(", ", s_kinds)}.");
        if (await current.FindAsync(cancellation) is not { } night) return Problem.NothingPublished();
        var all = await store.Cards.ReadAsync(night.Run.RunId, cancellation);
        var cards = all.Where(card => (report is null || card.Report == report)
            && (kind is null || Word(card.Kind).Equals(kind, StringComparison.OrdinalIgnoreCase)));
        return Results.Ok(new CardsAnswer(night.Run.RunId, night.Run.AsOf.ToString(), night.Run.ModelVersion,
            [.. cards.Select(CardAnswer.Describe)]));
    }

    private static async Task<IResult> OkrAsync(CurrentNight current, RetentionStore store, ServiceSettings settings,
        CancellationToken cancellation)
    {
        if (await current.FindAsync(cancellation) is not { Recipe.Insights: not null } night) return Problem.NothingPublished();
        var insights = await RunInsights.ReadAsync(store, night.Run, settings.Runs.Playbook, cancellation);
        var lines = await insights.OkrAsync(settings.Targets, cancellation);
        return Results.Ok(new OkrAnswer(night.Run.RunId, night.Run.AsOf.ToString(),
            [.. OkrKpi.Objectives.Append(("Own", "Own targets"))
                .Select(objective => new ObjectiveAnswer(objective.Item1, objective.Item2,
                    [.. lines.Where(line => line.Kpi.Objective == objective.Item1).Select(Answer)]))
                .Where(objective => objective.Kpis.Count > 0)]));
    }

    private static OkrKpiAnswer Answer(OkrLine line) => new(
        line.Kpi.Id, line.Kpi.Objective, line.Kpi.Name, line.Kpi.Primary, Word(line.Kpi.Unit), line.Current, line.Customers,
        line.Target?.Goal, line.Target?.By.ToIso(), line.Target is { } target ? (target.Up ? "up" : "down") : null, line.Target?.Source,
        line.Gap, line.NeededPerMonth, line.PacePerMonth, Word(line.Status), line.Says, line.HistoryIs, line.History,
        [.. line.Benchmarks.Select(one => new BenchmarkAnswer(one.From, one.To, one.Source))]);

    private static async Task<IResult> WhatIfAsync(
        double? conversion_points, double? repeat_rate, double? recover_dormant, double? from, double? margin, double? cost,
        double? incentive, double? response,
        CurrentNight current, RetentionStore store, ServiceSettings settings, CancellationToken cancellation)
    {
        if (await current.FindAsync(cancellation) is not { Recipe.Insights: not null } night) return Problem.NothingPublished();
        var request = new WhatIfRequest
        {
            ConversionPoints = conversion_points, RepeatRate = repeat_rate, RecoverDormant = recover_dormant, From = from, Margin = margin,
            CostPerContact = cost, Incentive = incentive, Response = response,
        };
        try
        {
            var insights = await RunInsights.ReadAsync(store, night.Run, settings.Runs.Playbook, cancellation);
            var answer = insights.WhatIf(request);
            var says = CardAnswer.Describe(answer.Says);
            return Results.Ok(new InsightWhatIfAnswer(
                answer.Scenario, night.Shop.Currency.Code, answer.Base, answer.Eligible, answer.ValuePerCustomer, answer.Response,
                answer.Margin, answer.CostPerContact, answer.Incentive, answer.Reachable, answer.Asked, answer.Most,
                says.Answer, answer.Assumptions, says.Figures, says.Numbers));
        }
        catch (WhatIfException fault)
        {
            return Problem.BadParameter(fault.Parameter, fault.Message);
        }
        catch (RetentionException missing) when (missing.Failure == Failure.NotFound)
        {
            return Problem.NoFigure(missing.Message);
        }
    }
}
