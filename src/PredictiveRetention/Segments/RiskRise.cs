namespace PredictiveRetention.Segments;

/// <summary>By how much a customer's risk rose since four weeks ago: p_churn less what the night of then said, -1..1.</summary>
public static class RiskRise
{
    /// <summary>The time it is told over.</summary>
    public const int Days = 28;

    /// <summary>From here on it is told, and a valuable customer is one to act on first although not slipping.</summary>
    public const double Notable = 0.10;

    /// <param name="rise">NaN where it is not known.</param>
    public static bool IsNotable(double rise) => rise >= Notable;
}
