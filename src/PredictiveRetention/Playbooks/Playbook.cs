using System.Collections.Frozen;
using System.Reflection;

namespace PredictiveRetention.Playbooks;

/// <summary>The plays of a shop, each id once, in the order that breaks ties: priority, then id.</summary>
public sealed class Playbook
{
    /// <summary>Plays that are switched on, at most: a customer's offers name theirs in a byte.</summary>
    public const int MostPlays = byte.MaxValue;

    private const string ResourceFolder = "plays/";

    private static readonly Lazy<Playbook> s_shipped = new(() => Parse(ShippedFiles()));

    private readonly FrozenDictionary<string, Play> _byId;

    /// <param name="plays">Each id once.</param>
    public Playbook(IEnumerable<Play> plays)
    {
        Plays = [.. plays.OrderBy(play => play.Priority).ThenBy(play => play.Id, StringComparer.Ordinal)];
        _byId = Plays.ToFrozenDictionary(play => play.Id);
    }

    public IReadOnlyList<Play> Plays { get; }

    /// <summary>The plays that come with the product.</summary>
    public static Playbook Shipped() => s_shipped.Value;

    /// <summary>Reads plays, one a file.</summary>
    /// <exception cref="RetentionException">Every fault of every file: file, line, column, field, found and allowed.</exception>
    public static Playbook Parse(IEnumerable<(string File, string Text)> files)
    {
        var faults = new PlayFaults();
        var plays = new Dictionary<string, Play>();
        foreach (var (file, text) in files)
        {
            if (PlayReader.Read(file, text, faults) is { Id.Length: > 0 } play && !plays.TryAdd(play.Id, play))
            {
                play.Places.Id.Fault(faults, play, $"'{play.Id}' is already the id of the play in {plays[play.Id].File}");
            }
        }

        PlayIdentities.Check([.. plays.Values], faults);
        faults.ThrowIfAny();
        return new Playbook(plays.Values);
    }

    public Play? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>These plays, as a shop of the currency may use them.</summary>
    /// <exception cref="RetentionException">The money of a play that is switched on is in another currency; every such play by
    /// name.</exception>
    public Playbook For(Currency shop)
    {
        string[] others = [.. Plays.Where(play => play.Enabled && play.Currency is { } currency && currency != shop)
            .Select(play => $"{play.File}: the play '{play.Id}' is in {play.Currency!.Code}")];
        return others.Length == 0
            ? this
            : throw new RetentionException(Failure.Usage,
                $"The shop's currency is {shop.Code}. {string.Join("; ", others)}. Give its money in {shop.Code}, or its cost as "
                    + "per_contact_share, a share of the shop's median order.");
    }

    /// <summary>
    /// These plays and a shop's own; of two with the same id the shop's own counts, whole. One that was called like one of these takes its
    /// place.
    /// </summary>
    /// <exception cref="RetentionException">A former id or a salt is that of another play: every such fault.</exception>
    public Playbook OverriddenBy(Playbook own)
    {
        var replaced = own.Plays.SelectMany(play => play.Formerly.Prepend(play.Id)).ToHashSet();
        Play[] plays = [.. Plays.Where(play => !replaced.Contains(play.Id)), .. own.Plays];
        var faults = new PlayFaults();
        PlayIdentities.Check(plays, faults);
        faults.ThrowIfAny();
        return new Playbook(plays);
    }

    private static IEnumerable<(string File, string Text)> ShippedFiles()
    {
        var assembly = typeof(Playbook).Assembly;
        return from name in assembly.GetManifestResourceNames()
               where name.StartsWith(ResourceFolder, StringComparison.Ordinal)
               orderby name
               select (name, Text(assembly, name));
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
