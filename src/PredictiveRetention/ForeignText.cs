using System.Globalization;
using System.Text;

namespace PredictiveRetention;

/// <summary>
/// Text that a stranger wrote (a heading, a cell, the name of a file, a word of a request) on its way into a message. What would move
/// the cursor of a terminal, set its title, add a line to a log or turn the direction of reading is replaced, and what is longer than a
/// person reads is cut; all else stays as it is written.
/// </summary>
public static class ForeignText
{
    /// <summary>Characters of one text in a message.</summary>
    public const int CharactersMax = 80;

    /// <summary>Texts of one list in a message.</summary>
    public const int NamesMax = 50;

    private const char Replaced = '\uFFFD';

    /// <summary>One text within a sentence: on one line.</summary>
    public static string Shown(string text, int charactersMax = CharactersMax)
    {
        var isCut = text.Length > charactersMax;
        var end = isCut ? charactersMax - 1 : text.Length;
        // Half of a character of two is none.
        if (isCut && char.IsHighSurrogate(text[end - 1])) end--;
        var shown = Plain(text.AsSpan(0, end), keepsLines: false);
        return isCut ? shown + "…" : shown;
    }

    /// <summary>A list within a sentence, with commas; of a long one the beginning, and how many more there are.</summary>
    public static string Shown(IReadOnlyList<string> names)
    {
        var shown = string.Join(", ", names.Take(NamesMax).Select(name => Shown(name)));
        return names.Count <= NamesMax ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - NamesMax} more");
    }

    /// <summary>A whole message, whose own line ends stay.</summary>
    public static string Message(string text, int charactersMax = int.MaxValue)
    {
        var shown = Plain(text.AsSpan(0, Math.Min(text.Length, charactersMax)), keepsLines: true);
        return text.Length > charactersMax ? shown + "…" : shown;
    }

    private static string Plain(ReadOnlySpan<char> text, bool keepsLines)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) plain.Append(text.Slice(i++, 2));
            else if (text[i] is '\n' or '\t' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
                plain.Append(keepsLines ? text[i] : ' ');
            else plain.Append(Misleads(text[i]) ? Replaced : text[i]);
        }
        return plain.ToString();
    }

    /// <summary>Control characters, marks that turn the direction of reading, other ends of lines, and halves of characters.</summary>
    private static bool Misleads(char letter) => char.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        UnicodeCategory.Format =>
            letter is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'),
        _ => false,
    };
}
