namespace PredictiveRetention.Service.Settings;

/// <summary>Refuses words the configuration would pass over in silence: a misspelt --demo would start on an empty store.</summary>
internal static class CommandLine
{
    public const string Usage = """
        Scores a shop's customers every night and serves the results.

          --demo           load the sample shop, train and score it, in a store of its own
          --urls ADDRESS   where to listen; default http://localhost:5080
          --SECTION:NAME VALUE
                           any setting, such as --Retention:Cron "0 3 * * *" or --ConnectionStrings:Retention "Host=..."

        The README lists the settings; environment variables (Retention__Cron) and appsettings.json say the same.
        """;

    // The last three are the host's own.
    private static readonly string[] s_options = ["urls", "environment", "contentRoot", "applicationName"];

    /// <exception cref="RetentionException">A word is no option.</exception>
    public static void Check(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--demo") continue;
            var (name, hasValue) = arguments[i].Split('=', 2) is [var left, _] ? (left, true) : (arguments[i], false);
            if (!name.StartsWith("--", StringComparison.Ordinal) || !(name.Contains(':', StringComparison.Ordinal) || s_options.Contains(name[2..], StringComparer.OrdinalIgnoreCase)))
                throw new RetentionException(Failure.Usage, $"'{arguments[i]}' is no option." + Environment.NewLine + Environment.NewLine + Usage);
            if (hasValue) continue;
            if (++i == arguments.Length) throw new RetentionException(Failure.Usage, $"{name} needs a value.");
        }
    }
}
