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
    private readonly Dictionary<string, IReadOnlyList<string>> _doubts = [];
    private readonly List<LearntChoice> _learnt = [];
    private readonly Dictionary<string, FileContents> _contents = [];
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
        plan.SettleCalendar();
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
            _preset.Name, Currency.Code, Calendar.TimeZone.Id,
            [.. _files.Select(file => MappingOf(file, file.Name == "orders" ? grain : null))]);
    }

    private IEnumerable<(string Name, string Path)> FilesOf(ImportRequest request)
    {
        if (request.OrdersFile is { } orders)
        {
            if (_database.Count("SELECT count(*) FROM tables") == 0) yield return ("orders", orders);
            else foreach (var table in new SourceFolder(_database, _preset.Name, orders).Files()) yield return table;
        }
        if (request.CustomersFile is { } customers) yield return ("customers", customers);
        if (request.RefundsFile is { } refunds) yield return ("refunds", refunds);
        if (request.EventsFile is { } events) yield return ("events", events);
        if (request.SubscriptionsFile is { } subscriptions) yield return ("subscriptions", subscriptions);
    }

    private IReadOnlyList<PresetField> FieldsOf(string file) => [.. _fields.Where(field => field.File == file)];

    private FileMap MapOf(string file) => _maps.GetValueOrDefault(file, FileMap.None).Or(_request.Settings);

    /// <summary>What was decided about the files and holds for the source's next ones.</summary>
    public IReadOnlyList<LearntChoice> Learnt => _learnt;

    private void Load(string name, string path, string scratchFolder, CancellationToken ct)
    {
        var fields = FieldsOf(name);
        if (fields.Count == 0)
            throw new RetentionException(Failure.Usage,
                $"Preset {_preset.Name} reads no {name} file: leave out {path} or use --preset generic.");
        var kept = KeptColumns.Read(_request.Memory.Of(name, "columns"));
        var file = SourceFile.Load(
            _database, name, path, fields, MapOf(name).OrColumns(kept), _request.Memory, scratchFolder, _request.UnpackedBytesMax,
            _request.Folder, ct);
        var contents = FileContents.Of(_database, file);
        // A column that an earlier file was told to have, and this one has too.
        kept = kept.Where(column => column.Value is null || file.Headings.Names.Contains(column.Value, StringComparer.OrdinalIgnoreCase))
            .ToDictionary();
        var map = MapOf(name).OrColumns(kept);
        var matcher = new HeaderMatcher(path, file.Headings, map, contents);
        var columns = matcher.Match(fields);
        var missing = PresetField.Missing(fields, columns);
        // What only stands in for a column may be another system's way to say it.
        var isForeign = fields.Any(field => field.Required && columns.All(column => column.Field != field))
            && PresetDetection.Fitting(name, file.Headings, _preset.Name) is not null;
        if (missing.Count > 0 || (isForeign && _preset.Name == "generic"))
            throw new MissingColumns(file, missing, _preset.Name).Refusal(new LikelyColumns(file, contents, columns));
        if (!map.Columns.ContainsKey("refunded")) UnnamedRefunds.Ask(_database, file, contents, fields, columns);
        _doubts[name] = matcher.Doubts;
        _contents[name] = contents;
        var currency = (MapOf(name).Currency ?? _request.ShopCurrency) is { } code ? PredictiveRetention.Currency.TryOf(code) : null;
        var formats = new ColumnFormats(_database, file, MapOf(name), _request.Memory, columns, currency, _request.NowMs);
        _formats[name] = formats.Detect();
        var person = columns.FirstOrDefault(column => column.Field.Name == "customer_id");
        var byName = person is not null && contents[person.Index].HoldsNames;
        _assumptions[name] = [.. fields.Where(field => field.Required && columns.All(column => column.Field != field))
            .Select(field => StandIn(field, columns)), .. formats.Assumptions];
        if (KeptColumns.Text(map.Columns) is { } told)
            _learnt.Add(new LearntChoice(name, "columns", told, MapOf(name).Columns.Count > 0 ? "asked" : "kept"));
        var asBefore = kept.Where(column => column.Value is not null && !MapOf(name).Columns.ContainsKey(column.Key)).ToList();
        if (asBefore.Count > 0) Assume(name, "as the files of this source before were said to be: "
            + string.Join(", ", asBefore.Select(column => $"{column.Key} from {ForeignText.Shown(column.Value!)}")));
        if (byName) Assume(name, $"customers are known by the names in {person!.Header}: two of one name are one, and one who writes it "
            + "differently is two. A column of numbers or e-mail addresses would tell them apart.");
        if (file.Csv?.Assumption is { } doubted) Assume(name, doubted);
        var page = MapOf(name).Encoding ?? file.Csv?.CodePage;
        if (page is not null) _learnt.Add(new LearntChoice(name, "encoding", page, MapOf(name).Encoding is null ? "shown" : "asked"));
        _learnt.AddRange(formats.Learnt);
        _columns[name] = columns;
        _files.Add(file);
    }

    private static string StandIn(PresetField field, IReadOnlyList<MatchedColumn> columns)
    {
        var instead = field.StandIns.First(set => set.All(name => columns.Any(column => column.Field.Name == name)));
        return $"{field.Name}: no column of its own; {string.Join(" and ", instead)} stands in for it";
    }

    private BusinessCalendar Calendar => _database.Calendar;

    /// <summary>
    /// The shop's days: as asked or as the store has them, else as the preset's source has them, else those of the zone whose offsets the
    /// orders name, else UTC's, in which a time that names no offset stays on its own day.
    /// </summary>
    private void SettleCalendar()
    {
        var spans = _files.Where(file => file.Name == "orders").SelectMany(OffsetsOf).ToList();
        if (_request.Calendar is { } asked)
        {
            if (_request.IsFirst && NamedZones.IsFixedWhereOffsetsVary(asked.TimeZone, spans)
                && !asked.TimeZone.Id.StartsWith("Etc/", StringComparison.Ordinal) && NamedZones.Of(spans) is { } changing)
                throw new UndecidedException(OpenChoice.TimeZone,
                    $"The clocks of {asked.TimeZone.Id} never change, and the offsets in {_files[0].Path} do, as those of "
                        + $"{changing.Id}: an evening of the other season would fall into the next day.",
                    $"Give --time-zone {changing.Id}, or a zone such as Etc/GMT+5 where a fixed offset is meant.");
        }
        else if (_database.Variable("preset_time_zone") is { } zone) _database.Calendar = BusinessCalendar.InZone(zone);
        else if (NamedZones.Of(spans) is { } named)
        {
            _database.Calendar = BusinessCalendar.InZone(named.Id);
            Assume("orders", named.Id == TimeZoneInfo.Utc.Id
                ? "time zone UTC: the times are UTC and say nothing of the shop's midnight. If its days begin elsewhere: --time-zone, now "
                    + "or later."
                : $"time zone {named.Id}: the offsets of the orders are those of its clocks, and days begin at its midnight. If not: "
                    + "--time-zone, now or later.");
        }
        else if (spans.Count > 0)
            throw new UndecidedException(OpenChoice.TimeZone,
                $"The times in {_files[0].Path} have offsets "
                    + $"({string.Join(", ", spans.Select(span => OffsetText(span.OffsetMinutes)).Distinct())}) that are those of no one "
                    + "time zone.",
                "Say where the shop's days begin: --time-zone, such as Europe/London.");
        _learnt.AddRange(_files.Where(file => file.Name == "orders")
            .Select(file => new LearntChoice(file.Name, "clock", ClockOf(file, spans), "shown")));
        foreach (var file in _files) NoteOffsets(file);
    }

    private static string OffsetText(int minutes) => FormattableString.Invariant(
        $"{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:00}:{Math.Abs(minutes) % 60:00}");

    /// <summary>Whose clock the file's times are: they name their offset, are UTC, or are the shop's wall clock.</summary>
    private string ClockOf(SourceFile file, List<OffsetSpan> spans)
    {
        var times = _columns[file.Name].Where(column => column.Field.Kind is "time" or "utc_time").ToList();
        return times.All(column => column.Field.Kind == "utc_time") ? "utc" : spans.Count > 0 ? "offset" : "wall";
    }

    private void Assume(string file, string assumption) => _assumptions[file] = [.. _assumptions[file], assumption];

    /// <summary>The offsets that times of the shop's clock name, by month.</summary>
    private List<OffsetSpan> OffsetsOf(SourceFile file) => [.. _columns[file.Name]
        .Where(column => column.Field.Kind == "time" && _formats[file.Name][column.Field.Name] != "iso")
        .SelectMany(column => _database.Query($"""
            SELECT text, min(ms), max(ms), count(*) FROM (
              SELECT regexp_extract(t, '([+-]\d\d:?\d\d|[+-]\d\d|Z|UTC|GMT)(\[.*\])?$', 1) AS text, written_instant(t, {Text(_formats[file.Name][column.Field.Name])}) AS ms
              FROM (SELECT c{Number(column.Index)} AS t FROM {file.Table})
              WHERE regexp_matches(t, '\d:\d\d(:\d\d)?([.,]\d+)? ?([+-]\d\d:?\d\d|[+-]\d\d|Z|UTC|GMT)(\[.*\])?$'))
            WHERE ms IS NOT NULL GROUP BY text, ms // {Number(30 * BusinessCalendar.DayMs)}
            """).Select(row => new OffsetSpan(MinutesOf(row.GetString(0)), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))))];

    private static int MinutesOf(string offset)
    {
        if (offset[0] is not ('+' or '-')) return 0;
        var digits = offset.Where(char.IsAsciiDigit).Select(digit => digit - '0').ToArray();
        var minutes = 60 * (10 * digits[0] + digits[1]) + (digits.Length > 3 ? 10 * digits[2] + digits[3] : 0);
        return offset[0] == '-' ? -minutes : minutes;
    }

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
            // Orders say what the shop keeps; without them, whatever else has money.
            if (PredictiveRetention.Currency.TryOf(code) is not null)
                known[code] = known.GetValueOrDefault(code) + (file == "orders" || _request.OrdersFile is null ? count : 0);
        }
        var fixedByPreset = _database.Variable("preset_currency");
        if (fixedByPreset is not null && _request.ShopCurrency is { } asked
            && !asked.Equals(fixedByPreset, StringComparison.OrdinalIgnoreCase))
            throw new RetentionException(Failure.InputRejected,
                $"{_files[0].Path} is in {fixedByPreset}, the shop keeps {asked.ToUpperInvariant()} and has no rate.");
        var frequent = known.Where(code => code.Value > 0)
            .OrderByDescending(code => code.Value).ThenBy(code => code.Key, StringComparer.Ordinal)
            .Select(code => code.Key).FirstOrDefault();
        var shop = _request.ShopCurrency ?? fixedByPreset ?? frequent ?? MapOf("orders").Currency
            ?? throw new UndecidedException(OpenChoice.Currency,
                $"{_files[0].Path} does not say which currency its amounts are in.", "Give --currency, for instance --currency EUR.");
        _currency = PredictiveRetention.Currency.Parse(shop);
        _database.SetVariable("shop_currency", Text(Currency.Code));
        _database.SetVariable("known_currencies", $"[{string.Join(", ", PredictiveRetention.Currency.Codes.Select(Text))}]::VARCHAR[]");
    }

    /// <summary>What the file's column of currencies says; without one, the signs beside its amounts or in their heading that only one
    /// uses.</summary>
    private IEnumerable<(string Code, long Count, string File)> CurrenciesOf(SourceFile file)
    {
        var columns = _columns[file.Name];
        var column = columns.FirstOrDefault(column => column.Field.Name == "currency");
        var worth = column is null ? columns.FirstOrDefault(column => column.Field.IsWorth) : null;
        if ((column ?? worth) is not { } said) return [];
        var code = column is null ? $"coalesce(currency_of(said), currency_of({Text(said.Header)}))"
            : "coalesce(currency_of(said), upper(said))";
        // Most rows say the same, and what they say is looked at once.
        return _database
            .Query($"""
                SELECT {code} AS code, sum(rows)::BIGINT FROM (
                  SELECT c{Number(said.Index)} AS said, count(*) AS rows FROM {file.Table} WHERE said IS NOT NULL GROUP BY said)
                GROUP BY code HAVING code IS NOT NULL
                """)
            .Select(row => (row.GetString(0), row.GetInt64(1), file.Name));
    }

    private void SettleStatuses()
    {
        if (_request.Statuses is not null && _columns.GetValueOrDefault("orders", []).All(column => column.Field.Name != "status"))
            throw new RetentionException(Failure.Usage,
                $"{_files[0].Path} has no column for the status of an order, so --statuses has nothing to choose by.");
        var isPresets = _database.Variable("preset_statuses") is not null;
        if ((_request.Statuses ?? (isPresets ? Words("statuses") : null)) is { } statuses)
            _database.SetVariable(
                "sale_statuses", $"list_transform([{string.Join(", ", statuses.Select(Text))}]::VARCHAR[], lambda s: status_word(s))");
        else if (!isPresets)
        {
            _database.SetVariable("sale_statuses", "[]::VARCHAR[]");
            // What was answered about an earlier file holds; a status that did not come up then means what it means.
            var answers = (Words("statuses") ?? []).Select(word => (Word: word, Meaning: "sale"))
                .Concat((Words("statuses_none") ?? []).Select(word => (Word: word, Meaning: "no_sale"))).ToList();
            foreach (var (word, meaning) in answers) _database.StatusMeanings[word] = meaning;
        }
        else _database.Execute("SET VARIABLE sale_statuses = getvariable('preset_statuses')");
    }

    private string[]? Words(string name) =>
        _request.Memory.Of("orders", name)?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// A status that nobody has heard of is asked about once: taken for a sale it would add money that may never have come in. What is
    /// answered holds for the source's next files.
    /// </summary>
    private void AskAboutStatuses()
    {
        var columns = _preset.Name == "olist" ? [] : _columns.GetValueOrDefault("orders", []);
        if (columns.FirstOrDefault(column => column.Field.Name == "status") is not { } column) return;
        var answered = (Words("statuses") ?? []).Concat(Words("statuses_none") ?? []).ToHashSet();
        var met = _database.Query("""
            SELECT status_word(status), any_value(status), count(*), sum(amount)::DECIMAL(38,2), any_value(status_meaning(status)), bool_or(is_valid)
            FROM (SELECT status, amount, is_valid FROM complete_orders UNION ALL SELECT status, amount, is_valid FROM complete_nobody)
            WHERE status IS NOT NULL GROUP BY status_word(status) ORDER BY count(*) DESC
            """).Select(row => (Word: row.GetString(0), Text: row.GetString(1), Orders: row.GetInt64(2), Money: row.GetDecimal(3),
                Meaning: row.IsDBNull(4) ? null : row.GetString(4), IsSale: row.GetBoolean(5))).ToList();
        if (_request.Statuses is { } told)
        {
            var sales = met.Where(status => status.IsSale).Select(status => status.Word);
            _learnt.Add(new LearntChoice("orders", "statuses", string.Join(',', told.Select(Vocabulary.StatusWord).Union(sales)), "asked"));
            _learnt.Add(new LearntChoice(
                "orders", "statuses_none", string.Join(',', met.Where(status => !status.IsSale).Select(status => status.Word)), "asked"));
            return;
        }
        var unknown = met.Where(status => status.Meaning is null && !answered.Contains(status.Word)
            && !Vocabulary.NeverSales.Contains(status.Word)).ToList();
        if (unknown.Count == 0) return;
        var known = met.Where(status => status.IsSale && !unknown.Contains(status)).Select(status => status.Word).ToList();
        var listed = string.Join("; ", unknown.Take(10).Select(status =>
            $"{ForeignText.Shown(status.Text)} ({Invariant.Text($"{status.Orders:N0} orders, {status.Money:N2} {Currency.Code}")})"));
        throw new UndecidedException(OpenChoice.Statuses,
            $"{_files[0].Path}: {column.Header} has statuses that are not known: {listed}. Those that are known and a sale are "
                + $"{(known.Count > 0 ? string.Join(", ", known) : "none")}.",
            "Say which statuses are a sale, with these if they are: "
                + $"--statuses {Quoted([.. known, .. unknown.Select(status => status.Word)])}, without them if not"
                + (known.Count > 0 ? $": --statuses {Quoted(known)}" : "")
                + ". Where the column is no status of orders, --map '{\"orders\": {\"status\": null}}' reads nothing from it. What is "
                + "answered is kept for the next file.");
    }

    private static string Quoted(IReadOnlyList<string> words) => $"\"{string.Join(',', words)}\"";

    private void CreateTypedViews()
    {
        foreach (var name in _fields.Select(field => field.File).Distinct())
        {
            var file = _files.FirstOrDefault(file => file.Name == name);
            _database.Execute(TypedView.Sql(
                name, FieldsOf(name), _columns.GetValueOrDefault(name, []),
                _formats.GetValueOrDefault(name, new Dictionary<string, string>()),
                file?.Table, MapOf(name).Currency ?? CurrencyOfHeadings(name) ?? Currency.Code,
                file is null ? s_noDivisors : DivisorsOf(file)));
        }
    }

    /// <summary>What the headings of a file's amounts say they are in, such as 'Betrag (EUR)'; null where that may be the shop's.</summary>
    private string? CurrencyOfHeadings(string name) => _columns.GetValueOrDefault(name, [])
        .Where(column => column.Field.IsWorth)
        .SelectMany(column => _database.Query($"SELECT other_currency({Text(column.Header)})")
            .Select(row => row.IsDBNull(0) ? null : row.GetString(0)))
        .FirstOrDefault(code => code is not null);

    private static readonly Dictionary<string, long> s_noDivisors = [];

    /// <summary>
    /// What amounts are to be divided by, where a heading, a person or an earlier file says that they are in smallest units.
    /// </summary>
    private Dictionary<string, long> DivisorsOf(SourceFile file)
    {
        var told = MapOf(file.Name).AmountUnit;
        var unit = told ?? _request.Memory.Of(file.Name, "amount_unit");
        if (told is not null) _learnt.Add(new LearntChoice(file.Name, "amount_unit", told, "asked"));
        var money = _columns[file.Name].Where(column => column.Field.Kind == "money").ToList();
        var named = money.ToDictionary(
            column => column.Field.Name, column => SmallestUnits.DivisorOf(file.Headings.Plain(column.Index), Currency));
        // A file beside the orders, or one column of them, may be written otherwise: half a cent is no amount.
        if (unit == "minor")
            return money.ToDictionary(column => column.Field.Name,
                column => _contents[file.Name][column.Index].HoldsFractions ? named[column.Field.Name] : Currency.MinorPerUnit);
        var worth = money.Where(column => column.Field.IsWorth).ToList();
        if (unit is null && worth.Count > 0 && worth.All(column => named[column.Field.Name] == 1
            && SmallestUnits.MayBeMinor(_contents[file.Name][column.Index], Currency)))
            throw new UndecidedException(OpenChoice.AmountUnit,
                $"{file.Path}: the amounts in {worth[0].Header} are whole and end as prices in the smallest units of {Currency.Code} do "
                    + $"({string.Join(", ", _contents[file.Name][worth[0].Index].Examples)}), so they may be {Currency.MinorPerUnit} times "
                    + "too much.",
                "Say which: --amount-unit minor (divide them) or --amount-unit major (as they stand); \"$amount_unit\" in --map does the "
                    + "same. It is kept for the next file.");
        return named;
    }

    private void RunPreset()
    {
        _database.SetVariable("calendar_start_ms", Number(Calendar.StartOf(BusinessCalendar.FirstDay)));
        _database.SetVariable("calendar_end_ms", Number(Calendar.StartOf(BusinessCalendar.LastDay) + BusinessCalendar.DayMs));
        if (_request.NowMs > 0) _database.SetVariable("now_ms", Number(_request.NowMs));
        var map = MapOf("orders");
        if (map.Grain is { } grain) _database.SetVariable("orders_grain", Text(grain));
        if (map.PriceOf is { } of) _database.SetVariable("price_of", Text(of));
        if (map.Discounts is { } discounts) _database.SetVariable("discounts", Text(discounts));
        if ((map.AmountsAre ?? _request.Memory.Of("orders", "amounts_are")) is { } amounts)
            _database.SetVariable("amounts_are", Text(amounts));
        if ((map.Negatives ?? _request.Memory.Of("orders", "negatives")) is { } negatives)
            _database.SetVariable("negatives", Text(negatives));
        if ((map.OrderIds ?? _request.Memory.Of("orders", "order_identity")) is { } identity)
            _database.SetVariable("order_identity", Text(identity));
        _database.SetVariable("is_first", _request is { IsFirst: true, Purchases: not { MergeDays: true } } ? "true" : "false");
        FindOwnAddresses();
        FindEarlierOrders();
        try
        {
            _database.Execute(_preset.Rows);
            foreach (var kind in s_kinds)
            {
                var rows = _database.Has(kind) ? $" UNION ALL BY NAME FROM {kind}" : "";
                _database.Execute($"CREATE VIEW complete_{kind} AS FROM canonical_{kind}{rows}");
            }
            _database.Execute(Preset.Rules);
            AskAboutStatuses();
            if (map.Negatives is { } told) _learnt.Add(new LearntChoice("orders", "negatives", told, "asked"));
            if (_columns.GetValueOrDefault("orders", []).Any(column => column.Field.Name == "refunded")
                && _database.Variable("amounts_are") is { } are)
                _learnt.Add(new LearntChoice("orders", "amounts_are", are, map.AmountsAre is null ? "shown" : "asked"));
            if (_files.Any(file => file.Name == "orders") && _database.Variable("order_identity") is { } unique)
                _learnt.Add(new LearntChoice("orders", "order_identity", unique, map.OrderIds is null ? "shown" : "asked"));
        }
        catch (DuckDBException fault) when (!Preset.Shipped.Contains(_preset.Name))
        {
            throw new RetentionException(Failure.Usage, $"Preset {_preset.Name} does not run: {fault.Message}", fault);
        }
    }

    /// <summary>
    /// A till, or whoever takes orders by telephone, is often entered with the shop's own address: one that has a part of all orders that
    /// no customer has, and many times as many as the next.
    /// </summary>
    private void FindOwnAddresses()
    {
        const int Many = 30;
        const double Part = 0.05;
        const int Times = 10;
        _database.SetVariable("own_addresses", "[]::VARCHAR[]");
        var columns = _columns.GetValueOrDefault("orders", []);
        string[] known = [.. columns.Where(column => column.Field.Name is "customer_id" or "email"
            && _contents["orders"][column.Index].HoldsAddresses).Select(column => column.Field.Name)];
        var isByNumber = columns.Any(column => column.Field.Name == "customer_id") && !known.Contains("customer_id");
        if (known.Length == 0 || isByNumber || MapOf("orders").OwnAddresses == "customers") return;
        var most = _database.Query($"""
            SELECT lower(id), count(*), (sum(count(*)) OVER ())::BIGINT FROM (SELECT coalesce({string.Join(", ", known)}) AS id FROM source_orders)
            WHERE id IS NOT NULL GROUP BY lower(id) ORDER BY count(*) DESC LIMIT 2
            """).Select(row => (Address: row.GetString(0), Orders: row.GetInt64(1), All: row.GetInt64(2))).ToList();
        if (most.Count < 2) return;
        var (first, second) = (most[0], most[1]);
        if (first.Orders < Many || first.Orders < Part * first.All || first.Orders < Times * second.Orders) return;
        _database.SetVariable("own_addresses", $"[{Text(first.Address)}]::VARCHAR[]");
        Assume("orders", Invariant.Text($"{ForeignText.Shown(first.Address)}: {first.Orders:N0} of {first.All:N0} rows, and nobody else ")
            + Invariant.Text($"more than {second.Orders:N0}: taken for the shop's own address, and its orders for those of nobody known. ")
            + "If it is a customer, give \"$own_addresses\": \"customers\" in --map.");
    }

    /// <summary>Orders that rows of this file name and only earlier files have.</summary>
    private void FindEarlierOrders()
    {
        _database.Execute("CREATE TABLE earlier_orders (order_id VARCHAR, customer_id VARCHAR)");
        if (_request.CustomersOfOrders is not { } find) return;
        var fields = _columns.GetValueOrDefault("orders", []).Select(column => column.Field).ToList();
        var takesBack = string.Join(" OR ", fields.Where(field => field.IsWorth
            || (field.Name == "quantity" && fields.Exists(other => other.Name == "unit_price"))).Select(field => field.Name + " < 0"));
        var naming = fields.Exists(field => field.Name == "parent_id") ? "SELECT id_text(parent_id) AS id FROM source_orders"
            : _preset.Name == "generic" && takesBack.Length > 0 ? $"SELECT id_text(order_id) AS id FROM source_orders WHERE {takesBack}"
            : null;
        if (naming is null) return;
        var others = takesBack.Length > 0 ? $"coalesce(NOT ({takesBack}), true)" : "true";
        var named = _database.Query($"""
            SELECT DISTINCT id FROM ({naming}) WHERE id <> '0'
              AND id NOT IN (SELECT id_text(order_id) FROM source_orders WHERE order_id IS NOT NULL AND {others})
            """).Select(row => row.GetString(0)).ToList();
        if (named.Count == 0) return;
        var rows = find(named).Select(order => $"({Text(order.Key)}, {Text(order.Value)})").ToList();
        if (rows.Count > 0) _database.Execute($"INSERT INTO earlier_orders VALUES {string.Join(", ", rows)}");
    }

    /// <summary>Canonical rows, as macros.sql has them.</summary>
    private static readonly string[] s_kinds = ["customers", "orders", "refunds", "events", "subscriptions", "nobody", "left_out"];

    private FileMapping MappingOf(SourceFile file, string? grain)
    {
        var columns = _columns[file.Name];
        var used = columns.Select(column => column.Index).ToHashSet();
        var delimiter = file.Csv?.Delimiter.ToString().Replace("\t", "\\t", StringComparison.Ordinal);
        return new FileMapping(
            file.Name, file.Path, file.Format, file.Csv?.EncodingName, delimiter, grain,
            [.. columns.Select(column => new ColumnMapping(
                column.Field.Name, column.Header, column.ChosenBy, _formats[file.Name].GetValueOrDefault(column.Field.Name),
                _contents[file.Name][column.Index].Examples))],
            [.. file.Headings.Names.Where((_, i) => !used.Contains(i))],
            _assumptions[file.Name],
            _doubts[file.Name]);
    }
}
