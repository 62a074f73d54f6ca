using System.Globalization;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>
/// An address as hosts hand it out, read as libpq reads it (postgresql.org/docs, 'Connection URIs'):
/// postgresql://user:password@host:port/database?sslmode=require. What is wrong with it is said by the names of its parts, never with
/// their values: any of them may be a piece of the password.
/// </summary>
internal static class PostgresUri
{
    /// <summary>Parameters that the driver calls otherwise; all others have its names, but for blanks and underscores.</summary>
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dbname"] = "Database", ["user"] = "Username", ["hostaddr"] = "Host", ["connect_timeout"] = "Timeout",
        ["sslcert"] = "SSL Certificate", ["sslrootcert"] = "Root Certificate", ["target_session_attrs"] = "Target Session Attributes",
        ["gssencmode"] = "GSS Encryption Mode", ["krbsrvname"] = "Kerberos Service Name", ["keepalives_idle"] = "Tcp Keepalive Time",
        ["keepalives_interval"] = "Tcp Keepalive Interval", ["fallback_application_name"] = "Application Name",
        ["currentSchema"] = "Search Path", ["schema"] = "Search Path",
    };

    public static bool IsOne(string address) =>
        address.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || address.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="RetentionException">A part of it cannot be read.</exception>
    public static NpgsqlConnectionStringBuilder Read(string address)
    {
        var rest = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var authority = rest[..(rest.IndexOfAny(['/', '?']) is >= 0 and var end ? end : rest.Length)];
        rest = rest[authority.Length..];
        var at = authority.LastIndexOf('@');
        if (at < 0 && rest.Contains('@', StringComparison.Ordinal)) throw Refused("a / or ? of its password is not written as %2F or %3F");
        var settings = new NpgsqlConnectionStringBuilder { Host = "localhost" };
        if (at >= 0)
        {
            var colon = authority.IndexOf(':', StringComparison.Ordinal) is >= 0 and var first && first < at ? first : at;
            if (colon > 0) settings.Username = Decoded(authority[..colon]);
            if (colon < at) settings.Password = Decoded(authority[(colon + 1)..at]);
        }
        ReadHosts(authority[(at + 1)..], settings);
        var query = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? rest[(mark + 1)..] : "";
        var database = rest[..(rest.Length - query.Length)].TrimEnd('?').TrimStart('/');
        if (database.Length > 0) settings.Database = Decoded(database);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries)) ReadParameter(pair, settings);
        // Of one host there is none to choose; the driver refuses to.
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true) settings.TargetSessionAttributes = null;
        return settings;
    }

    private static void ReadHosts(string text, NpgsqlConnectionStringBuilder settings)
    {
        if (text.Length == 0) return;
        var hosts = text.Split(',').Select(Host).ToList();
        if (hosts is [var (name, port)])
        {
            if (name.Length > 0) settings.Host = name;
            if (port is { } number) settings.Port = number;
        }
        else
            settings.Host = string.Join(',', hosts.Select(host => host.Port is { } number
                ? $"{(host.Name.Contains(':', StringComparison.Ordinal) ? $"[{host.Name}]" : host.Name)}:{Text(number)}"
                : host.Name));

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private static (string Name, int? Port) Host(string text)
    {
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', bracket + 1);
        var name = Decoded(colon < 0 ? text : text[..colon]);
        if (bracket >= 0) name = name.Trim('[', ']');
        if (colon < 0 || colon == text.Length - 1) return (name, null);
        var digits = text.AsSpan(colon + 1);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (name, port)
            : throw Refused("its port is no number from 1 to 65535 (or a / or @ of its password is not written as %2F or %40)");
    }

    private static void ReadParameter(string pair, NpgsqlConnectionStringBuilder settings)
    {
        var sign = pair.IndexOf('=', StringComparison.Ordinal);
        var name = sign < 0 ? "" : Decoded(pair[..sign]);
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or ' ' or '.') || name.Length == 0)
            throw Refused("a part behind its ? is not of the form name=value");
        var value = Decoded(pair[(sign + 1)..]);
        // Words of libpq that the driver has no word for, and needs none.
        if (name == "sslrootcert" && value == "system" || name is "keepalives" or "sslcompression" or "gsslib") return;
        if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase)) value = value.Replace("-", "", StringComparison.Ordinal);
        if (name == "load_balance_hosts") value = value is "random" ? "true" : value is "disable" ? "false" : value;
        var known = s_names.GetValueOrDefault(name) ?? StoreAddress.NameOf(name.Replace("_", "", StringComparison.Ordinal));
        if (known is null) throw Refused($"'{ForeignText.Shown(name)}' is no parameter of PostgreSQL's driver");
        try
        {
            settings[known] = value.Length == 0 ? null : value;
        }
        catch (Exception fault) when (StoreAddress.IsUnreadable(fault))
        {
            throw Refused($"{name} has a value that is none of it");
        }
    }

    /// <summary>A percent sign that begins no code stands for itself.</summary>
    private static string Decoded(string text) => Uri.UnescapeDataString(text);

    private static RetentionException Refused(string why) => StoreAddress.Unreadable(
        why, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, letters of the password that are none of a URI as %XX");
}
