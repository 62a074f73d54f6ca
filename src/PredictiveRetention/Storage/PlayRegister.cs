using Dapper;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>Every play that ever assigned anything: its number and its salt stay with it through renamings, and when it is gone.</summary>
public sealed class PlayRegister
{
    private const string All = "SELECT play_no AS no, play_id AS id, salt FROM play ORDER BY play_no";

    private readonly Engine _engine;

    internal PlayRegister(Engine engine) => _engine = engine;

    public IReadOnlyList<KnownPlay> Read()
    {
        using var connection = _engine.Open();
        return connection.Query<Row>(All).Select(row => row.Play).ToList();
    }

    public async Task<IReadOnlyList<KnownPlay>> ReadAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<Row>(new CommandDefinition(All, cancellationToken: cancellation)))
            .Select(row => row.Play).ToList();
    }

    /// <summary>
    /// Enters the plays of a book that are not there yet. One that was called otherwise before (<see cref="Play.Formerly"/>) goes on under
    /// its new name. Said twice, nothing changes.
    /// </summary>
    /// <returns>All plays, those that are gone too.</returns>
    /// <exception cref="RetentionException">A salt is that of another play, or is not the one the play was drawn with.</exception>
    public IReadOnlyList<KnownPlay> Enter(Playbook playbook)
    {
        using var change = LedgerChange.Begin(_engine);
        var known = change.Query<Row>(All).Select(row => row.Play).ToList();
        foreach (var play in playbook.Plays.OrderBy(play => play.Id, StringComparer.Ordinal))
        {
            var at = known.FindIndex(one => one.Id == play.Id);
            if (at < 0)
            {
                at = known.FindIndex(one => play.Formerly.Contains(one.Id));
                if (at >= 0) known[at] = Rename(change, known[at], play.Id);
            }
            if (at >= 0)
            {
                if (play.HasOwnSalt && known[at].Salt != play.Salt) throw Redrawn(play, known[at]);
                continue;
            }
            if (known.FirstOrDefault(one => one.Salt == play.Salt) is { } other) throw Shared(play, other);
            var no = known.Count == 0 ? 1 : known.Max(one => one.No) + 1;
            change.Execute(
                "INSERT INTO play (play_no, play_id, salt) VALUES (@no, @id, @salt) ON CONFLICT DO NOTHING",
                new { no, id = play.Id, salt = play.Salt });
            known.Add(new KnownPlay(no, play.Id, play.Salt));
        }
        // Another process may have entered the same plays meanwhile, with numbers of its own.
        known = change.Query<Row>(All).Select(row => row.Play).ToList();
        change.Commit();
        return playbook.Plays.All(play => known.Any(one => one.Id == play.Id)) ? known : Enter(playbook);
    }

    private static KnownPlay Rename(LedgerChange change, KnownPlay play, string id)
    {
        change.Execute("UPDATE play SET play_id = @id WHERE play_no = @No", new { id, play.No });
        return play with { Id = id };
    }

    private static RetentionException Redrawn(Play play, KnownPlay known) => new(
        Failure.Usage,
        $"{play.File}: the play '{play.Id}' was drawn with the salt '{known.Salt}', its file says '{play.Salt}'. Who is left alone is "
        + "never drawn anew: take the line 'salt' away, or give the play a new id.");

    private static RetentionException Shared(Play play, KnownPlay other) => new(
        Failure.Usage,
        $"{play.File}: the play '{play.Id}' would be drawn with the salt '{play.Salt}', that of the play '{other.Id}'. "
        + $"Two plays of one salt leave the same customers alone: where it is the same play, say 'formerly: {other.Id}', else give it a "
        + "'salt'.");

    private sealed record Row
    {
        public int No { get; init; }
        public string Id { get; init; } = "";
        public string Salt { get; init; } = "";
        public KnownPlay Play => new(No, Id, Salt);
    }
}
