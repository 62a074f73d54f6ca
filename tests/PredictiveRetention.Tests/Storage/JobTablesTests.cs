using Hangfire.PostgreSql;
using Npgsql;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class JobTablesTests : IDisposable
{
    private readonly PostgresUnderTest _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(null, "hangfire")]
    [InlineData("public", "hangfire")]
    [InlineData("shop", "hangfire_shop")]
    [InlineData("shop_2", "hangfire_shop_2")]
    public void Jobs_lie_beside_the_store_they_belong_to(string? store, string jobs) => Assert.Equal(jobs, JobTables.SchemaBeside(store));

    [Theory]
    [InlineData("Shop")]
    [InlineData("my shop")]
    [InlineData("shop\"; DROP SCHEMA public; --")]
    [InlineData("a_name_of_a_schema_that_is_as_long_as_postgresql_lets_names_be_")]
    public void A_schema_whose_name_cannot_be_kept_has_one_of_its_own(string store)
    {
        var name = JobTables.SchemaBeside(store);
        Assert.True(JobTables.IsSchemaName(name), name);
        Assert.NotEqual(name, JobTables.SchemaBeside(store + "x"));
        Assert.NotEqual(name, JobTables.SchemaBeside(store.ToLowerInvariant().Replace(' ', '_') + "x"));
    }

    [Theory]
    [InlineData("jobs_2", true)]
    [InlineData("", false)]
    [InlineData("2jobs", false)]
    [InlineData("Jobs", false)]
    [InlineData("jobs\"", false)]
    public void A_name_is_one_that_can_be_written_as_it_is(string name, bool isName) => Assert.Equal(isName, JobTables.IsSchemaName(name));

    /// <summary>Hangfire.PostgreSql's own installer makes the same: what a new version of it does otherwise shows here.</summary>
    [Fact]
    public void They_are_those_Hangfire_would_make()
    {
        var address = _engine.NewAddress();
        Assert.Equal("ours", JobTables.Create(address, "ours"));
        using (var connection = Open(address)) PostgreSqlObjectsInstaller.Install(connection, "theirs");
        Assert.Equal(Tables("theirs"), Tables("ours"));
        Assert.Equal(_engine.Query("SELECT version FROM theirs.schema"), _engine.Query("SELECT version FROM ours.schema"));
        Assert.NotEmpty(Tables("ours"));
        // What there is needs nothing.
        Assert.Equal("theirs", JobTables.Create(address, "theirs"));
    }

    [Fact]
    public async Task Several_that_start_at_once_make_them_once()
    {
        var address = _engine.NewAddress();
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => JobTables.Create(address, null))));
        Assert.All(made, schema => Assert.Equal("hangfire", schema));
        Assert.Equal(["1"], _engine.Query("SELECT count(*) FROM hangfire.schema"));
    }

    /// <summary>
    /// Behind a pooler the next statement of a session is somebody else's: no lock and no setting may outlive the transaction.
    /// </summary>
    [Fact]
    public void Nothing_of_the_installation_stays_with_the_session()
    {
        var address = _engine.NewAddress();
        using var connection = Open(address);
        JobTables.Install(connection, "jobs");
        Assert.Equal("\"$user\", public", Ask(connection, "SHOW search_path"));
        Assert.Equal("0", Ask(connection, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"));
    }

    [Fact]
    public void An_installation_that_fails_leaves_nothing_behind()
    {
        var address = _engine.NewAddress();
        _engine.Execute("CREATE SCHEMA jobs; CREATE TABLE jobs.aggregatedcounter (other int)"); // of a later script than the first
        var failure = Assert.Throws<RetentionException>(() => JobTables.Create(address, "jobs"));
        Assert.Equal(Failure.DependencyUnavailable, failure.Failure);
        Assert.Equal(["aggregatedcounter"], _engine.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'jobs'"));
    }

    [Fact]
    public void The_migration_makes_them_so_that_the_service_needs_no_right_to()
    {
        var address = _engine.NewAddress();
        var role = "r_" + Guid.NewGuid().ToString("N")[..12];
        _engine.Execute($"CREATE ROLE {role} LOGIN");
        try
        {
            var asRole = new NpgsqlConnectionStringBuilder(address) { Username = role }.ToString();
            var refused = Assert.Throws<RetentionException>(() => JobTables.Create(asRole, null));
            Assert.Contains("retain db migrate", refused.Message, StringComparison.Ordinal);
            Assert.Contains("'hangfire'", refused.Message, StringComparison.Ordinal);
            Assert.Equal(0, Retain.Run("db", "migrate", "--store", address).ExitCode);
            _engine.Execute($"GRANT USAGE ON SCHEMA hangfire TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA hangfire TO {role}");
            Assert.Equal("hangfire", JobTables.Create(asRole, null));
        }
        finally
        {
            _engine.Execute($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public void A_store_in_a_schema_of_its_own_is_migrated_with_jobs_of_its_own()
    {
        var address = _engine.NewAddress();
        _engine.Execute("CREATE SCHEMA shop");
        Assert.Equal(0, Retain.Run("db", "migrate", "--store", address + ";Search Path=shop").ExitCode);
        Assert.Equal(0, Retain.RunWith([("Retention__HangfireSchema", "queue")], "db", "migrate", "--store", address).ExitCode);
        Assert.Equal(["hangfire_shop", "queue"],
            _engine.Query("SELECT nspname FROM pg_namespace WHERE nspname IN ('hangfire', 'hangfire_shop', 'queue') ORDER BY 1"));
        Assert.Equal(2, Retain.Run("db", "migrate", "--store", address, "--hangfire-schema", "No!").ExitCode);
    }

    [Fact]
    public void A_schema_of_jobs_is_refused_beside_a_store_that_has_none()
    {
        using var embedded = new SqliteUnderTest();
        var refused = Retain.Run("db", "migrate", "--store", embedded.NewAddress(), "--hangfire-schema", "jobs");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--hangfire-schema is of PostgreSQL", refused.Error, StringComparison.Ordinal);
    }

    private List<string> Tables(string schema) =>
    [
        .. _engine.Query(
            $"SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
                + $"replace(coalesce(column_default, ''), '{schema}', '') FROM information_schema.columns WHERE table_schema = "
                + $"'{schema}' ORDER BY 1"),
        .. _engine.Query($"SELECT replace(indexdef, '{schema}', '') FROM pg_indexes WHERE schemaname = '{schema}' ORDER BY 1"),
    ];

    private static NpgsqlConnection Open(string address)
    {
        var connection = new NpgsqlConnection(address);
        connection.Open();
        return connection;
    }

    private static string Ask(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture)!;
    }
}
