using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>
/// Where a shop's data lives: 'sqlite:PATH', a PostgreSQL connection string, or a postgres:// address. The one place that reads one and
/// that says something about one: an address holds a password.
/// </summary>
public static partial class StoreAddress
{
    private const string SqlitePrefix = "sqlite:";

    /// <summary>The embedded file in the user's data folder.</summary>
    public static string Default => SqlitePrefix + Path.Combine(DataFolder, "retention.db");

    /// <summary>Where the embedded store and the service's key are kept unless told otherwise.</summary>
    public static string DataFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "PredictiveRetention");

    /// <summary>
    /// An address as it may be shown: in messages, logs, pages. A file as it is; of a server where it is and which database. What cannot be
    /// read is not repeated: nobody knows which part of it is the password.
    /// </summary>
    public static string WithoutSecrets(string address)
    {
        if (IsFile(address)) return address;
        try
        {
            var settings = Read(address);
            var port = (settings.Host ?? "").Contains(',', StringComparison.Ordinal) ? "" : Port(settings);
            return $"postgresql://{settings.Host}{port}/{settings.Database ?? settings.Username}";
        }
        catch (RetentionException)
        {
            return "(an address that cannot be read)";
        }

        static string Port(NpgsqlConnectionStringBuilder settings) => ":" + settings.Port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A text that may repeat an address, such as words of a command line nobody understood, without its password.</summary>
    public static string Masked(string text) => PasswordSetting().Replace(UserInfo().Replace(text, "$1(hidden)@"), "$1=(hidden)");

    public static bool IsOnPostgres(string address) => !IsFile(address);

    /// <summary>The settings of an address on PostgreSQL, as its driver takes them.</summary>
    /// <exception cref="RetentionException">It cannot be read; the message has none of its values.</exception>
    public static string ConnectionString(string address) => Read(address).ToString();

    /// <exception cref="RetentionException">It cannot be read; the message has none of its values.</exception>
    public static void Check(string address)
    {
        if (!IsFile(address)) Read(address);
    }

    /// <summary>False for an embedded file that is not there. Whether a server has the store only its engine can tell.</summary>
    internal static bool MayBeThere(string address) => !IsFile(address) || File.Exists(PathOf(address));

    /// <summary>Removes an embedded file; nothing of a store on a server.</summary>
    internal static void Remove(string address)
    {
        if (!IsFile(address)) return;
        foreach (var ending in (ReadOnlySpan<string>)["", "-wal", "-shm"]) File.Delete(PathOf(address) + ending);
    }

    internal static Engine Engine(string address) =>
        IsFile(address) ? new SqliteEngine(PathOf(address)) : new PostgresEngine(Read(address));

    /// <summary>What is wrong with an address, without it. No inner fault: the driver's quotes it, and logs write them out.</summary>
    internal static RetentionException Unreadable(string why, string form) =>
        new(Failure.Usage, $"The address of the PostgreSQL store cannot be read: {why}. It is written as {form}.");

    /// <summary>The driver's name of a setting, in any spelling it takes; null where it has none.</summary>
    internal static string? NameOf(string setting)
    {
        try
        {
            var known = new NpgsqlConnectionStringBuilder();
            known.Remove(setting); // throws where there is none
            return setting;
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            return null;
        }
    }

    /// <summary>How the driver refuses settings.</summary>
    internal static bool IsUnreadable(Exception fault) =>
        fault is ArgumentException or FormatException or OverflowException or KeyNotFoundException or InvalidOperationException
            or NotSupportedException;

    private static NpgsqlConnectionStringBuilder Read(string address)
    {
        if (PostgresUri.IsOne(address)) return Checked(PostgresUri.Read(address));
        if (!address.Contains('=', StringComparison.Ordinal) || OtherScheme().IsMatch(address))
            throw new RetentionException(Failure.Usage,
                "What was given as the store is none: write sqlite:PATH, postgresql://USER:PASSWORD@HOST/DATABASE, or a PostgreSQL "
                + "connection string such as Host=localhost;Database=shop;Username=me.");
        try
        {
            return Checked(new NpgsqlConnectionStringBuilder(address));
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            // What is wrong with it may be its password, which the fault then names.
            throw Unreadable(
                PasswordSetting().IsMatch(address) || address.Contains("://", StringComparison.Ordinal)
                    ? "a name in it is no setting, or a value that holds ; or = is not in quotes" : fault.Message,
                "Host=localhost;Database=shop;Username=me");
        }
    }

    /// <summary>Whether the driver can work with it, before anything is asked of the server.</summary>
    private static NpgsqlConnectionStringBuilder Checked(NpgsqlConnectionStringBuilder settings)
    {
        try
        {
            NpgsqlDataSource.Create(settings).Dispose();
            return settings;
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            throw Unreadable(
                settings.Host is null ? "it names no host" : "its settings do not go together", "Host=localhost;Database=shop;Username=me");
        }
    }

    private static bool IsFile(string address) => address.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase);

    private static string PathOf(string address) => Path.GetFullPath(address[SqlitePrefix.Length..]);

    [GeneratedRegex(@"^\s*[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherScheme();

    /// <summary>Up to the last @ before a blank: a password may hold one. The words of our own examples hide nothing.</summary>
    [GeneratedRegex(@"\b([a-z][a-z0-9+.-]*://)(?!(?-i:USER(:PASSWORD)?@HOST))\S*@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("""\b(passwor[dt]|passwd|pass|psw|pwd|ssl\s?password)\s*[=:]\s*("[^"]*"|'[^']*'|[^;&\s]*)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordSetting();
}
