namespace PredictiveRetention.Ingestion;

/// <summary>What became of every row read. Money is exact decimal in the currency named beside it.</summary>
public sealed record QualityReport(string ShopCurrency, IReadOnlyList<FileQuality> Files)
{
    public long RowsRead => Files.Sum(file => file.RowsRead);
    public long RowsRejected => Files.Sum(file => file.RowsRejected);

    /// <summary>
    /// More than half of some file was rejected: the mapping is wrong rather than the rows, and nothing should be stored.
    /// </summary>
    public bool TooManyRejected => Files.Any(file => file.RowsRejected * 2 > file.RowsRead);
}

/// <param name="File">orders, customers, refunds, events or subscriptions.</param>
/// <param name="Path">Where it was read from.</param>
/// <param name="RowsRead">Records in the file, the header not counted, those too broken to split included.</param>
/// <param name="RowsRejected">Records in the rejects file.</param>
/// <param name="Stored">Canonical rows made from this file, by kind; several lines may make one order.</param>
/// <param name="Rejected">Rejected records by reason, the most frequent first.</param>
/// <param name="Notes">What was kept but should be known.</param>
/// <param name="Money">Conservation of money by currency; empty for files without money.</param>
/// <param name="FirstMs">Earliest instant stored, UTC milliseconds.</param>
/// <param name="LastMs">Latest instant stored, UTC milliseconds.</param>
/// <param name="NullShare">Share of empty or unreadable cells by canonical field.</param>
/// <param name="RejectedByMonth">
/// Rejected records by the month they are dated in, those of no readable date last; null for files without a date, and in reports of
/// earlier versions.
/// </param>
public sealed record FileQuality(
    string File,
    string Path,
    long RowsRead,
    long RowsRejected,
    IReadOnlyList<StoredRows> Stored,
    IReadOnlyList<RejectReason> Rejected,
    IReadOnlyList<QualityNote> Notes,
    IReadOnlyList<MoneyCheck> Money,
    long? FirstMs,
    long? LastMs,
    IReadOnlyDictionary<string, double> NullShare,
    IReadOnlyList<RejectedMonth>? RejectedByMonth = null);

/// <param name="Month">Calendar month of the shop, yyyy-MM; null where the date could not be read.</param>
/// <param name="Rows">Records.</param>
public sealed record RejectedMonth(string? Month, long Rows);

/// <summary>Canonical rows of one kind. Amount is negative for refunds found inside an orders file: money that went back.</summary>
public sealed record StoredRows(string Kind, long Count, decimal? Amount);

/// <param name="Reason">The sentence of the rejects file, without what differs from row to row.</param>
/// <param name="Count">Records.</param>
/// <param name="Amount">Money of those whose amount could be read.</param>
/// <param name="Currency">Currency of that money.</param>
/// <param name="ExampleLine">First line of the file with this reason.</param>
public sealed record RejectReason(string Reason, long Count, decimal? Amount, string? Currency, long? ExampleLine);

/// <param name="Note">What was kept, and how it was understood.</param>
/// <param name="Count">How many.</param>
/// <param name="ExampleLine">First line of the file it is about, where it is about lines.</param>
public sealed record QualityNote(string Note, long Count, long? ExampleLine = null);

/// <summary>
/// Read = Stored + Rejected + Rounding, exactly. Rounding is what whole minor units cannot hold: sources that price lines in
/// tenths of a cent have some; everyone else has 0.
/// </summary>
public sealed record MoneyCheck(string Currency, decimal Read, decimal Stored, decimal Rejected, decimal Rounding);
