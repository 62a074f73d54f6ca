namespace PredictiveRetention.Playbooks;

/// <summary>Why a customer gets no play; the texts are in <see cref="PlayNames"/>.</summary>
public enum NoAction : byte
{
    /// <summary>The customer is in no play's audience.</summary>
    NoPlayApplies,

    /// <summary>Plays apply, and each costs more than it is expected to bring.</summary>
    NotWorthItsCost,

    /// <summary>A play would be worth its cost, but the customer may not be mailed.</summary>
    NoConsent,

    /// <summary>The customer is left alone, so that the effect of the play can be measured.</summary>
    HeldOut,

    /// <summary>The customer is of the group that gets no play at all, so that the effect of the playbook can be measured.</summary>
    ControlGroup,

    /// <summary>The customer was contacted, or the play was turned down, too short a time ago.</summary>
    Rested,

    /// <summary>Somebody is at work on an earlier action of the customer.</summary>
    InHand,

    /// <summary>Within budgets and capacities others are worth more.</summary>
    BeyondLimits,
}

/// <summary>The play worth most for a customer, or why there is none.</summary>
/// <param name="PlayId">Null when no play is recommended.</param>
/// <param name="ExpectedNetValue">In currency units, above 0; 0 without a play.</param>
/// <param name="Cost">Expected cost in currency units; 0 without a play.</param>
/// <param name="Reason">Null when a play is recommended.</param>
public readonly record struct Recommendation(string? PlayId, double ExpectedNetValue, double Cost, NoAction? Reason)
{
    public static Recommendation None(NoAction reason) => new(null, 0, 0, reason);
}
