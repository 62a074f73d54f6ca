using System.Globalization;
using System.Text;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Notebook;

/// <summary>A plot with a title that says the finding, labelled axes and a text for those who cannot see it.</summary>
/// <param name="title">What it shows.</param>
/// <param name="xLabel">With unit.</param>
/// <param name="yLabel">With unit.</param>
public sealed class Chart(string title, string xLabel, string yLabel)
{
    private const double Width = 820, Height = 360, Left = 70, Right = 20, Top = 36, Bottom = 58;

    private readonly List<(string Name, (double X, double Y)[] Points, bool Dots)> _series = [];
    private readonly List<(string Label, double Value, double Low, double High)> _rows = [];
    private bool _asBars;
    private bool _diagonal;
    private double? _mark;

    /// <summary>A line through points.</summary>
    public Chart Line(string name, IEnumerable<(double X, double Y)> points) => Add(name, points, dots: false);

    public Chart Dots(string name, IEnumerable<(double X, double Y)> points) => Add(name, points, dots: true);

    /// <summary>The line where y is x: what was said is what came.</summary>
    public Chart Diagonal()
    {
        _diagonal = true;
        return this;
    }

    /// <summary>A bar a row, from 0.</summary>
    public Chart Bars(IEnumerable<(string Label, double Value)> rows)
    {
        _asBars = true;
        _rows.AddRange(rows.Select(row => (row.Label, row.Value, row.Value, row.Value)));
        return this;
    }

    /// <summary>A dot a row with the interval around it.</summary>
    /// <param name="mark">A line to compare with.</param>
    public Chart Whiskers(IEnumerable<(string Label, double Value, double Low, double High)> rows, double? mark = null)
    {
        _rows.AddRange(rows);
        _mark = mark;
        return this;
    }

    public string Svg() => _rows.Count > 0 ? Rows() : Plane();

    private Chart Add(string name, IEnumerable<(double X, double Y)> points, bool dots)
    {
        _series.Add((name, [.. points], dots));
        return this;
    }

