using System.Runtime.InteropServices;
using PredictiveRetention.Insights;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Who gets which play, once everybody is scored. Where nothing is limited, each customer the offer worth most, as the shards said; else
/// what is worth most together under budgets and capacities, less what earlier assignments take of them (<see cref="NightAllocation"/>).
/// Shards are read one after the other, as often as they are asked: nobody's offers stay in memory but the allocation's.
/// </summary>
internal sealed class NightDecisions
{
    private readonly NightWork _night;
    private readonly Run _run;
    private readonly IReadOnlyList<Play> _plays;

    // By shard, of everybody of whom it is open: the place of what is chosen among the offers, -1 for none. Null where nothing is limited.
    private IReadOnlyList<short[]>? _choices;

    public NightDecisions(NightWork night, Run run) =>
        (_night, _run, _plays) = (night, run, [.. night.Settings.Playbook.Plays.Where(play => play.Enabled)]);

    private ActionSettings Actions => _run.Recipe!.Actions;

    /// <summary>Makes the choice, and adds up what is recommended.</summary>
    public ActionTotals Make()
    {
        if (_plays.Count > 0 && Actions.AreLimited(_plays))
            _choices = new NightAllocation(_plays, _run.Recipe!, _night.Shop.Currency).Choose(Shards(), _night.Cancellation);
        var sum = new ActionSum();
        foreach (var (shard, number) in Numbered())
        {
            sum.Control(shard.ControlGroup);
            foreach (var (_, offer) in Chosen(shard, number)) sum.Add(shard.Plays[offer.Play], offer);
        }
        return sum.Totals();
    }

    /// <summary>Puts what was chosen in the predictions, where shards could not know it.</summary>
    public void Write()
    {
        if (_choices is not null) _night.Store.Predictions.Choose(_run, Said());

        IEnumerable<ChosenAction> Said() =>
            from numbered in Numbered()
            from decided in Decided(numbered.Shard, numbered.Number)
            let action = decided switch
            {
                { Place: < 0, Customer.Decision.Kind: DecisionKind.GoesOn } => Recommendation.None(NoAction.BeyondLimits),
                { Place: >= 0, Customer.Decision.Kind: DecisionKind.Choice } =>
                    CustomerDecision.Said(decided.Customer.Decision.Offers[decided.Place], numbered.Shard.Plays),
                _ => (Recommendation?)null,
            }
            where action is not null
            select new ChosenAction(decided.Customer.CustomerKey, action.Value);
    }

    /// <summary>What the night assigns anew.</summary>
    /// <param name="known">The plays as the store knows them.</param>
    public IEnumerable<NewAssignment> Assignments(IReadOnlyList<KnownPlay> known)
    {
        var numbers = known.ToDictionary(play => play.Id, play => play.No);
        foreach (var (shard, number) in Numbered())
        {
            foreach (var (customer, place) in Decided(shard, number))
            {
                if (place < 0 || customer.Decision.Kind != DecisionKind.Choice || customer.Decision.KeepsProposal(place)) continue;
                var offer = customer.Decision.Offers[place];
                yield return new NewAssignment(
                    customer.CustomerKey, numbers[shard.Plays[offer.Play]], offer.Arm, Propensity(shard.Plays[offer.Play], offer.Arm),
                    (float)offer.Worth.ExpectedNetValue, (float)offer.Worth.Cost, customer.PChurn, customer.Spend);
            }
        }
    }

    /// <summary>What the night ends.</summary>
    public IEnumerable<AssignmentEnding> Endings() =>
        from numbered in Numbered()
        from decided in Decided(numbered.Shard, numbered.Number)
        let decision = decided.Customer.Decision
        from ended in decision.EndOfProposal(decided.Place) is { } why
            ? [.. decision.Ended, new EndedAssignment(decision.ProposedBy, why)]
            : decision.Ended.ToArray()
        select new AssignmentEnding(decided.Customer.CustomerKey, ended.AssignedRunId, ended.Why);

