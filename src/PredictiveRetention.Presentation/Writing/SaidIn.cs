namespace PredictiveRetention.Presentation.Writing;

/// <summary>What a card says, in parts: its first sentence is a title, the rest stands below.</summary>
public static class SaidIn
{
    /// <summary>The first sentence, without its point, and what comes after it.</summary>
    public static (string? First, string? Further) Parts(string? text)
    {
        if (text is null) return (null, null);
        // A point ends a sentence where a capital follows; "1.86 times" and "at 31.7 days" go on.
        for (var at = text.IndexOf(". ", StringComparison.Ordinal); at >= 0; at = text.IndexOf(". ", at + 1, StringComparison.Ordinal))
            if (at + 2 < text.Length && char.IsUpper(text[at + 2])) return (text[..at], text[(at + 2)..]);
        var part = text.IndexOf("; ", StringComparison.Ordinal);
        return text.Length > 110 && part > 0 && part + 3 < text.Length ? (text[..part], char.ToUpperInvariant(text[part + 2]) + text[(part + 3)..]) : (text.TrimEnd('.'), null);
    }
}
