namespace PredictiveRetention.Ingestion;

/// <summary>How the files were understood: what a person should look at before trusting an import.</summary>
/// <param name="TimeZone">IANA name of the zone whose midnights days begin at.</param>
public sealed record MappingReport(string Preset, string ShopCurrency, string TimeZone, IReadOnlyList<FileMapping> Files);

/// <summary>How one file was understood.</summary>
/// <param name="File">orders, customers, refunds, events or subscriptions.</param>
/// <param name="Path">Where it was read from.</param>
/// <param name="Format">csv, parquet or json.</param>
/// <param name="Encoding">Text encoding of a CSV file.</param>
/// <param name="Delimiter">Field separator of a CSV file; a tab is written \t.</param>
/// <param name="Grain">What a row is: 'order', 'line' when rows were added up, or the preset's word; null for the other files.</param>
/// <param name="Columns">Every column that is used.</param>
/// <param name="Ignored">Headers nothing was read from.</param>
/// <param name="Assumptions">What the file leaves open and was assumed: how to say otherwise is part of each sentence.</param>
/// <param name="Doubts">Columns that were not taken for what their headings say, and why.</param>
public sealed record FileMapping(
    string File,
    string Path,
    string Format,
    string? Encoding,
    string? Delimiter,
    string? Grain,
    IReadOnlyList<ColumnMapping> Columns,
    IReadOnlyList<string> Ignored,
    IReadOnlyList<string> Assumptions,
    IReadOnlyList<string> Doubts);

/// <summary>One canonical field and the column it is read from.</summary>
/// <param name="Field">Canonical name, such as ordered_at.</param>
/// <param name="Header">As the file writes it (the second of two equal headers is called name__2).</param>
/// <param name="ChosenBy">name, synonym or --map.</param>
/// <param name="Format">Date order (iso, dmy, mdy, ymd) of a time, decimal mark of a number, otherwise null.</param>
/// <param name="Examples">Up to two of its cells.</param>
public sealed record ColumnMapping(
    string Field, string Header, string ChosenBy, string? Format = null, IReadOnlyList<string>? Examples = null);
