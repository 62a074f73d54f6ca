using System.Buffers;
using System.Text;

namespace PredictiveRetention.Service.Proxy;

/// <summary>
/// The body of an answer, in which the path the service lies under is put before the addresses of a page as it is written. In a page of
/// Razor a quotation mark is one of the markup alone, never of a text, so that ' href="/' is nothing but the beginning of an address.
/// </summary>
/// <param name="path">As it stands in an address.</param>
/// <param name="isJobs">In the dashboard of jobs, which knows where it lies, only the way back to the service.</param>
internal sealed class PageBody(HttpResponse response, string path, bool isJobs) : Stream
{
    /// <summary>Kept until more is known: the beginning of an address may come in two parts.</summary>
    private const int Tail = 16;

    private static readonly byte[][] s_attributes = [" href"u8.ToArray(), " src"u8.ToArray(), " action"u8.ToArray(),
        " formaction"u8.ToArray()];

    private readonly Stream _body = response.Body;
    private readonly byte[] _path = Encoding.UTF8.GetBytes(path);
    private readonly ArrayBufferWriter<byte> _ready = new();
    private byte[] _held = [];
    private bool? _isPage;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await _body.WriteAsync(IsPage() ? Ready(buffer.Span, isLast: false) : buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (IsPage()) _body.Write(Ready(buffer.AsSpan(offset, count), isLast: false).Span);
        else _body.Write(buffer, offset, count);
    }

    public override void Flush() => _body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _body.FlushAsync(cancellationToken);

    /// <summary>Writes what was kept.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (_held.Length > 0) await _body.WriteAsync(Ready([], isLast: true), cancellation);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Known when the first of it is written.</summary>
    private bool IsPage()
    {
        if (_isPage is { } known) return known;
        _isPage = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
        if (_isPage == true && !response.HasStarted) response.ContentLength = null;
        return _isPage.Value;
    }

    private ReadOnlyMemory<byte> Ready(ReadOnlySpan<byte> more, bool isLast)
    {
        _ready.ResetWrittenCount();
        byte[] text = [.. _held, .. more];
        var (done, from) = (0, 0);
        while (text.AsSpan(from).IndexOf("=\"/"u8) is >= 0 and var found)
        {
            var mark = from + found;
            from = mark + 2;
            if (!IsAddress(text.AsSpan(0, mark)) || isJobs && (from + 1 == text.Length || text[from + 1] != (byte)'"')) continue;
            _ready.Write(text.AsSpan(done, from - done));
            _ready.Write(_path);
            done = from;
        }
        var keep = isLast ? 0 : Math.Min(Tail, text.Length - done);
        _ready.Write(text.AsSpan(done, text.Length - keep - done));
        _held = text[^keep..];
        return _ready.WrittenMemory;
    }

    private static bool IsAddress(ReadOnlySpan<byte> before)
    {
        foreach (var attribute in s_attributes) if (before.EndsWith(attribute)) return true;
        return false;
    }
}
