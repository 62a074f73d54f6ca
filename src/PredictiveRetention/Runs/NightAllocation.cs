using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Shares the plays of a night out under budgets and capacities. Whoever may be left alone for the measure is chosen as the others are,
/// and takes nothing of the limits: the plays are shared out among the others first, and who is drawn to be left alone is so where the
/// prices of that make such a play the best there is for the customer. Then they are shared out once more without them.
/// </summary>
internal sealed class NightAllocation
{
    private readonly IReadOnlyList<Play> _plays;
    private readonly Dictionary<string, int> _numbers;
    private readonly ActionSettings _actions;
    private readonly int _stepsPerUnit;

    public NightAllocation(IReadOnlyList<Play> plays, RunRecipe recipe, Currency currency)
    {
        _plays = plays;
        _numbers = plays.Select((play, number) => (play.Id, number)).ToDictionary(play => play.Id, play => play.number);
        _actions = recipe.Actions;
        _stepsPerUnit = OfferBook.StepsFor(currency, recipe.Economics(currency).MedianOrder);
    }

    /// <returns>By shard, of everybody of whom it is open: the place of what is chosen among the offers, -1 for none.</returns>
    public IReadOnlyList<short[]> Choose(IEnumerable<WrittenDecisions> shards, CancellationToken cancellation)
    {
        var all = shards.ToList();
        var (kept, keptAt, limits) = Kept(all, cancellation);
        var first = Allocator.Allocate(Book(all, Chooses), limits, cancellation);
        var prices = new AllocationPrices(limits, first.Limits);
        var alone = new Dictionary<int, short>();
        foreach (var (at, _, shard, customer) in Open(all))
            if (Chooses(at, customer) && Alone(shard, customer, prices) is { } place) alone.Add(at, place);
        var result = alone.Keys.Any(at => first.Plays[at] >= 0)
            ? Allocator.Allocate(Book(all, (at, customer) => Chooses(at, customer) && !alone.ContainsKey(at)), limits, cancellation)
            : first;
        var choices = all.Select(_ => new List<short>()).ToList();
        foreach (var (at, number, shard, customer) in Open(all))
        {
            choices[number].Add(
                IsAlone(customer) ? (short)(keptAt is null || Gain(shard, customer, 0, keptAt) > 0 ? 0 : -1)
                : !Chooses(at, customer) ? (short)(kept is null || kept.Plays[at] >= 0 ? 0 : -1)
                : alone.TryGetValue(at, out var place) ? place
                : PlaceOf(shard, customer, result.Plays[at]));
        }
        return [.. choices.Select(one => one.ToArray())];
    }

    private static bool Chooses(int at, DecidedCustomer customer) => customer.Decision.Kind == DecisionKind.Choice;

    /// <summary>Has a proposal that no other play competes with yet.</summary>
    private static bool Waits(DecidedCustomer customer) => customer.Decision.Kind == DecisionKind.GoesOn;

    private static bool HasProposal(int at, DecidedCustomer customer) => customer.Decision.ProposedBy != 0;

    private static bool IsAlone(DecidedCustomer customer) => customer.Decision.Kind == DecisionKind.LeftAlone;

    /// <summary>What goes on, or the customer is left alone for.</summary>
    private static ArmOffer Proposal(DecidedCustomer customer) => customer.Decision.Offers[0];

    /// <summary>
    /// What earlier nights proposed goes on where it fits the limits, all of it; where these are smaller than they were, what is worth most
    /// within them. What others compete with takes part in that, but keeps no place.
    /// </summary>
    /// <returns>
    /// Of those who have proposals, who keeps one and at which prices (null: all do); and what is left of the limits for the others.
    /// </returns>
    private (AllocationResult? Kept, AllocationPrices? At, AllocationLimits Left) Kept(
        List<WrittenDecisions> shards, CancellationToken cancellation)
    {
        var taken = new Taken(_plays);
        foreach (var shard in shards)
            foreach (var customer in shard.Customers())
                foreach (var (number, cost) in customer.Decision.Taken) taken.Add(number < 0 ? -1 : Number(shard, number), cost);
        var limits = taken.Left(_actions);
        var (proposed, waiting) = (new Taken(_plays), new Taken(_plays));
        foreach (var (at, _, shard, customer) in Open(shards))
        {
            if (!HasProposal(at, customer)) continue;
            var (play, cost) = (Number(shard, Proposal(customer).Play), Proposal(customer).Worth.Cost);
            proposed.Add(play, cost);
            if (Waits(customer)) waiting.Add(play, cost);
        }
        if (proposed.Fits(limits)) return (null, null, waiting.Left(limits));
        var kept = Allocator.Allocate(Book(shards, HasProposal), limits, cancellation);
        var going = new Taken(_plays);
        foreach (var (at, _, shard, customer) in Open(shards))
            if (Waits(customer) && kept.Plays[at] >= 0) going.Add(kept.Plays[at], Proposal(customer).Worth.Cost);
        return (kept, new AllocationPrices(limits, kept.Limits), going.Left(limits));
    }

