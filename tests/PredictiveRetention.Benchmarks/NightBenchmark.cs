using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// The night run on PostgreSQL, all of it, against the floor: bare binary COPY of the same order columns out in customer order, plus bare
/// binary COPY of the same prediction rows in. The data is generated once and kept in a database of its own.
/// </summary>
internal static class NightBenchmark
{
    private const string Child = "RETENTION_BENCH_NIGHT";

    // What is kept of actions and scores beyond the night: one after the other, on one thread.
    private static readonly string[] s_actions = ["decide", "assign", "history", "settle"];

    private static readonly string[] s_stages =
    [
        "sample", "snapshot", "claim", "read", "compute", "write", "validate", "figures", "publish", "retention", .. s_actions,
    ];

    public static void Run(int customers, int ordersEach, string server, int runs, int processes)
    {
        switch (Environment.GetEnvironmentVariable(Child))
        {
            case "night":
                Night(Prepare(customers, ordersEach, server));
                return;
            case "worker":
                Worker(Prepare(customers, ordersEach, server));
                return;
        }
        var small = Alone(Math.Max(1, customers / 10), ordersEach, server, runs);
        var large = Alone(customers, ordersEach, server, runs);
        Measure.Line(
            $"cost of a customer at {customers}: {large / customers
                / (small / Math.Max(1, customers / 10)):F2} x that at {customers / 10}");
        if (processes > 1) Shared(customers, ordersEach, server, processes, runs);
    }

    /// <summary>
    /// Floor and night take turns, so that neither has the quieter machine; the night is a process of its own, for its memory.
    /// </summary>
    private static double Alone(int customers, int ordersEach, string server, int runs)
    {
        var address = Prepare(customers, ordersEach, server);
        Execute(address, "CHECKPOINT");
        var (outs, ins, nights) = (new List<double>(), new List<double>(), new List<double>());
        // The first night of a shop assigns to everybody there is a play for; later ones to those who are new among them.
        var isFirst = Scalar(address, "SELECT count(*) FROM run WHERE published_at_ms IS NOT NULL") == 0;
        if (isFirst) Measure.Line($"first night of {customers} customers");
        NightApart(customers, ordersEach, server, print: isFirst);
        if (isFirst) Measure.Line($"  {Scalar(address, "SELECT count(*) FROM assignment")} assignments; later nights");
        for (var run = 0; run < runs; run++)
        {
            outs.Add(CopyOut(address));
            ins.Add(CopyIn(address));
            nights.Add(NightApart(customers, ordersEach, server, print: run == runs - 1));
        }
        var (copyOut, copyIn, night) = (Measure.Median(outs), Measure.Median(ins), Measure.Median(nights));
        Measure.Line($"{customers} customers, {Scalar(address, "SELECT sum(orders) FROM order_span")} orders; medians of {runs}");
        Measure.Line($"  floor: orders out    {copyOut,8:F2} s");
        Measure.Line($"  floor: rows in       {copyIn,8:F2} s");
        Measure.Line($"  floor                {copyOut + copyIn,8:F2} s");
        Measure.Line(
            $"  night run            {night,8:F2} s = {night / (copyOut + copyIn):F2} x floor, {1e6 * night / customers:F2} us a customer");
        return night;
    }

