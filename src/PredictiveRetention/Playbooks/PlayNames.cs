namespace PredictiveRetention.Playbooks;

/// <summary>The one place with the words for priorities, channels and reasons: as people read them and as YAML writes them.</summary>
public static class PlayNames
{
    // In the order of the enums' values.
    internal static readonly string[] Priorities = ["Critical", "High", "Medium", "Low"];
    internal static readonly string[] Channels = ["email", "sms", "phone", "direct_mail", "onsite", "push", "internal"];
    internal static readonly string[] UnknownConsents = ["exclude", "allow"];

    private static readonly string[] s_standings =
        ["switched off", "not in its audience", "not worth its cost", "no consent", "worth its cost"];

    private static readonly string[] s_reasons = ["no play applies", "no play is worth its cost", "no consent"];

    public static string Name(PlayPriority priority) => Priorities[(int)priority];

    public static string Name(PlayChannel channel) => Channels[(int)channel];

    public static string Name(NoAction reason) => s_reasons[(int)reason];

    public static string Name(PlayStanding standing) => s_standings[(int)standing];
}
