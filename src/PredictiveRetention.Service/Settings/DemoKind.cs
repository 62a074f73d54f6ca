namespace PredictiveRetention.Service.Settings;

/// <summary>Which shop --demo shows. Each keeps its store and its models in a folder of its own, so that no two are ever mixed.</summary>
public enum DemoKind
{
    /// <summary>The user's own shop.</summary>
    None,

    /// <summary>--demo: a generated shop with every source, its data ending yesterday.</summary>
    Simulated,

    /// <summary>--demo online-retail: real orders of 2010 and 2011.</summary>
    OnlineRetail,
}

/// <summary>The words for demos, as people write them.</summary>
public static class DemoNames
{
    public const string Allowed = "simulated (the default) or online-retail";

    // In the order of the enum's values; the last two are what --demo says to a configuration that knows keys and values only.
    private static readonly (string Name, DemoKind Kind)[] s_names =
        [("none", DemoKind.None), ("simulated", DemoKind.Simulated), ("online-retail", DemoKind.OnlineRetail), ("true", DemoKind.Simulated),
            ("false", DemoKind.None)];

    public static string Name(DemoKind kind) => s_names[(int)kind].Name;

    /// <summary>Null for a word that names no demo; nothing said is none.</summary>
    public static DemoKind? Read(string? word)
    {
        if (string.IsNullOrEmpty(word)) return DemoKind.None;
        foreach (var (name, kind) in s_names)
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase)) return kind;
        return null;
    }
}
