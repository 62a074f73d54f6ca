using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Tests.Insights;

/// <summary>A simulated shop whose orders and customers say all that files can, and a night of it by the recency rule.</summary>
internal static class RichShop
{
    private static readonly string[] s_channels = ["search", "=HYPERLINK(\"x\")", "-5 % club", "+49", "@home", "friends, family"];

    public static Run Night(RetentionStore store, int customers = 300)
    {
        store.Import(
            Some.Orders(customers).Select((order, i) => order with
            {
                DiscountMinor = i % 3 == 0 ? 100 : 0,
                Category = i % 2 == 0 ? "books" : "games",
                MarginMinor = order.AmountMinor / 3,
                Quantity = 1 + (i % 4),
                ReviewScore = 1 + (i % 5),
                PromisedAtMs = order.OrderedAtMs + (5 * 86_400_000L),
                DeliveredAtMs = order.OrderedAtMs + ((2 + (i % 6)) * 86_400_000L),
            }),
            [new RefundRow("C1", "R1", Some.Shop.Calendar.StartOf(SimulatedHistories.End.Day - 10), 100, "GBP")],
            Enumerable.Range(1, customers)
                .Select(i => new CustomerRow("C" + i, BirthYear: 1950 + (i % 50), Gender: i % 2 == 0 ? "female" : "male",
                    Country: i % 3 == 0 ? "DE" : "GB", AcquisitionChannel: s_channels[i % s_channels.Length])));
        var result = new NightRun(store, new ModelRegistry(Path.Combine(Path.GetTempPath(), "no-models-here")),
            new RunSettings { ShardSize = 97, Parallelism = 1 })
            .Execute(new RunRequest(RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End), null, default);
        return result.Run;
    }
}
