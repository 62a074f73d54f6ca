using System.Globalization;
using System.Text;

namespace PredictiveRetention.Simulation;

/// <summary>
/// Writes rows cell by cell into a buffer, as bytes: nothing is allocated for a row. Cells are names and figures that need no quotes.
/// Written beside its place until <see cref="Commit"/>.
/// </summary>
internal sealed class CsvFile : IDisposable
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Longer than any row.</summary>
    private const int RowBytes = 1 << 13;

    // yyyy-MM-dd of every day there is: writing dates would be half of the work.
    private static readonly byte[] s_dates = Dates();

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly WholeFile _whole;
    private readonly FileStream _file;
    private int _used;

    public CsvFile(string path, params ReadOnlySpan<string> headers)
    {
        _whole = new WholeFile(path);
        _file = _whole.Create(bufferSize: 0);
        foreach (var header in headers) Text(header);
        EndRow();
        Rows = 0;
    }

    public string Path => _whole.Path;

    /// <summary>Beside the header.</summary>
    public long Rows { get; private set; }

    public CsvFile Text(string text)
    {
        _used += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used));
        return Comma();
    }

    public CsvFile Empty() => Comma();

    /// <summary>Such as C0000012.</summary>
    public CsvFile Id(char letter, long number)
    {
        Letter(letter);
        Digits(number, 7);
        return Comma();
    }

    /// <summary>Such as O0000012-3.</summary>
    public CsvFile Id(char letter, long number, long part)
    {
        Letter(letter);
        Digits(number, 7);
        Letter('-');
        Digits(part, 1);
        return Comma();
    }

    /// <summary>Such as customer-12@example.com: a domain that reaches nobody.</summary>
    public CsvFile Email(long number)
    {
        "customer-"u8.CopyTo(_buffer.AsSpan(_used));
        _used += "customer-"u8.Length;
        Digits(number, 1);
        return Text("@example.com");
    }

    public CsvFile Number(long number)
    {
        Digits(number, 1);
        return Comma();
    }

    public CsvFile Number(double number, string format)
    {
        number.TryFormat(_buffer.AsSpan(_used), out var written, format, CultureInfo.InvariantCulture);
        _used += written;
        return Comma();
    }

    /// <summary>Minor units of a currency with two decimals.</summary>
    public CsvFile Money(long minor)
    {
        if (minor < 0) Letter('-');
        Digits(Math.Abs(minor) / 100, 1);
        Letter('.');
        Digits(Math.Abs(minor) % 100, 2);
        return Comma();
    }

    /// <summary>Seconds since 1970; nothing where there is none.</summary>
    public CsvFile Time(long? second)
    {
        if (second is not { } known) return Comma();
        var (day, rest) = Math.DivRem(known, 86_400);
        s_dates.AsSpan((int)day * 10, 10).CopyTo(_buffer.AsSpan(_used));
        _used += 10;
        Letter('T');
        Digits(rest / 3600, 2);
        Letter(':');
        Digits(rest / 60 % 60, 2);
        Letter(':');
        Digits(rest % 60, 2);
        return Comma();
    }

    /// <summary>A word and a day, such as sale-2025-11-25.</summary>
    public CsvFile Dated(string word, int day)
    {
        _used += Encoding.UTF8.GetBytes(word, _buffer.AsSpan(_used));
        Letter('-');
        s_dates.AsSpan(day * 10, 10).CopyTo(_buffer.AsSpan(_used));
        _used += 10;
        return Comma();
    }

    public void EndRow()
    {
        _buffer[_used - 1] = (byte)'\n';
        Rows++;
        if (_used > BufferBytes - RowBytes) Flush();
    }

    /// <summary>Writes what is left and closes the file, still beside its place.</summary>
    public void Finish()
    {
        Flush();
        _file.Dispose();
    }

    public void Commit() => _whole.Commit();

    /// <summary>What was not kept is gone.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _whole.Dispose();
    }

    private CsvFile Comma()
    {
        _buffer[_used++] = (byte)',';
        return this;
    }

    private void Letter(char letter) => _buffer[_used++] = (byte)letter;

    private void Digits(long number, int atLeast)
    {
        var length = atLeast;
        for (var power = Power(atLeast); number >= power; power *= 10) length++;
        for (var i = _used + length - 1; i >= _used; i--)
        {
            var (rest, digit) = Math.DivRem(number, 10);
            _buffer[i] = (byte)('0' + digit);
            number = rest;
        }
        _used += length;
    }

    private static long Power(int digits)
    {
        var power = 1L;
        for (var i = 0; i < digits; i++) power *= 10;
        return power;
    }

    private void Flush()
    {
        _file.Write(_buffer, 0, _used);
        _used = 0;
    }

    private static byte[] Dates()
    {
        var dates = new byte[(BusinessCalendar.LastDay + 1) * 10];
        for (var day = 0; day <= BusinessCalendar.LastDay; day++)
            BusinessCalendar.DateOf(day).TryFormat(dates.AsSpan(day * 10, 10), out _, IsoDate.Format, CultureInfo.InvariantCulture);
        return dates;
    }
}
