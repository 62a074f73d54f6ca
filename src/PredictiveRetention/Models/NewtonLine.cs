namespace PredictiveRetention.Models;

/// <summary>
/// Minimises a convex loss over a slope and an intercept: Newton's method with the step halved until the loss falls, without which it
/// oscillates where scores are wide and probabilities saturate.
/// </summary>
internal static class NewtonLine
{
    /// <summary>Loss, gradient and Hessian at a point.</summary>
    public readonly record struct Point(double Loss, double GradientSlope, double GradientIntercept, double SlopeSlope,
        double SlopeIntercept, double InterceptIntercept);

    public static (double Slope, double Intercept) Minimise(double slope, double intercept, Func<double, double, Point> evaluate)
    {
        var at = evaluate(slope, intercept);
        for (var iteration = 0; iteration < 200; iteration++)
        {
            var ridge = 1e-10 * (at.SlopeSlope + at.InterceptIntercept) + 1e-12;
            double ss = at.SlopeSlope + ridge, ii = at.InterceptIntercept + ridge;
            var determinant = ss * ii - at.SlopeIntercept * at.SlopeIntercept;
            var stepSlope = (ii * at.GradientSlope - at.SlopeIntercept * at.GradientIntercept) / determinant;
            var stepIntercept = (ss * at.GradientIntercept - at.SlopeIntercept * at.GradientSlope) / determinant;
            var next = evaluate(slope - stepSlope, intercept - stepIntercept);
            while (!(next.Loss < at.Loss) && Math.Abs(stepSlope) + Math.Abs(stepIntercept) > 1e-12)
            {
                stepSlope /= 2;
                stepIntercept /= 2;
                next = evaluate(slope - stepSlope, intercept - stepIntercept);
            }
            if (!(next.Loss < at.Loss)) break;
            (slope, intercept) = (slope - stepSlope, intercept - stepIntercept);
            var gain = at.Loss - next.Loss;
            at = next;
            if (gain < 1e-12 * (1 + Math.Abs(at.Loss))) break;
        }
        return (slope, intercept);
    }
}