    /// <summary>Counts what shards counted, and what is recommended to their customers, into the figures.</summary>
    public void CountInto(ShopSums sums, InsightContext context)
    {
        var (number, dimensions) = (0, CustomerCount.CountedDimensions(context));
        foreach (var (insights, decisions) in _night.Store.Shards.Parts(_run.RunId))
        {
            var texts = sums.AddFrom(insights);
            foreach (var (customer, offer) in Chosen(new WrittenDecisions(decisions), number++, withPlaces: true))
            {
                if (offer.Arm != Arm.Treated) continue;
                var places = CollectionsMarshal.AsSpan(customer.Places);
                sums.AddAction(dimensions, places, texts, offer.Worth.ExpectedNetValue, offer.Worth.Cost);
            }
        }
    }

    /// <summary>Customers of a shard who get a play, or are left alone instead; what was assigned earlier and goes on, too.</summary>
    private IEnumerable<(DecidedCustomer Customer, ArmOffer Offer)> Chosen(WrittenDecisions shard, int number, bool withPlaces = false) =>
        from decided in Decided(shard, number, withPlaces)
        where decided.Place >= 0
        select (decided.Customer, decided.Customer.Decision.Offers[decided.Place]);

    /// <summary>Customers of a shard, with the place among their offers of what they get; -1 for nothing.</summary>
    private IEnumerable<(DecidedCustomer Customer, int Place)> Decided(WrittenDecisions shard, int number, bool withPlaces = false)
    {
        var open = 0;
        foreach (var customer in shard.Customers(withPlaces))
        {
            var place = customer.Decision.Kind == DecisionKind.None ? -1
                : _choices is not null && customer.IsOpen ? _choices[number][open++]
                : customer.Decision.Best;
            yield return (customer, place);
        }
    }

    private float Propensity(string play, Arm arm)
    {
        var (control, held) = (Actions.ControlShare, _night.Settings.Playbook.Find(play)?.HoldoutShare ?? 0);
        return (float)(arm switch { Arm.Control => control, Arm.Holdout => (1 - control) * held, _ => (1 - control) * (1 - held) });
    }

    private IEnumerable<WrittenDecisions> Shards() =>
        _night.Store.Shards.Decisions(_run.RunId).Select(bytes => new WrittenDecisions(bytes));

    private IEnumerable<(WrittenDecisions Shard, int Number)> Numbered() => Shards().Select((shard, number) => (shard, number));

    /// <summary>What is recommended, and who is left alone, by play.</summary>
    private sealed class ActionSum
    {
        private readonly Dictionary<string, (long Customers, double Value)> _plays = [];
        private readonly Dictionary<string, (long Customers, double Value)> _alone = [];
        private long _actions, _control;
        private double _netValue, _cost;

        public void Control(long customers) => _control += customers;

        public void Add(string play, in ArmOffer offer)
        {
            // Left alone since an earlier night, and the play would not be for the customer tonight: nor would it for the others.
            if (offer.Arm != Arm.Treated && !(offer.Worth.ExpectedNetValue > 0)) return;
            var to = offer.Arm == Arm.Treated ? _plays : _alone;
            var (customers, value) = to.GetValueOrDefault(play);
            to[play] = (customers + 1, value + offer.Worth.ExpectedNetValue);
            if (offer.Arm != Arm.Treated) return;
            _actions++;
            _netValue += offer.Worth.ExpectedNetValue;
            _cost += offer.Worth.Cost;
        }

        public ActionTotals Totals() => new(_actions, _netValue, _cost, Counts(_plays), Counts(_alone), _control);

        private static IReadOnlyList<GroupCount> Counts(Dictionary<string, (long Customers, double Value)> plays) =>
            [.. plays.Select(play => new GroupCount(play.Key, play.Value.Customers, play.Value.Value))
                .OrderByDescending(play => play.Value).ThenBy(play => play.Key, StringComparer.Ordinal)];
    }
}
