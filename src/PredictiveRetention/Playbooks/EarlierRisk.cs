namespace PredictiveRetention.Playbooks;

/// <summary>
/// What earlier nights said of the risk of some customers, for audiences that ask by how much it rose. Set to one customer after the other,
/// so it is one worker's.
/// </summary>
/// <param name="byDays">By how many days ago: p_churn of each customer; null where it is not known.</param>
public sealed class EarlierRisk(IReadOnlyDictionary<int, double?[]> byDays)
{
    /// <summary>Place of the customer who is asked about.</summary>
    public int Customer { get; set; }

    /// <summary>p_churn as it was so many days ago; null where no night says.</summary>
    public double? DaysAgo(int days) => byDays.TryGetValue(days, out var risks) ? risks[Customer] : null;
}
