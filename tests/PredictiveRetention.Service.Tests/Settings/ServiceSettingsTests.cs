using Microsoft.Extensions.Configuration;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Service.Tests.Health;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Settings;

public sealed class ServiceSettingsTests
{
    [Theory]
    [MemberData(nameof(BrokenAddresses.All), MemberType = typeof(BrokenAddresses))]
    public void An_address_of_a_store_that_cannot_be_read_is_told_with_the_other_faults_and_without_its_values(string address, string says)
    {
        var fault = Refusal(("ConnectionStrings:Retention", address), ("Retention:Cron", "never"));
        Assert.Contains("ConnectionStrings:Retention: ", fault, StringComparison.Ordinal);
        Assert.Contains(says, fault, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Retention:Cron", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", fault, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/retain", "/retain")]
    [InlineData("/retain/", "/retain")]
    [InlineData("/tools/a.b_c~d-e", "/tools/a.b_c~d-e")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public void A_path_is_read_without_the_slash_at_its_end(string written, string path) =>
        Assert.Equal(path, Read(("Retention:PathBase", written)).PathBase.Value ?? "");

    [Theory]
    [InlineData("retain")]
    [InlineData("//retain")]
    [InlineData("/retain//x")]
    [InlineData("/../x")]
    [InlineData("/./x")]
    [InlineData("/re tain")]
    [InlineData("/re%74ain")]
    [InlineData("/retain?x=1")]
    [InlineData("/retain#x")]
    [InlineData("/\"retain")]
    [InlineData("http://tools.example/retain")]
    public void What_is_no_plain_path_is_refused(string written) =>
        Assert.Contains($"Retention:PathBase is '{written}'", Refusal(("Retention:PathBase", written)), StringComparison.Ordinal);

    [Fact]
    public void Proxies_are_addresses_and_networks_as_words_or_as_a_list()
    {
        string[] expected = ["10.0.0.7/32", "10.1.0.0/16", "2001:db8::1/128"];
        Assert.Equal(expected, Proxies(("Retention:KnownProxies", "10.0.0.7, 10.1.0.0/16,2001:db8::1")));
        Assert.Equal(expected, Proxies(("Retention:KnownProxies:0", "10.0.0.7"), ("Retention:KnownProxies:1", "10.1.0.0/16"),
            ("Retention:KnownProxies:2", "2001:db8::1")));
        Assert.Contains("'proxy.example'", Refusal(("Retention:KnownProxies", "10.0.0.7, proxy.example")), StringComparison.Ordinal);

        static IEnumerable<string> Proxies(params (string, string)[] settings) =>
            Read(settings).KnownProxies.Select(proxy => proxy.ToString());
    }

    private static string Refusal(params (string, string)[] settings) =>
        Assert.Throws<RetentionException>(() => Read(settings)).Message;

    private static ServiceSettings Read(params (string, string)[] settings) =>
        ServiceSettings.Read(new ConfigurationBuilder().AddInMemory(settings).Build());
}
