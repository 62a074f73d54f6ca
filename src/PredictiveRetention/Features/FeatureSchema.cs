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

    /// <exception cref="RetentionException">A name is not in the registry: the model belongs to another version of the program.</exception>
    public FeatureSchema(IEnumerable<string> names)
    {
        Names = [.. names];
        _column = new int[Names.Count];
        _whenAbsent = new float[Names.Count];
        _theme = new Theme[Names.Count];
        _absentTheme = new Theme[Names.Count];
        _isMoney = new bool[Names.Count];
        for (var i = 0; i < Names.Count; i++)
        {
            _column[i] = s_columns.TryGetValue(Names[i], out var column)
                ? column
                : throw new RetentionException(Failure.DependencyUnavailable,
                    $"The model uses the feature '{Names[i]}', which this version does not have. Train again.");
            var definition = FeatureRegistry.All[column];
            _whenAbsent[i] = definition.WhenAbsent;
            _theme[i] = definition.Theme;
            _absentTheme[i] = definition.ThemeOf(double.NaN);
            _isMoney[i] = definition.IsMoney;
        }
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

    public FeatureDefinition Definition(int index) => FeatureRegistry.All[_column[index]];

    /// <summary>See <see cref="FeatureDefinition.ThemeOf"/>.</summary>
    public Theme ThemeOf(int index, float value) => value == _whenAbsent[index] ? _absentTheme[index] : _theme[index];

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
