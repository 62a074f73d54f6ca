using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// One text file as UTF-8, whatever it came in: gzip is unpacked beside the other temporary files, UTF-16 is known by its byte
/// order mark, and bytes that are no UTF-8 are Windows-1252, which is what spreadsheets of western Europe and the Americas save.
/// </summary>
internal sealed class SourceText
{
    private readonly string _plainPath;
    private readonly Encoding _encoding;

    private SourceText(string plainPath, Encoding encoding, string encodingName)
    {
        _plainPath = plainPath;
        _encoding = encoding;
        EncodingName = encodingName;
    }

    public string EncodingName { get; }

    /// <summary>The file itself can be read as UTF-8.</summary>
    public bool IsUtf8 => _encoding is UTF8Encoding;

    public string PlainPath => _plainPath;

    /// <param name="path">The file, packed or not.</param>
    /// <param name="scratchFolder">Where an unpacked copy goes.</param>
    /// <param name="unpackedMax">Bytes it may unpack to.</param>
    /// <param name="beginning">Bytes to unpack of a packed file, where the first rows are all that is wanted.</param>
    /// <param name="ct">Ends the unpacking.</param>
    public static SourceText Open(string path, string scratchFolder, long unpackedMax, long? beginning, CancellationToken ct)
    {
        var plain = UnpackedStream.IsPacked(path) ? Unpack(path, scratchFolder, unpackedMax, beginning, ct) : path;
        ct.ThrowIfCancellationRequested();
        using var file = File.OpenRead(plain);
        Span<byte> mark = stackalloc byte[3];
        var marked = mark[..file.ReadAtLeast(mark, 3, throwOnEndOfStream: false)];
        if (marked.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return new SourceText(plain, Encoding.Unicode, "UTF-16 LE");
        if (marked.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return new SourceText(plain, Encoding.BigEndianUnicode, "UTF-16 BE");
        file.Position = 0;
        if (IsValidUtf8(file, isCut: file.Length == beginning, ct)) return new SourceText(plain, s_utf8, "UTF-8");
        return new SourceText(plain, s_windows1252, "Windows-1252");
    }

    public Stream OpenUtf8()
    {
        var file = new FileStream(_plainPath, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        return IsUtf8 ? file : Encoding.CreateTranscodingStream(file, _encoding, s_utf8);
    }

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
    private static readonly Encoding s_windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
}
