namespace PredictiveRetention.Ingestion;

/// <summary>A column chosen for a field. <see cref="Index"/> counts from 0.</summary>
/// <param name="ChosenBy">name, synonym, --map, or what stood in for a column of its own.</param>
internal sealed record MatchedColumn(PresetField Field, int Index, string Header, string ChosenBy);

/// <summary>
/// Finds the column of every field: --map first, then the field's own name, then its synonyms in the order the preset lists them. A
/// heading only proposes: where a column's cells cannot be what the field is, the next one is asked, and the doubt is kept for the report.
/// Each column is used once. A required field may take a column from an optional one: a refunds file whose only id is order_id
/// numbers its refunds by it.
/// </summary>
/// <param name="contents">Null: headings are all there is.</param>
internal sealed class HeaderMatcher(string path, Headings headings, FileMap map, FileContents? contents = null)
{
    private readonly Dictionary<PresetField, MatchedColumn> _matched = [];
    private readonly Dictionary<(PresetField Field, int Column), string> _doubts = [];
    private IReadOnlyList<PresetField> _fields = [];

    /// <summary>Columns whose heading spoke for a field and whose cells spoke against it, each as a sentence.</summary>
    public IReadOnlyList<string> Doubts => [.. _doubts
        .Where(doubt => _matched.GetValueOrDefault(doubt.Key.Field)?.Index != doubt.Key.Column)
        .Select(doubt => $"'{headings.Names[doubt.Key.Column]}' is not taken for {doubt.Key.Field.Name}: it holds {doubt.Value}")];

    public IReadOnlyList<MatchedColumn> Match(IReadOnlyList<PresetField> fields)
    {
        _fields = fields;
        foreach (var field in fields) TakeMapped(field);
        ReadPriceAsUnitPrice();
        foreach (var field in fields) MapField(field, [field.PlainName], "name", column => IsUnused(column) && Fits(field, column));
        foreach (var field in fields.Where(field => field.Required))
        {
            MapField(field, field.PlainHeaders, "synonym", column => IsUnused(column) && Fits(field, column));
            MapField(field, field.PlainHeaders, "synonym", column => IsUsedByOptional(column) && Fits(field, column));
        }
        foreach (var field in fields)
            MapField(field, field.PlainHeaders, "synonym", column => IsUnused(column) && Fits(field, column));
        // A column that is named for what the file cannot do without and holds something else is read all the same: its rows are then
        // rejected with their cells shown, which says more than that there is no such column. A flag would be read as money.
        foreach (var field in fields.Where(field => field.Required && !field.StandIns.Any(set => set.All(IsMatched))))
            MapField(field, field.PlainHeaders.Prepend(field.PlainName), "synonym",
                column => IsUnused(column) && (contents is null || !HoldsYesAndNo(contents[column])));
        foreach (var (field, otherwise, holds) in s_otherwise) TakeDoubted(field, otherwise, holds);
        ReadOnlyStatus();
        // A share that is taken off a price says nothing of what was paid.
        if (_matched.Keys.Any(field => field.IsWorth && field.Name != "unit_price"))
            foreach (var rate in fields.Where(field => field.Kind == "rate")) _matched.Remove(rate);
        return [.. fields.Where(_matched.ContainsKey).Select(field => _matched[field])];
    }

    /// <summary>Fields, and what a column with their heading is where it holds something else.</summary>
    private static readonly (string Field, string Otherwise, string Holds)[] s_otherwise =
        [("discount", "discount_rate", "rates"), ("refunded", "is_refunded", "yes and no"), ("cancelled_at", "is_cancelled", "yes and no")];

    /// <summary>The status of the payment is the order's where it has no other.</summary>
    private void ReadOnlyStatus()
    {
        var status = _fields.FirstOrDefault(field => field.Name == "status");
        var payment = _fields.FirstOrDefault(field => field.Name == "payment_status");
        if (status is null || payment is null || _matched.ContainsKey(status) || map.Columns.ContainsKey(status.Name)
            || !_matched.Remove(payment, out var column)) return;
        _matched[status] = column with { Field = status };
    }

    private void TakeDoubted(string field, string otherwise, string holds)
    {
        if (_fields.FirstOrDefault(other => other.Name == otherwise) is not { } other || _matched.ContainsKey(other)
            || map.Columns.ContainsKey(otherwise)) return;
        foreach (var ((doubted, column), what) in _doubts.OrderBy(doubt => doubt.Key.Column))
            if (doubted.Name == field && what.StartsWith(holds, StringComparison.Ordinal) && IsUnused(column))
            {
                _matched[other] = new MatchedColumn(other, column, headings.Names[column], "synonym");
                return;
            }
    }

    private void TakeMapped(PresetField field)
    {
        if (!map.Columns.TryGetValue(field.Name, out var wanted) || wanted is null) return;
        var index = 0;
        while (index < headings.Count && !headings.Names[index].Equals(wanted, StringComparison.OrdinalIgnoreCase)) index++;
        if (index == headings.Count)
            throw new RetentionException(Failure.Usage,
                $"--map reads {field.File}.{field.Name} from '{ForeignText.Shown(wanted)}', but {path}, line 1, has no such column. "
                + $"Its columns are {ForeignText.Shown(headings.Names)}.");
        _matched[field] = new MatchedColumn(field, index, headings.Names[index], "--map");
    }

