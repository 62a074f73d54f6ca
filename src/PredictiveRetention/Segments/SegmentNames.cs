using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PredictiveRetention.Segments;

/// <summary>The one place where segments have their display names, and where a name from a filter or a play is read back.</summary>
public static class SegmentNames
{
    // In the order of the enum's values.
    private static readonly FrozenDictionary<Type, TaxonomyNames> s_taxonomies = new Dictionary<Type, TaxonomyNames>
    {
        [typeof(Lifecycle)] = new("lifecycle", "New", "Reactivated", "Active", "At Risk", "Dormant", "Lost"),
        [typeof(ValueTier)] = new("value tier", "High", "Mid", "Low"),
        [typeof(FrequencyClass)] = new("frequency class", "One-time", "Regular", "Power User"),
        [typeof(ClvTier)] = new("CLV tier", "Premium", "Gold", "Silver", "Bronze"),
        [typeof(BusinessSegment)] = new("business segment", "VIP", "Regular", "At Risk", "Inactive", "New"),
        [typeof(EngagementSegment)] = new("engagement segment", "High-Value Active", "Discount-Driven", "At-Risk-Dormant", "Steady"),
        [typeof(Persona)] = new("persona", "Subscriber", "Newcomer", "Discount Seeker", "Loyalist", "One-Timer", "Returning"),
        [typeof(RiskBand)] = new("risk band", "High", "Medium", "Low"),
        [typeof(RfmSegment)] = new(
            "RFM segment",
            "Champions",
            "Loyal",
            "Potential Loyalist",
            "New Customers",
            "Promising",
            "Need Attention",
            "About To Sleep",
            "At Risk",
            "Cannot Lose Them",
            "Hibernating",
            "Lost"),
    }.ToFrozenDictionary();

    /// <summary>The display name, e.g. "Cannot Lose Them".</summary>
    public static string Name<T>(T segment)
        where T : struct, Enum => Names<T>.Taxonomy.Names[Unsafe.BitCast<T, byte>(segment)];

    /// <summary>Every name of a taxonomy, in its order.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.Taxonomy.Names;

    /// <summary>What the taxonomy is called in a sentence, e.g. "value tier".</summary>
    public static string Subject<T>()
        where T : struct, Enum => Names<T>.Taxonomy.Subject;

    /// <summary>Reads a name in any case, with ' ', '-', '_' or nothing between its words: 'at risk', 'At-Risk', 'AtRisk'.</summary>
    public static bool TryParse<T>([NotNullWhen(true)] string? name, out T segment)
        where T : struct, Enum
    {
        var index = name is null ? null : Names<T>.Taxonomy.Find(name);
        segment = Unsafe.BitCast<byte, T>(index ?? 0);
        return index is not null;
    }

    // One look-up per type, not per call: a generic static field is a constant to the JIT.
    private static class Names<T>
    {
        public static readonly TaxonomyNames Taxonomy = s_taxonomies[typeof(T)];
    }

    private sealed class TaxonomyNames
    {
        private readonly Dictionary<string, byte> _byKey = [];

        public TaxonomyNames(string subject, params string[] names)
        {
            Subject = subject;
            Names = names;
            for (var i = 0; i < names.Length; i++) _byKey.Add(Key(names[i]), (byte)i);
        }

        public string Subject { get; }
        public string[] Names { get; }

        public byte? Find(string name) => _byKey.TryGetValue(Key(name), out var index) ? index : null;

        private static string Key(string name) =>
            string.Concat(name.Where(letter => letter is not (' ' or '-' or '_'))).ToUpperInvariant();
    }
}
