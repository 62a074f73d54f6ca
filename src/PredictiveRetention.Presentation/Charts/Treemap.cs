namespace PredictiveRetention.Presentation.Charts;

/// <summary>Squarified treemap: M. Bruls, K. Huizing, J. J. van Wijk (2000), Squarified Treemaps, section 3.</summary>
internal static class Treemap
{
    public sealed record Part(TreemapDrawing.Item Item, double X, double Y, double Width, double Height);

    /// <param name="items">Largest first, areas above 0.</param>
    public static IReadOnlyList<Part> Squarify(IReadOnlyList<TreemapDrawing.Item> items, double width, double height)
    {
        var parts = new List<Part>();
        var scale = width * height / items.Sum(item => item.Area);
        var (x, y, at) = (0.0, 0.0, 0);
        while (at < items.Count)
        {
            // A row is laid along the shorter side, and takes items as long as its worst aspect ratio gets better.
            var side = Math.Min(width, height);
            var count = 1;
            while (at + count < items.Count && Worst(items, at, count + 1, side, scale) <= Worst(items, at, count, side, scale)) count++;
            var area = scale * items.Skip(at).Take(count).Sum(item => item.Area);
            var thick = area / side;
            var along = 0.0;
            foreach (var item in items.Skip(at).Take(count))
            {
                var length = scale * item.Area / thick;
                parts.Add(width >= height ? new Part(item, x, y + along, thick, length) : new Part(item, x + along, y, length, thick));
                along += length;
            }
            if (width >= height) (x, width) = (x + thick, width - thick);
            else (y, height) = (y + thick, height - thick);
            at += count;
        }
        return parts;
    }

    private static double Worst(IReadOnlyList<TreemapDrawing.Item> items, int from, int count, double side, double scale)
    {
        var areas = items.Skip(from).Take(count).Select(item => scale * item.Area).ToList();
        var sum = areas.Sum();
        return Math.Max(side * side * areas.Max() / (sum * sum), sum * sum / (side * side * areas.Min()));
    }
}
