using System.Globalization;
using PredictiveRetention.Features;

namespace PredictiveRetention.Segments;

/// <summary>Recency, frequency and monetary value as scores of 1 to 5, 5 best.</summary>
public readonly record struct RfmScore
{
    private readonly byte _r;
    private readonly byte _f;
    private readonly byte _m;

    public RfmScore(int r, int f, int m)
    {
        if (r is < 1 or > 5 || f is < 1 or > 5 || m is < 1 or > 5)
        {
            throw new ArgumentOutOfRangeException(nameof(r), $"Found the RFM scores {r}, {f}, {m}; expected 1 to 5 each.");
        }

        (_r, _f, _m) = ((byte)r, (byte)f, (byte)m);
    }

    public int R => _r;
    public int F => _f;
    public int M => _m;

    /// <summary>The three digits read as one number: 545 is R 5, F 4, M 5.</summary>
    public int Code => (R * 100) + (F * 10) + M;

    /// <summary>A recent order scores high, so R counts down where F and M count up.</summary>
    public static RfmScore Score(in CustomerFacts facts, SegmentCutoffs cutoffs) => new(
        5 - cutoffs.Recency.CountBelow(facts.DaysSinceLastOrder),
        1 + cutoffs.Frequency.CountBelow(facts.Orders),
        1 + cutoffs.MonetaryMinor.CountBelow(facts.NetRevenueMinor));

    public override string ToString() => Code.ToString(CultureInfo.InvariantCulture);
}
