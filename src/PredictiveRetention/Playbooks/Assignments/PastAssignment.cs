namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>What an earlier night assigned to a customer, and what became of it.</summary>
/// <param name="RunId">The night.</param>
/// <param name="PlayNo">The play, as the store numbers it.</param>
/// <param name="Day">As-of of the night.</param>
/// <param name="ChangedDay">As-of of the night that was shown when the state last changed; null while it is as it was proposed.</param>
/// <param name="Cost">Expected, currency units.</param>
public readonly record struct PastAssignment(
    long RunId, int PlayNo, Arm Arm, AssignmentState State, int Day, int? ChangedDay, double Cost)
{
    /// <summary>The customer was contacted, or another tool was told to.</summary>
    public bool IsContact => Arm == Arm.Treated && State is AssignmentState.Exported or AssignmentState.Done;

    /// <summary>It waits for somebody, or somebody is at work on it.</summary>
    public bool IsOpen => Arm == Arm.Treated && State is AssignmentState.Proposed or AssignmentState.Accepted;
}
