namespace PredictiveRetention.Playbooks;

/// <summary>Whether a play may be recommended to a customer, or what stands against it.</summary>
public enum PlayStanding : byte
{
    /// <summary>The play is switched off.</summary>
    Off,

    NotInAudience,

    /// <summary>It is expected to bring less than the shop asks of an action.</summary>
    NotWorthItsCost,

    /// <summary>It would be worth its cost, but the customer may not be mailed.</summary>
    NoConsent,

    /// <summary>It is worth its cost, and the customer may be contacted.</summary>
    Offered,
}

/// <summary>How a play stands for one customer.</summary>
/// <param name="POrderWith">Probability of an order in the churn horizon with the play; 0 outside its audience.</param>
/// <param name="Worth">Nothing outside its audience.</param>
public readonly record struct PlayVerdict(Play Play, PlayStanding Standing, double POrderWith, PlayWorth Worth);
