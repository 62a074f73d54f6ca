using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public class StoreAddressTests
{
    [Fact]
    public void Open_WhatIsNoAddress_SaysWhatToWrite()
    {
        var failure = Assert.Throws<RetentionException>(() => RetentionStore.Open("shop"));
        Assert.Equal(Failure.Usage, failure.Failure);
        Assert.Contains("sqlite:PATH", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PostgresThatDoesNotAnswer_NamesHostAndDatabaseAndNoPassword()
    {
        var failure = Assert.Throws<RetentionException>(() =>
            RetentionStore.Open("Host=127.0.0.1;Port=1;Database=shop;Username=me;Password=secret;Timeout=2"));
        Assert.Equal(Failure.DependencyUnavailable, failure.Failure);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Port=5433;Database=shop;Username=me;Password=hunter2", "postgresql://db:5433/shop")]
    [InlineData("host=db;database=shop;user id=me;pwd=hunter2", "postgresql://db:5432/shop")]
    [InlineData("Server=db;Database=shop;User Name=me;PWD=hunter2", "postgresql://db:5432/shop")]
    [InlineData("Host=db;Database=shop;Username=me;PSW=hunter2", "postgresql://db:5432/shop")]
    [InlineData("Host=db;Database=shop;Username=me; PassWord = 'hunter2;hunter2=x'", "postgresql://db:5432/shop")]
    [InlineData("Host=db;Database=shop;Username=me;SSL Password=hunter2;SslPassword=hunter2", "postgresql://db:5432/shop")]
    [InlineData("Host=a:1,b:2;Database=shop;Password=hunter2", "postgresql://a:1,b:2/shop")]
    [InlineData("postgresql://me:hunter2@db/shop", "postgresql://db:5432/shop")]
    [InlineData("postgres://me:hunter2@db:5433/shop?sslmode=require&password=hunter2", "postgresql://db:5433/shop")]
    public void A_server_is_shown_by_where_it_is_and_its_database_alone(string address, string shown) =>
        Assert.Equal(shown, StoreAddress.WithoutSecrets(address));

    /// <summary>Whatever is wrong with an address, neither what is said of it nor what a log writes out has a piece of it.</summary>
    [Theory]
    [MemberData(nameof(BrokenAddresses.All), MemberType = typeof(BrokenAddresses))]
    public void Of_an_address_that_cannot_be_read_no_value_is_said(string address, string says)
    {
        var refused = Assert.Throws<RetentionException>(() => StoreAddress.Engine(address));
        Assert.Equal(Failure.Usage, refused.Failure);
        Assert.Contains(says, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter", refused.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter", StoreAddress.WithoutSecrets(address), StringComparison.OrdinalIgnoreCase);
        Assert.Throws<RetentionException>(() => StoreAddress.Check(address));
    }

    [Theory]
    [InlineData("postgres://postgres:s%3Bcret@localhost:5432/case47",
        "Host=localhost;Port=5432;Username=postgres;Password=\"s;cret\";Database=case47")]
    [InlineData("postgresql://db/shop", "Host=db;Database=shop")]
    [InlineData("POSTGRESQL://me@db", "Host=db;Username=me")]
    [InlineData("postgres://", "Host=localhost")]
    [InlineData("postgres:///shop", "Host=localhost;Database=shop")]
    [InlineData("postgres://me:p%40ss%2Fw%3Ard%25%20@db/my%20shop", "Host=db;Username=me;Password=\"p@ss/w:rd% \";Database=\"my shop\"")]
    [InlineData("postgres://me:a@b@db/shop", "Host=db;Username=me;Password=a@b;Database=shop")]
    [InlineData("postgres://me:a:b@db/shop", "Host=db;Username=me;Password=a:b;Database=shop")]
    [InlineData("postgres://me:50%@db/shop", "Host=db;Username=me;Password=50%;Database=shop")]
    [InlineData("postgres://me:=;'\"@db/shop", "Host=db;Username=me;Password=\"=;'\"\"\";Database=shop")]
    [InlineData("postgres://me:%C3%BCber@db/shop", "Host=db;Username=me;Password=über;Database=shop")]
    [InlineData("postgres://me:@db/shop", "Host=db;Username=me;Database=shop")]
    [InlineData("postgres://[2001:db8::1]:5433/shop", "Host=2001:db8::1;Port=5433;Database=shop")]
    [InlineData("postgres://a:5433,b/shop", "Host=\"a:5433,b\";Database=shop")]
    [InlineData("postgres://%2Fvar%2Frun%2Fpostgresql/shop", "Host=/var/run/postgresql;Database=shop")]
    [InlineData("postgres:///shop?host=/tmp&port=5433", "Host=/tmp;Port=5433;Database=shop")]
    [InlineData("postgres://db/shop?sslmode=disable", "Host=db;Database=shop;SSL Mode=Disable")]
    [InlineData("postgres://db/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        "Host=db;Database=shop;SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem")]
    [InlineData("postgres://db/shop?sslmode=require&channel_binding=require",
        "Host=db;Database=shop;SSL Mode=Require;Channel Binding=Require")]
    [InlineData("postgres://db/shop?application_name=my%20shop&connect_timeout=10",
        "Host=db;Database=shop;Application Name=\"my shop\";Timeout=10")]
    [InlineData("postgres://db/shop?options=-c%20search_path%3Dretention", "Host=db;Database=shop;Options=\"-c search_path=retention\"")]
    [InlineData("postgres://db/?dbname=shop&user=me&password=x%26y", "Host=db;Database=shop;Username=me;Password=x&y")]
    [InlineData("postgres://db/shop?target_session_attrs=read-write", "Host=db;Database=shop")]
    [InlineData("postgres://a,b/shop?target_session_attrs=read-write", "Host=\"a,b\";Database=shop;Target Session Attributes=read-write")]
    [InlineData("postgres://db/shop?Max%20Auto%20Prepare=0&search_path=retention",
        "Host=db;Database=shop;Max Auto Prepare=0;Search Path=retention")]
    public void An_address_as_hosts_hand_it_out_is_what_the_driver_takes(string address, string settings) =>
        Assert.Equal(new Npgsql.NpgsqlConnectionStringBuilder(settings), new Npgsql.NpgsqlConnectionStringBuilder(
            StoreAddress.ConnectionString(address)));

    [Theory]
    [InlineData("'postgres://me:hunter2@db/shop' is no option", "'postgres://(hidden)@db/shop' is no option")]
    [InlineData("postgres://me:hunter/2@hunter2@db/shop?password=hunter2&x=1", "postgres://(hidden)@db/shop?password=(hidden)&x=1")]
    [InlineData("Host=db;Password='hunter2;hunter2';Database=shop", "Host=db;Password=(hidden);Database=shop")]
    [InlineData("Host=db; pwd = hunter2; SSL Password=hunter2", "Host=db; pwd=(hidden); SSL Password=(hidden)")]
    [InlineData("Host=db;Database=shop, at 10:30", "Host=db;Database=shop, at 10:30")]
    [InlineData("write postgresql://USER:PASSWORD@HOST/DATABASE", "write postgresql://USER:PASSWORD@HOST/DATABASE")]
    [InlineData("postgresql://user:password@host/database", "postgresql://(hidden)@host/database")]
    public void A_text_that_repeats_an_address_is_shown_without_its_password(string text, string shown) =>
        Assert.Equal(shown, StoreAddress.Masked(text));

    [Theory]
    [InlineData("sqlite:/data/shop.db")]
    [InlineData("sqlite:odd;name=with@signs.db")]
    public void A_file_is_shown_as_it_is(string address) => Assert.Equal(address, StoreAddress.WithoutSecrets(address));

    [Fact]
    public void Open_AFileThatIsNoDatabase_IsAClearFailure()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('x', 5000));
        Assert.Equal(Failure.DependencyUnavailable, Assert.Throws<RetentionException>(() => RetentionStore.Open("sqlite:" + path)).Failure);
    }
}
