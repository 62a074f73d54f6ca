using System.Data.Common;
using System.Reflection;
using Dapper;
using DbUp.Engine;
using DbUp.Engine.Output;

namespace PredictiveRetention.Storage;

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

    internal static void Migrate(Engine engine)
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
            {
                throw new RetentionException(
                    Failure.DependencyUnavailable,
                    $"The store was last used by a newer version of this program (its schema has {string.Join(", ", newer)}). Update this one; "
                    + "nothing was changed.");
            }
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