    private string Plane()
    {
        var all = _series.SelectMany(series => series.Points).Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).ToList();
        var (x0, x1) = (all.Min(point => point.X), all.Max(point => point.X));
        var (y0, y1) = (Math.Min(0, all.Min(point => point.Y)), all.Max(point => point.Y));
        if (_diagonal) (x0, y0, x1, y1) = (0, 0, Math.Max(x1, y1), Math.Max(x1, y1));
        double X(double x) => Left + (x - x0) / Math.Max(1e-12, x1 - x0) * (Width - Left - Right);
        double Y(double y) => Height - Bottom - (y - y0) / Math.Max(1e-12, y1 - y0) * (Height - Top - Bottom);
        var svg = Begin(Height,
            string.Join("; ",
                _series.Select(series =>
                    $"{series.Name}: {series.Points.Length} points from {Short(series.Points[0].Y)} to {Short(series.Points[^1].Y)}")));
        foreach (var tick in Ticks(y0, y1))
            svg.AppendLine(
                Text($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\" stroke=\"var(--line)\"/><text "
                    + $"class=\"quiet\" x=\"{Left - 6}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{Short(tick)}</text>"));
        foreach (var tick in Ticks(x0, x1))
            svg.AppendLine(
                Text($"<text class=\"quiet\" x=\"{X(tick):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Short(tick)}</text>"));
        if (_diagonal)
            svg.AppendLine(
                Text($"<line x1=\"{X(0):F1}\" y1=\"{Y(0):F1}\" x2=\"{X(x1):F1}\" y2=\"{Y(x1):F1}\" stroke=\"var(--quiet)\" "
                    + $"stroke-dasharray=\"4 4\"/>"));
        foreach (var (at, (name, points, dots)) in _series.Index())
        {
            var colour = Colour(at);
            if (dots)
                foreach (var (x, y) in points)
                    svg.AppendLine(Text($"<circle cx=\"{X(x):F1}\" cy=\"{Y(y):F1}\" r=\"4\" fill=\"{colour}\"/>"));
            else svg.AppendLine(
                Text($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" "
                    + $"points=\"{string.Join(' ', points.Select(point => Text($"{X(point.X):F1},{Y(point.Y):F1}")))}\"/>"));
            if (_series.Count > 1)
                svg.AppendLine(
                    Text($"<text x=\"{Width - Right}\" y=\"{Top + 14 * (at + 1)}\" text-anchor=\"end\" "
                        + $"style=\"fill:{colour}\">{Page.Escape(name)}</text>"));
        }
        return End(svg, Height);
    }

    private string Rows()
    {
        const double RowHeight = 24, Names = 250;
        var height = Top + _rows.Count * RowHeight + Bottom;
        var (low, high) = (_rows.Min(row => row.Low), _rows.Max(row => row.High));
        if (_asBars) (low, high) = (Math.Min(0, low), Math.Max(0, high));
        if (_mark is { } mark) (low, high) = (Math.Min(low, mark), Math.Max(high, mark));
        double X(double x) => Names + (x - low) / Math.Max(1e-12, high - low) * (Width - Names - 70);
        var svg = Begin(height, string.Join("; ", _rows.Select(row => $"{row.Label} {Short(row.Value)}")));
        foreach (var tick in Ticks(low, high))
            svg.AppendLine(
                Text($"<line x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{Top}\" y2=\"{height - Bottom}\" stroke=\"var(--line)\"/><text "
                    + $"class=\"quiet\" x=\"{X(tick):F1}\" y=\"{height - Bottom + 16}\" text-anchor=\"middle\">{Short(tick)}</text>"));
        if (_mark is { } at)
            svg.AppendLine(
                Text($"<line x1=\"{X(at):F1}\" x2=\"{X(at):F1}\" y1=\"{Top}\" y2=\"{height - Bottom}\" stroke=\"var(--b)\" "
                    + $"stroke-dasharray=\"4 4\"/>"));
        foreach (var (i, row) in _rows.Index())
        {
            var y = Top + i * RowHeight + RowHeight / 2;
            svg.AppendLine(Text($"<text x=\"{Names - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{Page.Escape(row.Label)}</text>"));
            if (_asBars)
                svg.AppendLine(
                    Text($"<rect x=\"{Math.Min(X(0), X(row.Value)):F1}\" y=\"{y - 8:F1}\" width=\"{Math.Abs(X(row.Value) - X(0)):F1}\" "
                        + $"height=\"16\" fill=\"{(row.Value < 0 ? "var(--c)" : "var(--a)")}\"/>"));
            else svg.AppendLine(
                Text($"<line x1=\"{X(row.Low):F1}\" x2=\"{X(row.High):F1}\" y1=\"{y:F1}\" y2=\"{y:F1}\" stroke=\"var(--a)\" "
                    + $"stroke-width=\"2\"/><circle cx=\"{X(row.Value):F1}\" cy=\"{y:F1}\" r=\"4\" fill=\"var(--a)\"/>"));
            svg.AppendLine(
                Text($"<text class=\"quiet\" x=\"{X(_asBars ? Math.Max(0, row.Value) : row.High) + 6:F1}\" "
                    + $"y=\"{y + 4:F1}\">{Short(row.Value)}</text>"));
        }
        return End(svg, height);
    }

    private StringBuilder Begin(double height, string says) => new StringBuilder()
        .AppendLine(
            Text($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Page.Escape(title + ". " + says)}\"><text "
                + $"class=\"title\" x=\"0\" y=\"16\">{Page.Escape(title)}</text>"));

    private string End(StringBuilder svg, double height) => svg
        .AppendLine(
            Text($"<text class=\"quiet\" x=\"{Width - Right}\" y=\"{height - 16}\" text-anchor=\"end\">{Page.Escape(xLabel)}</text><text "
                + $"class=\"quiet\" x=\"0\" y=\"{(yLabel.Length == 0 ? -100 : 32)}\">{Page.Escape(yLabel)}</text></svg>"))
            .ToString();

    private static IEnumerable<double> Ticks(double low, double high)
    {
        var raw = Math.Max(1e-12, high - low) / 5;
        var size = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = raw / size is var part && part < 1.5 ? size : part < 3.5 ? 2 * size : part < 7.5 ? 5 * size : 10 * size;
        for (var tick = Math.Ceiling(low / step) * step; tick <= high + step * 1e-9; tick += step)
            yield return Math.Abs(tick) < step * 1e-9 ? 0 : tick;
    }

    private static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e4 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    private static string Colour(int at) => at switch { 0 => "var(--a)", 1 => "var(--b)", 2 => "var(--c)", _ => "var(--d)" };
}
