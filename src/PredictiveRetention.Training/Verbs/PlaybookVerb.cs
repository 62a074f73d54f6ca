using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>What plays would do for the customers of the published night; stores nothing.</summary>
internal static class PlaybookVerb
{
    private static readonly Argument<string> s_customer = new("CUSTOMER") { Description = "id of the customer" };
    private static readonly Option<string?> s_plays =
        new("--plays") { Description = "folder of your own plays, which override shipped ones by id" };

    public static Command Command() =>
        new("playbook",
            "Plays tried on the published night: who they are for, what they would bring, and under which limits.\n  Example: retain "
                + "playbook simulate --budget 500")
    {
        Verb.Command("check",
            "Checks plays and says of each how many customers it is for, how many it is worth its cost for, and what looks wrong."
                + "\n  Example: retain playbook check --plays my-plays/",
            VerbUses.Store | VerbUses.Models, [s_plays], Check),
        Verb.Command("explain",
            "Says of every play why a customer gets it or not, and what it would bring.\n  Example: retain playbook explain 14646",
            VerbUses.Store | VerbUses.Models, [s_customer, s_plays], Explain),
        Verb.Command("simulate",
            "Shares plays out among all customers so that they bring most under a budget and capacities, and says what more of each "
                + "limit would bring.\n  Example: retain playbook simulate --budget 500 --capacity email=1000",
            VerbUses.Store | VerbUses.Models, [s_plays, ActionOptions.Budget, ActionOptions.Capacity], Simulate),
        Verb.Command("schema",
            "Prints what the file of a play may say as a JSON Schema, with which editors complete and check it."
                + "\n  Example: retain playbook schema",
            VerbUses.None, [], verb => Console.Out.Write(PlaySchema.Text())),
    };

    /// <summary>Under a list of plays; nothing where there are none.</summary>
    public static void PrintWarnings(IReadOnlyCollection<PlayWarning> warnings)
    {
        if (warnings.Count > 0) Line("Warnings:");
        foreach (var warning in warnings) Line($"  {warning.PlayId}: {warning.Sentence}");
    }

