using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Scoring;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Scoring;

/// <summary>
/// The reasons of a thousand customers of every data set, read as the person who must phone them; those of the first twenty are printed.
/// </summary>
public sealed partial class ReasonsOfShopsTests(ITestOutputHelper output) : IDisposable
{
    private static readonly RecipeSettings s_quick = new()
    {
        Orders = new ForestSettings { Trees = 15, Leaves = 8 }, Bagged = new ForestSettings { Trees = 8, Leaves = 12 },
        Spend = new ForestSettings { Trees = 5, Leaves = 4 }, Folds = 2, Decays = [1],
    };

    /// <summary>Customers that a model is trained on and whose reasons are read; some of them have no order.</summary>
    private const int Read = 1100;

    private readonly SqliteUnderTest _engine = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Online_retail() => ReadAll(
        Read,
        new ImportRequest
        {
            Preset = "generic", Calendar = BusinessCalendar.Utc,
            OrdersFile = Repository.SharedData("online-retail/orders.csv"),
            RefundsFile = Repository.SharedData("online-retail/refunds.csv"),
        });

    [Theory]
    [InlineData("cdnow/orders.csv", "USD", 2, 1100)]
    [InlineData("cdnow-complete/orders.csv.gz", "USD", 20, 1100)]
    [InlineData("olist/orders_delivered.csv.gz", "BRL", 25, 3500)]
    public void Orders_of_one_customer_in_so_many(string path, string currency, int oneIn, int customers) => ReadAll(
        customers,
        new ImportRequest
        {
            Preset = "generic", Calendar = BusinessCalendar.Utc, ShopCurrency = currency,
            OrdersFile = Sample(Repository.SharedData(path), oneIn, column: 0),
        });

    [Fact]
    public void A_coffee_roastery_on_Shopify() => ReadAll(
        1300,
        new ImportRequest
        {
            Preset = "shopify", Calendar = BusinessCalendar.InZone("Europe/Berlin"),
            OrdersFile = Sample(Repository.SharedCase("shops/coffee/orders_export.csv.gz"), oneIn: 2, column: 1),
        },
        new ImportRequest
        {
            Preset = "generic", SubscriptionsFile = Repository.SharedCase("shops/coffee/subscriptions.csv"),
        });

    [Fact]
    public void The_simulated_shop_which_has_every_source()
    {
        var shop = ShopFiles.Write(_engine.FilePath("shop"), new ShopPlan { Customers = Read }, null, Cancellation);
        ReadAll(Read, ShopFiles.Import(shop.Folder, ShopPlan.Calendar.StartOf(ShopPlan.DefaultUntil.Day)));
    }