    /// <summary>
    /// One process alone and several sharing the run, in turn. They are started once and have all scored a night before, as the workers of
    /// a service have. The time is the ledger's: from the claim to the publication.
    /// </summary>
    private static void Shared(int customers, int ordersEach, string server, int processes, int pairs)
    {
        var address = Prepare(customers, ordersEach, server);
        var workers = Enumerable.Range(0, processes).Select(_ => Start("worker", customers, ordersEach, server, keepInput: true)).ToList();
        Together(processes);
        var ratios = new List<double>();
        for (var pair = 0; pair < pairs; pair++)
        {
            var (alone, shared) = (Together(1), Together(processes));
            ratios.Add(shared / alone);
            Measure.Line($"  pair {pair + 1}: one process {alone:F2} s, {processes} processes {shared:F2} s");
        }
        foreach (var worker in workers)
        {
            worker.Kill();
            worker.Dispose();
        }
        Measure.Line($"  {processes} processes sharing a run take {Measure.Median(ratios):F3} of one's time (median of {pairs} pairs)");

        double Together(int count)
        {
            for (var i = 0; i < count; i++) workers[i].StandardInput.WriteLine(i == 0 ? "lead" : "join");
            for (var i = 0; i < count; i++) workers[i].StandardOutput.ReadLine();
            return Scalar(address, "SELECT published_at_ms - created_at_ms FROM run ORDER BY run_id DESC LIMIT 1") / 1000.0;
        }
    }

    /// <summary>Scores a night for every line it reads: as the one who makes it, or joining the one that is being made.</summary>
    private static void Worker(string address)
    {
        using var store = RetentionStore.Open(address);
        var shop = store.RequireShop();
        var last = Scalar(address, "SELECT coalesce(max(run_id), 0) FROM run");
        while (Console.In.ReadLine() is { } role)
        {
            // Hangfire calls the others once the snapshot is made.
            if (role == "join")
                while (Scalar(address, $"SELECT count(*) FROM run WHERE run_id > {last} AND state <> 'planned'") == 0) Thread.Sleep(10);
            var run = new NightRun(store, new ModelRegistry(Models), new RunSettings());
            run.Execute(RunRequest.Tonight(store, shop, TimeProvider.System, again: role == "lead"), null, default);
            last = Scalar(address, "SELECT max(run_id) FROM run");
            Console.Out.WriteLine("done");
        }
    }

    /// <summary>One night, stage by stage. Stages of the shards are sums over the workers' threads.</summary>
    private static void Night(string address)
    {
        using var store = RetentionStore.Open(address);
        var shop = store.RequireShop();
        var stages = new ConcurrentDictionary<string, double>();
        var settings = new RunSettings
        {
            OnTiming = (stage,
            time) => stages.AddOrUpdate(stage, time.TotalSeconds, (_, sum) => sum + time.TotalSeconds)
        };
        var clock = Stopwatch.StartNew();
        var result = new NightRun(store, new ModelRegistry(Models), settings)
            .Execute(RunRequest.Tonight(store, shop, TimeProvider.System, again: true), null, default);
        var seconds = clock.Elapsed.TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Measure.Line(
            $"run {result.Run.RunId}, {result.Outcome}, {result.Headline!.Customers} customers, {result.Headline.Actions} actions, model "
                + $"{result.Run.ModelVersion}");
        foreach (var stage in s_stages) Measure.Line($"  {stage,-10} {stages.GetValueOrDefault(stage),8:F2} s");
        // Thread seconds, as those of the stages they are part of: counting is in compute, packing in write, past quarters in sample.
        var insights = stages.GetValueOrDefault("insights") + stages.GetValueOrDefault("insights sample")
            + stages.GetValueOrDefault("figures");
        var all = s_stages.Sum(stage => stages.GetValueOrDefault(stage));
        var actions = s_actions.Sum(stage => stages.GetValueOrDefault(stage));
        Measure.Line(
            $"  insights   {insights,8:F2} s of {all:F2} s of all threads = {100 * insights / all:F1} % (counting "
                + $"{stages.GetValueOrDefault("insights"):F2}, past quarters {stages.GetValueOrDefault("insights sample"):F2}, figures "
                + $"{stages.GetValueOrDefault("figures"):F2})");
        Measure.Line($"  actions and history {actions,8:F2} s of {seconds:F2} s = {100 * actions / seconds:F1} %");
        Measure.Line(
            $"  cpu        {process.TotalProcessorTime.TotalSeconds,8:F2} s of this process; peak memory "
                + $"{process.PeakWorkingSet64 / 1e6:F0} MB");
        Measure.Line($"seconds {seconds:F3}");
    }

