namespace PredictiveRetention.Playbooks;

/// <summary>
/// Ids, former ids and salts of a book: each is of one play, or the history of one would be taken for another's. And how many there are.
/// </summary>
internal static class PlayIdentities
{
    /// <param name="plays">Each id once.</param>
    public static void Check(IReadOnlyList<Play> plays, PlayFaults faults)
    {
        CheckNumber(plays, faults);
        CheckFormerIds(plays, faults);
        CheckSalts(plays, faults);
    }

    private static void CheckNumber(IReadOnlyList<Play> plays, PlayFaults faults)
    {
        var on = plays.Where(play => play.Enabled).ToList();
        if (on.Count <= Playbook.MostPlays) return;
        var first = on[Playbook.MostPlays];
        first.Places.Id.Fault(faults, first, $"{on.Count} plays are switched on; allowed: up to {Playbook.MostPlays}, the others with "
            + "enabled: false");
    }

    private static void CheckFormerIds(IReadOnlyList<Play> plays, PlayFaults faults)
    {
        var byId = plays.ToDictionary(play => play.Id);
        var byFormerId = new Dictionary<string, Play>();
        foreach (var play in plays)
        {
            foreach (var (former, place) in play.Formerly.Zip(play.Places.Formerly))
            {
                if (former == play.Id) place.Fault(faults, play, $"'{former}' is the play's own id");
                else if (byId.TryGetValue(former, out var there))
                    place.Fault(faults, play, $"'{former}' is the id of a play that is still in the book, in {there.File}");
                else if (!byFormerId.TryAdd(former, play))
                    place.Fault(faults, play, byFormerId[former] is var first && first == play
                        ? $"'{former}' is named twice"
                        : $"'{former}' is already a former id of the play '{first.Id}' in {first.File}");
            }
        }
    }

    private static void CheckSalts(IReadOnlyList<Play> plays, PlayFaults faults)
    {
        var bySalt = new Dictionary<string, Play>();
        foreach (var play in plays)
        {
            if (play.Salt == Play.ControlSalt)
                play.Places.Salt.Fault(faults, play, $"'{play.Salt}' is the salt of the global control group; give the play another salt");
            else if (!bySalt.TryAdd(play.Salt, play)) Shared(bySalt[play.Salt], play);
        }

        void Shared(Play first, Play second)
        {
            // Of two that have it by their former ids, those are the fault.
            if (first.Salt == first.FirstId && second.Salt == second.FirstId) return;

            var (named, other) = second.Salt == second.FirstId ? (first, second) : (second, first);
            named.Places.Salt.Fault(faults, named,
                $"'{named.Salt}' of the play '{named.Id}' is the salt of the play '{other.Id}' in {other.File}, too: "
                    + "the same customers would be left alone for both");
        }
    }
}
