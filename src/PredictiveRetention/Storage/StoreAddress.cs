using System.Text.RegularExpressions;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>Where a shop's data lives: 'sqlite:PATH' or a PostgreSQL connection string.</summary>
public static partial class StoreAddress
{
    private const string SqlitePrefix = "sqlite:";

    /// <summary>Settings of a connection string whose values are secrets, as Npgsql names them.</summary>
    private static readonly string[] s_secrets = ["Password", "SSL Password"];

    /// <summary>The embedded file in the user's data folder.</summary>
    public static string Default => SqlitePrefix + Path.Combine(DataFolder, "retention.db");

    /// <summary>Where the embedded store and the service's key are kept unless told otherwise.</summary>
    public static string DataFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "PredictiveRetention");

    /// <summary>
    /// An address as it may be shown: in messages, logs, pages. What cannot be read is not repeated where it may hold a secret.
    /// </summary>
    public static string WithoutSecrets(string address)
    {
        if (IsFile(address)) return address;
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "postgres" or "postgresql")
            return $"{uri.Scheme}://{uri.Host}{(uri.IsDefaultPort ? "" : FormattableString.Invariant($":{uri.Port}"))}{uri.AbsolutePath}";
        if (!MayHoldSecret(address)) return address;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(address);
            foreach (var secret in s_secrets) settings.Remove(secret);
            return settings.ToString();
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            return "(an address that cannot be read)";
        }
    }

    public static bool IsOnPostgres(string address) => !IsFile(address);

    /// <summary>False for an embedded file that is not there. Whether a server has the store only its engine can tell.</summary>
    internal static bool MayBeThere(string address) => !IsFile(address) || File.Exists(PathOf(address));

    internal static Engine Engine(string address)
    {
        if (IsFile(address)) return new SqliteEngine(PathOf(address));
        if (address.Contains('=', StringComparison.Ordinal) || address.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            return new PostgresEngine(address);
        throw new RetentionException(
            Failure.Usage,
            $"'{WithoutSecrets(address)}' is no store: write sqlite:PATH or a PostgreSQL connection string such as "
            + "Host=localhost;Database=shop;Username=me.");
    }

    private static bool IsFile(string address) => address.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase);

    private static string PathOf(string address) => Path.GetFullPath(address[SqlitePrefix.Length..]);

    private static bool MayHoldSecret(string address) => address.AsSpan().IndexOfAny(";=@") >= 0;

    /// <summary>True where an address that cannot be read looks as if it named a password.</summary>
    internal static bool MayHoldPassword(string address) =>
        PasswordSetting().IsMatch(address) || address.Contains("://", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(password|psw|pwd)\s*[=:]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordSetting();
}
