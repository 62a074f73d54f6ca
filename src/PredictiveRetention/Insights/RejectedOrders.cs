using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Insights;

/// <summary>Rows of orders that an import did not store.</summary>
/// <param name="Month">Calendar month they are dated in, yyyy-MM; null where the date could not be read.</param>
public sealed record RejectedOrders(long ImportId, string? Month, long Rows)
{
    /// <summary>What may be missing in a month; null where nothing is known to be.</summary>
    /// <param name="isEmpty">No order of the month is stored: then rows without a date may be its own.</param>
    public static string? In(IReadOnlyList<RejectedOrders> all, string month, bool isEmpty)
    {
        var dated = all.Where(rejected => rejected.Month == month).ToList();
        var undated = isEmpty ? all.Where(rejected => rejected.Month is null).ToList() : [];
        string?[] parts =
        [
            dated.Count == 0 ? null : Text($"{dated.Sum(rejected => rejected.Rows)} rows dated in it were rejected at {Imports(dated)}"),
            undated.Count == 0 ? null
                : Text($"{undated.Sum(rejected => rejected.Rows)} rows whose date could not be read were rejected at {Imports(undated)}"),
        ];
        return dated.Count + undated.Count == 0 ? null : string.Join("; ", parts.OfType<string>());
    }

    private static string Imports(List<RejectedOrders> rejected) =>
        "import " + string.Join(", ", rejected.Select(one => one.ImportId).Distinct().Select(id => Text($"{id}")));
}
