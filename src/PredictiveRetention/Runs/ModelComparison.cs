using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Two versions on customers neither has seen: the newest stored horizon that lies after both.</summary>
public static class ModelComparison
{
    /// <exception cref="RetentionException">The versions were made for different horizons, or the store holds no horizon after either of
    /// their models.</exception>
    public static GateComparison Compare(RetentionStore store, ModelRegistry models, string version, string other,
        CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Summaries.Orders(shop)
            ?? throw new RetentionException(Failure.NotFound, "The store holds no order to compare on.");
        var end = orders.LastDay + 1;
        var (first, second) = (models.Manifest(version)!, models.Manifest(other)!);
        // The versions themselves where a whole horizon followed them; otherwise what their recipes made one horizon earlier.
        var choices = new[]
        {
            (Days: first.HorizonDays == second.HorizonDays ? first.HorizonDays : 0, Origin: Later(first.Cutoff, second.Cutoff),
                Twin: false),
            (Days: first.JudgedHorizonDays == second.JudgedHorizonDays ? first.JudgedHorizonDays ?? 0 : 0,
                Origin: Later(first.JudgedAt, second.JudgedAt), Twin: true),
        };
        foreach (var (days, origin, twin) in choices)
        {
            if (days == 0 || origin is not { } at || at.Day + days > end) continue;
            var coverage = store.Summaries.Coverage(shop, at.Plus(days));
            return PromotionGate.Compare(Model(other), Model(version), at, Horizon.OfDays(days), Histories, shop.Currency, coverage,
                cancellation)
                ?? throw new RetentionException(Failure.InputRejected,
                    $"In the {days} days after {at} fewer than ten customers bought, or fewer than ten did not: nothing to compare on.");

            RetentionModel Model(string name) => twin ? models.Judged(name)! : models.Load(name).Model;

            IEnumerable<ShardHistories> Histories() =>
                store.Histories.ReadEach(store.Customers.Ranges(20_000), shop, coverage, at.Plus(days), cancellation);
        }
        throw new RetentionException(Failure.InputRejected,
            $"{version} ({first.HorizonDays} days, judged on "
                + $"{first.JudgedHorizonDays?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}) and {other} "
                + $"({second.HorizonDays} days, judged on "
                + $"{second.JudgedHorizonDays?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}) have no later "
                + $"horizon in common to be compared on.");
    }

    private static Cutoff? Later(string? a, string? b) =>
        a is null || b is null ? null : Cutoff.Parse(string.CompareOrdinal(a, b) >= 0 ? a : b);
}
