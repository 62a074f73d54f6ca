namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>What was drawn for a customer who was to get a play.</summary>
public enum Arm : byte
{
    /// <summary>Gets it.</summary>
    Treated,

    /// <summary>Is left alone, so that the effect of the play can be measured.</summary>
    Holdout,

    /// <summary>Is of the control group, which gets no play at all, so that the effect of the playbook can be measured.</summary>
    Control,
}
