namespace PredictiveRetention.Ingestion;

/// <summary>A column chosen for a field. <see cref="Index"/> counts from 0.</summary>
internal sealed record MatchedColumn(PresetField Field, int Index, string Header, string ChosenBy);

/// <summary>
/// Finds the column of every field: --map first, then the field's own name, then its synonyms in the order the preset lists them.
/// Each column is used once. A required field may take a column from an optional one: a refunds file whose only id is order_id
/// numbers its refunds by it.
/// </summary>
internal sealed class HeaderMatcher(string path, IReadOnlyList<string> headers, FileMap map)
{
    private readonly Dictionary<PresetField, MatchedColumn> _matched = [];

    public IReadOnlyList<MatchedColumn> Match(IReadOnlyList<PresetField> fields)
    {
        foreach (var field in fields) TakeMapped(field);
        foreach (var field in fields) Take(field, [field.Name], "name", Unused);
        foreach (var field in fields.Where(field => field.Required))
        {
            Take(field, field.Headers, "synonym", Unused);
            Take(field, field.Headers, "synonym", UsedByOptional);
        }
        foreach (var field in fields) Take(field, field.Headers, "synonym", Unused);
        return [.. fields.Where(_matched.ContainsKey).Select(field => _matched[field])];
    }

    private void TakeMapped(PresetField field)
    {
        if (!map.Columns.TryGetValue(field.Name, out var wanted) || wanted is null) return;
        var index = headers.ToList().FindIndex(header => header.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
            throw new RetentionException(Failure.Usage,
                $"--map reads {field.File}.{field.Name} from '{wanted}', but {path}, line 1, has no such column. "
                + $"Its columns are {string.Join(", ", headers)}.");
        _matched[field] = new MatchedColumn(field, index, headers[index], "--map");
    }

    private void Take(PresetField field, IReadOnlyList<string> names, string chosenBy, Func<int, bool> isFree)
    {
        if (_matched.ContainsKey(field) || map.Columns.ContainsKey(field.Name)) return;
        foreach (var name in names)
        {
            var plain = HeaderNames.Plain(name);
            for (var i = 0; i < headers.Count; i++)
            {
                if (HeaderNames.Plain(headers[i]) != plain || !isFree(i)) continue;
                foreach (var loser in _matched.Values.Where(column => column.Index == i).ToList()) _matched.Remove(loser.Field);
                _matched[field] = new MatchedColumn(field, i, headers[i], chosenBy);
                return;
            }
        }
    }

    private bool Unused(int index) => _matched.Values.All(column => column.Index != index);

    private bool UsedByOptional(int index) =>
        _matched.Values.Where(column => column.Index == index).All(column => !column.Field.Required && column.ChosenBy != "--map");
}
