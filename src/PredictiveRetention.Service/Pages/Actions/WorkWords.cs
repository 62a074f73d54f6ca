using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages.Actions;

/// <summary>Statuses and plays of actions in the language of the workspace.</summary>
internal static class WorkWords
{
    public static string Status(Localiser T, string status) => status switch
    {
        ActionStatus.Open => T["open"],
        ActionStatus.InProgress => T["in progress"],
        ActionStatus.Done => T["done"],
        ActionStatus.Dismissed => T["dismissed"],
        _ => T["open or in progress"],
    };

    public static string PlayOf(Localiser T, PredictiveRetention.Playbooks.Playbook plays, string play) =>
        play == ActionWork.ByHand ? T["By hand"] : plays.Find(play)?.Name ?? play;
}
