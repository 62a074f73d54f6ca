namespace PredictiveRetention.Ingestion;

/// <summary>
/// The headings of one file. What is left of each when spelling does not matter is worked out once, whoever asks for how many fields:
/// work on a file grows with its headings and not with headings times names.
/// </summary>
internal sealed class Headings
{
    private readonly Func<string, string> _toPlain;
    private readonly string[] _plain;
    private readonly Dictionary<string, List<int>> _byPlain = new(StringComparer.Ordinal);

    /// <param name="names">Each another.</param>
    public Headings(IReadOnlyList<string> names) : this(names, HeaderNames.Plain) { }

    /// <param name="names">Each another.</param>
    /// <param name="toPlain">How a heading is made plain; asked once for each.</param>
    internal Headings(IReadOnlyList<string> names, Func<string, string> toPlain)
    {
        (Names, _toPlain) = (names, toPlain);
        _plain = [.. names.Select(toPlain)];
        for (var i = 0; i < _plain.Length; i++)
        {
            if (!_byPlain.TryGetValue(_plain[i], out var columns)) _byPlain.Add(_plain[i], columns = []);
            columns.Add(i);
        }
    }

    /// <summary>Those of a file as it writes them, within the limits, each with a name of its own.</summary>
    /// <param name="place">The file, with the line where it has lines.</param>
    /// <exception cref="RetentionException">There are too many, or one is too long.</exception>
    public static Headings Read(string place, IReadOnlyList<string> written)
    {
        string[] cleaned = [.. written.Select(CellText.Heading)];
        FileLimits.CheckHeadings(place, cleaned);
        return new Headings(HeaderNames.Distinct(cleaned));
    }

    public IReadOnlyList<string> Names { get; }

    public int Count => _plain.Length;

    /// <summary>What is left of a column's heading when spelling does not matter.</summary>
    public string Plain(int column) => _plain[column];

    /// <summary>The columns of this plain name, in the order of the file.</summary>
    public IReadOnlyList<int> At(string plain) => _byPlain.TryGetValue(plain, out var columns) ? columns : [];

    /// <summary>With columns that were found inside others.</summary>
    public Headings With(IEnumerable<string> more) => new([.. Names, .. more], _toPlain);
}
