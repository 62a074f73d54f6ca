using System.Globalization;
using System.Text.Json.Serialization;

namespace PredictiveRetention.Ingestion;

/// <summary>What became of every row read. Money is exact decimal in the currency named beside it.</summary>
public sealed record QualityReport(string ShopCurrency, IReadOnlyList<FileQuality> Files)
{
    public long RowsRead => Files.Sum(file => file.RowsRead);
    public long RowsRejected => Files.Sum(file => file.RowsRejected);

    /// <summary>
    /// More than half of some file could not be understood: the mapping is wrong rather than the rows, and nothing should be stored. Rows
    /// that are known to be nothing to store (orders of nobody, other currencies) are not counted, neither way.
    /// </summary>
    public bool TooManyRejected => Files.Any(file => file.RowsAtFault * 2 > file.RowsRead - (file.RowsRejected - file.RowsAtFault));
}

/// <param name="File">orders, customers, refunds, events or subscriptions.</param>
/// <param name="Path">Where it was read from.</param>
/// <param name="RowsRead">Records in the file, the header not counted, those too broken to split included.</param>
/// <param name="RowsRejected">Records in the rejects file.</param>
/// <param name="RowsAtFault">Those of them that could not be read or used; the others were understood and are nothing to store.</param>
/// <param name="Stored">Canonical rows made from this file, by kind; several lines may make one order.</param>
/// <param name="Rejected">Rejected records by reason, the most frequent first.</param>
/// <param name="Notes">What was kept but should be known.</param>
/// <param name="Money">Conservation of money by currency; empty for files without money.</param>
/// <param name="Nobody">Orders of nobody known in this file; null where there are none.</param>
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
    long RowsAtFault,
    IReadOnlyList<StoredRows> Stored,
    IReadOnlyList<RejectReason> Rejected,
    IReadOnlyList<QualityNote> Notes,
    IReadOnlyList<MoneyCheck> Money,
    NobodysOrders? Nobody,
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
/// <param name="ExampleValue">What stands there, where the reason is that it cannot be read.</param>
/// <param name="IsUnderstood">The rows are no fault of file or mapping: they are known to be nothing to store.</param>
public sealed record RejectReason(
    string Reason, long Count, decimal? Amount, string? Currency, long? ExampleLine, string? ExampleValue = null, bool IsUnderstood = false)
{
    /// <summary>Where the first is and what it says, as a sentence has it: at line 2: 'soon'.</summary>
    [JsonIgnore]
    public string? Example => ExampleLine is not { } line ? null : string.Create(CultureInfo.InvariantCulture,
        $"at line {line}{(ExampleValue is null ? "" : $": '{ForeignText.Shown(ExampleValue)}'")}");
}

/// <summary>
/// Orders of nobody known: in no customer's figure, and part of the books. Money is in the shop's currency, in major units.
/// </summary>
/// <param name="Orders">All of them.</param>
/// <param name="Amount">What they were worth.</param>
/// <param name="Refunded">What of it went back.</param>
/// <param name="Sales">Those whose status is a sale, and their money likewise.</param>
public sealed record NobodysOrders(
    long Orders, decimal Amount, decimal Refunded, long Sales, decimal SalesAmount, decimal SalesRefunded);

/// <param name="Note">What was kept, and how it was understood.</param>
/// <param name="Count">How many.</param>
/// <param name="ExampleLine">First line of the file it is about, where it is about lines.</param>
public sealed record QualityNote(string Note, long Count, long? ExampleLine = null);

/// <summary>
/// Read = Stored + LeftOut + Rejected + Rounding, exactly. Rounding is what whole minor units cannot hold: sources that price lines in
/// tenths of a cent have some; everyone else has 0.
/// </summary>
/// <param name="LeftOut">Money of rows that were understood and are nothing to store, orders of nobody known above all.</param>
/// <param name="Rejected">Money of rejected rows whose amount could be read.</param>
/// <param name="UnknownRows">Rejected rows whose amount could not be read: how much they were worth nobody knows.</param>
public sealed record MoneyCheck(
    string Currency, decimal Read, decimal Stored, decimal LeftOut, decimal Rejected, decimal Rounding, long UnknownRows);
