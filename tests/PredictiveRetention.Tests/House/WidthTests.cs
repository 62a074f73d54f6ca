using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>A line can be read beside another. Rows inside a raw string are text of another language, and as wide as that wants.</summary>
public sealed class WidthTests
{
    private const int Columns = 140;

    [Fact]
    public void No_line_is_wider_than_the_editor_is_told() => Handbook.AssertNone(
        from folder in new[] { "src", "tests", "notebooks" }
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
        where Path.GetExtension(path) is ".cs" or ".razor" && !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")
        orderby path
        from line in TooWide(File.ReadLines(path))
        select $"{Path.GetRelativePath(Repository.Root, path)}({line.Number}): {line.Width} columns");

    [Fact]
    public void Rows_inside_a_raw_string_are_not_measured_and_what_is_around_them_is()
    {
        var wide = new string('x', Columns);
        string[] lines = [wide, wide + "x", "var sql = \"\"\"", wide + "x", "\"\"\";", wide + "\"\"\"x\"\"\"", wide];
        Assert.Equal([2, 6], TooWide(lines).Select(line => line.Number));
    }

    private static IEnumerable<(int Number, int Width)> TooWide(IEnumerable<string> lines)
    {
        var (number, inside) = (0, false);
        foreach (var line in lines)
        {
            number++;
            if (!inside && line.Length > Columns) yield return (number, line.Length);
            if (line.Split("\"\"\"").Length % 2 == 0) inside = !inside;
        }
    }
}