    private static Playbook Book(Verb verb) =>
        verb.Value(s_plays) is { } folder ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(folder)) : Playbook.Shipped();

    private static SimulatedPlaybook Try(Verb verb, Playbook book, double? budget, IReadOnlyDictionary<PlayChannel, int> channels)
    {
        using var store = verb.RequireStore();
        return verb.Terminal.Follow("trying the plays", progress => PlaybookRun.Simulate(
            store, verb.Models, book, budget, channels,
            (done, all) => progress.Report(new Step(done, all, "reading customers")), verb.Cancellation));
    }

    private static void Check(Verb verb)
    {
        var book = Book(verb);
        var warnings = PlayWarning.Of(book);
        var tried = Try(verb, book, null, new Dictionary<PlayChannel, int>());
        if (verb.Json)
        {
            verb.PrintJson(tried.Plays.Select(one => new
            {
                one.Play.Id, one.Play.File, one.Audience, one.NoConsent, one.Offered, BestFor = BestFor(one), Remarks = Remarks(one, tried),
                Warnings = warnings.Where(warning => warning.PlayId == one.Play.Id)
            }));
            return;
        }
        Line($"{"play",-30} {"audience",10} {"no consent",10} {"worth it",10} {"best for",10}");
        foreach (var one in tried.Plays)
        {
            Line($"{one.Play.Id,-30} {one.Audience,10:N0} {one.NoConsent,10:N0} {one.Offered,10:N0} {BestFor(one),10:N0}");
            foreach (var remark in Remarks(one, tried)) Line($"    {remark}");
        }
        PrintWarnings(warnings);
        foreach (var (play, customers) in tried.Gone)
            Line($"  {play} is gone: what waits with {customers:N0} customers ends with the next night. Was it renamed? Say "
                + $"'formerly: {play}' in the play it is now.");
        Line($"{tried.Plays.Count} plays, no fault; {tried.Customers:N0} customers as of {tried.Night.AsOf}.");
    }

    // Without limits who is left alone is nobody's loss.
    private static long BestFor(SimulatedPlay one) => one.Chosen + one.LeftAlone;

    private static IEnumerable<string> Remarks(SimulatedPlay one, SimulatedPlaybook tried)
    {
        if (one.Audience == 0) yield return "its audience includes nobody";
        else if (one.Audience == tried.Customers) yield return "its audience includes everybody";
        if (one.Audience > 0 && one.Offered + one.NoConsent == 0) yield return "it is worth its cost for nobody in its audience";
        else if (one.Offered > 0 && BestFor(one) == 0 && !IsKeptFromAll(one, tried))
            yield return "another play is worth more for everybody it is worth its cost for";
        if (one.Play.ExpectedUplift.Value <= 0) yield return "it is expected to change nothing for the better";
    }

    // By a limit of 0, of which there is a warning, or a budget that pays for nobody.
    private static bool IsKeptFromAll(SimulatedPlay one, SimulatedPlaybook tried) => tried.Allocation.Limits
        .Where(limit => limit.Kind is LimitKind.PlayBudget or LimitKind.PlayCapacity && limit.Name == one.Play.Id)
        .Any(limit => limit is { Limit: 0 } or { Price: > 0 });

    private static void Explain(Verb verb)
    {
        var book = Book(verb);
        using var store = verb.RequireStore();
        var explained = PlaybookRun.Explain(store, verb.Models, verb.Value(s_customer)!, book);
        var currency = store.RequireShop().Currency;
        var (score, rhythm) = (explained.Score, explained.Segments.Rhythm);
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                explained.CustomerId, AsOf = explained.Night.AsOf.ToString(), explained.Recipe.HorizonDays, score.PChurn,
                score.SpendIfOrder, explained.Facts.DaysSinceLastOrder, rhythm.UsualGapDays, rhythm.Overdue, rhythm.Slipping,
                Recommended = explained.Action.PlayId, Tonight = TonightOf(explained), explained.IsControl, explained.HeldOutOf,
                Assigned = explained.Assigned.Select(one => new
                {
                    one.PlayId, AsOf = new Cutoff(one.AssignedDay).ToString(), Arm = PlayNames.Name(one.Arm),
                    State = PlayNames.Name(one.State), one.NetValue, one.Cost, one.Propensity, one.Reason,
                }),
                Plays = explained.Plays.Select(verdict => new
                {
                    verdict.Play.Id, verdict.Standing, Audience = verdict.Play.Audience.ToString(), verdict.POrderWith,
                    verdict.Worth.ExpectedNetValue, verdict.Worth.Cost
                }),
            });
            return;
        }
        Line($"Customer {explained.CustomerId} as of {explained.Night.AsOf}: orders within {explained.Recipe.HorizonDays} days with "
            + $"probability {100 * (1 - score.PChurn):F1} % and then spends {Money(score.SpendIfOrder)}");
        Line($"  silent for {explained.Facts.DaysSinceLastOrder} days, "
            + (explained.Facts.PurchaseDays == 1 ? "others come back after " : "usually orders every ") + $"{rhythm.UsualGapDays:F0}"
            + $"{(rhythm.Slipping ? ": slipping" : rhythm.StillBuying ? "" : ": not buying any more")}");
        Line($"  worth most: {explained.Action.PlayId ?? "nothing, " + PlayNames.Name(explained.Action.Reason!.Value)}");
        if (explained.Tonight is { } row)
        {
            var earlier = explained.Assigned.FirstOrDefault(one => one.PlayId == row.PlayId && one.Arm == Arm.Treated
                && one.State is AssignmentState.Proposed or AssignmentState.Accepted && one.AssignedDay < explained.Night.AsOf.Day);
            Line($"  the published night: {row.PlayId ?? "nothing, " + PlayNames.Name((NoAction)row.NoAction!.Value)}"
                + (earlier is null ? "" : $", which goes on as proposed {new Cutoff(earlier.AssignedDay)}"));
        }
        if (explained.IsControl) Line("  of the control group: gets no play, so that the effect of all can be measured");
        foreach (var one in explained.Assigned)
        {
            var became = one.Arm == Arm.Treated ? PlayNames.Name(one.State) : "left alone, " + PlayNames.Name(one.Arm);
            Line($"  assigned {new Cutoff(one.AssignedDay)}: {one.PlayId}, {became}{(one.Reason is { } why ? ": " + why : "")}");
        }
        foreach (var verdict in explained.Plays)
        {
            Line($"  {verdict.Play.Id,-30} {PlayNames.Name(verdict.Standing)}"
                + $"{(IsHeldOut(verdict) ? "; left alone to measure it" : "")}");
            if (verdict.Standing == PlayStanding.NotInAudience) Line($"      it is for: {verdict.Play.Audience}");
            if (verdict.Standing < PlayStanding.NotWorthItsCost) continue;
            Line($"      an order with probability {100 * verdict.POrderWith:F1} % "
                + $"({100 * (verdict.POrderWith - 1 + score.PChurn):+0.00;-0.00;0.00} points), cost {Money(verdict.Worth.Cost)}, brings "
                + $"{Money(verdict.Worth.ExpectedNetValue)} after it; the shop asks more than "
                + $"{Money(explained.Recipe.Economics(currency).LeastWorth(verdict.Play))}");
        }

        string Money(double amount) => StandardMoney(amount, currency);
        bool IsHeldOut(PlayVerdict verdict) =>
            verdict.Standing == PlayStanding.Offered && explained.HeldOutOf.Contains(verdict.Play.Id);
    }

    private static object? TonightOf(ExplainedPlays explained) => explained.Tonight is { } row
        ? new { Play = row.PlayId, None = row.NoAction is { } none ? PlayNames.Name((NoAction)none) : null }
        : null;

    private static void Simulate(Verb verb)
    {
        var tried = Try(verb, Book(verb), verb.Value(ActionOptions.Budget), ActionOptions.Capacities(verb));
        var result = tried.Allocation;
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                AsOf = tried.Night.AsOf.ToString(), tried.Customers, result.Value, result.Cost, result.Bound, result.Gap,
                Plays = tried.Plays.Select(one => new
                {
                    one.Play.Id, one.Audience, one.Offered, one.Chosen, one.LeftAlone, one.ExpectedNetValue, one.Cost
                }),
                result.Limits,
            });
            return;
        }
        Line($"{"play",-30} {"worth it",10} {"gets it",10} {"left alone",10} {"cost",14} {"brings",14}");
        foreach (var one in tried.Plays)
            Line($"{one.Play.Id,-30} {one.Offered,10:N0} {one.Chosen,10:N0} {one.LeftAlone,10:N0} {Money(one.Cost),14} "
                + $"{Money(one.ExpectedNetValue),14}");
        Line($"{tried.Plays.Sum(one => one.Chosen):N0} of {tried.Customers:N0} customers get an action, cost {Money(result.Cost)}, "
            + $"expected to bring {Money(result.Value)} after it; no way of sharing out brings more than {Money(result.Bound)} (gap "
            + $"{100 * result.Gap:F4} %).");
        foreach (var limit in result.Limits)
            Line($"  {Name(limit)}: {Amount(limit, limit.Used)} of {Amount(limit, limit.Limit)} used"
                + $"{(limit.Price is > 0 and var price ? $"; one {Unit(limit)} more would bring {Money(price)}" : "")}");

        string Money(double amount) => StandardMoney(amount, tried.Shop.Currency);
        static bool IsMoney(LimitUse limit) => limit.Kind is LimitKind.Budget or LimitKind.PlayBudget;
        string Amount(LimitUse limit, double amount) =>
            IsMoney(limit) ? Money(amount) : amount.ToString("N0", CultureInfo.InvariantCulture);
        string Unit(LimitUse limit) => IsMoney(limit) ? tried.Shop.Currency.Code : "customer";
        static string Name(LimitUse limit) => limit.Kind switch
        {
            LimitKind.Budget => "budget",
            LimitKind.PlayBudget => "budget of " + limit.Name,
            _ => "capacity of " + limit.Name,
        };
    }

    private static string StandardMoney(double amount, Currency currency) =>
        amount.ToString("N" + currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " " + currency.Code;
}