    /// <param name="has">Whether a customer's offers are in it.</param>
    private OfferBook Book(List<WrittenDecisions> shards, Func<int, DecidedCustomer, bool> has)
    {
        var book = new OfferBook(Math.Max(1, _plays.Count), _stepsPerUnit);
        var offers = new List<Offer>();
        foreach (var (at, _, shard, customer) in Open(shards))
        {
            offers.Clear();
            if (has(at, customer))
            {
                for (var place = 0; place < customer.Decision.Offers.Count; place++)
                {
                    var offer = customer.Decision.Offers[place];
                    if (offer.Arm == Arm.Treated && Number(shard, offer.Play) is >= 0 and var play)
                        offers.Add(new Offer(play, customer.Decision.Standing(place), Math.Min(offer.Worth.Cost, book.MaxCost)));
                }
            }
            book.Add([.. offers]);
        }
        return book;
    }

    /// <summary>The place of the offer that is the best there is at the prices, where it is one to be left alone for; else null.</summary>
    private short? Alone(WrittenDecisions shard, DecidedCustomer customer, AllocationPrices prices)
    {
        short? best = null;
        var most = 0.0;
        for (short place = 0; place < customer.Decision.Offers.Count; place++)
        {
            var gain = Gain(shard, customer, place, prices);
            if (gain > most) (best, most) = (place, gain);
        }
        return best is { } found && customer.Decision.Offers[found].Arm != Arm.Treated ? found : null;
    }

    /// <summary>What an offer brings beyond what its place costs at the prices; nothing where the playbook has no such play.</summary>
    private double Gain(WrittenDecisions shard, DecidedCustomer customer, int place, AllocationPrices prices)
    {
        var offer = customer.Decision.Offers[place];
        return Number(shard, offer.Play) is >= 0 and var play ? customer.Decision.Standing(place) - prices.Of(play, offer.Worth.Cost) : 0;
    }

    private short PlaceOf(WrittenDecisions shard, DecidedCustomer customer, int play)
    {
        if (play < 0) return -1;
        return (short)customer.Decision.Offers.FindIndex(offer => offer.Arm == Arm.Treated && Number(shard, offer.Play) == play);
    }

    /// <summary>The play of an offer in this process's playbook; -1 where it has none of the id.</summary>
    private int Number(WrittenDecisions shard, int play) => _numbers.GetValueOrDefault(shard.Plays[play], -1);

    /// <summary>Customers of whom it is open what they get, numbered over all shards.</summary>
    private static IEnumerable<(int At, int Number, WrittenDecisions Shard, DecidedCustomer Customer)> Open(List<WrittenDecisions> shards)
    {
        var at = 0;
        for (var number = 0; number < shards.Count; number++)
            foreach (var customer in shards[number].Customers())
                if (customer.IsOpen) yield return (at++, number, shards[number], customer);
    }

    /// <summary>What takes of limits, by play.</summary>
    private sealed class Taken(IReadOnlyList<Play> plays)
    {
        // Sums of money differ in their last digits.
        private const double Rounding = 1e-9;

        private readonly long[] _places = new long[plays.Count];
        private readonly double[] _costs = new double[plays.Count];
        private double _cost;

        /// <param name="play">-1 of one that is gone, which only takes of the budget of all.</param>
        public void Add(int play, double cost)
        {
            _cost += cost;
            if (play < 0) return;
            _places[play]++;
            _costs[play] += cost;
        }

        public AllocationLimits Left(ActionSettings actions) => Left(new AllocationLimits
        {
            Plays = [.. plays.Select(play => new PlayLimits(play.Id, play.Channel, play.Budget, play.Capacity))],
            Budget = actions.Budget,
            ChannelCapacities = actions.ChannelCapacities,
        });

        public AllocationLimits Left(AllocationLimits limits) => new()
        {
            Plays = [.. limits.Plays.Select((play, i) => play with
            {
                Budget = Less(play.Budget, _costs[i]), Capacity = (int?)Less(play.Capacity, _places[i])
            })],
            Budget = Less(limits.Budget, _cost),
            ChannelCapacities = limits.ChannelCapacities.ToDictionary(
                channel => channel.Key, channel => (int)Less(channel.Value, Reached(channel.Key))!.Value),
        };

        public bool Fits(AllocationLimits limits) =>
            IsWithin(limits.Budget, _cost)
            && limits.Plays.Select((play, i) => IsWithin(play.Budget, _costs[i]) && IsWithin(play.Capacity, _places[i])).All(fits => fits)
            && limits.ChannelCapacities.All(channel => IsWithin(channel.Value, Reached(channel.Key)));

        private long Reached(PlayChannel channel) => plays.Select((play, i) => play.Channel == channel ? _places[i] : 0).Sum();

        private static double? Less(double? limit, double taken) => limit is { } most ? Math.Max(0, most - taken) : null;

        private static bool IsWithin(double? limit, double taken) => limit is null || taken <= limit + Rounding * (1 + taken);
    }
}
