using DuckDB.NET.Data;
using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// The way from files to canonical views: load as text, match headers, detect formats, settle the currency, run the preset.
/// What was decided on the way is kept for the mapping report.
/// </summary>
internal sealed class ImportPlan
{
    private readonly ImportRequest _request;
    private readonly ImportDatabase _database;
    private readonly Preset _preset;
    private readonly IReadOnlyList<PresetField> _fields;
    private readonly IReadOnlyDictionary<string, FileMap> _maps;
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _formats = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _assumptions = [];
    private readonly Dictionary<string, IReadOnlyList<MatchedColumn>> _columns = [];
    private readonly List<SourceFile> _files = [];
    private Currency? _currency;

    private ImportPlan(ImportRequest request, ImportDatabase database, Preset preset)
    {
        (_request, _database, _preset) = (request, database, preset);
        _fields = DeclaredFields.Declare(database, preset);
        _maps = MapFile.Read(request.MappingFile, _fields);
    }

    public IReadOnlyList<SourceFile> Files => _files;
    public IReadOnlyDictionary<string, IReadOnlyList<MatchedColumn>> Columns => _columns;
    public Currency Currency => _currency ?? throw new InvalidOperationException("The currency is settled once the files are loaded.");

    public static ImportPlan Carry(ImportRequest request, ImportDatabase database, string scratchFolder, CancellationToken ct)
    {
        var plan = new ImportPlan(request, database, Preset.Load(request.Preset));
        foreach (var (name, path) in plan.FilesOf(request)) plan.Load(name, path, scratchFolder, ct);
        plan.SettleCurrency();
        plan.CreateTypedViews();
        plan.SettleStatuses();
        plan.RunPreset();
        return plan;
    }

    public MappingReport Report()
    {
        var grain = _database.Variable("orders_grain");
        return new MappingReport(
            _preset.Name, Currency.Code, [.. _files.Select(file => MappingOf(file, file.Name == "orders" ? grain : null))]);
    }

    private IEnumerable<(string Name, string Path)> FilesOf(ImportRequest request)
    {
        if (_database.Count("SELECT count(*) FROM tables") == 0) yield return ("orders", request.OrdersFile);
        else foreach (var table in new SourceFolder(_database, _preset.Name, request.OrdersFile).Files()) yield return table;
        if (request.CustomersFile is { } customers) yield return ("customers", customers);
        if (request.RefundsFile is { } refunds) yield return ("refunds", refunds);
        if (request.EventsFile is { } events) yield return ("events", events);
        if (request.SubscriptionsFile is { } subscriptions) yield return ("subscriptions", subscriptions);
    }

    private IReadOnlyList<PresetField> FieldsOf(string file) => [.. _fields.Where(field => field.File == file)];

    private FileMap MapOf(string file) => _maps.GetValueOrDefault(file, FileMap.None);

    private void Load(string name, string path, string scratchFolder, CancellationToken ct)
    {
        var fields = FieldsOf(name);
        if (fields.Count == 0)
            throw new RetentionException(Failure.Usage,
                $"Preset {_preset.Name} reads no {name} file: leave out {path} or use --preset generic.");
        var file = SourceFile.Load(
            _database, name, path, fields, MapOf(name), scratchFolder, _request.UnpackedBytesMax, _request.Folder, ct);
        var columns = new HeaderMatcher(path, file.Headings, MapOf(name)).Match(fields);
        var missing = fields.Where(field => field.Required && columns.All(column => column.Field != field)).ToList();
        if (missing.Count > 0)
            throw new MissingColumns(file, missing, _preset.Name).Refusal(new LikelyColumns(_database, file, columns));
        var formats = new ColumnFormats(_database, file.Table, MapOf(name));
        _formats[name] = formats.Detect(columns);
        _assumptions[name] = file.Csv?.Assumption is { } doubted ? [doubted, .. formats.Assumptions] : formats.Assumptions;
        _columns[name] = columns;
        _files.Add(file);
        NoteOffsets(file);
    }

    private BusinessCalendar Calendar =>
        _request.Calendar ?? throw new InvalidOperationException("The calendar is settled before files are read.");

    /// <summary>A plain ISO time names no offset, and a column of them has the format iso.</summary>
    private void NoteOffsets(SourceFile file)
    {
        var formats = _formats[file.Name];
        foreach (var column in _columns[file.Name].Where(column => column.Field.Kind == "time" && formats[column.Field.Name] != "iso"))
        {
            var note = $"{column.Header}: times with an offset other than that of {Calendar.TimeZone.Id}: converted";
            _database.Execute($"""
                INSERT INTO canonical_notes SELECT {Text(file.Name)}, {Text(note)}, count(*), min(rowid) + 1
                FROM {file.Table} WHERE has_other_offset(c{Number(column.Index)}, {Text(formats[column.Field.Name])})
                """);
        }
    }

