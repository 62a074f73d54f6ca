using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class ContractualRecipeTests
{
    private static readonly Cutoff s_end = SimulatedHistories.End;
    private static readonly SourceCoverage s_coverage = new(DataSource.Orders | DataSource.Subscriptions);
    private static readonly RecipeSettings s_quick = new()
    {
        Orders = new() { Trees = 40, Leaves = 8, LearningRate = 0.1 },
        Bagged = new() { Trees = 20, Leaves = 16 }, Folds = 3
    };
    private static readonly IReadOnlyList<Subscriber> s_shop = Shop(4_000);
    private static readonly Lazy<TrainedContractual> s_trained = new(() => Train(s_shop));

    [Fact]
    public void Train_OnASimulatedShop_RanksAlmostAsWellAsTheTruth()
    {
        var trained = s_trained.Value;
        Assert.Equal(s_end.Minus(90), trained.JudgedAt);
        // The most anybody can know: a subscriber's own rate is hidden, what they pay, how long they stayed and whether they cancelled is
        // not.
        var judged = s_shop.Where(subscriber => SubscriptionOutcome.Active(subscriber.Terms, trained.JudgedAt.Day)
            && subscriber.Terms[0].StartedDay < trained.JudgedAt.Day)
            .ToList();
        double[] churned = [.. judged.Select(subscriber => SubscriptionOutcome.Churned(subscriber.Terms, trained.JudgedAt,
            Horizon.OfDays(60), 30)
            ? 1.0
            : 0)];
        var best = ChurnMetrics.Compute(churned, [.. judged.Select(subscriber => subscriber.PChurn(trained.JudgedAt.Day, 60))]).Auc;
        Assert.InRange(best, 0.6, 0.95);
        Assert.InRange(trained.Entries[0].Metrics.Auc, best - 0.05, best + 0.02);
        Assert.Equal(churned.Length, trained.Entries[0].Metrics.Customers);
        Assert.Equal(churned.Average(), trained.Entries[0].Metrics.ChurnRate, 1e-12);
        Assert.InRange(trained.Entries[0].Metrics.MeanPrediction - trained.Entries[0].Metrics.ChurnRate, -0.03, 0.03);
        Assert.True(trained.Entries[0].Metrics.LogLoss < trained.Entries.Single(entry => entry.Name == "base rate").Metrics.LogLoss);
        Assert.Contains("A cancellation alone is not churn", ContractualRecipe.Card("v", trained), StringComparison.Ordinal);
    }

    [Fact]
    public void Score_NothingThatComesLater_ChangesIt()
    {
        var cutoff = s_end.Minus(90);
        var model = s_trained.Value.Model;
        var known = s_shop.Where(subscriber => subscriber.Terms[0].StartedDay < cutoff.Day).ToList();
        var cut = known.Select(subscriber => subscriber with
        {
            Terms = [.. subscriber.Terms.Where(term => term.StartedDay < cutoff.Day)
            .Select(term => term with { EndedDay = term.EndedDay >= cutoff.Day ? null : term.EndedDay,
                CancelledDay = term.CancelledDay >= cutoff.Day ? null : term.CancelledDay })]
        })
            .ToList();
        Assert.Equal(Score(known), Score(cut));

        IReadOnlyList<(string, double)> Score(IReadOnlyList<Subscriber> shop) =>
            ContractualRecipe.Score(model, cutoff, Currency.Parse("GBP"), s_coverage, Shards(shop), default);
    }

    [Fact]
    public void Train_WithoutSubscriptionsOrWithTooFew_IsRefusedWithTheReason()
    {
        var none = Assert.Throws<RetentionException>(() => Train(s_shop, new SourceCoverage(DataSource.Orders)));
        Assert.Contains("No subscriptions are imported", none.Message, StringComparison.Ordinal);
        var few = Assert.Throws<RetentionException>(() => Train([.. s_shop.Take(150)]));
        Assert.Equal(Failure.InputRejected, few.Failure);
        Assert.Contains("at least 100 of each are needed", few.Message, StringComparison.Ordinal);
    }

    private static TrainedContractual Train(IReadOnlyList<Subscriber> shop, SourceCoverage? coverage = null) =>
        new ContractualRecipe(s_quick)
            .Train(s_end, Horizon.OfDays(60), 30, 1, Currency.Parse("GBP"), coverage ?? s_coverage, () => Shards(shop), null, default);

    /// <summary>
    /// A subscriber who leaves at a rate of their own, three times as high for those who pay most; monthly orders; cancelled two weeks
    /// before the end.
    /// </summary>
    /// <param name="Scale">Mean of the rates of those who pay as much: exponential.</param>
    private sealed record Subscriber(long Key, double Scale, Subscription[] Terms)
    {
        public double PChurn(int day, int days)
        {
            if (Terms.Any(term => term.CancelledDay < day && (term.EndedDay is null || term.EndedDay >= day))) return 1;
            // Among those who stayed t days the rate is Gamma(1, 1/scale + t).
            var rate = 1 / Scale + day - Terms[0].StartedDay;
            return days / (rate + days);
        }
    }

    private static List<Subscriber> Shop(int customers)
    {
        var random = new Random(9);
        var shop = new List<Subscriber>();
        for (var key = 1; key <= customers; key++)
        {
            var started = s_end.Day - 30 - random.Next(600);
            var dear = random.Next(3) == 0;
            var scale = (dear ? 3 : 1) * 0.0015;
            var rate = scale * -Math.Log(1 - random.NextDouble());
            var lasts = (int)(-Math.Log(1 - random.NextDouble()) / rate);
            int? ended = started + lasts < s_end.Day ? started + Math.Max(1, lasts) : null;
            List<Subscription> terms = [new(started, ended, ended - 14 > started ? ended - 14 : null, dear ? 4_900 : 900)];
            if (ended is { } end && random.Next(5) == 0 && end + 10 < s_end.Day) terms.Add(new Subscription(end + 10, null, null, 900));
            shop.Add(new Subscriber(key, scale, [.. terms]));
        }
        return shop;
    }

    private static IEnumerable<ShardHistories> Shards(IReadOnlyList<Subscriber> shop)
    {
        var shard = new ShardHistories();
        foreach (var chunk in shop.Chunk(400))
        {
            shard.Clear();
            foreach (var subscriber in chunk) shard.AddCustomer(HistoryOf.Customer(subscriber.Key));
            foreach (var subscriber in chunk)
            {
                for (var day = subscriber.Terms[0].StartedDay; day < (subscriber.Terms[0].EndedDay ?? s_end.Day); day += 30)
                    shard.Add(subscriber.Key, new Order(day, subscriber.Terms[0].AmountMinor!.Value));
                foreach (var term in subscriber.Terms) shard.Add(subscriber.Key, term);
            }
            yield return shard;
        }
    }
}
