using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// What a cell says, without what the programs it came through have left on it: control characters (a store may not hold all of them),
/// blanks of any width at its ends, HTML entities, formulas that only yield a text (="00123"), and the apostrophe that keeps a spreadsheet
/// from reading a cell as a number or a formula. Cells of every format and headings go through here, and nowhere else.
/// Cleaning what is clean changes nothing, and what <see cref="CsvCell.Safe"/> guards comes back as it was.
/// </summary>
internal static partial class CellText
{
    /// <summary>Null for nothing, as text, database exports and data frames write it.</summary>
    public static string? Clean(string written)
    {
        var text = Text(written);
        return text.Length == 0 || s_nothing.Contains(text) ? null : text;
    }

    /// <summary>
    /// <see cref="Clean"/> would leave a field of a CSV file, its quotes apart, as it is. Told from the bytes alone; of what it does not
    /// know for sure it says no.
    /// </summary>
    public static bool IsClean(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return true;
        var isQuoted = utf8.Length > 2 && utf8[0] == '"' && utf8[^1] == '"';
        var text = isQuoted ? utf8[1..^1] : utf8;
        return IsInk(text[0]) && IsInk(text[^1]) && text[0] is not ((byte)'=' or (byte)'\'') && text.IndexOfAny(s_oddBytes) < 0
            && (text.Length > s_nothingMax || !s_nothing.Contains(Encoding.UTF8.GetString(text)));
    }

    private static bool IsInk(byte letter) => letter is > (byte)' ' and < 0x7F;

    /// <summary>A heading may be any word; what cannot be seen within it is left out.</summary>
    public static string Heading(string written) => WithoutInvisible(Text(written));

    /// <summary>
    /// The one spelling of an id: 17850.0 is 17850 and 1.2345678E7 is 12345678, as numbers leave programs; an e-mail address is in lower
    /// case; letters of full width, and those put together of several characters, are the usual ones. Zeros in front stay.
    /// </summary>
    public static string Id(string text)
    {
        var id = WithoutInvisible(text);
        if (!Ascii.IsValid(id)) id = Usual(id);
        if (IsAddress(id)) return id.ToLowerInvariant();
        if (WholeNumber().Match(id) is { Success: true } whole) return whole.Groups["digits"].Value;
        return IsDestroyedId(id) ? id : WithoutExponent(id) ?? id;
    }

    /// <summary>
    /// A spreadsheet has shown a long number in few digits (4.91511E+12), or a column too narrow (#####): which number it was is lost.
    /// 1E5 may be an id, and 1.2345678E7 has all its digits.
    /// </summary>
    public static bool IsDestroyedId(string text)
    {
        if (text.Length >= 3 && text.AsSpan().Trim('#').IsEmpty) return true;
        if (Scientific().Match(text) is not { Success: true } match) return false;
        var lost = int.Parse(match.Groups["exponent"].ValueSpan, CultureInfo.InvariantCulture) - match.Groups["decimals"].Length;
        return match.Groups["plus"].Success ? lost > 0 : match.Groups["decimals"].Length > 0 && lost >= DigitsLostMin;
    }

    /// <summary>Programs that write all digits of a number leave out the zeros at its end, and more of them than this has no id.</summary>
    private const int DigitsLostMin = 5;

    /// <summary>Below ten million no program writes an exponent.</summary>
    private const int ExponentMin = 7;

    private static string? WithoutExponent(string id)
    {
        if (Scientific().Match(id) is not { Success: true } match || match.Groups["decimals"].Length == 0) return null;
        var exponent = int.Parse(match.Groups["exponent"].ValueSpan, CultureInfo.InvariantCulture);
        var digits = match.Groups["first"].Value + match.Groups["decimals"].Value;
        return exponent >= ExponentMin && exponent + 1 >= digits.Length ? digits.PadRight(exponent + 1, '0') : null;
    }

    private static bool IsAddress(string id)
    {
        var at = id.IndexOf('@');
        return at > 0 && at == id.LastIndexOf('@') && id.IndexOf('.', at) is var point && point > at + 1 && point < id.Length - 1
            && !id.Any(char.IsWhiteSpace);
    }

    private static string Usual(string id)
    {
        var usual = new StringBuilder(id.Length);
        foreach (var letter in id) usual.Append(letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - '\uFF01' + '!') : letter);
        return usual.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The text of a cell, empty for none.</summary>
    private static string Text(string written)
    {
        if (IsPlain(written)) return written;
        var text = Visible(written);
        for (var i = 0; i < DecodedMax && text.Contains('&', StringComparison.Ordinal) && !IsJson(text); i++)
        {
            var decoded = WebUtility.HtmlDecode(text);
            if (decoded == text) break;
            text = Visible(decoded);
        }
        if (IsJson(text)) return EscapedControls().Replace(text, "${before}");
        if (text.StartsWith('=') && TextFormula().Match(text) is { Success: true } formula)
            return Text(formula.Groups["text"].Value.Replace("\"\"", "\"", StringComparison.Ordinal));
        return text.StartsWith('\'') && IsGuarded(text.AsSpan(1).TrimStart()) ? Text(text[1..]) : text;
    }

