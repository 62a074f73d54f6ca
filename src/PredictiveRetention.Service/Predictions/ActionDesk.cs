using System.Globalization;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="Version">The version the change was made from; 0 where nobody has changed it.</param>
/// <param name="Play">Default: the play recommended tonight, or by-hand where none is.</param>
/// <param name="Status">open, in progress, done, dismissed. What is absent stays as it is; an empty text removes it.</param>
public sealed record ActionChange(int? Version, string? Play = null, string? Owner = null, string? Status = null, string? Due = null,
    string? Note = null);

internal enum ActionOutcome { Saved, UnknownCustomer, ChangedMeanwhile }

/// <summary>Where what people say about actions is checked and written down, from pages and programs alike.</summary>
internal sealed class ActionDesk(RetentionStore store, CurrentNight current, ServiceSettings settings, TimeProvider clock)
{
    public const int LongestName = 100;
    public const int LongestNote = 1000;

    /// <returns>With the customer's id as the store spells it: that of an address may have %2F for a slash.</returns>
    /// <exception cref="BadParameterException">A field has no usable value.</exception>
    public async Task<(ActionOutcome Outcome, string CustomerId, ActionWork? Work)> ChangeAsync(string customerId, ActionChange change,
        string actor, CancellationToken cancellation)
    {
        if (await current.CustomerAsync(customerId, cancellation) is not var (night, row))
            return (ActionOutcome.UnknownCustomer, customerId, null);
        var plays = settings.Runs.Playbook;
        var play = change.Play is { Length: > 0 } named ? named : row.PlayId ?? ActionWork.ByHand;
        var known = (await store.Work.OfCustomerAsync(row.CustomerId, cancellation)).FirstOrDefault(work => work.PlayId == play);
        if (known is null && play != ActionWork.ByHand && play != row.PlayId && plays.Find(play) is null)
            throw new BadParameterException("play",
                $"'{BadParameterException.Quoted(play)}' is not one of {string.Join(", ", plays.Plays.Select(known => known.Id))}.");
        var before = known ?? new ActionWork { CustomerKey = row.CustomerKey, PlayId = play };
        var status = change.Status is { Length: > 0 } asked ? asked : before.Status;
        if (!ActionStatus.All.Contains(status))
            throw new BadParameterException("status",
                $"'{BadParameterException.Quoted(status)}' is not one of {string.Join(", ", ActionStatus.All)}.");
        var due = ReadField("due", change.Due, before.Due, LongestName);
        if (due is not null && !IsoDate.TryRead(due, out _))
            throw new BadParameterException("due", $"'{BadParameterException.Quoted(due)}' is not a date such as 2026-01-31.");
        var wanted = before with
        {
            Owner = ReadField("owner", change.Owner, before.Owner, LongestName),
            Status = status,
            Due = due,
            Note = ReadField("note", change.Note, before.Note, LongestNote),
            Version = change.Version
                ?? throw new BadParameterException("version",
                    "It is missing: the version the change was made from, 0 where nobody has changed it."),
        };
        // What is as it was asked to be is no change, and leaves no row.
        if (wanted == before) return (ActionOutcome.Saved, row.CustomerId, before);
        var after = await store.Work.ChangeAsync(wanted, actor, clock.GetUtcNow(), night.Run.AsOf, cancellation);
        return (after is null ? ActionOutcome.ChangedMeanwhile : ActionOutcome.Saved, row.CustomerId, after);
    }

    private static string? ReadField(string name, string? asked, string? before, int longest)
    {
        if (asked is null) return before;
        var text = asked.Trim();
        if (text.Length == 0 || text == ActionWork.Nobody) return null;
        if (text.Length > longest)
            throw new BadParameterException(name, $"It is longer than {longest.ToString(CultureInfo.InvariantCulture)} characters.");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new BadParameterException(name, "It holds a character that cannot be stored.");
        return text;
    }
}
