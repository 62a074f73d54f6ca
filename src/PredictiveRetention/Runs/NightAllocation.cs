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

    /// <returns>By shard, of every customer who has a choice: the place of what is chosen among the offers, -1 for none.</returns>
    public IReadOnlyList<short[]> Choose(IEnumerable<WrittenDecisions> shards, CancellationToken cancellation)
    {
        var all = shards.ToList();
        var limits = Limits(all);
        var first = Allocator.Allocate(Book(all, _ => false), limits, cancellation);
        var prices = new AllocationPrices(limits, first.Limits);
        var alone = new Dictionary<int, short>();
        foreach (var (at, _, shard, customer) in Choices(all))
            if (Alone(shard, customer, prices) is { } place) alone.Add(at, place);
        var result = alone.Keys.Any(at => first.Plays[at] >= 0)
            ? Allocator.Allocate(Book(all, alone.ContainsKey), limits, cancellation)
            : first;
        var choices = all.Select(_ => new List<short>()).ToList();
        foreach (var (at, number, shard, customer) in Choices(all))
        {
            choices[number].Add(alone.TryGetValue(at, out var place) ? place : PlaceOf(shard, customer, result.Plays[at]));
        }
        return [.. choices.Select(one => one.ToArray())];
    }

    private OfferBook Book(List<WrittenDecisions> shards, Func<int, bool> isAlone)
    {
        var book = new OfferBook(Math.Max(1, _plays.Count), _stepsPerUnit);
        var offers = new List<Offer>();
        foreach (var (at, _, shard, customer) in Choices(shards))
        {
            offers.Clear();
            if (!isAlone(at))
            {
                foreach (var offer in customer.Offers)
                {
                    if (offer.Arm == Arm.Treated && Number(shard, offer.Play) is >= 0 and var play)
                        offers.Add(new Offer(play, offer.Worth.ExpectedNetValue, Math.Min(offer.Worth.Cost, book.MaxCost)));
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
        for (short place = 0; place < customer.Offers.Count; place++)
        {
            var offer = customer.Offers[place];
            if (Number(shard, offer.Play) is not (>= 0 and var play)) continue;
            var gain = offer.Worth.ExpectedNetValue - prices.Of(play, offer.Worth.Cost);
            if (gain > most) (best, most) = (place, gain);
        }
        return best is { } found && customer.Offers[found].Arm != Arm.Treated ? found : null;
    }

    private short PlaceOf(WrittenDecisions shard, DecidedCustomer customer, int play)
    {
        if (play < 0) return -1;
        return (short)customer.Offers.FindIndex(offer => offer.Arm == Arm.Treated && Number(shard, offer.Play) == play);
    }

    /// <summary>What is left of the limits, less what earlier assignments take.</summary>
    private AllocationLimits Limits(List<WrittenDecisions> shards)
    {
        var (places, costs, all) = (new long[_plays.Count], new double[_plays.Count], 0.0);
        foreach (var shard in shards)
        {
            foreach (var customer in shard.Customers())
            {
                foreach (var (number, cost) in customer.Taken)
                {
                    all += cost;
                    if (number < 0 || Number(shard, number) is not (>= 0 and var play)) continue;
                    places[play]++;
                    costs[play] += cost;
                }
            }
        }
        return new AllocationLimits
        {
            Plays = [.. _plays.Select((play, i) => new PlayLimits(
                play.Id, play.Channel, Left(play.Budget, costs[i]), (int?)Left(play.Capacity, places[i])))],
            Budget = Left(_actions.Budget, all),
            ChannelCapacities = _actions.ChannelCapacities.ToDictionary(
                channel => channel.Key,
                channel => (int)Left(channel.Value, _plays.Select((play, i) => play.Channel == channel.Key ? places[i] : 0).Sum())!.Value),
        };

        static double? Left(double? limit, double taken) => limit is { } most ? Math.Max(0, most - taken) : null;
    }

    /// <summary>The play of an offer in this process's playbook; -1 where it has none of the id.</summary>
    private int Number(WrittenDecisions shard, int play) => _numbers.GetValueOrDefault(shard.Plays[play], -1);

    /// <summary>Customers who have a choice, numbered over all shards.</summary>
    private static IEnumerable<(int At, int Number, WrittenDecisions Shard, DecidedCustomer Customer)> Choices(
        List<WrittenDecisions> shards)
    {
        var at = 0;
        for (var number = 0; number < shards.Count; number++)
            foreach (var customer in shards[number].Customers())
                if (customer.Kind == DecisionKind.Choice) yield return (at++, number, shards[number], customer);
    }
}
