using System.Reflection;
using Dapper;
using DbUp.Engine;
using DbUp.Engine.Output;

namespace PredictiveRetention.Storage;

/// <summary>
/// One shop's data, in SQLite or PostgreSQL. Opening it brings the schema up to date; every question and write is in the partial files and
/// classes of this folder, as SQL shared by both engines. Thread-safe: each call takes a connection of its own.
/// </summary>
public sealed partial class RetentionStore : IDisposable
{
    private readonly Engine _engine;

    private RetentionStore(Engine engine) => _engine = engine;

    static RetentionStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>For benchmarks, which compare with the least that can be done on the same connections.</summary>
    internal Engine Engine => _engine;

    /// <summary>'SQLite' or 'PostgreSQL'.</summary>
    public string EngineName => _engine.Name;

    public bool IsOnPostgres => _engine is PostgresEngine;

    /// <param name="address">'sqlite:PATH' or a PostgreSQL connection string.</param>
    /// <exception cref="RetentionException">The store cannot be reached, or its schema cannot be brought up to date.</exception>
    public static RetentionStore Open(string address)
    {
        var engine = StoreAddress.Engine(address);
        try
        {
            engine.Open().Dispose();
            Migrate(engine);
            Summarise(engine);
            NameTables.Refresh(engine);
            return new RetentionStore(engine);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    public Shop? Shop()
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<(string Currency, string TimeZone, bool ZeroValue, bool MergeDays)?>("SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop") is { } row
            ? new Shop(Currency.Of(row.Currency), BusinessCalendar.Of(row.TimeZone)) { Purchases = new PurchaseRule(row.ZeroValue, row.MergeDays) }
            : null;
    }

    /// <summary>The shop, or a failure that says what to do first.</summary>
    public Shop RequireShop() =>
        Shop() ?? throw new RetentionException(Failure.NotFound, "The store is empty. Import orders first: retain import --preset generic --orders FILE");

    /// <summary>
    /// True when the database answers, and every node of it: where customers are spread over several, one of their rows is asked for. The first
    /// question after a restart of the server meets a dead connection, so it is asked once more.
    /// </summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return await AskedAsync();
        }
        catch (Exception fault) when (IsPassing(fault))
        {
            Reconnect();
            return await AskedAsync();
        }

        async Task<bool> AskedAsync()
        {
            await using var connection = await _engine.OpenAsync(cancellation);
            const string One = "SELECT count(*) FROM (SELECT customer_key FROM customer LIMIT 1) one";
            return await connection.ExecuteScalarAsync<long>(new CommandDefinition(One, cancellationToken: cancellation)) <= 1;
        }
    }

    /// <summary>The SQL of <see cref="DistributeOverCitus"/>.</summary>
    public static string CitusScript
    {
        get
        {
            using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("citus/distribute.sql")!);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Spreads the per-customer tables over a Citus cluster.</summary>
    /// <exception cref="RetentionException">The store is not on PostgreSQL, or its server has no Citus.</exception>
    public void DistributeOverCitus()
    {
        if (!IsOnPostgres) throw new RetentionException(Failure.Usage, "Citus is an extension of PostgreSQL: name such a store with --store.");
        using var connection = _engine.Open();
        try
        {
            connection.Execute(CitusScript, commandTimeout: 0);
        }
        catch (System.Data.Common.DbException fault)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The tables could not be distributed: {fault.Message}", fault);
        }
    }

    /// <summary>Scripts the schema was made with, oldest first.</summary>
    public IReadOnlyList<string> SchemaScripts()
    {
        using var connection = _engine.Open();
        return connection.Query<string>("SELECT scriptname FROM schemaversions ORDER BY scriptname").AsList();
    }

    /// <summary>True where the failure lies in the connection or the server's state and the same call may succeed later.</summary>
    public bool IsPassing(Exception fault) => DatabaseRefusal.MayPass(fault);

    /// <summary>
    /// Calls from now on open connections of their own: one that was kept while the server restarted is dead, and one that was opened while it
    /// took no writes stays so.
    /// </summary>
    public void Reconnect() => _engine.ForgetConnections();

    public void Dispose() => _engine.Dispose();

    private static void Migrate(Engine engine)
    {
        var upgrader = engine.Upgrader()
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.StartsWith("schema/", StringComparison.Ordinal))
            .WithVariables(engine.SchemaVariables)
            .WithTransaction()
            .LogTo(new NoOpUpgradeLog())
            .Build();
        try
        {
            if (upgrader.GetExecutedButNotDiscoveredScripts() is { Count: > 0 } newer)
                throw new RetentionException(Failure.DependencyUnavailable, $"The store was last used by a newer version of this program (its schema has {string.Join(", ", newer)}). Update this one; nothing was changed.");
            if (!upgrader.IsUpgradeRequired()) return;
        }
        catch (System.Data.Common.DbException fault)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The schema cannot be read: {fault.Message}", fault);
        }
        var result = upgrader.PerformUpgrade();
        if (!result.Successful && !UpgradedByAnother(upgrader))
            throw new RetentionException(
                Failure.DependencyUnavailable,
                $"The schema could not be brought up to date ({result.ErrorScript?.Name}): {result.Error.Message} Where the service's user may not change tables, run retain db migrate once as their owner.", result.Error);
    }

    /// <summary>A store of an earlier version gets its summaries once.</summary>
    private static void Summarise(Engine engine)
    {
        using var connection = engine.Open();
        if (!ImportSummaries.AreMissing(connection)) return;
        using var transaction = engine.BeginWrite(connection);
        ImportSummaries.Refresh(connection, transaction);
        transaction.Commit();
    }

    /// <summary>Two processes may open a new store at once; the one that came second finds the work done.</summary>
    private static bool UpgradedByAnother(UpgradeEngine upgrader)
    {
        try
        {
            return !upgrader.IsUpgradeRequired();
        }
        catch (System.Data.Common.DbException)
        {
            return false;
        }
    }
}

/// <summary>What holds for the whole store: one reporting currency and the time zone business days are counted in.</summary>
public sealed record Shop(Currency Currency, BusinessCalendar Calendar)
{
    public PurchaseRule Purchases { get; init; }
}
