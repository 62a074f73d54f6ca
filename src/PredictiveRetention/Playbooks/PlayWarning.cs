namespace PredictiveRetention.Playbooks;

/// <summary>What a play may say, and what it leads to.</summary>
public sealed record PlayWarning(string PlayId, string Sentence)
{
    /// <summary>Of the plays that are switched on.</summary>
    public static IReadOnlyList<PlayWarning> Of(Playbook playbook) =>
        [.. from play in playbook.Plays
            where play.Enabled
            from sentence in Sentences(play)
            select new PlayWarning(play.Id, sentence)];

    private static IEnumerable<string> Sentences(Play play)
    {
        if (play.HoldoutShare is 0) yield return "holdout_share is 0: its effect can never be measured";
        if (play.HoldoutShare is 1) yield return "holdout_share is 1: nobody gets it";
        if (play.Budget is 0 && play.Cost != default) yield return "budget is 0: nobody gets it";
        if (play.Capacity is 0) yield return "capacity is 0: nobody gets it";
    }
}
