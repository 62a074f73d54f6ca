namespace PredictiveRetention.Ingestion;

/// <summary>A column chosen for a field. <see cref="Index"/> counts from 0.</summary>
internal sealed record MatchedColumn(PresetField Field, int Index, string Header, string ChosenBy);

/// <summary>
/// Finds the column of every field: --map first, then the field's own name, then its synonyms in the order the preset lists them.
/// Each column is used once. A required field may take a column from an optional one: a refunds file whose only id is order_id
/// numbers its refunds by it.
/// </summary>
internal sealed class HeaderMatcher(string path, Headings headings, FileMap map)
{
    private readonly Dictionary<PresetField, MatchedColumn> _matched = [];

    public IReadOnlyList<MatchedColumn> Match(IReadOnlyList<PresetField> fields)
    {
        foreach (var field in fields) TakeMapped(field);
        foreach (var field in fields) MapField(field, [field.PlainName], "name", Unused);
        foreach (var field in fields.Where(field => field.Required))
        {
            MapField(field, field.PlainHeaders, "synonym", Unused);
            MapField(field, field.PlainHeaders, "synonym", UsedByOptional);
        }
        foreach (var field in fields) MapField(field, field.PlainHeaders, "synonym", Unused);
        return [.. fields.Where(_matched.ContainsKey).Select(field => _matched[field])];
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

    private void MapField(PresetField field, IReadOnlyList<string> plainNames, string chosenBy, Func<int, bool> isFree)
    {
        if (_matched.ContainsKey(field) || map.Columns.ContainsKey(field.Name)) return;
        foreach (var name in plainNames)
        {
            foreach (var i in headings.At(name))
            {
                if (!isFree(i)) continue;
                foreach (var loser in _matched.Values.Where(column => column.Index == i).ToList()) _matched.Remove(loser.Field);
                _matched[field] = new MatchedColumn(field, i, headings.Names[i], chosenBy);
                return;
            }
        }
    }

    private bool Unused(int index) => _matched.Values.All(column => column.Index != index);

    private bool UsedByOptional(int index) =>
        _matched.Values.Where(column => column.Index == index).All(column => !column.Field.Required && column.ChosenBy != "--map");
}
