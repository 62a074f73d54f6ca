using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Tests.Insights;

/// <summary>One customer of a made-up shop, each kind of row in time order.</summary>
internal sealed record Person(CustomerProfile Profile, Order[] Orders, Refund[] Refunds, Engagement[] Engagements,
    Subscription[] Subscriptions)
{
    public CustomerHistory History => new(Profile, Orders, Refunds, Engagements, Subscriptions);
}

/// <summary>A shop with every source, drawn from a seed; and its figures, counted in as many parts as asked for.</summary>
internal static class SomeShop
{
    public static readonly Cutoff AsOf = Cutoff.On(new DateOnly(2024, 3, 20));
    public static readonly Currency Pounds = Currency.Parse("GBP");
    public static readonly SourceCoverage Everything = new((DataSource)~0);

    public static IReadOnlyList<Person> People(int customers, int seed, int daysAfter = 0)
    {
        var random = new Random(seed);
        var people = new List<Person>();
        for (var key = 1; key <= customers; key++)
        {
            var first = AsOf.Day - 1 - random.Next(800);
            var orders = new List<Order>();
            for (var day = first; day < AsOf.Day + 60; day += random.Next(3) == 0 ? random.Next(3) : 1 + random.Next(120))
            {
                long amount = random.Next(20) == 0 ? 0 : 500 + random.Next(20_000);
                int? delivered = random.Next(4) > 0 ? day + random.Next(40) : null;
                orders.Add(new Order(
                    day, amount, random.Next(3) == 0 ? random.Next(2_000) : 0, 1 + random.Next(4), random.Next(2) == 0 ? amount / 3 : null,
                    0, 0, delivered is null ? null : day + 14, delivered,
                    random.Next(2) == 0 ? 1 + random.Next(5) : null, (key * 1000L) + orders.Count + 1));
                if (random.Next(4) == 0) break;
            }
            var refunds = orders.Where(_ => random.Next(6) == 0)
                .Select(order => new Refund(order.Day + random.Next(80), random.Next(2) == 0 ? order.AmountMinor : order.AmountMinor / 2,
                    random.Next(3) == 0 ? 0 : order.OrderKey))
                .OrderBy(refund => refund.Day)
                .ToArray();
            var engagements = Enumerable.Range(0, random.Next(12))
                .Select(_ => new Engagement(first - 20 + random.Next(AsOf.Day + 60 - first), (EngagementType)(1 + random.Next(7)),
                    random.Next(4)))
                .OrderBy(e => e.Day)
                .ToArray();
            Subscription[] subscriptions = random.Next(5) == 0
                ? [new Subscription(first, random.Next(2) == 0 ? first + random.Next(500) : null)]
                : [];
            var profile = new CustomerProfile(
                key * 7919L, "C" + key, random.Next(3) == 0 ? null : 1930 + random.Next(80),
                random.Next(4) switch { 0 => null, 1 => "female", 2 => "male", _ => "other" },
                random.Next(4) switch { 0 => null, 1 => "GB", 2 => "BR", _ => "JP" }, true,
                random.Next(3) switch { 0 => null, 1 => "organic", _ => "paid" });
            people.Add(new Person(
                profile, [.. orders.Where(order => order.Day < AsOf.Day + daysAfter)],
                [.. refunds.Where(refund => refund.Day < AsOf.Day + daysAfter)],
                [.. engagements.Where(e => e.Day < AsOf.Day + daysAfter)],
                [.. subscriptions.Where(s => s.StartedDay < AsOf.Day + daysAfter)]));
        }
        return people;
    }

    public static IReadOnlyList<Figure> Figures(IReadOnlyList<Person> people, int parts = 1, InsightSettings? settings = null,
        SourceCoverage? coverage = null)
    {
        var has = coverage ?? Everything;
        var builder = new FeatureBuilder(Pounds, has);
        var facts = people.Select(person => builder.Build(person.History.Before(AsOf), new float[FeatureBuilder.Width])).ToArray();
        var scores = facts.Select(fact => RuleSegments.Score(fact, Pounds, 90, 365, 365)).ToArray();
        var segmentSettings = new SegmentSettings();
        var gaps = new GapTally();
        foreach (var person in people) gaps.Add(person.History.Before(AsOf));
        var cutoffs = SegmentCutoffs.From(facts, scores, segmentSettings, 90, gaps.Median());
        var recipe = new InsightRecipe
        {
            Settings = settings ?? new InsightSettings(),
            FirstOrderDay = people.Min(person => person.Orders[0].Day), Quarters = []
        };
        var freeze = new QuarterFreeze(AsOf, recipe.FirstOrderDay, recipe.Settings, []);
        recipe = recipe with
        {
            Quarters = freeze.Cutoffs([freeze.Read(Shard(people), has)], segmentSettings, 90,
            fact => RuleSegments.Score(fact, Pounds, 90, 365, 365))
        };
        var context = new InsightContext(AsOf, has, Pounds, cutoffs, segmentSettings, 90, 365, 365, recipe);
        var sums = new ShopSums(context.Months.Last, recipe.Settings.Days);
        var at = 0;
        foreach (var part in people.Chunk((people.Count + parts - 1) / parts))
        {
            var count = new CustomerCount(context);
            var shard = Shard(part);
            for (var i = 0; i < part.Length; i++, at++)
            {
                var segments = Segmenter.Assign(facts[at], scores[at], cutoffs, segmentSettings);
                count.Add(shard, part[i].History, facts[at], scores[at], segments, float.NaN);
            }
            sums.AddFrom(count.Sums.ToBytes());
        }
        return FigureBuilder.Build(context, sums, new StoreCounts(3, 2, 1_500));
    }

    private static ShardHistories Shard(IReadOnlyList<Person> people)
    {
        var shard = new ShardHistories();
        foreach (var person in people) shard.AddCustomer(person.Profile);
        foreach (var person in people)
        {
            foreach (var order in person.Orders) shard.Add(person.Profile.CustomerKey, order);
            foreach (var refund in person.Refunds) shard.Add(person.Profile.CustomerKey, refund);
            foreach (var engagement in person.Engagements) shard.Add(person.Profile.CustomerKey, engagement);
            foreach (var subscription in person.Subscriptions) shard.Add(person.Profile.CustomerKey, subscription);
        }
        return shard;
    }
}
