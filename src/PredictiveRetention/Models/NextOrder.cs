namespace PredictiveRetention.Models;

/// <summary>
/// Days from the cutoff until the next purchase came with probability 10, 50 and 90 %; infinity where that is not within the churn horizon.
/// </summary>
public readonly record struct NextOrder(float P10, float P50, float P90)
{
    public static NextOrder NotWithinHorizon { get; } = new(float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity);
}

/// <param name="POrder">P(at least one purchase within the days asked for).</param>
/// <param name="Spend">Expected net spend within them, currency units.</param>
/// <param name="LaterPOrder">For the second horizon; 0 where none was asked for.</param>
/// <param name="LaterSpend">For the second horizon.</param>
/// <param name="PAlive">By Pareto/NBD.</param>
public readonly record struct BlendAnswer(double POrder, double Spend, double LaterPOrder, double LaterSpend, float PAlive, NextOrder Next);

/// <summary>What a model version says of one customer.</summary>
/// <param name="PChurn">P(no purchase within the churn horizon).</param>
/// <param name="Clv">Expected net spend within the CLV horizon, currency units.</param>
/// <param name="SpendIfOrder">E[net spend within the churn horizon | a purchase in it].</param>
/// <param name="PAlive">By Pareto/NBD.</param>
/// <param name="Range">Of Clv.</param>
public readonly record struct ModelPrediction(double PChurn, double Clv, double SpendIfOrder, float PAlive, SpendRange Range,
    NextOrder Next);