    /// <summary>
    /// A price that --map names for the amount is that of one piece where the file has quantities, unless $price says otherwise.
    /// </summary>
    private void ReadPriceAsUnitPrice()
    {
        var amount = _matched.Keys.FirstOrDefault(field => field.Name == "amount");
        var price = _fields.FirstOrDefault(field => field.Name == "unit_price");
        var quantity = _fields.FirstOrDefault(field => field.Name == "quantity");
        if (amount is null || price is null || quantity is null || map.PriceOf == "line" || _matched.ContainsKey(price)) return;
        var column = _matched[amount];
        var isPrice = price.PlainHeaders.Prepend(price.PlainName).Contains(headings.Plain(column.Index));
        var hasQuantity = _matched.ContainsKey(quantity)
            || (!map.Columns.ContainsKey("quantity")
                && quantity.PlainHeaders.Prepend(quantity.PlainName).SelectMany(headings.At).Any(other => Fits(quantity, other)));
        if (!isPrice || !hasQuantity) return;
        _matched.Remove(amount);
        _matched[price] = column with { Field = price };
    }

    private void MapField(PresetField field, IEnumerable<string> plainNames, string chosenBy, Func<int, bool> isFree)
    {
        if (_matched.ContainsKey(field) || map.Columns.ContainsKey(field.Name)) return;
        foreach (var name in plainNames)
        {
            foreach (var i in field.Kind == "money" ? SmallestUnits.Headings(name).SelectMany(headings.At).Concat(InCurrency(name))
                : headings.At(name))
            {
                if (!isFree(i)) continue;
                foreach (var loser in _matched.Values.Where(column => column.Index == i).ToList()) _matched.Remove(loser.Field);
                _matched[field] = new MatchedColumn(field, i, headings.Names[i], chosenBy);
                return;
            }
        }
    }

    /// <summary>Columns with a currency's code behind the name, such as 'Total (GBP)'.</summary>
    private IEnumerable<int> InCurrency(string name) => Enumerable.Range(0, headings.Count).Where(column =>
        headings.Plain(column) is var plain && plain.Length == name.Length + 3 && plain.StartsWith(name, StringComparison.Ordinal)
        && Currency.TryOf(plain[^3..].ToUpperInvariant()) is not null);

    private bool IsMatched(string field) => _matched.Keys.Any(matched => matched.Name == field);

    private bool IsUnused(int index) => _matched.Values.All(column => column.Index != index);

    private bool IsUsedByOptional(int index) =>
        _matched.Values.Where(column => column.Index == index).All(column => !column.Field.Required && column.ChosenBy != "--map");

    private bool Fits(PresetField field, int column)
    {
        if (contents is null || contents[column].IsEmpty) return true;
        if (Contradiction(field, column, contents[column]) is not { } holds) return true;
        _doubts[(field, column)] = holds;
        return false;
    }

    /// <summary>What the cells are instead; null where they may be the field's.</summary>
    private string? Contradiction(PresetField field, int column, ColumnContents cells)
    {
        var such = $"such as {string.Join(", ", cells.Examples.Select(cell => ForeignText.Shown(cell, 40)))}";
        switch (field.Kind)
        {
            case "text" when field.IsId && cells.HoldsObjects: return $"objects ({such})";
            case "time" or "utc_time" when HoldsYesAndNo(cells): return $"yes and no ({such})";
            case "time" or "utc_time" when !field.Required && !cells.HoldsTimes: return $"no times ({such})";
            case "money" when HoldsYesAndNo(cells): return $"yes and no ({such})";
            case "money" when !field.Required && cells.HoldsRates && IsBesideLargerAmounts(column): return $"rates and no money ({such})";
            case "rate" when cells.Share(cell => IsNumber(cell.TrimEnd(' ', '%'))) < 0.5: return $"no rates ({such})";
            case "money" or "number" when !field.Required && cells.Share(IsNumber) < 0.5: return $"no numbers ({such})";
        }
        return field.Name switch
        {
            "status" when cells.HoldsRegions => $"regions ({such})",
            "status" when cells.HoldsDates => $"times ({such})",
            "status" when cells.HoldsDecimals => $"numbers ({such})",
            "customer_id" when (cells.HoldsNames || (cells.HoldsWords && s_persons.Contains(headings.Plain(column)))) && HasAddresses() =>
                $"names, and there are e-mail addresses ({such})",
            "customer_id" or "order_id" when cells.HoldsDates && !cells.HoldsAddresses => $"times ({such})",
            "is_paid" when !cells.HoldsOnlyFlags => $"no yes and no ({such})",
            "email" when !cells.HoldsSomeAddresses => $"no e-mail addresses ({such})",
            _ => null,
        };
    }

    /// <summary>Headings over people's names as well as over their numbers.</summary>
    private static readonly HashSet<string> s_persons =
    [
        "customer", "client", "buyer", "user", "kunde", "kaufer", "kaeufer", "acheteur", "cliente", "comprador", "acquirente", "klant",
        "koper", "klient", "nabywca", "顧客", "購入者", "お客様",
    ];

    /// <summary>A column of e-mail addresses that the file may know its customers by.</summary>
    private bool HasAddresses() => _fields.Any(field => field.Name == "email" && field.PlainHeaders.Prepend(field.PlainName)
        .SelectMany(headings.At).Any(column => contents![column].HoldsSomeAddresses));

    private static bool IsNumber(string cell) => WrittenNumber.Plain(cell, '.') is not null || WrittenNumber.Plain(cell, ',') is not null;

    private static bool HoldsYesAndNo(ColumnContents cells) => cells.HoldsFlags || cells.HoldsFlagWords;

    /// <summary>What an order is worth is more than one: a number of at most one beside it is a share of it.</summary>
    private bool IsBesideLargerAmounts(int column) => _fields.Where(field => field.IsWorth)
        .SelectMany(field => field.PlainHeaders.Prepend(field.PlainName)).SelectMany(headings.At)
        .Concat(_matched.Values.Where(matched => matched.Field.IsWorth).Select(matched => matched.Index))
        .Any(other => other != column && contents![other] is { HoldsNumbers: true } cells && cells.MedianSize() > 1);
}
