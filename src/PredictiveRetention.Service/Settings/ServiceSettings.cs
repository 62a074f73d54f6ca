using System.Globalization;
using System.Net;
using Hangfire.Logging;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Settings;

/// <summary>
/// What the service is told at start, by the section 'Retention' of the configuration (so also by environment variables such as
/// Retention__Cron) and by --demo. Every fault is reported in one message before anything starts.
/// </summary>
public sealed record ServiceSettings
{
    /// <summary>'sqlite:PATH' or an address of PostgreSQL; ConnectionStrings:Retention.</summary>
    public required string Store { get; init; }

    /// <summary>Folder of the model versions.</summary>
    public required string Models { get; init; }

    /// <summary>Where the embedded store and the admin key are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>When the night run starts, cron with five fields.</summary>
    public required string Cron { get; init; }

    /// <summary>When the model is trained anew, cron with five fields; null = only by a person.</summary>
    public required string? RetrainCron { get; init; }

    /// <summary>Zone of the cron expressions; null = the shop's, UTC while there is none.</summary>
    public required TimeZoneInfo? CronZone { get; init; }

    /// <summary>The key asked for; null = one is generated and kept in the data folder.</summary>
    public required string? AdminKey { get; init; }
    public required RunSettings Runs { get; init; }

    /// <summary>What the shop wants of its KPIs; none without a file.</summary>
    public required Targets Targets { get; init; }

    /// <summary>Reports made after every night, as HTML and, where a Chromium is, as PDF; none unless asked for.</summary>
    public IReadOnlyList<ReportKind> Reports { get; init; } = [];

    /// <summary>Where the files of reports are kept.</summary>
    public required string ReportsFolder { get; init; }

    /// <summary>
    /// How numbers, money and dates are written on pages, such as en-GB or en-IN; null = as the shop's currency suggests.
    /// </summary>
    public CultureInfo? Culture { get; init; }

    /// <summary>How many business days may pass after the last order before what rests on it is called stale.</summary>
    public required int StaleAfterDays { get; init; }

    /// <summary>Where Hangfire's tables are on PostgreSQL; null = see <see cref="JobTables.SchemaBeside"/>.</summary>
    public string? HangfireSchema { get; init; }

    /// <summary>Language of the texts of pages.</summary>
    public required CultureInfo Language { get; init; }

    public required ServiceRole Role { get; init; }

    /// <summary>Requests a second of a signed-in caller, twice as many in a burst; above, they are turned away with 429.</summary>
    public required int RequestsPerSecond { get; init; }

    /// <summary>What one upload of the import wizard may weigh, all its files together.</summary>
    public required long MaxUploadBytes { get; init; }

    /// <summary>What one packed file of an upload may unpack to.</summary>
    public required long MaxUnpackedBytes { get; init; }

    /// <summary>The path of the host the service lies under, behind a proxy; none = the root, or what X-Forwarded-Prefix says.</summary>
    public PathString PathBase { get; init; }

    /// <summary>Whose X-Forwarded headers count, beside those of proxies on this machine.</summary>
    public IReadOnlyList<IPNetwork> KnownProxies { get; init; } = [];

    /// <summary>The shop of --demo, which is loaded, trained on and scored at start.</summary>
    public required DemoKind Demo { get; init; }

    /// <summary>The embedded store's file; null on PostgreSQL.</summary>
    public string? StoreFile => OnPostgres ? null : Store["sqlite:".Length..];

