using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>
/// Decides about one customer after the other what goes on, what may be chosen and what is drawn, by what earlier nights assigned: consent,
/// cooldowns, contact caps, one action a customer and period, holdouts and the control group. Budgets and capacities concern all customers
/// and are looked at afterwards. Fills one <see cref="CustomerDecision"/> again and again, so it is one worker's.
/// </summary>
/// <param name="known">The plays as the store knows them, all that are switched on among them.</param>
/// <param name="asOf">Of the night.</param>
/// <param name="horizonDays">In which a play is to work: as long a proposal waits.</param>
public sealed class Decider(
    Recommender recommender, ActionSettings settings, IReadOnlyList<KnownPlay> known, Cutoff asOf, int horizonDays)
{
    private readonly CustomerDecision _decision = new();
    private readonly int[] _playOf = PlaysOf(recommender.Plays, known);
    private readonly ArmDraw[] _holdouts =
        [.. recommender.Plays.Select(play => new ArmDraw(known.First(one => one.Id == play.Id).Salt, play.HoldoutShare))];
    private readonly ArmDraw _control = new(Play.ControlSalt, settings.ControlShare);
    private readonly bool[] _resting = new bool[recommender.Plays.Count];

    // What was proposed so long ago that other plays compete with it.
    private ArmOffer? _competing;

    /// <summary>The plays that are switched on; offers name them by their place here.</summary>
    public IReadOnlyList<Play> Plays => recommender.Plays;

    /// <summary>Their ids.</summary>
    public IReadOnlyList<string> PlayIds { get; } = [.. recommender.Plays.Select(play => play.Id)];

    /// <summary>What earlier nights said of the customers that come; to be set to each. Null where none says.</summary>
    public EarlierRisk? Earlier { get; set; }

    /// <summary>
    /// How many days nights ask who was left alone for each play: as long as it is to work, or must rest before it is for somebody again.
    /// </summary>
    /// <param name="known">The plays as the store knows them, those that are gone too.</param>
    /// <returns>By the number of the play.</returns>
    public static IReadOnlyDictionary<int, int> AskedDays(Playbook playbook, IEnumerable<KnownPlay> known, int horizonDays) =>
        known.ToDictionary(one => one.No, one => Math.Max(
            horizonDays, playbook.Plays.FirstOrDefault(play => play.Id == one.Id || play.Formerly.Contains(one.Id))?.CooldownDays ?? 0));

    /// <param name="past">What earlier nights assigned to the customer, oldest first.</param>
    /// <returns>Valid until the next.</returns>
    public CustomerDecision Decide(
        long customerKey, in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments, ReadOnlySpan<PastAssignment> past)
    {
        _decision.Clear();
        _competing = null;
        var control = _decision.IsControl = _control.Holds(customerKey);
        if (GoesOn(control, facts, score, segments, past) is { } settled) return settled;
        Look(control, facts, score, segments);
        foreach (ref var offer in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_decision.Offers))
        {
            offer = offer with
            {
                Arm = control ? Arm.Control : _holdouts[offer.Play].Holds(customerKey) ? Arm.Holdout : Arm.Treated,
            };
        }
        if (_competing is { } proposal) Compete(proposal);
        return _decision;
    }

    /// <summary>What earlier assignments leave to decide; null where everything is.</summary>
    private CustomerDecision? GoesOn(
        bool control, in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments, ReadOnlySpan<PastAssignment> past)
    {
        Array.Clear(_resting);
        var inHand = false;
        foreach (ref readonly var one in past) inHand |= one is { IsOpen: true, State: AssignmentState.Accepted } && PlayOf(one) >= 0;
        NoAction? waits = null;
        int contacts = 0, lastContact = int.MinValue;
        var (competes, aloneFor) = (false, 0);
        ArmOffer? goesOn = null, alone = null;
        foreach (ref readonly var one in past)
        {
            var play = PlayOf(one);
            var since = asOf.Day - (one.ChangedDay ?? one.Day);
            if (one.IsOpen)
            {
                if (End(one, play, control, inHand) is { } why) _decision.Ended.Add(new EndedAssignment(one.RunId, why));
                else if (recommender.Judge(Plays[play], facts, score, segments, Earlier) is { Standing: PlayStanding.Offered } verdict)
                {
                    goesOn = new ArmOffer(play, verdict.Worth, Arm.Treated);
                    if (one.State == AssignmentState.Accepted) _decision.Taken.Add(new TakenPlace(play, verdict.Worth.Cost));
                    else
                    {
                        if (_decision.ProposedBy != 0) _decision.Ended.Add(new EndedAssignment(_decision.ProposedBy, AssignmentEnd.Outbid));
                        _decision.ProposedBy = one.RunId;
                        // What a person has given an owner or a day, or opened again, is taken up although nobody is at work on it yet.
                        competes = one.ChangedDay is null && asOf.Day - one.Day >= settings.PeriodDays;
                    }
                }
                else if (one.State == AssignmentState.Accepted)
                {
                    waits ??= NoAction.InHand;
                    _decision.Taken.Add(new TakenPlace(play, one.Cost));
                }
                else _decision.Ended.Add(new EndedAssignment(one.RunId, AssignmentEnd.LeftAudience));
            }
            else if (one.IsContact)
            {
                lastContact = Math.Max(lastContact, asOf.Day - since);
                if (since < ActionSettings.ContactDays && (play < 0 || Reaches(Plays[play].Channel))) contacts++;
                if (since < settings.PeriodDays) _decision.Taken.Add(new TakenPlace(play, one.Cost));
                if (play >= 0 && since < Plays[play].CooldownDays) _resting[play] = true;
            }
            else if (one.State == AssignmentState.Rejected)
            {
                if (play >= 0 && since < Math.Max(Plays[play].CooldownDays, settings.PeriodDays)) _resting[play] = true;
            }
            else if (one.Arm != Arm.Treated)
            {
                // Alone for as long as the play is to work: another one meanwhile would be measured as the lack of this one.
                if (play >= 0 && since < horizonDays)
                {
                    aloneFor = since;
                    alone = new ArmOffer(play, recommender.Judge(Plays[play], facts, score, segments, Earlier).Worth, one.Arm);
                }
                if (play >= 0 && since < Plays[play].CooldownDays) _resting[play] = true;
            }
        }
        var rests = asOf.Day - (long)lastContact < settings.PeriodDays || contacts >= settings.MostContacts;
        if (competes && !rests && alone is null && waits is null && !_resting[goesOn!.Value.Play])
        {
            _competing = goesOn;
            return null;
        }
        if (goesOn is not null || alone is not null)
        {
            // Who got the play could have another by now, so who is left alone for it is none of those it is counted beside.
            if (goesOn is null && aloneFor >= settings.PeriodDays && MostWorth(facts, score, segments)
                > (1 + CustomerDecision.OutbidBy) * alone!.Value.Worth.ExpectedNetValue) alone = alone.Value with { Worth = default };
            _decision.Kind = goesOn is null ? DecisionKind.LeftAlone : DecisionKind.GoesOn;
            _decision.Offers.Add(goesOn ?? alone!.Value);
            return _decision;
        }
        if (waits is null && rests) waits = control ? NoAction.ControlGroup : NoAction.Rested;
        if (waits is not { } reason) return null;
        _decision.Reason = reason;
        return _decision;
    }

    /// <summary>Why an open assignment ends whatever its play says of the customer tonight; null where that decides.</summary>
    private AssignmentEnd? End(in PastAssignment open, int play, bool control, bool inHand) =>
        play < 0 ? AssignmentEnd.PlayGone
        : open.State == AssignmentState.Accepted ? null
        : control ? AssignmentEnd.ControlGroup
        : inHand ? AssignmentEnd.OtherInHand
        : asOf.Day - open.Day >= horizonDays ? AssignmentEnd.HorizonOver
        : null;

    /// <summary>What every play offers, but those whose cooldown is not over.</summary>
    private void Look(bool control, in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments)
    {
        var (applies, refused, rests) = (false, false, false);
        for (var play = 0; play < Plays.Count; play++)
        {
            var verdict = recommender.Judge(Plays[play], facts, score, segments, Earlier);
            if (verdict.Standing == PlayStanding.NotInAudience) continue;
            applies = true;
            if (verdict.Standing == PlayStanding.NoConsent) refused = true;
            if (verdict.Standing != PlayStanding.Offered) continue;
            if (_resting[play]) rests = true;
            else _decision.Offers.Add(new ArmOffer(play, verdict.Worth, Arm.Treated));
        }
        if (_decision.Offers.Count > 0)
        {
            _decision.Kind = DecisionKind.Choice;
            return;
        }
        _decision.Reason = control ? NoAction.ControlGroup
            : rests ? NoAction.Rested
            : refused ? NoAction.NoConsent
            : applies ? NoAction.NotWorthItsCost
            : NoAction.NoPlayApplies;
    }

    /// <summary>Puts what was proposed first, drawn as it was.</summary>
    private void Compete(ArmOffer proposal)
    {
        _decision.Offers.RemoveAll(offer => offer.Play == proposal.Play);
        _decision.Offers.Insert(0, proposal);
    }

    /// <summary>Of the plays the customer could get tonight.</summary>
    private double MostWorth(in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments)
    {
        var most = 0.0;
        for (var play = 0; play < Plays.Count; play++)
        {
            if (_resting[play]) continue;
            var verdict = recommender.Judge(Plays[play], facts, score, segments, Earlier);
            if (verdict.Standing == PlayStanding.Offered) most = Math.Max(most, verdict.Worth.ExpectedNetValue);
        }
        return most;
    }

    private int PlayOf(in PastAssignment past) => past.PlayNo < _playOf.Length ? _playOf[past.PlayNo] : -1;

    private static bool Reaches(PlayChannel channel) => channel is not (PlayChannel.Internal or PlayChannel.Onsite);

    private static int[] PlaysOf(IReadOnlyList<Play> plays, IReadOnlyList<KnownPlay> known)
    {
        var playOf = new int[known.Count == 0 ? 0 : known.Max(play => play.No) + 1];
        Array.Fill(playOf, -1);
        foreach (var one in known)
            for (var play = 0; play < plays.Count; play++) if (plays[play].Id == one.Id) playOf[one.No] = play;
        return playOf;
    }
}
