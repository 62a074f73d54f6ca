namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>How far a customer's action is decided before the limits of all are looked at.</summary>
public enum DecisionKind : byte
{
    /// <summary>Nothing is to be chosen: <see cref="CustomerDecision.Reason"/> says why.</summary>
    None,

    /// <summary>What an earlier night assigned goes on.</summary>
    GoesOn,

    /// <summary>The customer is left alone, as an earlier night drew.</summary>
    LeftAlone,

    /// <summary>There are offers to choose from.</summary>
    Choice,
}

/// <summary>A play a customer may get tonight, and what was drawn in case it is the one.</summary>
/// <param name="Play">Its number among the plays that are switched on.</param>
public readonly record struct ArmOffer(int Play, PlayWorth Worth, Arm Arm);

/// <summary>An assignment of an earlier night that ends with this one.</summary>
/// <param name="AssignedRunId">The earlier night.</param>
public readonly record struct EndedAssignment(long AssignedRunId, AssignmentEnd Why);

/// <summary>What an earlier assignment takes of tonight's limits.</summary>
/// <param name="Play">Number among the plays that are switched on; -1 where it is not one of them.</param>
public readonly record struct TakenPlace(int Play, double Cost);

/// <summary>What is decided about one customer. Filled again for the next: nobody keeps it.</summary>
public sealed class CustomerDecision
{
    public DecisionKind Kind { get; internal set; }

    /// <summary>By how much another play must be worth more than what was proposed to take its place, as a part of it.</summary>
    public const double OutbidBy = 0.1;

    /// <summary>True of a customer of the control group.</summary>
    public bool IsControl { get; internal set; }

    /// <summary>Why nothing is chosen; only of <see cref="DecisionKind.None"/>.</summary>
    public NoAction Reason { get; internal set; }

    /// <summary>
    /// What goes on, the customer is left alone for, or may be chosen; in the order of the plays, but for a proposal that others compete
    /// with, which is the first.
    /// </summary>
    public List<ArmOffer> Offers { get; } = [];

    /// <summary>
    /// The night that proposed the first offer, where nobody has taken it up: smaller limits, or another offer, may end it. 0 where no
    /// night did.
    /// </summary>
    public long ProposedBy { get; internal set; }

    /// <summary>What ends tonight.</summary>
    public List<EndedAssignment> Ended { get; } = [];

    /// <summary>What of earlier nights takes of tonight's limits whatever is chosen: contacts, and what somebody is at work on.</summary>
    public List<TakenPlace> Taken { get; } = [];

    /// <summary>
    /// Place of the offer worth most, the first of equals: what is chosen where nothing is limited. Only where there are offers.
    /// </summary>
    public int Best
    {
        get
        {
            var best = 0;
            for (var i = 1; i < Offers.Count; i++) if (Standing(i) > Standing(best)) best = i;
            return best;
        }
    }

    /// <summary>
    /// What offers are compared by, currency units: what they are worth, and of a proposal others compete with somewhat more, which is not
    /// exchanged for pennies.
    /// </summary>
    /// <param name="place">Of the offer.</param>
    public double Standing(int place) =>
        Offers[place].Worth.ExpectedNetValue * (Kind == DecisionKind.Choice && KeepsProposal(place) ? 1 + OutbidBy : 1);

    /// <summary>Whether what is chosen is what an earlier night proposed, which has its record.</summary>
    /// <param name="place">Of the offer that is chosen; -1 for none.</param>
    public bool KeepsProposal(int place) => ProposedBy != 0 && place == 0;

    /// <summary>Why the proposal of an earlier night ends with what is chosen; null where it does not, or there is none.</summary>
    /// <param name="place">Of the offer that is chosen; -1 for none.</param>
    public AssignmentEnd? EndOfProposal(int place) =>
        ProposedBy == 0 || KeepsProposal(place) ? null : place < 0 ? AssignmentEnd.BeyondLimits : AssignmentEnd.Outbid;

    /// <summary>What the customer's row says where nothing is limited.</summary>
    /// <param name="plays">Ids, as offers number them.</param>
    public Recommendation Said(IReadOnlyList<string> plays) =>
        Kind == DecisionKind.None ? Recommendation.None(Reason)
        : GetsNone ? Recommendation.None(NoAction.ControlGroup)
        : Said(Offers[Best], plays);

    /// <summary>Gets no play for being of the control group; what somebody is at work on goes on.</summary>
    public bool GetsNone => IsControl && (Kind == DecisionKind.None ? Reason == NoAction.ControlGroup : Kind != DecisionKind.GoesOn);

    /// <summary>What the customer's row says when an offer is chosen.</summary>
    /// <param name="plays">Ids, as offers number them.</param>
    public static Recommendation Said(in ArmOffer offer, IReadOnlyList<string> plays) => offer.Arm switch
    {
        Arm.Holdout => Recommendation.None(NoAction.HeldOut),
        Arm.Control => Recommendation.None(NoAction.ControlGroup),
        _ => new Recommendation(plays[offer.Play], offer.Worth.ExpectedNetValue, offer.Worth.Cost, Reason: null),
    };

    internal void Clear()
    {
        (Kind, Reason, IsControl, ProposedBy) = (DecisionKind.None, default, false, 0);
        Offers.Clear();
        Ended.Clear();
        Taken.Clear();
    }
}
