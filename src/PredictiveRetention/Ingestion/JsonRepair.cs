using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// A JSON file that DuckDB cannot read, made readable where it is a small thing: halves of characters in texts (\ud800) and bytes that are
/// no UTF-8 become U+FFFD, and of JSON lines one that is no JSON costs itself. A list or an object over many lines is a whole: what is
/// wrong in it is said with line and column.
/// </summary>
internal sealed partial class JsonRepair
{
    private readonly List<JsonFault> _faults = [];
    private readonly List<long> _skipped = [];

    private JsonRepair(string readyPath) => ReadyPath = readyPath;

    /// <summary>What DuckDB reads instead.</summary>
    public string ReadyPath { get; }

    /// <summary>Lines that are no JSON.</summary>
    public IReadOnlyList<JsonFault> Faults => _faults;

    /// <param name="path">The file, packed or not.</param>
    /// <param name="scratchFolder">Where the readable copy goes.</param>
    /// <param name="unpackedMax">Bytes it may unpack to.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="RetentionException">It is no file of JSON lines and no JSON: the message says in which line and column.</exception>
    public static JsonRepair Of(string path, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        var text = SourceText.Open(path, null, scratchFolder, unpackedMax, null, ct);
        var repair = new JsonRepair(Path.Combine(scratchFolder, Guid.NewGuid().ToString("N") + ".json"));
        var areLines = AreLines(text);
        if (!areLines) CheckWhole(path, text);
        using var lines = new StreamReader(text.OpenUtf8(), Encoding.UTF8);
        using var ready = new StreamWriter(repair.ReadyPath);
        for (long number = 1; lines.ReadLine() is { } line; number++)
        {
            if ((number & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
            var whole = Whole(line);
            var isBlank = string.IsNullOrWhiteSpace(line);
            if (!areLines || (!isBlank && IsJson(whole))) ready.Write(whole + "\n");
            else
            {
                repair._skipped.Add(number);
                if (!isBlank) repair._faults.Add(new JsonFault(number, line));
            }
        }
        return repair;
    }

    /// <summary>The line of the file that record n (from 1) of the readable copy stands in.</summary>
    public long LineOf(long record)
    {
        var line = record;
        foreach (var skipped in _skipped)
        {
            if (skipped > line) break;
            line++;
        }
        return line;
    }

    /// <summary>Most of the first lines are a value each.</summary>
    private static bool AreLines(SourceText text)
    {
        using var lines = new StreamReader(text.OpenUtf8(), Encoding.UTF8);
        var (values, others) = (0, 0);
        for (var read = 0; read < LinesSampled && lines.ReadLine() is { } line; read++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.AsSpan().TrimStart() is ['{', ..] && IsJson(Whole(line))) values++;
            else others++;
        }
        return values > 0 && values >= others;
    }

    private const int LinesSampled = 1000;

    private static void CheckWhole(string path, SourceText text)
    {
        using var lines = new StreamReader(text.OpenUtf8(), Encoding.UTF8);
        var reading = new JsonReaderState(s_lenient);
        byte[] rest = [];
        bool isRead;
        do
        {
            var line = lines.ReadLine();
            isRead = line is null;
            // A comma is not taken before what follows it is seen.
            byte[] bytes = [.. rest, .. Encoding.UTF8.GetBytes(isRead ? "" : Judged(Whole(line!)) + "\n")];
            var reader = new Utf8JsonReader(bytes, isFinalBlock: isRead, reading);
            try
            {
                while (reader.Read()) { }
            }
            catch (JsonException fault)
            {
                throw new RetentionException(Failure.InputRejected, string.Create(CultureInfo.InvariantCulture,
                    $"{path}, line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}: is no JSON: {Said(fault)}"), fault);
            }
            rest = bytes[(int)reader.BytesConsumed..];
            reading = reader.CurrentState;
        }
        while (!isRead);
    }

    private static bool IsJson(string line)
    {
        if (line.AsSpan().TrimStart() is not ['{' or '[', ..]) return false;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(Judged(line)), s_lenient);
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Said(JsonException fault) =>
        ForeignText.Shown(fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? fault.Message[..end]
            : fault.Message, 200);

    private static string Whole(string line)
    {
        var whole = line.StartsWith('\uFEFF') ? line[1..] : line;
        if (!whole.Contains('\\', StringComparison.Ordinal)) return whole;
        return Surrogates().Replace(whole, match => match.Groups["half"].Success ? "\\ufffd" : match.Value);
    }

    /// <summary>DuckDB reads NaN and Infinity; the reader here is told of another number in their place.</summary>
    private static string Judged(string line) =>
        line.Contains("NaN", StringComparison.Ordinal) || line.Contains("Inf", StringComparison.Ordinal)
            ? NotANumber().Replace(line, match => match.Groups["number"].Success ? "0" : match.Value) : line;

    private static readonly JsonReaderOptions s_lenient =
        new() { AllowTrailingCommas = true, MaxDepth = FileLimits.Depth + 1, AllowMultipleValues = true };

    // Pairs and characters that only look escaped are matched first, and stay.
    [GeneratedRegex(@"\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})")]
    private static partial Regex Surrogates();

    [GeneratedRegex("""(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?(?:NaN|Infinity|Inf)\b)""")]
    private static partial Regex NotANumber();
}

/// <summary>A line that is no JSON.</summary>
/// <param name="Line">In the file; the first is 1.</param>
internal sealed record JsonFault(long Line, string Text)
{
    public const string Reason = "line is no JSON";
}
