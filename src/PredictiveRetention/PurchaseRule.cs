namespace PredictiveRetention;

/// <summary>What counts as one purchase, where a shop wants it otherwise than by default.</summary>
/// <param name="ZeroValue">Orders worth nothing are purchases too.</param>
/// <param name="MergeDays">Orders of a customer on one business day are one order: for sources that keep one row a payment or a
/// line.</param>
public readonly record struct PurchaseRule(bool ZeroValue, bool MergeDays)
{
    private const string ZeroValueWord = "zero-value";
    private const string MergeDaysWord = "merge-days";

    /// <summary>Reads 'zero-value', 'merge-days', both with a comma, or 'default'.</summary>
    /// <exception cref="RetentionException">Another word.</exception>
    public static PurchaseRule Parse(string text)
    {
        var words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.FirstOrDefault(word => word is not (ZeroValueWord or MergeDaysWord or "default")) is { } other
            ? throw new RetentionException(Failure.Usage,
                $"'{other}' is no rule of purchases. Known: {ZeroValueWord}, {MergeDaysWord}, default.")
            : new PurchaseRule(words.Contains(ZeroValueWord), words.Contains(MergeDaysWord));
    }

    public override string ToString() => (ZeroValue, MergeDays) switch
    {
        (true, true) => $"{ZeroValueWord},{MergeDaysWord}",
        (true, false) => ZeroValueWord,
        (false, true) => MergeDaysWord,
        _ => "default",
    };
}
