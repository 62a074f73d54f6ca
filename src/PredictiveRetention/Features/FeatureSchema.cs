using System.Security.Cryptography;
using System.Text;

namespace PredictiveRetention.Features;

/// <summary>
/// The features a model was trained on, in order: those whose source the shop had and that vary. A row of the registry is turned into a
/// row of the model by <see cref="Project"/>, which also replaces every missing value: NaN and infinity never reach a model.
/// </summary>
public sealed class FeatureSchema
{
    private readonly int[] _column;
    private readonly float[] _whenAbsent;
    private readonly Theme[] _theme;
    private readonly Theme[] _absentTheme;
    private readonly bool[] _isMoney;
    private readonly FeatureDefinition[] _definition;
    private readonly bool[] _mayBeAbsent;
    private readonly FeatureLeaning?[] _leans;
    private readonly int[] _said;
    private readonly int _gap, _repeats, _orders, _tenure, _silence;

    /// <exception cref="RetentionException">A name is not in the registry: the model belongs to another version of the program.</exception>
    public FeatureSchema(IEnumerable<string> names)
    {
        Names = [.. names];
        _column = new int[Names.Count];
        _whenAbsent = new float[Names.Count];
        _theme = new Theme[Names.Count];
        _absentTheme = new Theme[Names.Count];
        _isMoney = new bool[Names.Count];
        _definition = new FeatureDefinition[Names.Count];
        _mayBeAbsent = new bool[Names.Count];
        _leans = new FeatureLeaning?[Names.Count];
        for (var i = 0; i < Names.Count; i++)
        {
            _column[i] = s_columns.TryGetValue(Names[i], out var column)
                ? column
                : throw new RetentionException(Failure.DependencyUnavailable,
                    $"The model uses the feature '{Names[i]}', which this version does not have. Train again.");
            var definition = FeatureRegistry.All[column];
            (_definition[i], _mayBeAbsent[i], _leans[i]) = (definition, definition.Indicator is not null, definition.Leans);
            _whenAbsent[i] = definition.WhenAbsent;
            _theme[i] = definition.Theme;
            _absentTheme[i] = definition.ThemeOf(double.NaN);
            _isMoney[i] = definition.IsMoney;
        }
        _said = [.. Enumerable.Range(0, Names.Count).Where(i => _definition[i].IsSaid)];
        (_gap, _repeats) = (Find("gap_mean"), Find("btyd_frequency"));
        (_orders, _tenure, _silence) = (Find("frequency"), Find("tenure_days"), Find("days_since_last_order"));
    }

    /// <summary>Every feature whose source is covered and whose season the history holds; demographics only when asked for.</summary>
    /// <param name="historyDays">Days before the earliest training cutoff.</param>
    public static FeatureSchema For(SourceCoverage coverage, int historyDays, bool demographics = false) => new(
        FeatureRegistry.All
            .Where(feature => coverage.Has(feature.Source) && historyDays >= feature.MinHistoryDays
                && (demographics || !feature.OffByDefault))
            .Select(feature => feature.Name));

    public IReadOnlyList<string> Names { get; }
    public int Width => Names.Count;

    /// <summary>SHA-256 of the names in order, hex: a score is only ever made with the list its model was trained on.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Names))));

    public FeatureDefinition Definition(int index) => _definition[index];

    /// <summary>Position of a feature; -1 where the model has none of the name.</summary>
    public int Find(string name)
    {
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name) return i;
        return -1;
    }

    /// <summary>See <see cref="FeatureDefinition.ThemeOf"/>.</summary>
    public Theme ThemeOf(int index, float value) => value == _whenAbsent[index] ? _absentTheme[index] : _theme[index];

    /// <summary>What a row of the model tells of a customer beside the value that is said.</summary>
    public Standing StandingOf(ReadOnlySpan<float> row) =>
        Standing.OfGap(_gap >= 0 && (_repeats < 0 || row[_repeats] >= 2) ? row[_gap] : float.NaN) with
        {
            Orders = At(_orders, row),
            TenureDays = At(_tenure, row),
            SilentDays = At(_silence, row),
        };

    private static float At(int index, ReadOnlySpan<float> row) => index < 0 ? float.NaN : row[index];

    /// <summary>Positions of the features that people are told.</summary>
    public ReadOnlySpan<int> Said => _said;

    /// <summary>See <see cref="FeatureDefinition.LeaningOf"/>; a row of the model holds finite values only.</summary>
    public Leaning LeaningOf(int index, float value, in Standing of) =>
        _leans[index] is not { } leans || (_mayBeAbsent[index] && value == _whenAbsent[index]) ? Leaning.Neither : leans(value, of);

    /// <summary>A value of a model's row as people are told it: money in the currency's units.</summary>
    /// <param name="money">The row's.</param>
    public float InCurrency(int index, float value, MoneyUnit money) =>
        _isMoney[index] && value != _whenAbsent[index] ? (float)(value * money.InCurrency) : value;

    /// <summary>Writes the model's columns of a registry row; absent and non-finite values become the feature's stand-in.</summary>
    public void Project(ReadOnlySpan<float> registryRow, Span<float> modelRow)
    {
        for (var i = 0; i < _column.Length; i++)
        {
            var value = registryRow[_column[i]];
            modelRow[i] = float.IsFinite(value) ? value : _whenAbsent[i];
        }
    }

    private static readonly Dictionary<string, int> s_columns =
        FeatureRegistry.All.Select((feature, index) => (feature.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index);
}
