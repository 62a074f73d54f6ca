using PredictiveRetention.Insights.Findings;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Insights.WhatIf;

/// <summary>
/// What a better repeat rate or a win-back would bring. A point of the repeat rate is a hundredth of all customers, who must come from
/// those with one purchase; each is worth a second purchase, not a mean of some segment. Nothing is won without a contact and its cost.
/// </summary>
internal static class WhatIfCalculator
{
    private const string SecondOrderPlay = "one-timer-reactivation";
    private const string WinBackPlay = "win-back-dormant-high-value";

    /// <exception cref="WhatIfException">An input cannot be.</exception>
    /// <exception cref="RetentionException">The run lacks a figure, which the message names.</exception>
    public static WhatIfResult Answer(CardContext context, IReadOnlyList<Figure> figures, WhatIfRequest request)
    {
        var asked = new[] { request.ConversionPoints, request.RepeatRate, request.RecoverDormant }.Count(one => one is not null);
        if (asked != 1) throw new WhatIfException("conversion_points", "Ask one of conversion_points, repeat_rate and recover_dormant.");
        if (request.From is not null && request.RepeatRate is null) throw new WhatIfException("from", "It goes with repeat_rate.");
        Share("repeat_rate", request.RepeatRate);
        Share("from", request.From);
        Share("recover_dormant", request.RecoverDormant);
        Share("margin", request.Margin);
        Share("incentive", request.Incentive);
        Share("response", request.Response);
        if (request.Response == 0) throw new WhatIfException("response", "A response of 0 wins nobody, whatever is spent.");
        if (request.CostPerContact is { } cost && !(cost >= 0 && double.IsFinite(cost)))
            throw new WhatIfException("cost", "It is an amount of 0 or more.");
        var book = new FigureBook(figures, context.Insight.Coverage);
        return request.RecoverDormant is { } part ? Recover(context, book, request, part) : Repeat(context, book, request);
    }

    private static WhatIfResult Repeat(CardContext context, FigureBook book, WhatIfRequest request)
    {
        var card = new CardDraft("002.what_if", CardKind.Finding, "What a higher repeat rate would bring", book, context);
        var (all, buyers, repeat, rate) = (card.Need("kpis", "customers"), card.Need("kpis", "buyers"),
            card.Need("kpis", "repeat_customers"), card.Need("kpis", "repeat_rate"));
        var second = card.Need("order_sequence", "sequence_value", "2");
        var once = card.Need("by_frequency_class", "p_churn", "One-time");
        Available(card);
        var (n, eligible) = (all.Value!.Value, buyers.Value!.Value - repeat.Value!.Value);
        double wanted;
        if (request.ConversionPoints is { } points)
        {
            if (!(points > 0 && points <= 100))
                throw new WhatIfException("conversion_points", Text($"{points} is not above 0 and up to 100 percentage points."));
            wanted = n * points / 100;
            card.Say(
                $"{card.Change("points asked", points / 100, Unit.Share)} of the repeat rate, now {rate} ({repeat} of {all} customers), "
                    + $"are {card.Number("points of all customers", wanted, Unit.Count)} more customers with a second purchase.");
        }
        else
        {
            var (to, from) = (request.RepeatRate!.Value, request.From ?? rate.Value!.Value);
            if (to <= from)
                throw new WhatIfException("repeat_rate",
                    Text($"{to} is not above the {(request.From is null ? "repeat rate of the run" : "rate to start from")}, "
                        + $"{from:0.######}."));
            wanted = (to * n) - (request.From is null ? repeat.Value.Value : from * n);
            card.Say(
                $"From {card.Number("repeat rate to start from", from, Unit.Share)} to "
                    + $"{card.Number("repeat rate asked", to, Unit.Share)} of {all} customers are "
                    + $"{card.Number("customers between the two rates", wanted, Unit.Count)} more customers with a second "
                    + $"purchase{(request.From is null ? $" ({card.Shown(repeat)} have one now)" : "")}.");
        }
        if (wanted > eligible)
            throw new WhatIfException(request.ConversionPoints is null ? "repeat_rate" : "conversion_points",
                Text($"That asks for {wanted:N0} more repeat customers; {eligible:N0} have purchased once and could become one."));
        card.AddSources([buyers, once]);
        var eligibleShown = card.Number("customers with one purchase: buyers minus repeat customers", eligible, Unit.Count);
        card.Say(
            $"They must come from {eligibleShown} with one purchase: "
                + $"{card.Number("wanted over those with one purchase", wanted / eligible, Unit.Share)} of them.");
        var assumptions = new List<string>();
        card.Add(assumptions,
            $"A converted customer is worth one second purchase, {second} on average over {card.Denominator(second, Unit.Count)} second "
                + $"purchases of this shop.");
        // Those not lost order anyway with 1 - p; the lost are taken to order no more.
        var anyway = ((once.Denominator ?? 0) - (once.Numerator ?? 0)) / Math.Max(1, once.Customers ?? 0);
        return Worth(card, request, request.ConversionPoints is null ? "repeat_rate" : "conversion_points", SecondOrderPlay, n, eligible,
            wanted, second.Value!.Value, anyway, assumptions);
    }

