namespace PredictiveRetention.Ingestion;

/// <summary>The beginning of a file as it is written, before anything is understood of it.</summary>
/// <param name="Format">csv, parquet or json.</param>
/// <param name="Encoding">Text encoding of a CSV file.</param>
/// <param name="Delimiter">Field separator of a CSV file.</param>
/// <param name="Headers">Its columns; the second of two equal ones is called name__2.</param>
public sealed record FilePreview(
    string Format, string? Encoding, string? Delimiter, IReadOnlyList<string> Headers, IReadOnlyList<PreviewRow> Rows)
{
    /// <summary>Reads no more of the file than it must.</summary>
    /// <param name="delimiter">Null: the one the header line holds most of.</param>
    /// <param name="unpackedMax">What a packed file may hold, in bytes.</param>
    /// <exception cref="RetentionException">The file cannot be read; the message says in which line.</exception>
    public static FilePreview Read(string path, char? delimiter, int rows, long unpackedMax, CancellationToken cancellation) =>
        SourceFile.Preview(path, delimiter, rows, unpackedMax, cancellation);
}

/// <param name="Line">The line of a CSV file the row begins on; the number of the row otherwise.</param>
/// <param name="Cells">One for each header; the whole line where it could not be split.</param>
/// <param name="Fault">Why it could not be split, else null.</param>
public sealed record PreviewRow(long Line, IReadOnlyList<string> Cells, string? Fault);
