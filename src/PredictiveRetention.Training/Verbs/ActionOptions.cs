using System.CommandLine;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Training.Verbs;

/// <summary>What plays may take together, as a command line says it.</summary>
internal static class ActionOptions
{
    public static readonly Option<double?> Budget = new("--budget")
    {
        Description = "what all actions of a period together may cost, in the shop's currency; when absent, no limit"
    };

    public static readonly Option<string[]> Capacity = new("--capacity")
    {
        Description = "customers a channel can reach in a period, such as email=1000; may be given again for another channel",
        AllowMultipleArgumentsPerToken = true,
    };

    public static readonly Option<int> Period = new("--period")
    {
        Description = "days of a period",
        DefaultValueFactory = _ => new ActionSettings().PeriodDays,
    };

    public static readonly Option<double> ControlShare = new("--control-share")
    {
        Description = "part of all customers who get no play at all, so that the effect of the playbook can be measured, 0 to 1",
        DefaultValueFactory = _ => new ActionSettings().ControlShare,
    };

    public static readonly Option<int> MostContacts = new("--most-contacts")
    {
        Description = Invariant.Text($"contacts of a customer in {ActionSettings.ContactDays} days, at most"),
        DefaultValueFactory = _ => new ActionSettings().MostContacts,
    };

    /// <exception cref="RetentionException">A value is out of range, or a channel unknown.</exception>
    public static ActionSettings Read(Verb verb) => new ActionSettings
    {
        Budget = verb.Value(Budget),
        ChannelCapacities = Capacities(verb),
        PeriodDays = verb.Value(Period),
        ControlShare = verb.Value(ControlShare),
        MostContacts = verb.Value(MostContacts),
    }.Checked();

    /// <exception cref="RetentionException">A channel is unknown, or given twice.</exception>
    public static IReadOnlyDictionary<PlayChannel, int> Capacities(Verb verb)
    {
        try
        {
            return PlayNames.Capacities(verb.Value(Capacity) ?? []);
        }
        catch (RetentionException fault)
        {
            throw new RetentionException(fault.Failure, "--capacity: " + fault.Message);
        }
    }
}
