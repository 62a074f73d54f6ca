namespace PredictiveRetention.Ingestion;

/// <summary>
/// What no export of a shop comes near, and a file made to hold or to end the process goes beyond. Depth, columns, headings and what a
/// packed file unpacks to are looked at in a stream, before DuckDB sees the file; cells of JSON and Parquet as DuckDB reads them. Rows have
/// no limit: they are read one at a time, and what memory does not hold goes to the disk.
/// </summary>
public static class FileLimits
{
    public const int Columns = 500;

    /// <summary>Characters of a heading.</summary>
    public const int HeadingCharacters = 200;

    /// <summary>Objects and lists within each other, in JSON and in Parquet.</summary>
    public const int Depth = 64;

    /// <summary>Of one cell as text; a line of a CSV file may have twice as many.</summary>
    public const int CellBytes = 1 << 20;

    /// <summary>What a packed file may hold unless more is allowed.</summary>
    public const long UnpackedBytes = 4L << 30;

    private const int Ratio = 200;

    /// <summary>Below this a ratio says nothing: a few equal rows pack well.</summary>
    private const long RatioFromBytes = 64L << 20;

    /// <param name="place">The file, with the line where it has lines.</param>
    internal static void CheckColumns(string place, int columns)
    {
        if (columns > Columns)
            throw Refused(Text($"{place}: {columns} columns are more than any export has ({Columns} at most): is it the right file?"));
    }

    internal static void CheckHeadings(string place, IReadOnlyList<string> headings)
    {
        CheckColumns(place, headings.Count);
        for (var i = 0; i < headings.Count; i++)
            if (headings[i].Length > HeadingCharacters)
                throw Refused(Text($"{place}: the heading of column {i + 1} has {headings[i].Length} characters ")
                    + Text($"({HeadingCharacters} at most): {ForeignText.Shown(headings[i], 40)}"));
    }

    /// <summary>Asked while a file is unpacked, with what was read and made of it so far.</summary>
    internal static void CheckUnpacked(string path, long packedBytes, long unpackedBytes, long unpackedMax)
    {
        if (unpackedBytes > unpackedMax)
            throw Refused(Text($"{path} unpacks to more than {unpackedMax >> 20} MB. {IfMeant(path)}. An import may allow more: retain ")
                + "import --max-unpacked-mb, or Retention:MaxUnpackedMB for the page Data.");
        if (unpackedBytes > RatioFromBytes && unpackedBytes / Ratio > packedBytes)
            throw Refused(Text($"{path} unpacks to more than {Ratio} times its size, which no export does. {IfMeant(path)}."));
    }

    private static string IfMeant(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)
        ? "If that is meant, write it as CSV" : "If that is meant, unpack it and give what it holds";

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static RetentionException Refused(string why) => new(Failure.InputRejected, why);
}
