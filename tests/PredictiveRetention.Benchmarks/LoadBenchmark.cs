using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Npgsql;
using PredictiveRetention.Runs;
using PredictiveRetention.Service;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// GET of one prediction against a bare endpoint that does one read by primary key on the same pool of the same process: throughput when
/// nothing else happens, and latency while nights repeat in a process of their own. Requests of both kinds alternate, so both meet the same
/// night.
/// </summary>
internal static class LoadBenchmark
{
    private const string Role = "RETENTION_BENCH_LOAD";
    private const string Key = "a-key-only-for-this-benchmark";

    public static async Task RunAsync(int customers, int ordersEach, string server, int seconds)
    {
        var address = NightBenchmark.Prepare(customers, ordersEach, server);
        var role = Environment.GetEnvironmentVariable(Role);
        if (role == "nights") Nights(address);
        else if (role is not null) await ServeAsync(address, role);
        else await MeasureAsync(address, customers, seconds,
            ["load", "--customers", customers.ToString(CultureInfo.InvariantCulture), "--orders-each",
                ordersEach.ToString(CultureInfo.InvariantCulture), "--server", server]);
    }

    private static async Task ServeAsync(string address, string url)
    {
        var app = Composition.Build(["--urls", url, "--role", "web", "--ConnectionStrings:Retention", address, "--Retention:AdminKey", Key,
            "--Retention:Models", NightBenchmark.Models, "--Retention:RequestsPerSecond", "1000000"]);
        var pool = app.Services.GetRequiredService<RetentionStore>();
        app.MapGet("/bare/{key}", async (long key,
            CancellationToken cancellation) => Results.Ok(await BareAsync(pool, key, cancellation))).AllowAnonymous();
        await app.RunAsync();
    }

    /// <summary>The least that can be asked: one row of one table by its primary key.</summary>
    private static async Task<double?> BareAsync(RetentionStore pool, long key, CancellationToken cancellation)
    {
        await using var connection = await pool.Engine.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT first_order_at_ms::float8 FROM customer WHERE customer_key = $1";
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
        return await command.ExecuteScalarAsync(cancellation) as double?;
    }

    private static void Nights(string address)
    {
        using var store = RetentionStore.Open(address);
        while (true) Night(store);
    }

    private static void Night(RetentionStore store) =>
        new NightRun(store, new ModelRegistry(NightBenchmark.Models), new RunSettings())
            .Execute(RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System, again: true), null, default);

    private static async Task MeasureAsync(string address, int customers, int seconds, string[] arguments)
    {
        const string Url = "http://127.0.0.1:5097";
        using (var store = RetentionStore.Open(address)) Night(store); // without a published night every answer would be 'not found'
        using var service = Start(Url, arguments);
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                if ((await http.GetAsync("/health/live")).IsSuccessStatusCode) break;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(200);
            }
        }
        string Ours(Random random) => "/api/v1/predictions/" + SimulatedShop.Id(random.Next(customers));
        string Bare(Random random) =>
            "/bare/" + CustomerKey.Hash(SimulatedShop.Id(random.Next(customers))).ToString(CultureInfo.InvariantCulture);
        await LoadAsync(http, [Ours, Bare], 8, 20); // until the rows are in memory, as they are in a service that has run for a while
        var (ours, bare) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < 5; turn++)
        {
            bare.Add((await LoadAsync(http, [Bare], 16, 3)).Sum(kind => kind.Latencies.Count) / 3.0);
            ours.Add((await LoadAsync(http, [Ours], 16, 3)).Sum(kind => kind.Latencies.Count) / 3.0);
        }
        Measure.Line(
            $"idle, 16 clients: {Measure.Median(ours):F0} predictions/s, bare endpoint {Measure.Median(bare):F0}/s: "
                + $"{Measure.Median(ours) / Measure.Median(bare):F2} of it");

        var before = Published(address);
        using var nights = Start("nights", arguments);
        var held = new CancellationTokenSource();
        var reader = Task.Run(() => ReadWithoutWaiting(address, customers, held.Token));
        var results = await LoadAsync(http, [Ours, Bare], 4, seconds);
        await held.CancelAsync();
        var (reads, waited, longest) = await reader;
        var published = Published(address) - before;
        nights.Kill();
        service.Kill();
        foreach (var (kind, name) in results.Zip(["prediction", "bare endpoint"]))
            Measure.Line(
                $"under nights, 4 clients, {name,-14} {kind.Latencies.Count,8} requests, {kind.Errors} errors, p50 "
                    + $"{Percentile(kind.Latencies, 0.5):F2} ms, p99 {Percentile(kind.Latencies, 0.99):F2} ms, max "
                    + $"{kind.Latencies.Max():F1} ms");
        Measure.Line(
            $"p99 {Percentile(results[0].Latencies, 0.99) / Percentile(results[1].Latencies, 0.99):F2} of the bare endpoint's; "
                + $"{published} nights published meanwhile");
        Measure.Line(
            $"a reader that will not wait 5 ms for a lock: {reads} reads of pointer and row over {published} publications, refused "
                + $"{waited} times; longest read {longest:F1} ms");
    }

    private static Process Start(string role, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        start.Environment[Role] = role;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Each client asks one question after the other, the kinds in turn.</summary>
    private static async Task<List<(List<double> Latencies, int Errors)>> LoadAsync(HttpClient http, Func<Random, string>[] kinds,
        int clients, int seconds)
    {
        var latencies = kinds.Select(_ => new ConcurrentBag<double>()).ToList();
        var errors = new int[kinds.Length];
        var end = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            for (var i = client; Stopwatch.GetTimestamp() < end; i++)
            {
                var kind = i % kinds.Length;
                var started = Stopwatch.GetTimestamp();
                using var response = await http.GetAsync(kinds[kind](random));
                var body = await response.Content.ReadAsStringAsync();
                latencies[kind].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (!response.IsSuccessStatusCode && Interlocked.Increment(ref errors[kind]) == 1)
                    Measure.Line($"first error: {(int)response.StatusCode} {body}");
            }
        })));
        return [.. latencies.Zip(errors).Select(pair => (pair.First.ToList(), pair.Second))];
    }

    /// <summary>A lock that is not had within 5 ms is an error here: publication must never cause one.</summary>
    private static (long Reads, long Refused, double LongestMs) ReadWithoutWaiting(string address, int customers, CancellationToken stop)
    {
        using var connection = new NpgsqlConnection(address + ";Options=-c lock_timeout=5ms");
        connection.Open();
        var random = new Random(7);
        long reads = 0, refused = 0;
        var longest = 0.0;
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using var command = new NpgsqlCommand(
                "SELECT p.p_churn FROM current_run r JOIN prediction p ON p.run_id = r.run_id AND p.customer_key = @key WHERE r.purpose "
                    + "= 'night'", connection);
            command.Parameters.AddWithValue("key", CustomerKey.Hash(SimulatedShop.Id(random.Next(customers))));
            try
            {
                if (command.ExecuteScalar() is double) reads++;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                refused++;
            }
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Thread.Sleep(1);
        }
        return (reads, refused, longest);
    }

    private static long Published(string address) =>
        NightBenchmark.Scalar(address, "SELECT count(*) FROM run_event WHERE what = 'published'");

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, share * values.Count)];
    }
}
