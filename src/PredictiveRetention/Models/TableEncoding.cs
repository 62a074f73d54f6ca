namespace PredictiveRetention.Models;

/// <summary>How one column of a feature table becomes numbers.</summary>
/// <param name="Median">Stands in for a missing number; null for categories.</param>
/// <param name="Missing">True where some number was missing: an indicator is added.</param>
/// <param name="Categories">Each a 0/1 value; what is none of them is 'other', all zeros. Null for numbers.</param>
public sealed record EncodedColumn(string Name, double? Median, bool Missing, IReadOnlyList<string>? Categories);

/// <summary>Turns the columns of a feature table into a row of numbers; learnt from training rows alone.</summary>
public sealed record TableEncoding(IReadOnlyList<EncodedColumn> Columns)
{
    private const int MinRows = 20;
    private const int MaxCategories = 50;
    private const string Absent = "(none)";

    /// <summary>Names of the numbers, in order.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Columns.SelectMany(column => column.Categories is { } categories ? categories.Select(value => $"{column.Name} = {value}")
            : column.Missing ? [column.Name, column.Name + " is missing"] : new[] { column.Name })];

    /// <summary>Learns medians and categories from some rows. Numbers are NaN where missing, and null for a column of categories.</summary>
    public static TableEncoding Learn(IEnumerable<(string Name, double[]? Numbers, string?[] Texts)> columns, int[] rows) =>
        new([.. columns.Select(column =>
    {
        if (column.Numbers is { } numbers)
        {
            double[] known = [.. rows.Select(i => numbers[i]).Where(double.IsFinite).Order()];
            return new EncodedColumn(column.Name, known.Length == 0 ? 0 : known[known.Length / 2], known.Length < rows.Length, null);
        }
        return new EncodedColumn(column.Name, null, false,
            [.. rows.CountBy(i => column.Texts[i] ?? Absent)
                .Where(value => value.Value >= MinRows)
                .OrderByDescending(value => value.Value)
                .ThenBy(value => value.Key, StringComparer.Ordinal)
                .Take(MaxCategories)
                .Select(value => value.Key)]);
    })]);

    /// <param name="columns">In the order of Columns.</param>
    /// <returns>rows.Length x Names().Count values, all finite.</returns>
    public float[] Rows(IReadOnlyList<(double[]? Numbers, string?[] Texts)> columns, int[] rows)
    {
        var values = new List<float>(rows.Length * Columns.Count * 2);
        foreach (var i in rows)
        {
            for (var c = 0; c < Columns.Count; c++)
            {
                var (column, cells) = (Columns[c], columns[c]);
                if (column.Categories is { } categories)
                {
                    var value = cells.Texts[i] ?? Absent;
                    foreach (var category in categories) values.Add(category == value ? 1 : 0);
                    continue;
                }
                var number = cells.Numbers is { } numbers ? numbers[i] : double.NaN;
                values.Add((float)(double.IsFinite(number) ? number : column.Median!.Value));
                if (column.Missing) values.Add(double.IsFinite(number) ? 0 : 1);
            }
        }
        return [.. values];
    }
}
