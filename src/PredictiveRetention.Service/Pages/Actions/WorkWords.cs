using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
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

    public static string Became(Localiser T, AssignmentRow assignment) => assignment switch
    {
        { Arm: Arm.Holdout } => T["left alone, to measure the play"],
        { Arm: Arm.Control } => T["left alone: in the control group"],
        { State: AssignmentState.Proposed } => T["suggested"],
        { State: AssignmentState.Exported } => T["handed over"],
        { State: AssignmentState.Accepted } => T["in progress"],
        { State: AssignmentState.Done } => T["done"],
        { State: AssignmentState.Rejected } => T["dismissed"],
        _ => T["not taken up"],
    };

    /// <summary>How a play reaches the customer.</summary>
    public static string Channel(Localiser T, PlayChannel channel) => channel switch
    {
        PlayChannel.Email => T["by e-mail"],
        PlayChannel.Sms => T["by text message"],
        PlayChannel.Phone => T["by telephone"],
        PlayChannel.DirectMail => T["by post"],
        PlayChannel.Onsite => T["on the site"],
        PlayChannel.Push => T["by push message"],
        _ => T["by a person, who looks and decides how"],
    };

    public static string PlayOf(Localiser T, PredictiveRetention.Playbooks.Playbook plays, string play) =>
        play == ActionWork.ByHand ? T["By hand"] : plays.Find(play)?.Name ?? play;
}
