using System.Net;

namespace PredictiveRetention.Service.Tests.Proxy;

/// <summary>A reverse proxy that serves the service under a path of its own host.</summary>
/// <param name="path">Such as /retain.</param>
/// <param name="strips">Whether it takes the path off.</param>
/// <param name="says">Whether it says of what it passes on where it came from.</param>
internal sealed class SubPath(string path, bool strips, bool says) : DelegatingHandler
{
    public const string Host = "tools.example";

    public static (string Path, bool Strips, bool Says)[] All =>
        [("/retain", true, true), ("/retain", true, false), ("/retain", false, true), ("/retain", false, false),
            ("/tools/a.b_c~d-e", true, true), ("/retention", true, true), ("/retention", false, false), ("/data", true, true),
            ("/data", false, false)];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        if (asked.AbsolutePath != path && !asked.AbsolutePath.StartsWith(path + "/", StringComparison.Ordinal))
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { RequestMessage = request });
        request.RequestUri = new Uri("http://localhost:5099"
            + (strips && asked.PathAndQuery[path.Length..] is var rest ? rest.StartsWith('/') ? rest : "/" + rest : asked.PathAndQuery));
        if (says)
        {
            request.Headers.Add("X-Forwarded-Prefix", path);
            request.Headers.Add("X-Forwarded-Host", Host);
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-For", "198.51.100.9");
        }
        return base.SendAsync(request, cancellationToken);
    }
}
