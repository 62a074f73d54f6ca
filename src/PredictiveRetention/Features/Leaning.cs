namespace PredictiveRetention.Features;

/// <summary>
/// Which way the words of a feature point, as whoever phones the customer hears them: a silence beyond the usual raises the risk, six
/// orders lower it. Words are a reason only for an effect that points their way.
/// </summary>
[Flags]
public enum Leaning
{
    /// <summary>Nobody would say so of leaving or staying: the words are no reason for either.</summary>
    Neither = 0,

    /// <summary>The words say why somebody may leave.</summary>
    Raises = 1,

    /// <summary>The words say why somebody may stay.</summary>
    Lowers = 2,

    /// <summary>There are words for both: 'only 3 orders so far' raises, '3 orders so far' lowers.</summary>
    Either = Raises | Lowers,
}

/// <summary>What else of a customer tells which way a value points; each NaN where it is not at hand, and then forbids nothing.</summary>
/// <param name="MeanGap">Mean days between purchase days; NaN also for a single pause, which is no habit yet.</param>
/// <param name="Orders">Purchases so far.</param>
/// <param name="TenureDays">Days since the first purchase.</param>
/// <param name="SilentDays">Days since the last purchase.</param>
public readonly record struct Standing(float MeanGap, float Orders, float TenureDays, float SilentDays)
{
    public static Standing Unknown { get; } = new(float.NaN, float.NaN, float.NaN, float.NaN);

    /// <summary>Not known to have ordered fewer times.</summary>
    public bool MayHaveOrdered(int times) => !(Orders < times);

    /// <summary>Not known to be a customer for a shorter time.</summary>
    public bool MayBeCustomerFor(int days) => !(TenureDays < days);

    /// <summary>Not known to have ordered since.</summary>
    public bool MayBeSilentFor(float days) => !(SilentDays <= days);

    /// <summary>Not known to be silent for longer.</summary>
    public bool MayHaveOrderedWithin(float days) => !(SilentDays > days);

    /// <param name="meanGap">0 or below where there is none.</param>
    public static Standing OfGap(float meanGap) => Unknown with { MeanGap = meanGap > 0 ? meanGap : float.NaN };
}
