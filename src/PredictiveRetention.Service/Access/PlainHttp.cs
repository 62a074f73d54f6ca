namespace PredictiveRetention.Service.Access;

/// <summary>The service ends no TLS itself. Whoever lets others reach it without a proxy is told so.</summary>
internal static class PlainHttp
{
    public const string Warning =
        "{Url} is not for this machine alone, and what is sent there, the key too, is not encrypted: "
        + "put a proxy with TLS before it and name it in Retention:KnownProxies (docs/operations.md).";

    /// <summary>Whether an address the service listens on is http and not of this machine alone.</summary>
    public static bool ReachesOthers(string address) =>
        address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && !(Uri.TryCreate(Named(address), UriKind.Absolute, out var uri) && uri.IsLoopback);

    /// <summary>With the address that + and * stand for, which a URI cannot have.</summary>
    private static string Named(string address) =>
        address.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal);
}
