using System.Globalization;
using System.Runtime.CompilerServices;

namespace PredictiveRetention;

/// <summary>Texts that are the same in every culture the process may run in: 0.5, not 0,5.</summary>
public static class Invariant
{
    public static string Text(ref InvariantText text) => text.ToStringAndClear();
}

/// <summary>What the compiler makes of $"..." where one is asked for.</summary>
[InterpolatedStringHandler]
public ref struct InvariantText(int literalLength, int formattedCount)
{
    private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public void AppendFormatted<T>(T value, int alignment) => _text.AppendFormatted(value, alignment);

    public void AppendFormatted<T>(T value, int alignment, string? format) => _text.AppendFormatted(value, alignment, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
