using PredictiveRetention.Service.Access;
using Xunit;

namespace PredictiveRetention.Service.Tests.Access;

/// <summary>docs/operations.md says what holds without TLS and behind a proxy that ends it.</summary>
public sealed class PlainHttpTests
{
    [Theory]
    [InlineData("http://localhost:5080", false)]
    [InlineData("http://127.0.0.1:5080", false)]
    [InlineData("http://[::1]:5080", false)]
    [InlineData("https://0.0.0.0:5080", false)]
    [InlineData("http://0.0.0.0:5080", true)]
    [InlineData("http://[::]:5080", true)]
    [InlineData("http://+:5080", true)]
    [InlineData("http://*:5080", true)]
    [InlineData("http://shop.example:5080", true)]
    public void An_address_that_others_reach_without_TLS_is_known(string address, bool reachesOthers) =>
        Assert.Equal(reachesOthers, PlainHttp.ReachesOthers(address));
}
