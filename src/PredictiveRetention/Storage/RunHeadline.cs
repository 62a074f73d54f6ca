using PredictiveRetention.Evaluation;

namespace PredictiveRetention.Storage;

/// <summary>A number and how many customers it is of.</summary>
public sealed record GroupCount(string Key, long Customers, double Value);

/// <summary>The headline numbers of a run, in currency units; computed inside the run from what it wrote.</summary>
/// <param name="Customers">Everybody scored.</param>
/// <param name="Lost">Silent for longer than the lost limit; not counted as risk.</param>
/// <param name="MeanPChurn">Of those not lost.</param>
/// <param name="ExpectedChurners">Sum of p_churn of those not lost.</param>
/// <param name="HighRisk">Not lost and in the High risk band.</param>
/// <param name="NetRevenue">To date.</param>
/// <param name="Orders">Purchases to date.</param>
/// <param name="Clv">Sum of expected net spend in the CLV horizon.</param>
/// <param name="RevenueAtRisk">Sum of p_churn x expected spend of an ordering customer, of those not lost.</param>
/// <param name="Actions">Customers with a recommended action.</param>
/// <param name="ExpectedNetValue">Of all recommended actions.</param>
/// <param name="ActionCost">Of all recommended actions.</param>
/// <param name="Plays">Customers and expected net value by play.</param>
/// <param name="PChurnTenths">Customers not lost by p_churn: [0, 0.1), [0.1, 0.2), ... [0.9, 1]; null for runs of earlier versions.</param>
/// <param name="Drift">Whether the customers are still like those the model was made for; null where the model has nothing to compare
/// with.</param>
/// <param name="LeftAlone">
/// Customers who would get a play tonight and are left alone for its measure, by play, and what it was expected to bring; null in runs of
/// earlier versions.
/// </param>
/// <param name="ControlGroup">Customers who get no play at all; null in runs of earlier versions.</param>
/// <param name="Realised">What became of the predictions of the newest night that is a horizon old; null while there is none.</param>
public sealed record RunHeadline(
    long Customers, long Lost, double MeanPChurn, double ExpectedChurners, long HighRisk, double NetRevenue, long Orders,
    double Clv, double RevenueAtRisk, long Actions, double ExpectedNetValue, double ActionCost, IReadOnlyList<GroupCount> Plays,
    IReadOnlyList<long>? PChurnTenths = null, DriftReport? Drift = null, Realised? Realised = null,
    IReadOnlyList<GroupCount>? LeftAlone = null, long? ControlGroup = null);
