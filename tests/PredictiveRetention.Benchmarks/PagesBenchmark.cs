using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using PredictiveRetention.Runs;
using PredictiveRetention.Service;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// Every page over one published night: time from the request to the last byte, asked over loopback by one client, and bytes as a browser
/// gets them (Brotli). The service is in this process; the pages are those it has routes for.
/// </summary>
internal static partial class PagesBenchmark
{
    private const string Key = "a-key-only-for-this-benchmark";
    private const string Url = "http://127.0.0.1:5096";
    private const double TargetMs = 150;
    private const double TargetBytes = 400 * 1024;

    /// <summary>
    /// Lists that differ at every request, as no answer that is kept helps with them: {n} is a number that was not asked before, {next} the
    /// page after the last one.
    /// </summary>
    private static readonly string[] s_lists =
    [
        "/risk?min_clv=0.{n}", "/risk?sort=p_churn&min_clv=0.{n}", "/risk?risk_band=High&business_segment=Inactive&sort=clv&min_clv=0.{n}",
        "/risk?owner=nobody{n}", "/risk?status=unfinished&sort=expected_net_value&min_clv=0.{n}",
        "/risk?cursor={next}", "/customers?q=C{n}",
    ];

    public static async Task RunAsync(int customers, int ordersEach, string server, int times)
    {
        var address = NightBenchmark.Prepare(customers, ordersEach, server);
        string? customer;
        using (var store = RetentionStore.Open(address))
        {
            if (await store.Nights.CurrentAsync() is null)
                new NightRun(store, new ModelRegistry(NightBenchmark.Models), new RunSettings())
                    .Execute(RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System), null, default);
            var run = (await store.Nights.CurrentAsync())!;
            var top = await store.Predictions.PageAsync(run.RunId, new PredictionFilter { HasAction = true },
                PredictionOrder.ExpectedNetValue, null, 1);
            customer = top.Count > 0 ? top[0].CustomerId : SimulatedShop.Id(0);
        }
        var version = new ModelRegistry(NightBenchmark.Models).ChampionVersion();
        await using var app = Composition.Build(["--urls", Url, "--role", "web", "--ConnectionStrings:Retention", address,
            "--Retention:AdminKey", Key, "--Retention:Models", NightBenchmark.Models, "--Retention:RequestsPerSecond", "1000000"]);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        Measure.Line(
            $"{customers} customers; {times} requests a page after a first one; targets: p95 at most {TargetMs:F0} ms, at most "
                + $"{TargetBytes / 1024:F0} KB");
        Measure.Line($"  {"page",-36} {"first ms",9} {"p50 ms",9} {"p95 ms",9} {"target",7} {"KB br",8} {"target",7}");
        foreach (var route in Routes(new() { ["CustomerId"] = customer, ["Version"] = version })) await MeasureAsync(http, route, times);
        foreach (var list in s_lists) await MeasureAsync(http, list, times);
        await app.StopAsync();
    }

    private static async Task MeasureAsync(HttpClient http, string route, int times)
    {
        var next = "";
        var (first, bytes, status) = await AskAsync(0);
        if (status != 200)
        {
            Measure.Line($"  {route,-36} answered {status}");
            return;
        }
        var taken = new List<double>();
        for (var i = 1; i <= times; i++) taken.Add((await AskAsync(i)).Ms);
        taken.Sort();
        var p95 = taken[(int)(0.95 * (taken.Count - 1))];
        Measure.Line(
            $"  {route,-36} {first,9:F1} {taken[taken.Count / 2],9:F1} {p95,9:F1} {(p95 <= TargetMs ? "met" : "MISSED"),7} "
                + $"{bytes / 1024.0,8:F1} {(bytes <= TargetBytes ? "met" : "MISSED"),7}");

        async Task<(double Ms, long Bytes, int Status)> AskAsync(int number)
        {
            var (ms, body, status) = await GetAsync(http,
                route.Replace("{n}", (1000 + number).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("cursor={next}", next, StringComparison.Ordinal));
            if (route.Contains("{next}", StringComparison.Ordinal))
                next = NextCursor().Match(Encoding.UTF8.GetString(Unpacked(body))).Value;
            return (ms, body.Length, status);
        }
    }

    [GeneratedRegex("(?<=\"/risk\\?)cursor=[^\"&]+")]
    private static partial Regex NextCursor();

    private static byte[] Unpacked(byte[] body)
    {
        using var unpacked = new MemoryStream();
        using (var stream = new BrotliStream(new MemoryStream(body), CompressionMode.Decompress)) stream.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static async Task<(double Ms, byte[] Body, int Status)> GetAsync(HttpClient http, string route)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(route);
        var body = await response.Content.ReadAsByteArrayAsync();
        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, body, (int)response.StatusCode);
    }

    /// <summary>Pages whose parameters are known; others are left out with a word.</summary>
    private static IEnumerable<string> Routes(Dictionary<string, string?> examples)
    {
        var templates = typeof(Composition).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(route => route.Template)
            .Order(StringComparer.Ordinal);
        foreach (var template in templates)
        {
            var path = examples.Where(example => example.Value is not null).Aggregate(template, (text,
                example) => text.Replace("{" + example.Key + "}", Uri.EscapeDataString(example.Value!), StringComparison.Ordinal));
            if (path.Contains('{', StringComparison.Ordinal))
                Measure.Line($"  {template,-36} left out: nothing stands for its parameter here");
            else yield return path;
        }
    }
}
