using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>How far the work on a recommended action is.</summary>
public static class ActionStatus
{
    public const string Open = "open";
    public const string InProgress = "in progress";
    public const string Done = "done";
    public const string Dismissed = "dismissed";

    /// <summary>Of lists only: open or in progress.</summary>
    public const string Unfinished = "unfinished";

    public static IReadOnlyList<string> All { get; } = [Open, InProgress, Done, Dismissed];

    /// <summary>What an assignment is called by then.</summary>
    internal static AssignmentState StateOf(string status) => status switch
    {
        InProgress => AssignmentState.Accepted,
        Done => AssignmentState.Done,
        Dismissed => AssignmentState.Rejected,
        _ => AssignmentState.Proposed,
    };
}

/// <summary>What people made of one play for one customer; it outlives the night that recommended it.</summary>
public sealed record ActionWork
{
    /// <summary>Of lists only: those without an owner.</summary>
    public const string Nobody = "-";

    /// <summary>Stands for a play where a person acts although none is recommended.</summary>
    public const string ByHand = "by-hand";

    public long CustomerKey { get; init; }
    public string PlayId { get; init; } = "";

    /// <summary>Null while it is nobody's in particular.</summary>
    public string? Owner { get; init; }
    public string Status { get; init; } = ActionStatus.Open;

    /// <summary>ISO date.</summary>
    public string? Due { get; init; }
    public string? Note { get; init; }

    /// <summary>0 before the first change.</summary>
    public int Version { get; init; }
    public long ChangedAtMs { get; init; }
}

/// <summary>A change of an action: who, when and what.</summary>
public sealed record ActionEvent
{
    public string PlayId { get; init; } = "";
    public int Version { get; init; }
    public long AtMs { get; init; }
    public string Actor { get; init; } = "";
    public string What { get; init; } = "";
}

/// <summary>How many customers' actions of a play are in a status, of those somebody worked on.</summary>
public sealed record ActionCount
{
    public string PlayId { get; init; } = "";
    public string Status { get; init; } = "";
    public long Customers { get; init; }
}
