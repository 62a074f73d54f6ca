using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// The code page of a text that is no UTF-8, by the words it makes of the bytes: a code page is the wrong one where words have letters that
/// no language writes together. Bytes that read the same in two code pages speak for neither, and where nothing tells them apart it is
/// Windows-1252, which spreadsheets of western Europe and the Americas save.
/// </summary>
internal static class CodePages
{
    /// <summary>By the name reports and --map have for it.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["utf-8", "utf-16le", "utf-16be", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1257",
            "iso-8859-2", "iso-8859-15", "macintosh", "ibm850", "ibm852", "koi8-r", "shift_jis", "gb18030", "big5", "euc-kr"];

    public static Encoding Named(string name) => name == "utf-8" ? new UTF8Encoding(false)
        : name == "utf-16le" ? Encoding.Unicode
        : name == "utf-16be" ? Encoding.BigEndianUnicode
        // What is no character is left to see; the code pages themselves would read it as a question mark.
        : CodePagesEncodingProvider.Instance.GetEncoding(
            name, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback)!;

    /// <summary>Its name.</summary>
    /// <param name="sample">Whole lines that hold bytes beyond ASCII.</param>
    /// <param name="usual">That of the source's files before, which is the one where another is as good; null where none told.</param>
    /// <param name="isTold">False where another code page makes other words of the bytes that are as good.</param>
    public static string Of(ReadOnlySpan<byte> sample, string? usual, out bool isTold)
    {
        var read = new List<(string Name, string Text, int Faults)>();
        foreach (var (name, alphabets) in s_pages)
        {
            var encoding = Named(name);
            var text = encoding.GetString(sample);
            read.Add((name, text, Faults(text, alphabets)));
        }
        // The first of those with the fewest.
        var best = read.OrderBy(page => page.Faults).ThenBy(page => page.Name == usual ? 0 : 1).First();
        isTold = read.All(page => page.Faults > best.Faults || page.Text == best.Text);
        return best.Name;
    }

    /// <summary>Letters no language of the code page has together in their word, and characters no text has where they stand.</summary>
    private static int Faults(string text, string[] alphabets)
    {
        var faults = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && IsOfWord(text, end)) end++;
            var word = text.AsSpan(at, end - at);
            faults += alphabets.Length == 0 ? FaultsOfHan(word) : FaultsOf(word, alphabets);
            at = end + 1;
        }
        return faults;
    }

    /// <summary>A letter, or a character that stands within letters or where no text has it.</summary>
    private static bool IsOfWord(string text, int at) =>
        char.IsLetter(text[at]) || (text[at] >= 0x80 && !IsUsualSign(text, at));

    private static bool IsUsualSign(string text, int at)
    {
        var (before, after) = (at > 0 ? text[at - 1] : ' ', at + 1 < text.Length ? text[at + 1] : ' ');
        var sign = text[at];
        if (sign == '\u2019') return true;
        if (sign == '\u00B7' && before is 'l' or 'L') return true;
        if (sign is '\u00B2' or '\u00B3') return before == 'm' && !char.IsLetter(after);
        if (Signs.Contains(sign, StringComparison.Ordinal)) return !char.IsLetter(before) || !char.IsLetter(after);
        return char.IsPunctuation(sign) && sign >= 0x3000;
    }

    private const string Signs = "\u00A0€£§°ºª«»„“”‘–—…®™©¿¡½±¥№×÷•·";

    private static int FaultsOf(ReadOnlySpan<char> word, string[] alphabets)
    {
        if (Ascii.IsValid(word)) return 0;
        var fewest = int.MaxValue;
        foreach (var alphabet in alphabets)
        {
            var faults = 0;
            // Languages of other scripts write none of their words in Latin letters too.
            var isLatin = alphabet[0] < 0x250;
            foreach (var letter in word)
                if (letter >= 0x80 ? !alphabet.Contains(char.ToLowerInvariant(letter), StringComparison.Ordinal) : !isLatin) faults++;
            fewest = Math.Min(fewest, faults);
        }
        // No word has a capital in its middle.
        for (var i = 1; i < word.Length; i++)
        {
            if (!char.IsUpper(word[i]) || (word[i - 1] < 0x80 && word[i] < 0x80)) continue;
            if (char.IsLower(word[i - 1]) || (word[i] >= 0x80 && i + 1 < word.Length && char.IsLower(word[i + 1]))) fewest++;
        }
        return fewest;
    }

    /// <summary>Of Japanese and Chinese: rare characters, and Latin letters or kana of half width beside the others.</summary>
    private static int FaultsOfHan(ReadOnlySpan<char> word)
    {
        if (Ascii.IsValid(word)) return 0;
        var (faults, half, full) = (0, 0, 0);
        foreach (var letter in word)
        {
            if (letter is >= '\uFF61' and <= '\uFF9F') half++;
            else if (letter >= 0x80) full++;
            if (letter is >= '\u3040' and <= '\u30FF' or >= '\uFF01' and <= '\uFF9F' or '\u3005') continue;
            if (letter < 0x80 || !IsUsualHan(letter)) faults++;
        }
        return faults + (half > 0 && full > 0 ? half : 0);
    }

    /// <summary>One of the first level of JIS X 0208 or GB 2312: the characters in daily use.</summary>
    private static bool IsUsualHan(char letter)
    {
        if (letter is < '\u4E00' or > '\u9FFF') return false;
        var japanese = s_japanese.GetBytes([letter]);
        if (japanese is [>= 0x88 and <= 0x98, _]) return true;
        return s_chinese.GetBytes([letter]) is [>= 0xB0 and <= 0xD7, >= 0xA1];
    }

    private static readonly Encoding s_japanese = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
    private static readonly Encoding s_chinese = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    // Letters beyond a to z, language by language.
    private static readonly string[] s_western =
    [
        "äöüß", "éèêëàâçîïôûùœæüÿ", "áéíñóúüï", "ãáâàçéêíóôõúü", "àèéìòùóíî", "éëïöüóèç", "åäöéüø", "æøåéó", "áéíóúýþæöð",
        "àáçèéíïòóúü",
    ];

    private static readonly string[] s_turkish = ["çğıöşüâîûİ"];
    private static readonly string[] s_central =
    [
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "äöüß", "éáíóúçëîôâ",
    ];

    private static readonly string[] s_cyrillic = ["абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґђјљњћџў"];
    private static readonly string[] s_greek = ["αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"];

    // The first is taken where nothing tells; Chinese and Japanese have no alphabet. A page that differs in few characters from one before
    // has its alphabets and more.
    private static readonly (string Name, string[] Alphabets)[] s_pages =
    [
        ("windows-1252", s_western), ("iso-8859-15", s_western), ("windows-1250", s_central), ("iso-8859-2", s_central),
        ("windows-1251", s_cyrillic),
        ("windows-1253", s_greek),
        ("windows-1254", [.. s_western.Where(letters => !letters.Contains('ð', StringComparison.Ordinal)), .. s_turkish]),
        ("macintosh", s_western), ("ibm850", s_western), ("gb18030", []), ("shift_jis", []),
    ];
}
