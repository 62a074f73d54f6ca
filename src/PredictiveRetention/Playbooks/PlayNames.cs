using System.Globalization;
using PredictiveRetention.Playbooks.Assignments;

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

    private static readonly string[] s_reasons =
    [
        "no play applies", "no play is worth its cost", "no consent", "left alone to measure the play", "in the control group",
        "contacted or decided lately", "being worked on", "others are worth more within the limits",
    ];

    private static readonly string[] s_arms = ["treated", "holdout", "control"];
    private static readonly string[] s_states = ["proposed", "exported", "accepted", "done", "rejected", "expired"];

    private static readonly string[] s_ends =
        ["no longer in its audience", "not taken up within the horizon", "the play is gone", "in the control group now",
            "others are worth more within the limits", "another play is worth more",
            "another play is in hand"];

    /// <summary>Reads how many customers channels can reach.</summary>
    /// <param name="given">Such as email=1000.</param>
    /// <exception cref="RetentionException">A channel is unknown or given twice, or a number is none.</exception>
    public static IReadOnlyDictionary<PlayChannel, int> Capacities(IEnumerable<string> given)
    {
        var capacities = new Dictionary<PlayChannel, int>();
        foreach (var one in given)
        {
            var parts = one.Split('=', StringSplitOptions.TrimEntries);
            var channel = Array.IndexOf(Channels, parts[0]);
            if (parts.Length != 2 || channel < 0
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var customers))
            {
                throw new RetentionException(
                    Failure.Usage,
                    $"'{ForeignText.Shown(one, 60)}' is not a channel and how many customers it can reach, such as email=1000. Channels: "
                        + $"{string.Join(", ", Channels)}.");
            }
            if (!capacities.TryAdd((PlayChannel)channel, customers))
                throw new RetentionException(Failure.Usage, $"{parts[0]} is given twice.");
        }
        return capacities;
    }

    public static string Name(PlayPriority priority) => Priorities[(int)priority];

    public static string Name(PlayChannel channel) => Channels[(int)channel];

    public static string Name(NoAction reason) => s_reasons[(int)reason];

    public static string Name(Arm arm) => s_arms[(int)arm];

    public static string Name(AssignmentState state) => s_states[(int)state];

    public static string Name(AssignmentEnd why) => s_ends[(int)why];

    public static string Name(PlayStanding standing) => s_standings[(int)standing];
}
