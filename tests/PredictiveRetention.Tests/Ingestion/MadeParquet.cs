using System.Buffers.Binary;
using System.Text;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Parquet files that are a footer and nothing else, as nobody's writer makes them: Thrift in its compact protocol.</summary>
internal static class MadeParquet
{
    private const int Whole = 5, Long = 6, Text = 8, List = 9, Struct = 12;

    /// <summary>One column of so many types within each other, no rows.</summary>
    public static byte[] Deep(int levels) => File(
        [Element("root", 1), .. Enumerable.Range(0, levels).Select(_ => Element("a", 1)), Element("x", null)], rows: 0, []);

    /// <summary>One column of a single row group that says it has so many rows and bytes.</summary>
    public static byte[] OfRows(long rows, long bytes) => File(
        [Element("root", 1), Element("x", null)], rows,
        [[.. Field(1, List), Struct, .. Field(1, Long), .. Number(bytes), .. Field(1, Long), .. Number(rows), 0]]);

    private static byte[] File(byte[][] schema, long rows, byte[][] groups)
    {
        byte[] footer =
        [
            .. Field(1, Whole), .. Number(1), .. Field(1, List), .. Listed(schema), .. Field(1, Long), .. Number(rows),
            .. Field(1, List), .. Listed(groups), 0,
        ];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. "PAR1"u8, .. footer, .. length, .. "PAR1"u8];
    }

    /// <summary>A type with so many children, or a column of whole numbers.</summary>
    private static byte[] Element(string name, int? children) => children is { } count
        ? [.. Field(3, Whole), .. Number(1), .. Field(1, Text), .. Named(name), .. Field(1, Whole), .. Number(count), 0]
        : [.. Field(1, Whole), .. Number(1), .. Field(2, Whole), .. Number(1), .. Field(1, Text), .. Named(name), 0];

    private static byte[] Field(int delta, int type) => [(byte)(delta << 4 | type)];

    private static byte[] Listed(byte[][] structs) => structs.Length < 15
        ? [(byte)(structs.Length << 4 | Struct), .. structs.SelectMany(one => one)]
        : [0xF0 | Struct, .. Varint((ulong)structs.Length), .. structs.SelectMany(one => one)];

    private static byte[] Named(string name) => [.. Varint((ulong)name.Length), .. Encoding.UTF8.GetBytes(name)];

    private static byte[] Number(long value) => Varint((ulong)(value << 1 ^ value >> 63));

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
