namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>What became of an assignment.</summary>
public enum AssignmentState : byte
{
    Proposed,

    /// <summary>Handed to the tool that sends it.</summary>
    Exported,

    /// <summary>Somebody is at work on it.</summary>
    Accepted,
    Done,

    /// <summary>A person decided against it, and may have said why.</summary>
    Rejected,

    /// <summary>Nobody took it up while it held.</summary>
    Expired,
}

/// <summary>Why a proposal ended that nobody took up.</summary>
public enum AssignmentEnd : byte
{
    /// <summary>The customer ordered, or is for another reason not among those it is for.</summary>
    LeftAudience,

    /// <summary>The horizon in which it was to work is over.</summary>
    HorizonOver,

    /// <summary>The playbook has no such play any more, or it is switched off.</summary>
    PlayGone,

    /// <summary>The customer is of the control group now, which is larger than it was.</summary>
    ControlGroup,

    /// <summary>Budgets or capacities are smaller than they were, and others are worth more within them.</summary>
    BeyondLimits,

    /// <summary>Nobody took it up for a period, and another play is worth noticeably more to the customer by now.</summary>
    Outbid,

    /// <summary>Somebody is at work on another play for the customer.</summary>
    OtherInHand,
}
