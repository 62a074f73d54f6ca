using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Allocation;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>How every play of a playbook stands for a customer of the published night.</summary>
/// <param name="Plays">In the order of the book; those that are switched off, too.</param>
/// <param name="Action">What the playbook recommends, whatever was drawn and assigned before.</param>
/// <param name="Tonight">What the published night decided, by what nights before it assigned and within the limits of all; null where the
/// customer has come since.</param>
/// <param name="IsControl">The customer is of the group that gets no play at all.</param>
/// <param name="HeldOutOf">Ids of the plays the customer is left alone for, so that their effect can be measured.</param>
/// <param name="Assigned">What nights assigned, newest first.</param>
public sealed record ExplainedPlays(
    string CustomerId, Run Night, RunRecipe Recipe, CustomerFacts Facts, CustomerScore Score, SegmentAssignment Segments,
    IReadOnlyList<PlayVerdict> Plays, Recommendation Action, PredictionRow? Tonight, bool IsControl, IReadOnlyList<string> HeldOutOf,
    IReadOnlyList<AssignmentRow> Assigned);

/// <summary>What becomes of a play among all customers of a night.</summary>
/// <param name="Audience">Customers its audience includes.</param>
/// <param name="NoConsent">Of them: for whom it would be worth its cost and who may not be mailed.</param>
/// <param name="Offered">Of them: for whom it is worth its cost.</param>
/// <param name="Chosen">Of those: who get it, no limit exceeded.</param>
/// <param name="ExpectedNetValue">Of the chosen, currency units.</param>
/// <param name="Cost">Of the chosen, currency units.</param>
/// <param name="LeftAlone">Whom it would be chosen for and the night would leave alone, so that its effect can be measured.</param>
public sealed record SimulatedPlay(
    Play Play, long Audience, long NoConsent, long Offered, long Chosen, long LeftAlone, double ExpectedNetValue, double Cost);

/// <summary>A playbook tried on everybody of the published night.</summary>
/// <param name="Customers">Everybody who could be scored.</param>
/// <param name="Plays">Those that are switched on.</param>
/// <param name="Gone">Plays that are no longer in the book or switched off and wait with customers: how many each.</param>
public sealed record SimulatedPlaybook(
    Run Night, Shop Shop, long Customers, IReadOnlyList<SimulatedPlay> Plays, AllocationResult Allocation,
    IReadOnlyList<(string PlayId, long Customers)> Gone);

/// <summary>
/// Tries a playbook on the published night: its model, cut-offs and as-of, read anew and scored, nothing stored. What people change in
/// plays is seen before a night is made with it.
/// </summary>
public static class PlaybookRun
{
    private const int Part = 20_000;

    /// <exception cref="RetentionException">
    /// Nothing is published, the customer has no order before the night's as-of, the model is not there, or a play's money is not the
    /// shop's.
    /// </exception>
    public static ExplainedPlays Explain(RetentionStore store, ModelRegistry models, string customerId, Playbook playbook)
    {
        var night = new PublishedRecipe(store, models);
        var histories = store.Histories.ReadOne(customerId, night.Shop, night.Recipe.Coverage, night.Run.AsOf)
            ?? throw new RetentionException(
                Failure.NotFound, $"There is no customer '{customerId}' with a valid order before {night.Run.AsOf}.");
        var (facts, score) = night.Scorer().Score(histories[0], night.Run.AsOf);
        var segments = Segmenter.Assign(facts, score, night.Recipe.Cutoffs, night.Recipe.Segments);
        var recommender = night.Recommender(playbook);
        var key = CustomerKey.Hash(customerId);
        var earlier = new EarlierNights(store, recommender, night.Run.AsOf).Of([key]);
        return new ExplainedPlays(
            customerId, night.Run, night.Recipe, facts, score, segments,
            [.. playbook.Plays.Select(play => recommender.Judge(play, facts, score, segments, earlier))],
            recommender.Recommend(facts, score, segments, earlier),
            store.Predictions.Find(night.Run.RunId, key),
            night.Control.Holds(key),
            [.. playbook.Plays.Zip(Holdouts(store, playbook.Plays)).Where(play => play.Second.Holds(key)).Select(play => play.First.Id)],
            store.Assignments.OfCustomer(key));
    }

