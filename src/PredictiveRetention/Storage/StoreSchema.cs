using System.Data.Common;
using System.Reflection;
using Dapper;
using DbUp.Engine;
using DbUp.Engine.Output;

namespace PredictiveRetention.Storage;

/// <param name="Scripts">Those the store was made with, oldest first.</param>
/// <param name="Missing">Those this version of the program has besides: the store is of an earlier one.</param>
/// <param name="Unknown">Those this version does not have: the store is of a later one.</param>
public sealed record SchemaStatus(
    string EngineName, IReadOnlyList<string> Scripts, IReadOnlyList<string> Missing, IReadOnlyList<string> Unknown);

/// <summary>The scripts a store's tables are made with, in order; a store has the first of them or all.</summary>
public sealed class StoreSchema
{
    private readonly Engine _engine;

    internal StoreSchema(Engine engine) => _engine = engine;

    /// <summary>The SQL of <see cref="DistributeOverCitus"/>.</summary>
    public static string CitusScript
    {
        get
        {
            using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("citus/distribute.sql")!);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Scripts the store was made with, oldest first.</summary>
    public IReadOnlyList<string> Scripts()
    {
        using var connection = _engine.Open();
        return connection.Query<string>("SELECT scriptname FROM schemaversions ORDER BY scriptname").AsList();
    }

    public SchemaStatus Status()
    {
        var (has, known) = (Scripts(), Known().ToList());
        return new SchemaStatus(_engine.Name, has, [.. known.Except(has)], [.. has.Except(known)]);
    }

    /// <summary>Spreads the per-customer tables over a Citus cluster.</summary>
    /// <exception cref="RetentionException">The store is not on PostgreSQL, or its server has no Citus.</exception>
    public void DistributeOverCitus()
    {
        if (_engine is not PostgresEngine)
            throw new RetentionException(Failure.Usage, "Citus is an extension of PostgreSQL: name such a store with --store.");
        using var connection = _engine.Open();
        try
        {
            connection.Execute(CitusScript, commandTimeout: 0);
        }
        catch (DbException fault)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The tables could not be distributed: {fault.Message}", fault);
        }
    }

    internal static bool IsThere(Engine engine)
    {
        using var connection = engine.Open();
        return connection.ExecuteScalar<long>(engine.HasStore) > 0;
    }

    /// <exception cref="RetentionException">The schema is of an earlier or a later version.</exception>
    internal static void RequireCurrent(Engine engine)
    {
        var status = new StoreSchema(engine).Status();
        if (status.Unknown.Count > 0) throw Newer(status.Unknown);
        if (status.Missing.Count == 0) return;
        throw new RetentionException(
            Failure.DependencyUnavailable,
            $"The store was last used by an earlier version of this program (its schema lacks {string.Join(", ", status.Missing)}). "
            + "Bring it up to date: retain db migrate. Nothing was changed.");
    }

    internal static void Migrate(Engine engine)
    {
        var upgrader = engine.Upgrader()
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), IsScript)
            .WithVariables(engine.SchemaVariables)
            .WithTransaction()
            .LogTo(new NoOpUpgradeLog())
            .Build();
        try
        {
            if (upgrader.GetExecutedButNotDiscoveredScripts() is { Count: > 0 } unknown) throw Newer(unknown);
            if (!upgrader.IsUpgradeRequired()) return;
        }
        catch (DbException fault)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The schema cannot be read: {fault.Message}", fault);
        }
        var result = upgrader.PerformUpgrade();
        if (result.Successful || UpgradedByAnother(upgrader)) return;
        throw new RetentionException(
            Failure.DependencyUnavailable,
            $"The schema could not be brought up to date ({result.ErrorScript?.Name}): {result.Error.Message} "
            + "Where the service's user may not change tables, run retain db migrate once as their owner.",
            result.Error);
    }

    private static IEnumerable<string> Known() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(IsScript).Order(StringComparer.Ordinal);

    private static bool IsScript(string name) => name.StartsWith("schema/", StringComparison.Ordinal);

    private static RetentionException Newer(IEnumerable<string> unknown) => new(
        Failure.DependencyUnavailable,
        $"The store was last used by a newer version of this program (its schema has {string.Join(", ", unknown)}). Update this one; "
        + "nothing was changed.");

    /// <summary>Two processes may open a new store at once; the one that came second finds the work done.</summary>
    private static bool UpgradedByAnother(UpgradeEngine upgrader)
    {
        try
        {
            return !upgrader.IsUpgradeRequired();
        }
        catch (DbException)
        {
            return false;
        }
    }
}
