using System.Data.Common;
using Dapper;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <param name="Preset">The source.</param>
/// <param name="ImportId">The import that decided it last; 0 for a choice made between imports.</param>
public sealed record SourceChoice(string Preset, string File, string Name, string Value, string Basis, long ImportId);

/// <summary>What a change of a choice came to.</summary>
/// <param name="Moved">Rows whose instant was another in the old time zone.</param>
/// <param name="Recounted">Orders that are a sale now and were none, or the other way round.</param>
public sealed record ChoicesChanged(long Moved, long Recounted);

/// <summary>
/// What a person, or the first file, decided about the shop and its sources. It can be put right later: stored rows keep what is needed to
/// count them anew, and the next night does.
/// </summary>
public sealed class ShopChoices
{
    private const string Select = "SELECT preset, file, name, value, basis, import_id FROM source_choice";

    private readonly Engine _engine;

    internal ShopChoices(Engine engine) => _engine = engine;

    public async Task<IReadOnlyList<SourceChoice>> AllAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<SourceChoice>(new CommandDefinition(
            Select + " ORDER BY preset, file, name",
            cancellationToken: cancellation))).AsList();
    }

    /// <inheritdoc cref="AllAsync"/>
    public IReadOnlyList<SourceChoice> All()
    {
        using var connection = _engine.Open();
        return connection.Query<SourceChoice>(Select + " ORDER BY preset, file, name").AsList();
    }

    /// <summary>What is known of one source.</summary>
    public SourceMemory Of(string preset)
    {
        using var connection = _engine.Open();
        return new SourceMemory(connection.Query<SourceChoice>(
            Select + " WHERE preset = @preset", new { preset })
            .Select(choice => new LearntChoice(choice.File, choice.Name, choice.Value, choice.Basis)).ToList());
    }

    /// <summary>Keeps what an import decided, in its transaction.</summary>
    internal static void Keep(
        DbConnection connection, DbTransaction? transaction, string preset, IEnumerable<LearntChoice> choices, long importId)
    {
        foreach (var choice in choices)
            connection.Execute(
                "INSERT INTO source_choice (preset, file, name, value, basis, import_id) "
                + "VALUES (@preset, @File, @Name, @Value, @Basis, @importId) "
                + "ON CONFLICT (preset, file, name) DO UPDATE SET value = excluded.value, basis = excluded.basis, import_id = "
                + "excluded.import_id",
                new { preset, choice.File, choice.Name, choice.Value, choice.Basis, importId }, transaction);
    }

    /// <summary>What counts as one purchase; orders are stored as they came, so nothing else changes.</summary>
    public void ChangePurchases(PurchaseRule rule)
    {
        using var connection = _engine.Open();
        Require(connection.Execute(
            "UPDATE shop SET zero_value_purchases = @ZeroValue, merge_days = @MergeDays", new { rule.ZeroValue, rule.MergeDays }));
    }

    /// <summary>The currency of a shop that has no money yet.</summary>
    /// <exception cref="RetentionException">There are orders already.</exception>
    public void ChangeCurrency(Currency currency)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        if (connection.ExecuteScalar<long>("SELECT count(*) FROM (SELECT 1 FROM orders LIMIT 1) o", transaction: transaction) > 0)
            throw new RetentionException(Failure.InputRejected,
                "The store has orders, and their money is in the shop's currency: no rate makes another of it. Use another --store.");
        Require(connection.Execute(
            "UPDATE shop SET currency = @Code, minor_per_unit = @MinorPerUnit", new { currency.Code, currency.MinorPerUnit }, transaction));
        transaction.Commit();
    }

    /// <summary>
    /// Where days begin. Times that named their offset are instants and stay; those of a wall clock are read by the new zone's, as if their
    /// files were imported again.
    /// </summary>
    /// <exception cref="RetentionException">
    /// Some sources have a wall clock and others have not: which row is which nobody knows.
    /// </exception>
    public ChoicesChanged ChangeZone(BusinessCalendar zone)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        var old = BusinessCalendar.InZone(connection.QuerySingleOrDefault<string>("SELECT time_zone FROM shop", transaction: transaction)
            ?? throw NoShop());
        var clocks = connection.Query<string>("SELECT DISTINCT value FROM source_choice WHERE name = "
            + "'clock'", transaction: transaction).AsList();
        var imports = connection.ExecuteScalar<long>("SELECT count(*) FROM import_batch", transaction: transaction);
        var isWall = clocks.Contains("wall") || (clocks.Count == 0 && imports > 0);
        if (isWall && clocks.Count > 1)
            throw new RetentionException(Failure.InputRejected,
                "Some files of this shop have times with offsets and others the shop's wall clock, so which of them the new zone moves "
                    + "cannot be told. Import them into another --store with --time-zone.");
        var moved = isWall && old.TimeZone.Id != zone.TimeZone.Id ? Move(connection, transaction, old, zone) : 0;
        connection.Execute("UPDATE shop SET time_zone = @zone", new { zone = zone.TimeZone.Id }, transaction);
        if (moved > 0) Recount(connection, transaction);
        transaction.Commit();
        return new ChoicesChanged(moved, 0);
    }

    /// <summary>Which statuses of a source are a sale.</summary>
    public ChoicesChanged ChangeStatuses(string preset, IReadOnlyList<string> statuses)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginWrite(connection);
        var words = statuses.Select(Vocabulary.StatusWord).Distinct().ToList();
        var imports = connection.Query<long>("SELECT import_id FROM import_batch WHERE preset = "
            + "@preset", new { preset }, transaction).AsList();
        if (imports.Count == 0)
            throw new RetentionException(Failure.Usage,
                $"No import of preset {preset} is in this store, so it has no orders whose statuses could count otherwise; --preset "
                    + $"says which.");
        var stored = connection.Query<string>(
            "SELECT DISTINCT status FROM orders WHERE status IS NOT NULL UNION SELECT status FROM nobody_order "
                + "WHERE status IS NOT NULL AND preset = @preset", new { preset }, transaction: transaction, commandTimeout: 0).AsList();
        var unknown = words.Where(word => stored.All(status => Vocabulary.StatusWord(status) != word)).ToList();
        if (unknown.Count > 0)
            throw new RetentionException(Failure.Usage,
                $"No order has the status {string.Join(", ", unknown)}. Those there are: "
                    + $"{string.Join(", ", stored.Select(Vocabulary.StatusWord).Distinct().Order(StringComparer.Ordinal))}.");
        long recounted = 0;
        foreach (var status in stored.Where(status => !Vocabulary.NeverSales.Contains(Vocabulary.StatusWord(status))))
        {
            var isSale = words.Contains(Vocabulary.StatusWord(status));
            recounted += connection.Execute(
                "UPDATE orders SET is_valid = @isSale WHERE status = @status AND is_valid <> @isSale "
                + "AND (import_id IS NULL OR import_id IN (SELECT import_id FROM import_batch WHERE preset = @preset))",
                new { isSale, status, preset }, transaction, commandTimeout: 0);
            recounted += connection.Execute(
                "UPDATE nobody_order SET is_valid = @isSale WHERE status = @status AND is_valid <> @isSale AND preset = @preset",
                new { isSale, status, preset }, transaction, commandTimeout: 0);
        }
        // What is not among them is answered too, and not asked about again.
        var others = stored.Select(Vocabulary.StatusWord).Distinct().Except(words);
        Keep(connection, transaction, preset,
            [
                new LearntChoice("orders", "statuses", string.Join(',', words), "asked"),
                new LearntChoice("orders", "statuses_none", string.Join(',', others), "asked"),
            ], 0);
        if (recounted > 0) Recount(connection, transaction);
        transaction.Commit();
        return new ChoicesChanged(0, recounted);
    }

    private static readonly (string Table, string[] Columns)[] s_times =
    [
        ("orders", ["ordered_at_ms", "promised_at_ms", "delivered_at_ms"]), ("refund", ["refunded_at_ms"]),
        ("engagement", ["occurred_at_ms"]), ("subscription", ["started_at_ms", "ended_at_ms", "cancelled_at_ms"]),
        ("customer", ["first_seen_at_ms"]), ("nobody_order", ["ordered_at_ms"]),
    ];

    private static long Move(DbConnection connection, DbTransaction transaction, BusinessCalendar old, BusinessCalendar zone)
    {
        long moved = 0;
        foreach (var (table, columns) in s_times)
        {
            foreach (var column in columns)
            {
                var (first, last) = connection.QuerySingle<(long?, long?)>(
                    $"SELECT min({column}), max({column}) FROM {table}", transaction: transaction, commandTimeout: 0);
                if (first is null || last is null) continue;
                moved += connection.Execute(
                    $"UPDATE {table} SET {column} = {column} + {Shift(column, first.Value, last.Value, old, zone)} WHERE {column} IS "
                        + $"NOT NULL",
                    transaction: transaction, commandTimeout: 0);
            }
        }
        return moved;
    }

    /// <summary>By how much an instant moves whose wall clock stays, as SQL: a constant between two changes of either clock.</summary>
    private static string Shift(string column, long first, long last, BusinessCalendar old, BusinessCalendar zone)
    {
        const long Quarter = 900_000;
        var pieces = new List<(long From, long By)>();
        for (var at = first / Quarter * Quarter; at <= last; at += Quarter)
        {
            var wall = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), old.TimeZone).DateTime;
            var by = zone.FromLocal(wall) - at;
            if (pieces.Count == 0 || pieces[^1].By != by) pieces.Add((at, by));
        }
        if (pieces.Count == 1) return Invariant.Text($"({pieces[0].By})");
        return "(CASE " + string.Concat(pieces.AsEnumerable().Reverse().Take(pieces.Count - 1)
            .Select(piece => Invariant.Text($"WHEN {column} >= {piece.From} THEN {piece.By} "))) + Invariant.Text($"ELSE {pieces[0].By} "
                + $"END)");
    }

    private void Recount(DbConnection connection, DbTransaction transaction)
    {
        connection.Execute("UPDATE customer SET first_order_at_ms = (SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = "
            + "customer.customer_key AND o.is_valid)", transaction: transaction, commandTimeout: 0);
        ImportSummaries.Refresh(new ImportSql(_engine, connection, transaction));
    }

    private static void Require(int changed)
    {
        if (changed == 0) throw NoShop();
    }

    private static RetentionException NoShop() =>
        new(Failure.NotFound, "The store is empty: there is no choice to change yet. The first import makes them.");
}
