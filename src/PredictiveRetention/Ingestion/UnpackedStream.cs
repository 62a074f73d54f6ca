using System.IO.Compression;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// A gzip file as it is when unpacked, read from start to end. It ends with a refusal where more comes out than <see cref="FileLimits"/>
/// allow, and with the cancellation where that is asked for.
/// </summary>
internal sealed class UnpackedStream : Stream
{
    private readonly string _path;
    private readonly long _unpackedMax;
    private readonly CancellationToken _ct;
    private readonly FileStream _packed;
    private readonly GZipStream _unpacked;
    private long _read;

    private UnpackedStream(string path, long unpackedMax, CancellationToken ct)
    {
        (_path, _unpackedMax, _ct) = (path, unpackedMax, ct);
        _packed = File.OpenRead(path);
        _unpacked = new GZipStream(_packed, CompressionMode.Decompress);
    }

    public static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The bytes a file holds, packed or not.</summary>
    public static Stream Open(string path, long unpackedMax, CancellationToken ct) =>
        IsPacked(path) ? new UnpackedStream(path, unpackedMax, ct) : File.OpenRead(path);

    public override int Read(Span<byte> buffer)
    {
        _ct.ThrowIfCancellationRequested();
        try
        {
            var read = _unpacked.Read(buffer);
            _read += read;
            FileLimits.CheckUnpacked(_path, _packed.Position, _read, _unpackedMax);
            return read;
        }
        catch (InvalidDataException damaged)
        {
            throw new RetentionException(Failure.InputRejected, $"{_path} cannot be unpacked: {damaged.Message}", damaged);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing) _unpacked.Dispose();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