    /// <summary>Two programs may each have written an entity for the ampersand of the other's.</summary>
    private const int DecodedMax = 4;

    private static bool IsPlain(string text) =>
        text.Length == 0 || (!IsEdge(text[0]) && text[0] is not ('=' or '\'') && !IsEdge(text[^1]) && text.AsSpan().IndexOfAny(s_odd) < 0);

    /// <summary>The apostrophe is a spreadsheet's where what follows would else be run or be a number or a date: not in 't Hooft.</summary>
    private static bool IsGuarded(ReadOnlySpan<char> rest) => !rest.IsEmpty && (CsvCell.IsRun(rest[0]) || Digits().IsMatch(rest));

    /// <summary>Its texts are cleaned when it is opened: an entity may stand for a quote.</summary>
    private static bool IsJson(string text) =>
        text.Length > 1 && ((text[0] == '{' && text[^1] == '}') || (text[0] == '[' && text[^1] == ']'));

    /// <summary>Without control characters and halves of characters, and without blanks at both ends.</summary>
    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) visible.Append(text, i++, 2);
            else if (char.IsSurrogate(text[i])) visible.Append('\uFFFD');
            else if (s_breaks.Contains(text[i])) continue;
            else if (!char.IsControl(text[i]) || text[i] is '\t' or '\n' or '\r') visible.Append(text[i]);
        }
        var (start, end) = (0, visible.Length);
        while (start < end && IsEdge(visible[start])) start++;
        while (end > start && IsEdge(visible[end - 1])) end--;
        return visible.ToString(start, end - start);
    }

    /// <summary>Without characters that take no room; a text that has none of them is returned as it is.</summary>
    public static string WithoutInvisible(string text) =>
        text.AsSpan().IndexOfAny(s_invisible) < 0 ? text : string.Concat(text.Where(letter => !s_invisible.Contains(letter)));

    private static bool IsEdge(char letter) => char.IsWhiteSpace(letter) || s_invisible.Contains(letter);

    private static readonly FrozenSet<string> s_nothing = FrozenSet.ToFrozenSet(
        ["null", "nan", "nat", "none", "n/a", "<na>", "\\n"], StringComparer.OrdinalIgnoreCase);

    private static readonly int s_nothingMax = s_nothing.Max(text => text.Length);

    /// <summary>Quotes, and every first byte of what <see cref="s_odd"/> has.</summary>
    private static readonly SearchValues<byte> s_oddBytes = SearchValues.Create(
        [(byte)'"', (byte)'&', (byte)'\\', 0x7F, 0xC2, 0xE2, 0xED, 0xEF, .. Enumerable.Range(0, ' ').Select(code => (byte)code)]);

    /// <summary>Hyphens that may be, joiners, marks of direction, and the byte order mark.</summary>
    private static readonly SearchValues<char> s_invisible = SearchValues.Create(
        "\u00AD\u061C\u180E\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2061\u2062\u2063\u2064"
        + "\u2066\u2067\u2068\u2069\uFEFF");

    /// <summary>Where a line may break or may not: no part of any word, as joiners and marks of direction are.</summary>
    private const string Breaks = "\u00AD\u200B\u2060\uFEFF";

    private static readonly SearchValues<char> s_breaks = SearchValues.Create(Breaks);

    /// <summary>What sends a cell the long way; most have none of it. A reverse solidus may begin an escape of JSON.</summary>
    private static readonly SearchValues<char> s_odd = SearchValues.Create(
        "&\\" + Breaks + string.Concat(Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl))
        + string.Concat(Enumerable.Range(0xD800, 0x800).Select(code => (char)code)));

    [GeneratedRegex("""^=\s*(?:T\s*\(\s*|HYPERLINK\s*\(\s*"[^"]*"\s*[,;]\s*)?"(?<text>(?:[^"]|"")*)"\s*\)?$""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TextFormula();

    [GeneratedRegex(@"^[0-9][0-9 .,:/-]*$")]
    private static partial Regex Digits();

    [GeneratedRegex(@"(?<![\\])(?<before>(?:\\\\)*)\\u00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EscapedControls();

    [GeneratedRegex(@"^(?<digits>[0-9]+)\.0{1,2}$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^(?<first>[0-9])(?:[.,](?<decimals>[0-9]+))?E(?:(?<plus>\+)(?<exponent>[0-9]{2,3})|(?<exponent>[0-9]{1,3}))$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scientific();
}