    private static WhatIfResult Recover(CardContext context, FigureBook book, WhatIfRequest request, double part)
    {
        if (part == 0) throw new WhatIfException("recover_dormant", "0 recovers nobody.");
        var card = new CardDraft("002.what_if", CardKind.Finding, "What winning back dormant high-value customers would bring", book,
            context);
        double Sum(string metric, Func<Figure, double?> of)
        {
            var cells = book.Rows("by_combined", metric).Where(figure => figure.D1 == "Dormant" && figure.D2 == "High").ToList();
            card.AddSources(cells);
            return cells.Sum(figure => of(figure) ?? 0);
        }
        var n = Sum("customers", static figure => figure.Value);
        if (book.Rows("by_combined", "customers").Count == 0) card.Missing(book.Why("by_combined", "customers"));
        else if (n == 0) card.Missing("nobody is lifecycle Dormant and value tier High");
        Available(card);
        var (revenue, clv, churners) = (Sum("revenue", static figure => figure.Value), Sum("clv", static figure => figure.Value),
            Sum("expected_churners", static figure => figure.Value));
        var missed = Sum("revenue_at_risk", static figure => figure.Value) + Sum("could_come_back", static figure => figure.Value);
        var (notLost, expected) = (Sum("p_churn", static figure => figure.Denominator), Sum("p_churn", static figure => figure.Numerator));
        var byOrder = churners > 0 && missed > 0;
        var value = byOrder ? missed / churners : clv / n;
        if (!(value > 0))
        {
            card.Missing("nothing is expected of these customers");
            Available(card);
        }
        var wanted = part * n;
        card.Say(
            $"{card.Number("part asked", part, Unit.Share)} of {card.Number("customers Dormant | High", n, Unit.Count)} customers in "
                + $"lifecycle Dormant (Lost included) and value tier High are "
                + $"{card.Number("customers asked", wanted, Unit.Count)}"
                + $"{(n < context.Insight.Recipe.Settings.SmallGroup ? " (a small group)" : "")}.");
        card.Say(
            $"Their revenue to date, {card.Number("revenue to date of Dormant | High", revenue, Unit.Money)}, is past and not what can "
                + $"be recovered; their CLV without any action is {card.Number("CLV of Dormant | High", clv, Unit.Money)} "
                + $"({context.Predicted}, {card.ClvHorizon} days).");
        var assumptions = new List<string>();
        if (byOrder)
            card.Add(assumptions,
                $"A recovered customer is worth "
                    + $"{card.Number("revenue missed over expected churners of Dormant | High", value, Unit.Money)}: what such a "
                    + $"customer spends within {card.Horizon} days if there is an order ({context.Predicted}; revenue at risk and "
                    + $"what could come back over expected churners of the group). Customers long lost are taken to be worth the same.");
        else card.Add(assumptions,
            $"A recovered customer is worth {card.Number("CLV over customers of Dormant | High", value, Unit.Money)}, the mean CLV of "
                + $"the group ({context.Predicted}, {card.ClvHorizon} days).");
        return Worth(card, request, "recover_dormant", WinBackPlay, n, n, wanted, value, (notLost - expected) / n, assumptions);
    }

