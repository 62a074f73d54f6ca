namespace PredictiveRetention.Presentation.Writing;

/// <summary>What a card says, in parts: its first sentence is a title, the rest stands below.</summary>
public static class SaidIn
{
    /// <summary>The first sentence without its point, where it is short enough to be a title, else null; and what is left to say.</summary>
    public static (string? First, string? Further) Parts(string? text)
    {
        const int LongestTitle = 110;
        if (text is null) return (null, null);
        var depth = 0;
        for (var at = 0; at + 2 < text.Length; at++)
        {
            depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
            if (depth > 0 || text[at + 1] != ' ') continue;
            // A point ends a sentence where a capital follows; "1.86 times" and "at 31.7 days" go on.
            if (text[at] == ';' || (text[at] == '.' && char.IsUpper(text[at + 2])))
                return at <= LongestTitle ? (text[..at], char.ToUpperInvariant(text[at + 2]) + text[(at + 3)..]) : (null, text);
        }
        return text.Length <= LongestTitle ? (text.TrimEnd('.'), null) : (null, text);
    }
}
