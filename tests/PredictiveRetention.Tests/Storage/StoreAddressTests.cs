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
        var failure = Assert.Throws<RetentionException>(() => RetentionStore.Open("Host=127.0.0.1;Port=1;Database=shop;Username=me;Password=secret;Timeout=2"));
        Assert.Equal(Failure.DependencyUnavailable, failure.Failure);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AFileThatIsNoDatabase_IsAClearFailure()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('x', 5000));
        Assert.Equal(Failure.DependencyUnavailable, Assert.Throws<RetentionException>(() => RetentionStore.Open("sqlite:" + path)).Failure);
    }
}