    private static WhatIfResult Worth(CardDraft card, WhatIfRequest request, string scenario, string playId, double all, double eligible,
        double wanted, double value, double anyway, List<string> assumptions)
    {
        var context = card.Context;
        var play = context.Playbook.Find(playId) is { Enabled: true } found ? found : null;
        if ((request.Response ?? play?.ExpectedUplift.With(anyway) - anyway) is not (> 0 and <= 1 and var response))
            throw new WhatIfException("response",
                $"The playbook has no play '{playId}' with an uplift above 0: say which response to reckon with.");
        var margin = request.Margin ?? context.Margin;
        var contact = request.CostPerContact ?? play?.Cost.ContactIn(context.Economics) ?? 0;
        if (double.IsNaN(contact))
            throw new WhatIfException("cost",
                $"The play '{playId}' costs a share of the shop's median order, which this run does not know: say the cost of a contact, "
                    + "or make the night again (retain score --again).");
        var incentive = request.Incentive ?? play?.Cost.ShareOfOrder ?? 0;
        var source = play is null ? "" : play.ExpectedUplift.Source.TrimEnd('.');
        card.Add(assumptions,
            $"Response: {card.Number("response", response, Unit.Share)} of those contacted order because of it "
                + $"({(request.Response is not null ? "entered"
                    : $"what play {playId} adds for somebody like the mean of them: {source}")}).");
        card.Add(assumptions,
            $"{(margin < 1 ? "Margin" : "No margin is known, so value is revenue")}: {card.Number("margin", margin, Unit.Share)} of "
                + $"revenue is earned ({(request.Margin is null ? "setting of the run" : "entered")}).");
        card.Add(assumptions,
            $"Cost: {card.Number("cost per contact", contact, Unit.Money)} a contact "
                + $"({(request.CostPerContact is not null ? "entered" : play is null ? "none known" : "play " + playId)}) and "
                + $"{card.Number("incentive", incentive, Unit.Share)} of an order "
                + $"({(request.Incentive is not null ? "entered" : play is null ? "none known" : "play " + playId)}), also on orders "
                + $"that {card.Number("would order anyway", anyway, Unit.Share)} of those contacted would place anyway within "
                + $"{card.Horizon} days ({context.Predicted}; the lost are taken to place none).");
        var (asked, most) = (Outcome(wanted / response), Outcome(eligible));
        // Not by the last digit of a division.
        var reachable = asked.Contacts <= eligible * (1 + 1e-9);
        card.Say(
            $"At a response of {card.Number("response", response, Unit.Share)} that takes "
                + $"{card.Number("wanted over response", asked.Contacts, Unit.Count)} "
                + $"contacts"
                + $"{(reachable
                    ? ""
                    : $", more than the {card.Shown(card.Number("customers who can be contacted", eligible,
                        Unit.Count))} there are, so it is out of reach")}.");
        if (reachable) SayOutcome(card, asked, "contacts", margin);
        else
        {
            card.Say($"Contacting all of them would win {card.Number("customers won by contacting all", most.Customers, Unit.Count)}:");
            SayOutcome(card, most, "all contacted", margin);
            card.Alert();
        }
        return new WhatIfResult(scenario, all, eligible, value, response, margin, contact, incentive, reachable, asked, most, card.Card(),
            assumptions);

        WhatIfOutcome Outcome(double contacts)
        {
            var customers = contacts * response;
            var revenue = customers * value;
            var cost = (contacts * contact) + (incentive * value * (customers + (contacts * anyway)));
            return new WhatIfOutcome(customers, contacts, revenue, revenue * margin, cost, (revenue * margin) - cost);
        }
    }

    private static void SayOutcome(CardDraft card, WhatIfOutcome outcome, string of, double margin) => card.Say(
        $"Revenue "
            + $"{card.Number("revenue, " + of, outcome.Revenue, Unit.Money)}"
            + $"{(margin < 1 ? $", margin {card.Shown(card.Number("margin, " + of, outcome.Margin, Unit.Money))}" : "")}, cost "
            + $"{card.Number("cost, " + of, outcome.Cost, Unit.Money)}, net {card.Number("net, " + of, outcome.Net, Unit.Money)}.");

    private static void Available(CardDraft card)
    {
        if (card.IsMissing) throw new RetentionException(Failure.NotFound, card.Card().Answer);
    }

    private static void Share(string parameter, double? value)
    {
        if (value is null or (>= 0 and <= 1)) return;
        throw new WhatIfException(parameter,
            Text($"{value} is not from 0 to 1{(value > 1 && value <= 100 ? Text($"; write {value / 100} for {value} %") : "")}."));
    }
}
