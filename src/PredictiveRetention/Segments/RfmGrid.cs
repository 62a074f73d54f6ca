namespace PredictiveRetention.Segments;

/// <summary>
/// The eleven segments of the RFM grid (the grid of the Squeezely wiki): a table, because no rule in
/// words says it as shortly. All 125 codes occur exactly once.
/// </summary>
public static class RfmGrid
{
    /// <summary>The codes of each segment, as published.</summary>
    public static IReadOnlyDictionary<RfmSegment, IReadOnlyList<int>> Codes { get; } = new Dictionary<RfmSegment, IReadOnlyList<int>>
    {
        [RfmSegment.Champions] = [555, 554, 544, 545, 454, 455, 445],
        [RfmSegment.Loyal] = [543, 444, 435, 355, 354, 345, 344, 335],
        [RfmSegment.PotentialLoyalist] =
        [
            553, 551, 552, 541, 542, 533, 532, 531, 452, 451, 442, 441, 431, 453, 433, 432, 423, 353, 352, 351, 342, 341, 333, 323,
        ],
        [RfmSegment.NewCustomers] = [512, 511, 422, 421, 412, 411, 311],
        [RfmSegment.Promising] = [525, 524, 523, 522, 521, 515, 514, 513, 425, 424, 413, 414, 415, 315, 314, 313],
        [RfmSegment.NeedAttention] = [535, 534, 443, 434, 343, 334, 325, 324],
        [RfmSegment.AboutToSleep] = [331, 321, 312, 221, 213, 231, 241, 251],
        [RfmSegment.AtRisk] =
        [
            255, 254, 245, 244, 253, 252, 243, 242, 235, 234, 225, 224, 153, 152, 145, 143, 142, 135, 134, 133, 125, 124,
        ],
        [RfmSegment.CannotLoseThem] = [155, 154, 144, 214, 215, 115, 114, 113],
        [RfmSegment.Hibernating] = [332, 322, 233, 232, 223, 222, 132, 123, 122, 212, 211],
        [RfmSegment.Lost] = [111, 112, 121, 131, 141, 151],
    };

    private static readonly RfmSegment[] s_cells = Cells();

    public static RfmSegment SegmentOf(RfmScore score) => s_cells[Cell(score.R, score.F, score.M)];

    private static RfmSegment[] Cells()
    {
        var cells = new RfmSegment[125];
        foreach (var (segment, codes) in Codes) foreach (var code in codes) cells[Cell(code / 100, code / 10 % 10, code % 10)] = segment;

        return cells;
    }

    private static int Cell(int r, int f, int m) => ((r - 1) * 25) + ((f - 1) * 5) + (m - 1);
}
