using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// One text file as UTF-8, whatever it came in: gzip is unpacked beside the other temporary files; UTF-16 is known by its byte order mark
/// or by its zeros; a text of which most that is beyond ASCII is UTF-8 is that, and a byte that is none costs its character; any other is
/// of the code page whose words it makes (<see cref="CodePages"/>).
/// </summary>
internal sealed class SourceText
{
    /// <summary>Of lines that tell a code page no more is looked at.</summary>
    private const int SampleBytes = 1 << 18;

    private readonly string _plainPath;
    private readonly Encoding _encoding;

    private SourceText(string plainPath, Encoding encoding, string encodingName, bool isSound = false)
    {
        _plainPath = plainPath;
        _encoding = encoding;
        EncodingName = encodingName;
        IsUtf8 = isSound;
    }

    public string EncodingName { get; }

    /// <summary>The code page that the file's own words told; null where its form or a person did, and where nothing does.</summary>
    public string? CodePage { get; private init; }

    /// <summary>Nothing in the file told its code page; how to say it is part of the sentence.</summary>
    public string? Assumption { get; private init; }

    /// <summary>The file itself can be read as UTF-8.</summary>
    public bool IsUtf8 { get; }

    public string PlainPath => _plainPath;

    /// <param name="path">The file, packed or not.</param>
    /// <param name="encoding">One of <see cref="CodePages.Names"/>; null to find out.</param>
    /// <param name="scratchFolder">Where an unpacked copy goes.</param>
    /// <param name="unpackedMax">Bytes it may unpack to.</param>
    /// <param name="beginning">Bytes to unpack of a packed file, where the first rows are all that is wanted.</param>
    /// <param name="ct">Ends the unpacking.</param>
    /// <param name="usual">The code page of the source's files before, for one that does not tell; null where none told.</param>
    public static SourceText Open(
        string path, string? encoding, string scratchFolder, long unpackedMax, long? beginning, CancellationToken ct, string? usual = null)
    {
        var plain = UnpackedStream.IsPacked(path) ? Unpack(path, scratchFolder, unpackedMax, beginning, ct) : path;
        ct.ThrowIfCancellationRequested();
        using var file = File.OpenRead(plain);
        if (encoding is not null) return new SourceText(plain, CodePages.Named(encoding), ShownName(CodePages.Named(encoding)));
        if (Utf16(file) is { } wide) return new SourceText(plain, wide, ShownName(wide));
        file.Position = 0;
        if (IsValidUtf8(file, isCut: file.Length == beginning, ct)) return new SourceText(plain, s_utf8, "UTF-8", isSound: true);
        file.Position = 0;
        var (characters, strays, sample) = Beyond(file, ct);
        if (characters >= strays)
        {
            var others = FormattableString.Invariant($"{strays} bytes that are no UTF-8 were read as \uFFFD");
            return new SourceText(plain, s_utf8, "UTF-8")
            {
                Assumption = $"{others}. If the file is of another code page, give \"$encoding\": \"windows-1252\", say, in --map.",
            };
        }
        var page = CodePages.Of(sample, usual, out var isTold);
        var named = CodePages.Named(page);
        return new SourceText(plain, named, ShownName(named))
        {
            CodePage = isTold ? page : null,
            Assumption = isTold ? null : page == usual ? $"{ShownName(named)}, as in the files of this source before"
                : $"no word tells the code page of the file for sure; {ShownName(named)} is assumed. If names look "
                + $"wrong, give \"$encoding\": \"windows-1250\", say, in --map ({string.Join(", ", CodePages.Names)}).",
        };
    }

    public Stream OpenUtf8()
    {
        var file = new FileStream(_plainPath, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        return IsUtf8 ? file : Encoding.CreateTranscodingStream(file, _encoding, s_utf8);
    }

    private static string ShownName(Encoding encoding) => encoding.CodePage switch
    {
        1200 => "UTF-16 LE",
        1201 => "UTF-16 BE",
        65001 => "UTF-8",
        >= 1250 and <= 1258 => FormattableString.Invariant($"Windows-{encoding.CodePage}"),
        _ => encoding.WebName,
    };

    private static string Unpack(string path, string scratchFolder, long unpackedMax, long? beginning, CancellationToken ct)
    {
        var plain = Path.Combine(scratchFolder, Guid.NewGuid().ToString("N") + ".txt");
        using var packed = UnpackedStream.Open(path, unpackedMax, ct);
        using var unpacked = File.Create(plain);
        var buffer = new byte[1 << 17];
        var left = beginning ?? long.MaxValue;
        int read;
        while (left > 0 && (read = packed.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0)
        {
            unpacked.Write(buffer, 0, read);
            left -= read;
        }
        return plain;
    }

    /// <summary>By its mark; without one every other byte of delimiters, digits and ends of lines is 0, and hardly one between.</summary>
    private static Encoding? Utf16(FileStream file)
    {
        var buffer = new byte[1 << 12];
        var bytes = buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Encoding.BigEndianUnicode;
        var (even, odd) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
            if (bytes[i] == 0) _ = i % 2 == 0 ? even++ : odd++;
        if (bytes.Length < 16 || Math.Max(even, odd) < bytes.Length / 8) return null;
        return even * 20 < odd ? Encoding.Unicode : odd * 20 < even ? Encoding.BigEndianUnicode : null;
    }

    /// <param name="isCut">The file may end within a character.</param>
    private static bool IsValidUtf8(Stream file, bool isCut, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            var kept = 0;
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                var read = file.Read(buffer, kept, buffer.Length - kept);
                var text = buffer.AsSpan(0, kept + read);
                if (read == 0) return text.IsEmpty || isCut;
                // A character may be cut by the end of the buffer: it is judged together with the next bytes.
                kept = UnfinishedBytes(text);
                if (!Utf8.IsValid(text[..^kept])) return false;
                text[^kept..].CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Characters of several bytes that are UTF-8, bytes beyond ASCII that are none, and lines that have such bytes.</summary>
    private static (long Characters, long Strays, byte[] Sample) Beyond(Stream file, CancellationToken ct)
    {
        var (characters, strays) = (0L, 0L);
        var sample = new MemoryStream();
        var buffer = new byte[1 << 20];
        var kept = 0;
        int read;
        while ((read = file.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            ct.ThrowIfCancellationRequested();
            var text = buffer.AsSpan(0, kept + read);
            kept = UnfinishedBytes(text);
            var whole = text[..^kept];
            for (var at = 0; at < whole.Length;)
            {
                var next = whole[at..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
                if (next < 0) break;
                at += next;
                var status = Rune.DecodeFromUtf8(whole[at..], out _, out var bytes);
                if (status == OperationStatus.Done) characters++;
                else strays++;
                at += bytes;
            }
            if (sample.Length < SampleBytes) AddLines(sample, whole);
            text[^kept..].CopyTo(buffer);
        }
        strays += kept > 0 ? 1 : 0;
        return (characters, strays, sample.ToArray());
    }

    private static void AddLines(MemoryStream sample, ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (Ascii.IsValid(line)) continue;
            sample.Write(line[..Math.Min(line.Length, SampleBytes)]);
            sample.WriteByte((byte)'\n');
            if (sample.Length >= SampleBytes) return;
        }
    }

    private static int UnfinishedBytes(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= Math.Min(3, text.Length); back++)
        {
            var lead = text[^back];
            if (lead < 0x80) return 0;
            if (lead >= 0xC0) return back < (lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2) ? back : 0;
        }
        return 0;
    }

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);
}
