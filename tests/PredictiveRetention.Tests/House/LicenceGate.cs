namespace PredictiveRetention.Tests.House;

/// <summary>
/// Which licences a build may carry. A licence that nobody has read is refused like one that was read and found unfit: AGPL (it asks the
/// source of whoever serves it), GPL (of whoever passes a build on), and what only money allows.
/// </summary>
internal static class LicenceGate
{
    private static readonly string[] s_free =
        ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "PostgreSQL", "Zlib", "0BSD", "Unlicense"];
    private static readonly string[] s_lesser = ["LGPL-3.0-only", "LGPL-3.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later"];

    /// <summary>Whether a part of it asks that the library can be replaced.</summary>
    public static bool IsLesser(string expression) => s_lesser.Any(licence => expression.Contains(licence, StringComparison.Ordinal));

    /// <summary>An SPDX expression: of OR one choice must do, of AND all; brackets bind.</summary>
    public static bool Allows(string expression)
    {
        var words = expression.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var next = 0;
        return Choices(words, ref next) && next == words.Length;
    }

    private static bool Choices(string[] words, ref int next)
    {
        var allowed = Parts(words, ref next);
        while (next < words.Length && words[next] == "OR")
        {
            next++;
            allowed |= Parts(words, ref next);
        }
        return allowed;
    }

    private static bool Parts(string[] words, ref int next)
    {
        var allowed = One(words, ref next);
        while (next < words.Length && words[next] == "AND")
        {
            next++;
            allowed &= One(words, ref next);
        }
        return allowed;
    }

    private static bool One(string[] words, ref int next)
    {
        if (next >= words.Length) return false;
        var word = words[next++];
        if (word != "(") return s_free.Contains(word) || s_lesser.Contains(word);
        var allowed = Choices(words, ref next);
        return next < words.Length && words[next++] == ")" && allowed;
    }
}
