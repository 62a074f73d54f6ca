namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>How many of an arm there are, and whether as many as a plan would have.</summary>
/// <param name="Share">Of all rows.</param>
public sealed record ArmSize(string Arm, int Rows, double Share);

/// <summary>Whether the arms are as large as they were drawn to be.</summary>
/// <param name="Planned">Shares by arm, the control first: those that were said, else equal ones.</param>
/// <param name="WasSaid">Whether the plan was said.</param>
/// <param name="PValue">Of arms so unequal by chance.</param>
public sealed record RatioCheck(IReadOnlyList<double> Planned, bool WasSaid, double PValue)
{
    /// <summary>A plan that was said and is not kept: no difference of the arms is to be believed.</summary>
    public bool Blocks => WasSaid && PValue < SampleRatio.Blocks;
}

/// <summary>What a model of uplift found on rows it had not seen.</summary>
/// <param name="Qini">With bounds of the bootstrap of customers.</param>
/// <param name="IsOpen">The lower bound is above 0: to choose by it is better than to choose anybody.</param>
public sealed record UpliftFinding(UpliftMethod Method, UpliftQuality Quality, Interval Qini, bool IsOpen);

/// <summary>What an arm changed of an outcome, against the control.</summary>
/// <param name="Effect">At one look.</param>
/// <param name="Adjusted">The same less what could be forecast; null where that forecast nothing.</param>
/// <param name="AlwaysLow">Bounds that hold however often one looks (<see cref="ConfidenceSequence"/>), of the adjusted effect.</param>
/// <param name="Uplift">By method; empty where there is nothing to learn from, or too little.</param>
/// <param name="WhyNoUplift">Null where there is some.</param>
public sealed record ArmResult(
    string Arm, string Outcome, bool IsYesNo, ArmDifference Effect, Measured? Adjusted, double AlwaysLow, double AlwaysHigh,
    IReadOnlyList<UpliftFinding> Uplift, string? WhyNoUplift);

/// <param name="Control">The arm the others are compared with.</param>
public sealed record ExperimentResult(
    string Path, int Rows, string Control, IReadOnlyList<ArmSize> Sizes, RatioCheck Ratio, IReadOnlyList<ArmResult> Results,
    IReadOnlyList<(string Why, int Rows)> Rejected, IReadOnlyList<string> Known, IReadOnlyList<(string Column, string Why)> Dropped);
