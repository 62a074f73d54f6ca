using System.Text.RegularExpressions;

namespace PredictiveRetention.Service.Proxy;

/// <summary>A path the service lies under, such as /retain or /tools/retain.</summary>
internal static partial class PathBase
{
    /// <summary>
    /// Without a slash at its end; the root is none. False for what is no plain path: '//host', '..' and '%' would lead elsewhere than they
    /// look, and quotes out of the attribute they are written into.
    /// </summary>
    public static bool TryRead(string? text, out PathString path)
    {
        var trimmed = (text ?? "").Trim().TrimEnd('/');
        var isPath = trimmed.Length == 0 || Plain().IsMatch(trimmed);
        path = isPath && trimmed.Length > 0 ? new PathString(trimmed) : PathString.Empty;
        return isPath;
    }

    [GeneratedRegex(@"^(/(?!\.{1,2}(/|\z))[A-Za-z0-9._~-]+)+\z")]
    private static partial Regex Plain();
}
