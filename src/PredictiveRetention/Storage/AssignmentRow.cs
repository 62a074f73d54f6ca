using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>What a night assigns to a customer.</summary>
/// <param name="PlayNo">See <see cref="KnownPlay.No"/>.</param>
/// <param name="Propensity">Probability with which this arm was drawn, 0..1.</param>
/// <param name="NetValue">What the play is expected to bring after its cost, currency units; of those left alone what it would.</param>
/// <param name="Cost">Expected, currency units.</param>
/// <param name="PChurn">Of the night.</param>
/// <param name="Spend">What the customer spends in the horizon, given an order; currency units.</param>
public readonly record struct NewAssignment(
    long CustomerKey, int PlayNo, Arm Arm, float Propensity, float NetValue, float Cost, float PChurn, float Spend)
{
    internal static RowWriter<(Run Run, NewAssignment Row)> Writer { get; } = new(
        ("customer_key", (bulk, in of) => bulk.Write(of.Row.CustomerKey)),
        ("run_id", (bulk, in of) => bulk.Write(of.Run.RunId)),
        ("play_no", (bulk, in of) => bulk.Write(of.Row.PlayNo)),
        ("arm", (bulk, in of) => bulk.Write((int)of.Row.Arm)),
        ("state", (bulk, in _) => bulk.Write((int)AssignmentState.Proposed)),
        ("assigned_day", (bulk, in of) => bulk.Write(of.Run.AsOf.Day)),
        ("propensity", (bulk, in of) => bulk.WriteReal(of.Row.Propensity)),
        ("net_value", (bulk, in of) => bulk.WriteReal(of.Row.NetValue)),
        ("cost", (bulk, in of) => bulk.WriteReal(of.Row.Cost)),
        ("p_churn", (bulk, in of) => bulk.WriteReal(of.Row.PChurn)),
        ("spend", (bulk, in of) => bulk.WriteReal(of.Row.Spend)));
}

/// <summary>An assignment of an earlier night that ends with a run.</summary>
public readonly record struct AssignmentEnding(long CustomerKey, long AssignedRunId, AssignmentEnd Why)
{
    internal static RowWriter<(Run Run, AssignmentEnding Row)> Writer { get; } = new(
        ("customer_key", (bulk, in of) => bulk.Write(of.Row.CustomerKey)),
        ("run_id", (bulk, in of) => bulk.Write(of.Run.RunId)),
        ("assigned_run_id", (bulk, in of) => bulk.Write(of.Row.AssignedRunId)),
        ("why", (bulk, in of) => bulk.Write((int)of.Row.Why)));
}

/// <summary>An assignment as people read it.</summary>
public sealed record AssignmentRow
{
    public long CustomerKey { get; init; }
    public long RunId { get; init; }
    public string PlayId { get; init; } = "";
    public Arm Arm { get; init; }
    public AssignmentState State { get; init; }

    /// <summary>As-of of the night that assigned it, as a day number.</summary>
    public int AssignedDay { get; init; }
    public int? ChangedDay { get; init; }
    public double Propensity { get; init; }
    public double NetValue { get; init; }
    public double Cost { get; init; }
    public double PChurn { get; init; }
    public double Spend { get; init; }

    /// <summary>Why it was turned down, or ended.</summary>
    public string? Reason { get; init; }
}

/// <summary>How many assignments of a play are of an arm and in a state.</summary>
public sealed record AssignmentCount
{
    public string PlayId { get; init; } = "";
    public Arm Arm { get; init; }
    public AssignmentState State { get; init; }
    public long Customers { get; init; }
}