    private void SettleCurrency()
    {
        var known = new Dictionary<string, long>();
        foreach (var (code, count, file) in _files.SelectMany(CurrenciesOf))
        {
            if (PredictiveRetention.Currency.TryOf(code) is not null)
                known[code] = known.GetValueOrDefault(code) + (file == "orders" ? count : 0);
        }
        var fixedByPreset = _database.Variable("preset_currency");
        if (fixedByPreset is not null && _request.ShopCurrency is { } asked
            && !asked.Equals(fixedByPreset, StringComparison.OrdinalIgnoreCase))
            throw new RetentionException(Failure.InputRejected,
                $"{_request.OrdersFile} is in {fixedByPreset}, the shop keeps {asked.ToUpperInvariant()} and has no rate.");
        var frequent = known.Where(code => code.Value > 0)
            .OrderByDescending(code => code.Value).ThenBy(code => code.Key, StringComparer.Ordinal)
            .Select(code => code.Key).FirstOrDefault();
        var shop = _request.ShopCurrency ?? fixedByPreset ?? frequent ?? MapOf("orders").Currency
            ?? throw new RetentionException(Failure.InputRejected,
                $"{_request.OrdersFile} does not say which currency its amounts are in. Give --currency, for instance --currency EUR.");
        _currency = PredictiveRetention.Currency.Parse(shop);
        foreach (var map in _maps.Values.Where(map => map.Currency is not null)) known.TryAdd(map.Currency!, 0);
        _database.SetVariable("shop_currency", Text(Currency.Code));
        _database.SetVariable("known_currencies", $"[{string.Join(", ", known.Keys.Select(Text))}]::VARCHAR[]");
    }

    private IEnumerable<(string Code, long Count, string File)> CurrenciesOf(SourceFile file)
    {
        var column = _columns[file.Name].FirstOrDefault(column => column.Field.Name == "currency");
        return column is null ? [] : _database
            .Query($"SELECT upper(c{Number(column.Index)}) AS code, count(*) FROM {file.Table} GROUP BY code HAVING code IS NOT NULL")
            .Select(row => (row.GetString(0), row.GetInt64(1), file.Name));
    }

    private void SettleStatuses()
    {
        if (_request.Statuses is not null && _columns["orders"].All(column => column.Field.Name != "status"))
            throw new RetentionException(Failure.Usage,
                $"{_request.OrdersFile} has no column for the status of an order, so --statuses has nothing to choose by.");
        if (_request.Statuses is { } statuses)
            _database.SetVariable(
                "sale_statuses", $"list_transform([{string.Join(", ", statuses.Select(Text))}]::VARCHAR[], lambda s: status_word(s))");
        else if (_database.Variable("preset_statuses") is null) _database.SetVariable("sale_statuses", "[]::VARCHAR[]");
        else _database.Execute("SET VARIABLE sale_statuses = getvariable('preset_statuses')");
    }

    private void CreateTypedViews()
    {
        foreach (var name in _fields.Select(field => field.File).Distinct())
        {
            var file = _files.FirstOrDefault(file => file.Name == name);
            _database.Execute(TypedView.Sql(
                name, FieldsOf(name), _columns.GetValueOrDefault(name, []),
                _formats.GetValueOrDefault(name, new Dictionary<string, string>()),
                file?.Table, MapOf(name).Currency ?? Currency.Code));
        }
    }

    private void RunPreset()
    {
        _database.SetVariable("calendar_start_ms", Number(Calendar.StartOf(BusinessCalendar.FirstDay)));
        _database.SetVariable("calendar_end_ms", Number(Calendar.StartOf(BusinessCalendar.LastDay) + BusinessCalendar.DayMs));
        if (_request.NowMs > 0) _database.SetVariable("now_ms", Number(_request.NowMs));
        if (MapOf("orders").Grain is { } grain) _database.SetVariable("orders_grain", Text(grain));
        try
        {
            _database.Execute(_preset.Rows);
            foreach (var kind in s_kinds)
            {
                var rows = _database.Has(kind) ? $" UNION ALL BY NAME FROM {kind}" : "";
                _database.Execute($"CREATE VIEW complete_{kind} AS FROM canonical_{kind}{rows}");
            }
            _database.Execute(Preset.Rules);
        }
        catch (DuckDBException fault) when (!Preset.Shipped.Contains(_preset.Name))
        {
            throw new RetentionException(Failure.Usage, $"Preset {_preset.Name} does not run: {fault.Message}", fault);
        }
    }

    /// <summary>Canonical rows, as macros.sql has them.</summary>
    private static readonly string[] s_kinds = ["customers", "orders", "refunds", "events", "subscriptions"];

    private FileMapping MappingOf(SourceFile file, string? grain)
    {
        var columns = _columns[file.Name];
        var used = columns.Select(column => column.Index).ToHashSet();
        var delimiter = file.Csv?.Delimiter.ToString().Replace("\t", "\\t", StringComparison.Ordinal);
        return new FileMapping(
            file.Name, file.Path, file.Format, file.Csv?.EncodingName, delimiter, grain,
            [.. columns.Select(column => new ColumnMapping(
                column.Field.Name, column.Header, column.ChosenBy, _formats[file.Name].GetValueOrDefault(column.Field.Name)))],
            [.. file.Headings.Names.Where((_, i) => !used.Contains(i))],
            _assumptions[file.Name]);
    }
}
