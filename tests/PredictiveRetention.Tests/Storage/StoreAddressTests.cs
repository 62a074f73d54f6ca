using PredictiveRetention.Storage;
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
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Port=5433;Database=shop;Username=me;Password=hunter2", "db", "5433", "shop", "me")]
    [InlineData("host=db;database=shop;user id=me;pwd=hunter2", "db", "shop", "me")]
    [InlineData("Server=db;Database=shop;User Name=me;PWD=hunter2", "db", "shop", "me")]
    [InlineData("Host=db;Database=shop;Username=me;PSW=hunter2", "db", "shop", "me")]
    [InlineData("Host=db;Database=shop;Username=me; PassWord = 'hunter2;hunter2=x'", "db", "shop", "me")]
    [InlineData("Host=db;Database=shop;Username=me;SSL Password=hunter2;SslPassword=hunter2", "db", "shop", "me")]
    [InlineData("Host=db;Database=shop;Username=me;Password=a;hunter2=b")]
    [InlineData("Host=db;Database=shop;Username=me;Passwort=hunter2")]
    [InlineData("Host:db;Password:hunter2")]
    [InlineData("postgres://me:hunter2@db:5433/shop?sslmode=require&password=hunter2", "db:5433", "shop")]
    [InlineData("postgresql://me:hunter2@db/shop", "db", "shop")]
    [InlineData("me:hunter2@db/shop")]
    public void An_address_is_shown_without_its_password_and_so_is_a_message_about_it(string address, params string[] kept)
    {
        var shown = StoreAddress.WithoutSecrets(address);
        Assert.DoesNotContain("hunter2", shown, StringComparison.OrdinalIgnoreCase);
        Assert.All(kept, part => Assert.Contains(part, shown, StringComparison.Ordinal));
        // What can be opened has no message.
        if (kept.Length > 0 && !address.Contains("://", StringComparison.Ordinal)) return;
        var refused = Assert.Throws<RetentionException>(() => StoreAddress.Engine(address));
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("sqlite:/data/shop.db")]
    [InlineData("sqlite:odd;name=with@signs.db")]
    [InlineData("shop")]
    [InlineData(@"C:\shop.db")]
    public void An_address_without_secrets_is_shown_as_it_is(string address) => Assert.Equal(address, StoreAddress.WithoutSecrets(address));

    [Fact]
    public void Open_AFileThatIsNoDatabase_IsAClearFailure()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('x', 5000));
        Assert.Equal(Failure.DependencyUnavailable, Assert.Throws<RetentionException>(() => RetentionStore.Open("sqlite:" + path)).Failure);
    }
}
