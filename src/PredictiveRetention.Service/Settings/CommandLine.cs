namespace PredictiveRetention.Service.Settings;

/// <summary>Refuses words the configuration would pass over in silence: a misspelt --demo would start on an empty store.</summary>
internal static class CommandLine
{
    public const string Usage = """
        Scores a shop's customers every night and serves the results.

          --demo           load the sample shop, train and score it, in a store of its own
          --role ROLE      all (default), web (answers, works on no night) or worker (works, answers only health);
                           several processes on one PostgreSQL share its nights
          --urls ADDRESS   where to listen; default http://localhost:5080
          --SECTION:NAME VALUE
                           any setting, such as --Retention:Cron "0 3 * * *" or --ConnectionStrings:Retention "Host=..."

        The README lists the settings; environment variables (Retention__Cron) and appsettings.json say the same.
        """;

    /// <exception cref="RetentionException">A word is no option.</exception>
    public static void Check(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            // --name=value is left to the configuration: any host setting can be written so. Names in the section Retention are checked there.
            if (word == "--demo" || (word.StartsWith("--", StringComparison.Ordinal) && word.Contains('=', StringComparison.Ordinal))) continue;
            if (word is not ("--urls" or "--role" or "--environment" or "--contentRoot") && !(word.StartsWith("--", StringComparison.Ordinal) && word.Contains(':', StringComparison.Ordinal)))
                throw new RetentionException(Failure.Usage, $"'{word}' is no option." + Environment.NewLine + Environment.NewLine + Usage);
            if (++i == arguments.Length) throw new RetentionException(Failure.Usage, $"{word} needs a value.");
        }
    }
}