    /// <param name="budget">Of all plays together, currency units; null is no limit.</param>
    /// <param name="channels">Customers a channel can reach; a channel that is not here has no limit.</param>
    /// <param name="progress">Told how many customers of how many are read.</param>
    /// <exception cref="RetentionException">As of <see cref="Explain"/>; a limit is negative.</exception>
    public static SimulatedPlaybook Simulate(
        RetentionStore store, ModelRegistry models, Playbook playbook, double? budget, IReadOnlyDictionary<PlayChannel, int> channels,
        Action<long, long>? progress, CancellationToken cancellation)
    {
        var night = new PublishedRecipe(store, models);
        var recommender = night.Recommender(playbook);
        var plays = recommender.Plays;
        if (plays.Count == 0) throw new RetentionException(Failure.Usage, "Every play of the playbook is switched off.");
        var currency = night.Shop.Currency;
        var book = new OfferBook(plays.Count, OfferBook.StepsFor(currency, night.Recipe.Economics(currency).MedianOrder));
        var counts = new (long Audience, long NoConsent, long Offered)[plays.Count];
        var (scorer, histories, earlier) = (
            night.Scorer(), new ShardHistories(), new EarlierNights(store, recommender, night.Run.AsOf));
        var keys = new List<long>();
        foreach (var range in store.Customers.Ranges(Part))
        {
            cancellation.ThrowIfCancellationRequested();
            store.Histories.Read(histories, range, night.Shop, night.Recipe.Coverage, night.Run.AsOf);
            var (facts, scores) = (new CustomerFacts[histories.Count], new CustomerScore[histories.Count]);
            var unscored = scorer.Score(histories, night.Run.AsOf, facts, scores).Select(customer => customer.Index).ToHashSet();
            var risks = earlier.Of([.. Enumerable.Range(0, histories.Count).Select(i => histories[i].Profile.CustomerKey)]);
            for (var i = 0; i < histories.Count; i++)
            {
                if (unscored.Contains(i) || histories[i].Before(night.Run.AsOf).Orders.IsEmpty) continue;
                if (risks is not null) risks.Customer = i;
                Offer(facts[i], scores[i], risks);
                keys.Add(histories[i].Profile.CustomerKey);
            }
            progress?.Invoke(keys.Count, night.Run.ExpectedCount ?? 0);
        }
        var limits = new AllocationLimits
        {
            Plays = [.. plays.Select(play => new PlayLimits(play.Id, play.Channel, play.Budget, play.Capacity))],
            Budget = budget,
            ChannelCapacities = channels,
        };
        // As a first night does it: who is left alone is chosen as the others are, takes nothing of the limits, and the others share them.
        var (first, holdouts) = (Allocator.Allocate(book, limits, cancellation), Holdouts(store, plays));
        var alone = keys.Zip(first.Plays, (key, play) =>
            play >= 0 && (night.Control.Holds(key) || holdouts[play].Holds(key)) ? play : (short)-1).ToArray();
        var others = new OfferBook(plays.Count, book.StepsPerUnit);
        for (var i = 0; i < alone.Length; i++) others.Add(alone[i] >= 0 ? [] : [.. book.Of(i)]);
        var result = Allocator.Allocate(others, limits, cancellation);
        return new SimulatedPlaybook(
            night.Run, night.Shop, keys.Count, Sum(plays, counts, book, result, alone), result, Gone(store, plays));

        void Offer(in CustomerFacts facts, in CustomerScore score, EarlierRisk? risks)
        {
            var segments = Segmenter.Assign(facts, score, night.Recipe.Cutoffs, night.Recipe.Segments);
            var offers = new List<Offer>();
            for (var play = 0; play < plays.Count; play++)
            {
                var (_, standing, _, worth) = recommender.Judge(plays[play], facts, score, segments, risks);
                if (standing is not PlayStanding.NotInAudience) counts[play].Audience++;
                if (standing is PlayStanding.NoConsent) counts[play].NoConsent++;
                if (standing is not PlayStanding.Offered) continue;
                counts[play].Offered++;
                offers.Add(new Offer(play, worth.ExpectedNetValue, Math.Min(worth.Cost, book.MaxCost)));
            }
            book.Add([.. offers]);
        }
    }

    /// <summary>Who is left alone for each play: once it has drawn, with the salt the store keeps, whatever its file says.</summary>
    private static ArmDraw[] Holdouts(RetentionStore store, IReadOnlyList<Play> plays)
    {
        var salts = store.Plays.Read().ToDictionary(play => play.Id, play => play.Salt);
        return [.. plays.Select(play => new ArmDraw(salts.GetValueOrDefault(play.Id, play.Salt), play.HoldoutShare))];
    }

    private static List<(string PlayId, long Customers)> Gone(RetentionStore store, IReadOnlyList<Play> plays) =>
        [.. store.Assignments.Counts()
            .Where(count => count.Arm == Arm.Treated && count.State is AssignmentState.Proposed or AssignmentState.Accepted)
            .Where(count => !plays.Any(play => play.Id == count.PlayId || play.Formerly.Contains(count.PlayId)))
            .GroupBy(count => count.PlayId).Select(play => (play.Key, play.Sum(count => count.Customers)))];

    private static List<SimulatedPlay> Sum(
        IReadOnlyList<Play> plays, (long Audience, long NoConsent, long Offered)[] counts, OfferBook book, AllocationResult result,
        short[] alone)
    {
        var chosen = new (long Customers, double Value, double Cost)[plays.Count];
        for (var customer = 0; customer < result.Plays.Length; customer++)
        {
            if (result.Plays[customer] is not (>= 0 and var play)) continue;
            var offer = book.Of(customer).Single(one => one.Play == play);
            ref var sum = ref chosen[play];
            sum = (sum.Customers + 1, sum.Value + offer.Worth, sum.Cost + offer.Cost);
        }
        return [.. plays.Select((play, i) => new SimulatedPlay(
            play, counts[i].Audience, counts[i].NoConsent, counts[i].Offered, chosen[i].Customers, alone.LongCount(one => one == i),
            chosen[i].Value, chosen[i].Cost))];
    }

    /// <summary>The published night and what it was made with.</summary>
    private sealed class PublishedRecipe
    {
        private readonly NightModels _models;

        public PublishedRecipe(RetentionStore store, ModelRegistry models)
        {
            Shop = store.RequireShop();
            Run = store.Nights.Current()
                ?? throw new RetentionException(Failure.NotFound, "No night is published yet: retain score makes one.");
            Recipe = Run.Recipe ?? throw new RetentionException(
                Failure.NotFound, "The published night is of an earlier version. Make it again: retain score --again");
            _models = new NightModels(models);
        }

        public Shop Shop { get; }
        public Run Run { get; }
        public RunRecipe Recipe { get; }

        /// <summary>Who gets no play at all.</summary>
        public ArmDraw Control => new(Play.ControlSalt, Recipe.Actions.ControlShare);

        public Scorer Scorer() => new(_models.ModelFor(Recipe), Shop.Currency, Recipe.Coverage, withReasons: false);

        public Recommender Recommender(Playbook playbook) => new(playbook, Recipe.Economics(Shop.Currency));
    }
}