    private static double NightApart(int customers, int ordersEach, string server, bool print)
    {
        using var child = Start("night", customers, ordersEach, server);
        var lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        if (print) foreach (var line in lines[..^1]) Console.Out.WriteLine(line);
        return double.Parse(lines[^1]["seconds ".Length..], CultureInfo.InvariantCulture);
    }

    private static Process Start(string role, int customers, int ordersEach, string server, bool keepInput = false)
    {
        string[] arguments = ["night", "--customers", customers.ToString(CultureInfo.InvariantCulture), "--orders-each",
            ordersEach.ToString(CultureInfo.InvariantCulture), "--server", server];
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            arguments)
        { RedirectStandardOutput = true, RedirectStandardInput = keepInput };
        start.Environment[Child] = role;
        return Process.Start(start)!;
    }

    public static string Models => Path.Combine(Path.GetTempPath(), "retention-bench-models");

    public static string Prepare(int customers, int ordersEach, string server)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench_{customers}_{ordersEach}");
        var address = new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
        if (Scalar(server, $"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0) Execute(server, $"CREATE DATABASE {name}");
        using var store = RetentionStore.Open(address);
        if (store.Shop() is null)
        {
            var clock = Stopwatch.StartNew();
            using var writer = store.Imports.Begin();
            writer.UseShop(Currency.Parse("GBP"), BusinessCalendar.Utc);
            writer.Orders(new SimulatedShop(customers, ordersEach, seed: 1).Rows());
            Measure.Line($"generated and staged in {clock.Elapsed.TotalSeconds:F1} s");
            clock.Restart();
            var result = writer.Commit("simulated", "", 0, 0, 0, "{}");
            Measure.Line($"merged {result.Inserted} orders in {clock.Elapsed.TotalSeconds:F1} s");
        }
        if (new ModelRegistry(Models).ChampionVersion() is null)
        {
            // One model for every size: what is measured is the night, and the model of a large shop is no larger.
            if (customers > 100_000) Prepare(100_000, ordersEach, server);
            else TrainingRun.Execute(store, new ModelRegistry(Models), new TrainingOptions { Horizon = Horizon.OfDays(90) },
                TimeProvider.System, null, default);
        }
        return address;
    }

    private static double CopyOut(string address)
    {
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        var buffer = new byte[1 << 17];
        var clock = Stopwatch.StartNew();
        using (var copy =
            connection.BeginRawBinaryCopy(
                "COPY (SELECT customer_key, ordered_at_ms, amount_minor FROM orders WHERE is_valid ORDER BY customer_key, ordered_at_ms, "
                    + "order_id) TO STDOUT (FORMAT binary)"))
            while (copy.Read(buffer, 0, buffer.Length) > 0) { }
        return clock.Elapsed.TotalSeconds;
    }

    private static double CopyIn(string address)
    {
        var run = Scalar(address, "SELECT run_id FROM current_run WHERE purpose = 'night'");
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var rows = new MemoryStream();
        using (var copy =
            connection.BeginRawBinaryCopy($"COPY (SELECT * FROM prediction_run_{run} ORDER BY customer_key) TO STDOUT (FORMAT binary)"))
            copy.CopyTo(rows);
        Execute(address, $"DROP TABLE IF EXISTS bench_rows; CREATE TABLE bench_rows (LIKE prediction_run_{run} INCLUDING ALL)");
        var clock = Stopwatch.StartNew();
        using (var copy = connection.BeginRawBinaryCopy("COPY bench_rows FROM STDIN (FORMAT binary)"))
            copy.Write(rows.GetBuffer(), 0, (int)rows.Length);
        var seconds = clock.Elapsed.TotalSeconds;
        Execute(address, "DROP TABLE bench_rows");
        return seconds;
    }

    public static long Scalar(string address, string sql)
    {
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(string address, string sql)
    {
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}
