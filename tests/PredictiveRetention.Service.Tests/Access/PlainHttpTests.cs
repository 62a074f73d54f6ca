using PredictiveRetention.Service.Access;
using PredictiveRetention.Tests.Support;
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

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Behind_a_proxy_with_TLS_the_cookie_is_secure_where_its_headers_are_to_be_believed(string believed, bool secure)
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest()) { Settings = { ["FORWARDEDHEADERS_ENABLED"] = believed } };
        using var browser = service.Stranger();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var key = (AdminKey)service.Services.GetService(typeof(AdminKey))!;
        var response = await browser.GetAsync("/sign-in?ticket=" + key.NewTicket());
        var session = response.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("retention=", StringComparison.Ordinal));
        Assert.Equal(secure, session.Contains("; secure", StringComparison.OrdinalIgnoreCase));
    }
}
