using System.Text;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>One import of small files written for a test: states only what matters to it.</summary>
internal sealed class Import : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("import-test-");
    private ImportSource? _source;

    public string Preset { get; init; } = "generic";

    /// <summary>An own preset, which goes before <see cref="Preset"/>.</summary>
    public string? PresetSql { get; init; }

    public string? Map { get; init; }

    /// <summary>The map itself stands where its path may.</summary>
    public bool GivesMap { get; init; }
    public string? Currency { get; init; } = "EUR";
    public BusinessCalendar? Calendar { get; init; } = BusinessCalendar.Utc;
    public string[]? Statuses { get; init; }
    public long NowMs { get; init; }
    public Dictionary<string, string> Settings { get; init; } = [];
    public List<LearntChoice> Memory { get; init; } = [];
    public string? Refunds { get; init; }
    public string? Customers { get; init; }
    public string? Events { get; init; }
    public string? Subscriptions { get; init; }

    /// <summary>The orders file as text; <see cref="OrdersBytes"/> or <see cref="OrdersPath"/> go before it.</summary>
    public string Orders { get; init; } = "customer_id,order_id,ordered_at,amount\na,1,2024-01-01,1.00\n";

    /// <summary>Tables of a preset that reads a folder, by name; goes before all others.</summary>
    public Dictionary<string, string>? Tables { get; init; }

    public byte[]? OrdersBytes { get; init; }
    public string? OrdersPath { get; init; }
    public string OrdersName { get; init; } = "orders.csv";

    public ImportSource Source => _source ??= ImportSource.Open(Request(), TestContext.Current.CancellationToken);

    public List<OrderRow> Stored => [.. Source.Orders()];

    /// <summary>What is stored of each order, in minor units.</summary>
    public List<(string Id, long Amount)> Amounts =>
        [.. Stored.Select(order => (order.OrderId, order.AmountMinor)).OrderBy(order => order.OrderId, StringComparer.Ordinal)];

    public List<(string Id, long Amount)> Refunded =>
        [.. Source.Refunds().Select(refund => (refund.RefundId, refund.AmountMinor))
            .OrderBy(refund => refund.RefundId, StringComparer.Ordinal)];

    public FileQuality Quality => Source.Finish().Files[0];

    public FileQuality QualityOf(string file) => Source.Finish().Files.Single(quality => quality.File == file);

    /// <summary>The one note that begins so.</summary>
    public QualityNote Note(string beginning) =>
        Source.Finish().Files.SelectMany(file => file.Notes).Single(note => note.Note.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Lines of the rejects file without its header.</summary>
    public List<string> Rejects()
    {
        var path = Path.Combine(_folder.FullName, "rejects.csv");
        var written = Source.WriteRejects(path);
        var lines = File.ReadAllLines(path).Skip(1).ToList();
        Assert.True(written <= lines.Count);
        return lines;
    }

    /// <summary>The one rejected row as file, line, column, reason and the rest.</summary>
    public (string Line, string Column, string Reason) OnlyReject()
    {
        var cells = Assert.Single(Rejects()).Split(',');
        Assert.Equal(OrdersName, Path.GetFileName(cells[0]));
        return (cells[1], cells[2], cells[3]);
    }

    public RetentionException Refused() => Assert.ThrowsAny<RetentionException>(() => Source);

    public string FilePath(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose()
    {
        _source?.Dispose();
        _folder.Delete(recursive: true);
    }

    private ImportRequest Request() => new()
    {
        Preset = WriteText("preset.sql", PresetSql) ?? Preset,
        OrdersFile = WriteTables() ?? OrdersPath ?? Write(OrdersName, OrdersBytes ?? Encoding.UTF8.GetBytes(Orders)),
        RefundsFile = WriteText("refunds.csv", Refunds),
        CustomersFile = WriteText("customers.csv", Customers),
        EventsFile = WriteText("events.csv", Events),
        SubscriptionsFile = WriteText("subscriptions.csv", Subscriptions),
        MappingFile = GivesMap ? Map : WriteText("map.json", Map),
        Calendar = Calendar,
        ShopCurrency = Currency,
        Statuses = Statuses,
        NowMs = NowMs,
        Settings = Settings,
        Memory = new SourceMemory(Memory),
    };

    private string? WriteTables()
    {
        foreach (var (name, text) in Tables ?? []) Write(name, Encoding.UTF8.GetBytes(text));
        return Tables is null ? null : _folder.FullName;
    }

    private string? WriteText(string name, string? text) =>
        text is null ? null : text.StartsWith('/') ? text : Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(FilePath(name), bytes);
        return FilePath(name);
    }
}
