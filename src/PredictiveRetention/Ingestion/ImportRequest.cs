namespace PredictiveRetention.Ingestion;

/// <summary>What to read, and how to understand it.</summary>
public sealed record ImportRequest
{
    /// <summary>
    /// Name of a shipped preset (generic, shopify, ...: see <see cref="Presets"/>), or the path of an analyst's own, ending in .sql.
    /// </summary>
    public required string Preset { get; init; }

    /// <summary>
    /// Orders or their line items: .csv, .tsv, .txt, .json, .ndjson (each also .gz) or .parquet; for a preset of several tables, such
    /// as olist, the folder they are in. Null where only other files are read.
    /// </summary>
    public string? OrdersFile { get; init; }

    public string? CustomersFile { get; init; }
    public string? RefundsFile { get; init; }
    public string? EventsFile { get; init; }
    public string? SubscriptionsFile { get; init; }

    /// <summary>JSON that names columns and formats outright where detection would guess otherwise.</summary>
    public string? MappingFile { get; init; }

    /// <summary>
    /// Wall-clock times without an offset are times of this calendar's zone. Null takes the preset's, else the one that the offsets of the
    /// orders name, else UTC.
    /// </summary>
    public BusinessCalendar? Calendar { get; init; }

    /// <summary>Settings of --map that hold for all files unless it says otherwise: $date_order, $decimal_mark, ...</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What earlier files of the source have shown or were told.</summary>
    public SourceMemory Memory { get; init; } = SourceMemory.None;

    /// <summary>
    /// Of order ids, those that earlier files of the source brought, with their customers: a refund that is a row of its own may come later
    /// than its order. Null where there is no store.
    /// </summary>
    public Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>>? CustomersOfOrders { get; init; }

    /// <summary>The store has no orders yet: what a later choice would change is said.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Store what can be used even if most rows of a file cannot.</summary>
    public bool AcceptRejects { get; init; }

    /// <summary>ISO 4217 code the shop keeps. Null takes the preset's, else the most frequent one in the orders file.</summary>
    public string? ShopCurrency { get; init; }

    /// <summary>
    /// Order statuses that are a sale, however the file spells them. Null takes the preset's, else all but those known to be none.
    /// </summary>
    public IReadOnlyList<string>? Statuses { get; init; }

    /// <summary>What counts as one purchase from now on; null keeps the store's, or the default.</summary>
    public PurchaseRule? Purchases { get; init; }

    /// <summary>
    /// Files in this folder are named without it in reports and rejects: where an upload is kept is nobody's business. Null names them as
    /// given.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>What one packed file may hold, in bytes.</summary>
    public long UnpackedBytesMax { get; init; } = FileLimits.UnpackedBytes;

    /// <summary>Orders after this instant are noted as dated in the future; 0 asks for no such check.</summary>
    public long NowMs { get; init; }

    /// <summary>Names of the shipped presets.</summary>
    public static IReadOnlyList<string> Presets => Ingestion.Preset.Shipped;
}