    public bool OnPostgres => !Store.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase);

    /// <summary>A shop that imports once a week has data of up to seven days ago, and nothing is wrong.</summary>
    public const int DefaultStaleAfterDays = 7;

    public static ServiceSettings Read(IConfiguration configuration)
    {
        var faults = new List<string>();
        var demo = ReadDemo(configuration["demo"], faults);
        var section = configuration.GetSection("Retention");
        CheckUrls(configuration["urls"], faults);
        var data = section["Data"] ?? StoreAddress.DataFolder;
        var runs = ReadRuns(section, faults);
        var targets = ReadTargets(section["Targets"], faults);
        var home = demo == DemoKind.None ? data : Path.Combine(data, "demo-" + DemoNames.Name(demo));
        var settings = new ServiceSettings
        {
            Store = configuration.GetConnectionString("Retention") is { Length: > 0 } store
                ? store
                : "sqlite:" + Path.Combine(home, demo == DemoKind.None ? "retention.db" : "demo.db"),
            Models = section["Models"] ?? (demo == DemoKind.None ? "models" : Path.Combine(home, "models")),
            DataFolder = data,
            Cron = section["Cron"] ?? "0 2 * * *",
            RetrainCron = section["RetrainCron"] is not { } weekly ? "0 4 * * 0" : weekly == "off" ? null : weekly,
            CronZone = Zone(section["TimeZone"], faults),
            AdminKey = section["AdminKey"],
            Runs = runs with { Insights = runs.Insights with { Thresholds = targets.Thresholds } },
            Targets = targets,
            RequestsPerSecond = ReadCount(section, "RequestsPerSecond", faults) ?? 2000,
            MaxUploadBytes = (ReadCount(section, "MaxUploadMB", faults) ?? 2048) * 1_048_576L,
            MaxUnpackedBytes = ReadCount(section, "MaxUnpackedMB", faults) is { } unpacked
                ? unpacked * 1_048_576L
                : FileLimits.UnpackedBytes,
            Reports = ReadReports(section["Reports"], faults),
            ReportsFolder = section["ReportsFolder"] is { Length: > 0 } reports ? reports : Path.Combine(home, "reports"),
            StaleAfterDays = ReadCount(section, "StaleAfterDays", faults) ?? DefaultStaleAfterDays,
            HangfireSchema = ReadSchema(section["HangfireSchema"], faults),
            Culture = ReadCulture(section["Culture"], faults),
            Language = ReadLanguage(section["Language"], faults),
            Role = ReadRole(configuration["role"], faults),
            PathBase = ReadPathBase(section["PathBase"], faults),
            KnownProxies = ReadProxies(section.GetSection("KnownProxies"), faults),
            Demo = demo,
        };
        if (settings.Role != ServiceRole.All && !settings.OnPostgres)
            faults.Add(
                "--role web and worker need PostgreSQL (ConnectionStrings:Retention): on the embedded store one process does everything.");
        CheckStore(settings.Store, faults);
        CheckCron("Cron", settings.Cron, faults);
        if (settings.RetrainCron is { } retrain) CheckCron("RetrainCron", retrain, faults);
        foreach (var name in section.GetChildren().Select(child => child.Key).Except(s_known, StringComparer.OrdinalIgnoreCase))
            faults.Add($"Retention:{name} is no setting. Known: {string.Join(", ", s_known)}.");
        if (settings.AdminKey is { Length: < 16 }) faults.Add("Retention:AdminKey has fewer than 16 characters.");
        return faults.Count == 0
            ? settings
            : throw new RetentionException(Failure.Usage,
                "The service cannot start:" + Environment.NewLine
                    + string.Join(Environment.NewLine, faults.Select(fault => "  - " + fault)));
    }

    /// <summary>A misspelt setting would otherwise be left at its default without a word.</summary>
    private static readonly string[] s_known = ["Models", "Data", "Cron", "RetrainCron", "TimeZone", "AdminKey", "ShardSize", "Margin",
        "MinimumWorth", "Budget", "Capacities", "PeriodDays", "ControlShare", "MostContacts",
        "Plays", "Targets", "Definitions", "RequestsPerSecond", "MaxUploadMB", "MaxUnpackedMB", "Reports", "ReportsFolder", "Culture",
        "Language", "StaleAfterDays", "HangfireSchema", "PathBase", "KnownProxies"];

    private static void CheckStore(string address, List<string> faults)
    {
        try
        {
            StoreAddress.Check(address);
        }
        catch (RetentionException fault)
        {
            faults.Add("ConnectionStrings:Retention: " + fault.Message);
        }
    }

    private static void CheckCron(string name, string cron, List<string> faults)
    {
        // Hangfire's log is static: where an earlier host of this process set it, it writes to what is gone. The new host sets it anew.
        LogProvider.SetCurrentLogProvider(null);
        try
        {
            if (CronTime.NextAfter(DateTimeOffset.UnixEpoch, cron, TimeZoneInfo.Utc) is null)
                faults.Add($"Retention:{name} '{cron}' is never due.");
        }
        catch (FormatException fault)
        {
            faults.Add($"Retention:{name} is '{cron}'; a cron expression of five fields is needed, such as '0 2 * * *': {fault.Message}");
        }
    }

    private static DemoKind ReadDemo(string? word, List<string> faults)
    {
        if (DemoNames.Read(word) is { } kind) return kind;
        faults.Add($"--demo '{word}' is none; it is {DemoNames.Allowed}.");
        return DemoKind.None;
    }

    private static ServiceRole ReadRole(string? role, List<string> faults)
    {
        if (role is null) return ServiceRole.All;
        if (Enum.TryParse<ServiceRole>(role, ignoreCase: true, out var known) && !char.IsDigit(role[0])) return known;
        faults.Add($"--role '{role}' is none; it is all, web or worker.");
        return ServiceRole.All;
    }

    private static void CheckUrls(string? urls, List<string> faults)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                faults.Add($"--urls '{url}' is no address; write http://localhost:5080.");
    }

    private static List<ReportKind> ReadReports(string? words, List<string> faults)
    {
        var kinds = new List<ReportKind>();
        foreach (var word in (words ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!char.IsDigit(word[0]) && Enum.TryParse<ReportKind>(word, ignoreCase: true, out var kind)) kinds.Add(kind);
            else faults.Add($"Retention:Reports '{word}' is no report; there are executive, monthly and performance, with commas between.");
        }
        return [.. kinds.Distinct()];
    }

    private static PathString ReadPathBase(string? text, List<string> faults)
    {
        if (!Proxy.PathBase.TryRead(text, out var path))
            faults.Add($"Retention:PathBase is '{text}'; the path the service lies under is needed, such as /retain.");
        return path;
    }

    /// <summary>Words with commas between, or a list.</summary>
    private static List<IPNetwork> ReadProxies(IConfigurationSection section, List<string> faults)
    {
        var networks = new List<IPNetwork>();
        foreach (var word in section.GetChildren().Select(child => child.Value).Append(section.Value)
            .SelectMany(words => (words ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
            if (IPAddress.TryParse(word, out var address)) networks.Add(new IPNetwork(address, 8 * address.GetAddressBytes().Length));
            else if (IPNetwork.TryParse(word, out var network)) networks.Add(network);
            else
                faults.Add($"Retention:KnownProxies '{word}' is neither an address nor a network; write 10.0.0.7 or 10.0.0.0/8, with "
                    + "commas between.");
        return networks;
    }

    private static string? ReadSchema(string? name, List<string> faults)
    {
        if (name is not null && !JobTables.IsSchemaName(name))
            faults.Add($"Retention:HangfireSchema '{name}' is no name of a schema: small letters, digits and _, at most 63.");
        return name;
    }

    private static CultureInfo? ReadCulture(string? name, List<string> faults)
    {
        try
        {
            return name is null ? null : WorkspaceCulture.For(name);
        }
        catch (RetentionException fault)
        {
            faults.Add("Retention:Culture: " + fault.Message);
            return null;
        }
    }

    private static CultureInfo ReadLanguage(string? name, List<string> faults)
    {
        if (name is null || Localiser.Languages.Contains(name)) return CultureInfo.GetCultureInfo(name ?? Localiser.Languages[0]);
        faults.Add($"Retention:Language '{name}' has no translation; there are {string.Join(", ", Localiser.Languages)}.");
        return CultureInfo.GetCultureInfo(Localiser.Languages[0]);
    }

    private static TimeZoneInfo? Zone(string? id, List<string> faults)
    {
        if (id is null) return null;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)) return zone;
        faults.Add($"Retention:TimeZone '{id}' is unknown; use an IANA name such as Europe/London.");
        return null;
    }

    private static int? ReadCount(IConfigurationSection section, string name, List<string> faults)
    {
        if (section[name] is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0) return count;
        faults.Add($"Retention:{name} is '{text}'; a whole number above 0 is needed.");
        return null;
    }

    private static Targets ReadTargets(string? file, List<string> faults)
    {
        if (file is null) return Targets.None;
        try
        {
            return TargetsFile.Read(file);
        }
        catch (RetentionException fault)
        {
            faults.Add("Retention:Targets: " + fault.Message);
            return Targets.None;
        }
    }

    private static ActionSettings ReadActions(IConfigurationSection section, List<string> faults)
    {
        var actions = new ActionSettings();
        if (ReadNumber(section, "Budget", double.MaxValue, "an amount in the shop's currency from 0 on", faults) is { } budget)
            actions = actions with { Budget = budget };
        if (ReadNumber(section, "ControlShare", 1, "a share from 0 to 1", faults) is { } share)
            actions = actions with { ControlShare = share };
        if (ReadCount(section, "PeriodDays", faults) is { } days)
        {
            if (days <= Horizon.MaxDays) actions = actions with { PeriodDays = days };
            else faults.Add($"Retention:PeriodDays is '{section["PeriodDays"]}'; 1 to {Horizon.MaxDays} days are allowed.");
        }
        if (ReadCount(section, "MostContacts", faults) is { } most) actions = actions with { MostContacts = most };
        try
        {
            var given = (section["Capacities"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return actions with { ChannelCapacities = PlayNames.Capacities(given) };
        }
        catch (RetentionException fault)
        {
            faults.Add("Retention:Capacities: " + fault.Message);
            return actions;
        }
    }

    private static double? ReadNumber(IConfigurationSection section, string name, double most, string needed, List<string> faults)
    {
        if (section[name] is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= most)
            return number;
        faults.Add($"Retention:{name} is '{text}'; {needed} is needed.");
        return null;
    }

    private static RunSettings ReadRuns(IConfigurationSection section, List<string> faults)
    {
        var runs = new RunSettings();
        if (ReadCount(section, "ShardSize", faults) is { } size) runs = runs with { ShardSize = size };
        if (ReadNumber(section, "Margin", 1, "a share from 0 to 1", faults) is { } margin) runs = runs with { Margin = margin };
        if (ReadNumber(section, "MinimumWorth", double.MaxValue, "an amount in the shop's currency from 0 on", faults) is { } worth)
            runs = runs with { MinimumWorth = worth };
        runs = runs with { Actions = ReadActions(section, faults) };
        if (section["Plays"] is { } folder)
        {
            try
            {
                runs = runs with { Playbook = Playbook.Shipped().OverriddenBy(PlayFolder.Read(folder)) };
            }
            catch (RetentionException fault)
            {
                faults.Add("Retention:Plays: " + fault.Message);
            }
        }
        if (section["Definitions"] is { } file)
        {
            try
            {
                var definitions = DefinitionsFile.Read(file);
                runs = runs with { Segments = definitions.Segments, Insights = definitions.Figures };
            }
            catch (RetentionException fault)
            {
                faults.Add("Retention:Definitions: " + fault.Message);
            }
        }
        return runs;
    }
}