    private void ReadAll(int customers, params ImportRequest[] files)
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        foreach (var file in files) ImportRun.Execute(store, file, dryRun: false, null, null, Cancellation);
        var read = Score(store, customers).Take(1000).ToList();
        Assert.Equal(1000, read.Count);
        foreach (var (customer, at) in read.Take(20).Select((customer, at) => (customer, at)))
            output.WriteLine($"{at + 1}. {customer.PChurn:P0}: {customer.Aloud}");
        output.WriteLine($"reasons: {string.Join(", ", read.CountBy(customer => customer.Said.Count).OrderBy(count => count.Key))}");
        foreach (var (feature, count) in read.SelectMany(customer => customer.Said)
            .CountBy(reason => (reason.Feature, reason.Effect > 0 ? "raises" : "lowers"))
            .OrderByDescending(feature => feature.Value))
            output.WriteLine($"{count} {feature}");
        var faults = read.SelectMany(customer => Faults(customer).Select(fault => $"{fault}: {customer.PChurn:P0}: {customer.Aloud}"));
        Assert.Empty(faults);
    }

    private static IEnumerable<string> Faults(Customer customer)
    {
        var said = customer.Said;
        if (said.Count == 0) yield return "no reason";
        if (said.Count > Reasons.Most) yield return "too many";
        if (customer.PChurn > 0.5 && said.Count > 0 && said[0].Effect <= 0) yield return "nothing raises a high risk";
        if (!said.SequenceEqual(said.OrderByDescending(reason => reason.Effect > 0).ThenByDescending(reason => Math.Abs(reason.Effect))))
            yield return "order";
        if (said.DistinctBy(reason => reason.Theme).Count() < said.Count) yield return "a theme twice";
        if (customer.IsOverdue && said.Any(reason => reason.Words.StartsWith("ordered ", StringComparison.Ordinal)
            && reason.Words.Contains(" ago", StringComparison.Ordinal))) yield return "a comfort that contradicts an overdue order";
        foreach (var reason in said)
        {
            if (reason.Words.Length > 90) yield return "too long";
            if (NobodySays().Match(reason.Words) is { Success: true } odd) yield return $"'{odd.Value}'";
            if ((reason.Effect > 0 ? Lowering() : Raising()).IsMatch(reason.Words)) yield return $"'{reason.Words}' contradicts its effect";
            if (Silence().Match(reason.Words) is { Success: true } silence
                && int.Parse(silence.Groups[1].Value, null) <= int.Parse(silence.Groups[2].Value, null))
                yield return "a silence within the usual one";
        }
    }

    private static IEnumerable<Customer> Score(RetentionStore store, int customers)
    {
        var (request, histories) = TrainingRun.Ask(store, new TrainingOptions { ChunkSize = customers }, TimeProvider.System, Cancellation);
        var model = new TrainingRecipe(s_quick).Train(request, () => histories().Take(1), null, Cancellation).Model;
        Assert.NotEqual(ModelLevel.RecencyRule, model.Level);
        var scorer = new Scorer(model, request.Currency, request.Coverage);
        foreach (var shard in histories().Take(1))
        {
            var (facts, scores) = (new CustomerFacts[shard.Count], new CustomerScore[shard.Count]);
            scorer.Score(shard, request.Cutoff, facts, scores);
            var gaps = facts.Where(one => one.MeanGapDays is not null).Select(one => one.MeanGapDays!.Value).Order().ToList();
            var median = gaps[gaps.Count / 2];
            for (var i = 0; i < shard.Count; i++)
            {
                if (facts[i].Orders == 0) continue;
                var isOverdue = facts[i].DaysSinceLastOrder > Math.Max(2 * (facts[i].MeanGapDays ?? median), 14);
                yield return new Customer(
                    scores[i].PChurn, [.. ReasonWords.Say(scores[i].Reasons, model.Features, request.Currency, isOverdue)], isOverdue);
            }
        }
    }

    /// <summary>
    /// The rows of one customer in so many, chosen by a sum over the id; a row without one belongs to that above.
    /// </summary>
    private string Sample(string path, int oneIn, int column)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        var kept = new StringBuilder().AppendLine(reader.ReadLine());
        var isKept = false;
        while (reader.ReadLine() is { } line)
        {
            var id = line.Split(',', column + 2)[column].Trim().ToUpperInvariant();
            if (id.Length > 0) isKept = id.Aggregate(0u, (sum, c) => 31 * sum + c) % oneIn == 0;
            if (isKept) kept.AppendLine(line);
        }
        return _engine.Write("orders.csv", kept.ToString());
    }

    private sealed record Customer(double PChurn, IReadOnlyList<SaidReason> Said, bool IsOverdue)
    {
        public string Aloud => string.Join("; ", Said.Select(reason => $"{reason.Words} ({(reason.Effect > 0 ? "+" : "-")})"));
    }

    /// <summary>Words of statistics, of programs and of no occasion.</summary>
    [GeneratedRegex(@"counting half|forgotten|decayed|a year on average|on average of|vary by|half the pauses|of the time as a customer"
        + @"|are (not )?known|no refund|nothing refunded|never (had|paid)|never wrote|[a-z]_[a-z]|NaN|∞|-\d|\d\.\d orders?\b"
        + @"|\b1 (orders|days)\b")]
    private static partial Regex NobodySays();

    /// <summary>What is only ever said of somebody who may leave.</summary>
    [GeneratedRegex(@"^no (order|visit)|\bonly\b|not come back|refund|nothing|fewer|less|smaller|late$|came late|silent|new customer|ended"
        + @"|cancelled|trial|ticket")]
    private static partial Regex Raising();

    /// <summary>What is only ever said of somebody who may stay.</summary>
    [GeneratedRegex(@"^ordered (today|yesterday|\d+ days ago)|^\d+ orders so far|^spent [\d,.]+ [A-Z]{3} |^customer for|^kept ordering"
        + @"|more in the|larger|running subscription|^opened \d+ e-mail|^\d+ visits? |came back after|came back once after")]
    private static partial Regex Lowering();

    [GeneratedRegex(@"^no order for (\d+) days?, on average every (\d+)")]
    private static partial Regex Silence();
}
