namespace PredictiveRetention.Presentation.Charts;

/// <summary>
/// How the marks of charts look. A page's own sheet comes after it and sets sizes; colours are its variables --s0 to --s7, --ink, --quiet,
/// --line and --card.
/// </summary>
public static class ChartStyle
{
    /// <summary>How many series have a colour of their own, --s0 and on.</summary>
    public const int Colours = 8;

    public static string Marks { get; } = Read("marks.css");

    /// <summary>A style sheet that is embedded in this assembly.</summary>
    internal static string Read(string name)
    {
        using var stream = typeof(ChartStyle).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
