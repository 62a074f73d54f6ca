using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PredictiveRetention.Campaign;

/// <summary>A PostgreSQL server of our own on a free port of 127.0.0.1, in a folder that is gone afterwards.</summary>
internal sealed class ThrowawayPostgres : IDisposable
{
    private readonly string _bin;
    private readonly string _settings;
    private readonly string _folder;

    private ThrowawayPostgres(string bin, string settings)
    {
        (_bin, _settings) = (bin, settings);
        _folder = Directory.CreateTempSubdirectory("retention-campaign-pg-").FullName;
        Port = FreePort();
        if (Environment.UserName == "root") Run("chown", "postgres", _folder);
        AsPostgres($"{_bin}/initdb", "-D", Data, "-A", "trust", "-U", "retention", "-E", "UTF8", "--locale=C", "--no-sync");
        Start();
    }

    public int Port { get; }

    public string Folder => _folder;

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Null where there is no PostgreSQL on this machine.</summary>
    /// <param name="settings">Options of the server, such as '-c shared_buffers=1GB'.</param>
    public static ThrowawayPostgres? TryStart(string settings = "")
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .Where(path => File.Exists(Path.Combine(path, "postgres")))
                .Order(StringComparer.Ordinal)
                .LastOrDefault()
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .FirstOrDefault(path => File.Exists(Path.Combine(path, "postgres")));
        return bin is null ? null : new ThrowawayPostgres(bin, settings);
    }

    public string Address(string database, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port ?? Port};Username=retention;Database={database}");

    public void Start() => AsPostgres($"{_bin}/pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {Port} -h 127.0.0.1 -k {_folder} -c max_connections=200 {_settings}"), "start");

    /// <summary>As when the power goes: nothing is written down.</summary>
    public void Crash() => AsPostgres($"{_bin}/pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>Databases are made and dropped with a checkpoint, which fails while the small disk of another trial is full.</summary>
    public void Execute(string database, string sql)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var connection = Open(database);
            using var command = new NpgsqlCommand(sql, connection);
            try
            {
                command.ExecuteNonQuery();
                return;
            }
            catch (PostgresException fault)
                when (attempt < 100 && fault.MessageText.StartsWith("checkpoint request failed", StringComparison.Ordinal))
            {
                Thread.Sleep(100);
            }
        }
    }

    public List<object[]> Query(string database, string sql)
    {
        using var connection = Open(database);
        using var command = new NpgsqlCommand(sql, connection);
        using var row = command.ExecuteReader();
        var rows = new List<object[]>();
        while (row.Read())
        {
            var values = new object[row.FieldCount];
            row.GetValues(values);
            rows.Add(values);
        }
        return rows;
    }

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        Crash();
        if (Environment.UserName == "root") Run("rm", "-rf", _folder);
        else Directory.Delete(_folder, recursive: true);
    }

    private NpgsqlConnection Open(string database)
    {
        var connection = new NpgsqlConnection(Address(database) + ";Pooling=false;Command Timeout=120");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                connection.Open();
                return connection;
            }
            catch (NpgsqlException) when (attempt < 100)
            {
                Thread.Sleep(100);
            }
        }
    }

    // PostgreSQL refuses to run as root.
    private static void AsPostgres(string program, params string[] arguments)
    {
        if (Environment.UserName == "root") Run("runuser", ["-u", "postgres", "--", program, .. arguments]);
        else Run(program, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // No pipes: the server would inherit them and hold them open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments])
        { WorkingDirectory = "/" })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
