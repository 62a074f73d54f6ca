using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteSchemaTests() : SchemaTests(new SqliteUnderTest());

public sealed class PostgresSchemaTests() : SchemaTests(new PostgresUnderTest());

public abstract class SchemaTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_and_left_alone()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(5));
        engine.Execute("UPDATE schemaversions SET scriptname = 'schema/9999_later.sql' WHERE scriptname LIKE '%0003%'");
        var refused = Assert.Throws<RetentionException>(() => RetentionStore.Open(address));
        Assert.Equal(Failure.DependencyUnavailable, refused.Failure);
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
        Assert.Contains("9999_later", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(["0"], engine.Query("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void Every_store_says_which_scripts_made_it()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.Equal(
            ["schema/0001_initial.sql", "schema/0002_shared_runs.sql", "schema/0003_scores.sql", "schema/0004_figures.sql",
                "schema/0005_order_source.sql", "schema/0006_views.sql", "schema/0007_cards.sql", "schema/0008_actions.sql",
                "schema/0009_undated_refunds.sql", "schema/0010_order_identity.sql", "schema/0011_orders_of_nobody.sql",
                "schema/0013_source_choices.sql", "schema/0014_statuses_of_nobody.sql", "schema/0015_rhythm.sql",
                "schema/0016_assignments.sql", "schema/0017_score_history.sql", "schema/0018_risk_rise.sql",
                "schema/0019_closed_assignments.sql"],
                    store.Schema.Scripts());
    }

    [Fact]
    public void Who_only_reads_leaves_a_store_of_an_earlier_version_as_it_is_and_is_told_what_to_do()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(5));
        engine.Execute(Some.Without0008);

        var refused = Assert.Throws<RetentionException>(() => RetentionStore.Find(address));
        Assert.Equal(Failure.DependencyUnavailable, refused.Failure);
        Assert.Contains("earlier version", refused.Message, StringComparison.Ordinal);
        Assert.Contains("0008_actions", refused.Message, StringComparison.Ordinal);
        Assert.Contains("retain db migrate", refused.Message, StringComparison.Ordinal);
        var status = RetentionStore.FindSchema(address)!;
        Assert.Equal(["schema/0008_actions.sql"], status.Missing);
        Assert.DoesNotContain("schema/0008_actions.sql", engine.Query("SELECT scriptname FROM schemaversions"));

        RetentionStore.Open(address).Dispose();
        using var found = RetentionStore.Find(address);
        Assert.Equal(5, found!.Summaries.Orders(Some.Shop)!.Customers);
    }

    [Fact]
    public void Who_only_reads_a_store_of_a_newer_version_is_refused_too()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(5));
        engine.Execute("INSERT INTO schemaversions (scriptname, applied) VALUES ('schema/9999_later.sql', '2030-01-01')");
        Assert.Contains("newer version", Assert.Throws<RetentionException>(() => RetentionStore.Find(address)).Message,
            StringComparison.Ordinal);
        Assert.Equal(["schema/9999_later.sql"], RetentionStore.FindSchema(address)!.Unknown);
    }

    [Fact]
    public void Looking_for_a_store_that_is_not_there_makes_none()
    {
        var address = engine.NewAddress();
        Assert.Null(RetentionStore.Find(address));
        Assert.Null(RetentionStore.FindSchema(address));
        if (address.StartsWith("sqlite:", StringComparison.Ordinal)) Assert.False(File.Exists(address["sqlite:".Length..]));
        else Assert.Equal(["0"], engine.Query("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Null(RetentionStore.Find("sqlite:" + Path.Combine(folder, "shop.db")));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_database_of_somebody_else_is_no_store_and_stays_as_it_is()
    {
        var address = engine.NewAddress();
        engine.Execute("CREATE TABLE theirs (id int)");
        Assert.Null(RetentionStore.Find(address));
        Assert.Equal(["0"], engine.Query("SELECT count(*) FROM theirs"));
    }

    [Fact]
    public void Summaries_of_an_earlier_version_are_made_when_the_store_is_opened()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(50));
        engine.Execute("DELETE FROM order_span");
        engine.Execute("DELETE FROM source_span");
        using var again = RetentionStore.Open(address);
        Assert.Equal(50, again.Summaries.Orders(Some.Shop)!.Customers);
        Assert.Equal(engine.Query("SELECT count(*) FROM orders WHERE is_valid"),
            engine.Query("SELECT CAST(sum(orders) AS bigint) FROM order_span"));
    }
}

public sealed class CitusScriptTests
{
    /// <summary>Approved by hand; not run here, where Citus cannot be installed.</summary>
    [Fact]
    public void Every_table_with_a_customer_key_is_distributed_by_it_and_no_other()
    {
        using var engine = new PostgresUnderTest();
        using var store = RetentionStore.Open(engine.NewAddress());
        var keyed =
            engine.Query(
                "SELECT c.table_name FROM information_schema.columns c JOIN pg_class p ON p.relname = c.table_name WHERE c.column_name = "
                    + "'customer_key' AND NOT p.relispartition AND p.relkind IN ('r', 'p') ORDER BY 1");
        var listed = System.Text.RegularExpressions.Regex.Match(StoreSchema.CitusScript, @"ARRAY\[(.*?)\]").Groups[1].Value.Split(", ")
            .Select(name => name.Trim('\''))
            .Order(StringComparer.Ordinal);
        Assert.Equal(keyed, listed);
        Assert.Contains(
            "create_distributed_table(name, 'customer_key', colocate_with => CASE name WHEN 'customer' THEN 'none' ELSE 'customer' END)",
            StoreSchema.CitusScript, StringComparison.Ordinal);
        // What Citus asks for: every unique key of a distributed table holds the distribution column.
        Assert.Empty(
            engine.Query(
                $"SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indisunique AND i.indrelid IN "
                    + $"({string.Join(", ", keyed.Select(name => $"'{name}'::regclass"))}) "
            + "AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'customer_key' AND a.attnum = "
            + "ANY(i.indkey))"));
    }
}
