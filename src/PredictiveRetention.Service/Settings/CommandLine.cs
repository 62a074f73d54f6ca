using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Settings;

/// <summary>Refuses words the configuration would pass over in silence: a misspelt --demo would start on an empty store.</summary>
internal static class CommandLine
{
    public const string Usage = """
        Scores a shop's customers every night and serves the results.

          --demo [SHOP]    load a shop, train and score it, in a store of its own: simulated (default; nothing in it is
                           real) or online-retail (real orders of 2010 and 2011)
          --role ROLE      all (default), web (answers, works on no night) or worker (works, answers only health);
                           several processes on one PostgreSQL share its nights
          --urls ADDRESS   where to listen; default http://localhost:5080
          --SECTION:NAME VALUE
                           any setting, such as --Retention:Cron "0 3 * * *" or --ConnectionStrings:Retention "Host=..."

        docs/settings.md lists the settings; environment variables (Retention__Cron) and appsettings.json say the same.
        """;

    private const string Demo = "--demo";

    /// <summary>
    /// The arguments with --demo and its word as one, which is how a configuration reads them: it would take the option after it for the
    /// word.
    /// </summary>
    public static string[] WithDemoJoined(string[] arguments)
    {
        var joined = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
            joined.Add(arguments[i] != Demo
                ? arguments[i]
                : Demo + "=" + (IsValue(arguments, i + 1) ? arguments[++i] : DemoNames.Name(DemoKind.Simulated)));
        return [.. joined];
    }

    private static bool IsValue(string[] arguments, int i) =>
        i < arguments.Length && !arguments[i].StartsWith("--", StringComparison.Ordinal);

    /// <exception cref="RetentionException">A word is no option.</exception>
    public static void Check(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            // --name=value is left to the configuration: any host setting can be written so. Names in the section Retention are checked
            // there.
            if (word == Demo)
            {
                if (IsValue(arguments, i + 1)) i++;
                continue;
            }
            if (word.StartsWith("--", StringComparison.Ordinal) && word.Contains('=', StringComparison.Ordinal)) continue;
            if (word is not ("--urls" or "--role" or "--environment" or "--contentRoot")
                && !(word.StartsWith("--", StringComparison.Ordinal) && word.Contains(':', StringComparison.Ordinal)))
                throw new RetentionException(Failure.Usage,
                    $"'{StoreAddress.Masked(word)}' is no option." + Environment.NewLine + Environment.NewLine + Usage);
            if (++i == arguments.Length) throw new RetentionException(Failure.Usage, $"{word} needs a value.");
        }
    }
}
