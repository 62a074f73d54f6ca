using System.Globalization;

namespace PredictiveRetention.Campaign;

/// <summary>What one injection came to.</summary>
/// <param name="Reached">The fault took place, seen from outside the product: in the failpoint's log, in the process's state, in the proxy.</param>
/// <param name="Broken">Invariants that do not hold afterwards, and anything else that should not be.</param>
internal sealed record TrialResult(bool Reached, IReadOnlyList<string> Broken);

/// <param name="Alone">It stops the server, so no other trial may use it meanwhile.</param>
internal sealed record Fault(string Name, string Engine, Func<int, TrialResult> Try, int? Times = null, bool Alone = false);

/// <summary>Every fault, for every store it makes sense on.</summary>
internal sealed class Faults(ThrowawayPostgres? server, string sqliteTemplate, string sqliteFull, IReadOnlyList<string> checksums)
{
    public const string Template = "campaign_template";
    public const string Full = "campaign_full";

    // Two workers a process: at most two shards are in hand when it dies.
    private const int InHand = 2;

    private static readonly string[] s_places =
    [
        "run-claimed", "snapshot-begun", "snapshot-committed", "shard-claimed", "shard-read", "shard-scored", "shard-begun", "shard-copying", "shard-written", "shard-committed",
        "validating", "publish-begun", "publish-committing", "published", "retention-dropping",
    ];

    // Inside a transaction the frozen process keeps its locks until the server ends it, 15 s later: tried with one place.
    private static readonly string[] s_frozen = ["run-claimed", "snapshot-committed", "shard-claimed", "shard-scored", "shard-committed", "validating", "shard-written"];

    public IEnumerable<Fault> All()
    {
        foreach (var engine in server is null ? new[] { "SQLite" } : ["PostgreSQL", "SQLite"])
        {
            foreach (var place in s_places) yield return new Fault("kill -9 at " + place, engine, trial => Kill(engine, place, trial));
            foreach (var place in s_frozen.Where(place => engine == "PostgreSQL" || place != "shard-written"))
                yield return new Fault("frozen past its lease at " + place, engine, trial => Freeze(engine, place, trial));
            yield return new Fault("three started at once", engine, _ => Three(engine));
            yield return new Fault("two share a run, one killed", engine, trial => ShareAndKill(engine, trial));
        }
        yield return new Fault("disk full, then space again", "SQLite", _ => DiskFull());
        if (server is null) yield break;
        yield return new Fault("connections ended in mid-COPY", "PostgreSQL", trial => Stopped("shard-copying", trial, shop => server.Execute("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{shop.Database}'")));
        yield return new Fault("connections ended before a commit", "PostgreSQL", trial => Stopped("shard-written", trial, shop => server.Execute("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{shop.Database}'")));
        yield return new Fault("COMMIT arrives, its answer does not", "PostgreSQL", UnknownCommit);
        yield return new Fault("n-th call to the database cut off, every n", "PostgreSQL", NthCall, Times: CountCalls());
        yield return new Fault("server stopped at once and started again", "PostgreSQL", trial => Stopped("shard-scored", trial, _ =>
        {
            server.Crash();
            server.Start();
        }), Alone: true);
    }

    private Shop Copy(string engine, bool full = false) =>
        engine == "SQLite" ? new SqliteShop(full ? sqliteFull : sqliteTemplate) : new PostgresShop(server!, full ? Full : Template);

    private TrialResult Kill(string engine, string place, int trial)
    {
        using var shop = Copy(engine, full: place == "retention-dropping");
        // Somewhere else among the shards each time; the other places are passed once.
        var pass = place.StartsWith("shard-", StringComparison.Ordinal) ? 1 + trial % 10 : 1;
        using var killed = shop.Score(string.Create(CultureInfo.InvariantCulture, $"{place}:{pass}:kill"));
        killed.Wait();
        var reached = killed.Passed(place) >= pass;
        return new TrialResult(reached, [.. Finish(shop), .. TooMuchRepeated(shop)]);
    }

    private TrialResult Freeze(string engine, string place, int trial)
    {
        using var shop = Copy(engine);
        var pass = place.StartsWith("shard-", StringComparison.Ordinal) ? 1 + trial % 8 : 1;
        using var zombie = shop.Score(string.Create(CultureInfo.InvariantCulture, $"{place}:{pass}:stop"));
        var reached = zombie.WaitUntilFrozen();
        var broken = Finish(shop);
        var before = shop.Query("SELECT max(run_id) FROM run")[0] + " " + shop.Query("SELECT sum(fence) FROM run_shard")[0];
        zombie.Continue();
        var exit = zombie.Wait();
        // It finds the night published, or is refused; either way it changes nothing.
        if (exit is not (0 or 5)) broken.Add($"the frozen process ended with {exit}: {zombie.Words}");
        if (shop.Query("SELECT max(run_id) FROM run")[0] + " " + shop.Query("SELECT sum(fence) FROM run_shard")[0] != before) broken.Add("the frozen process changed the ledger after it was overtaken");
        broken.AddRange(shop.Broken(checksums));
        return new TrialResult(reached, broken);
    }

    private TrialResult Three(string engine)
    {
        using var shop = Copy(engine);
        var nights = new[] { shop.Score(), shop.Score(), shop.Score() };
        var exits = nights.Select(night => night.Wait()).ToList();
        var broken = shop.Broken(checksums);
        if (exits.Any(exit => exit != 0)) broken.Add($"exit codes {string.Join(", ", exits)}: {string.Join(" | ", nights.Select(night => night.Words))}");
        if (shop.Query("SELECT run_id FROM run").Count != 1) broken.Add("more than one run");
        foreach (var night in nights) night.Dispose();
        return new TrialResult(true, broken);
    }

    private TrialResult ShareAndKill(string engine, int trial)
    {
        using var shop = Copy(engine);
        // The second is held at its first shard until the first is dead, so that both have some.
        using var survivor = shop.Score("shard-committed:1:stop");
        var shared = survivor.WaitUntilFrozen();
        var alive = shop.Holders();
        using var killed = shop.Score(string.Create(CultureInfo.InvariantCulture, $"shard-scored:{1 + trial % 4}:kill"));
        killed.Wait();
        var reached = shared && killed.Passed("shard-scored") > 0;
        var silent = shop.Holders().Except(alive).ToList();
        survivor.Continue();
        while (!survivor.HasExited && survivor.Running < TimeSpan.FromMinutes(2))
        {
            shop.LetLeasesPass(silent);
            Thread.Sleep(200);
        }
        var broken = survivor.Wait() is var exit and not 0 ? [$"the survivor ended with {exit}: {survivor.Words}"] : shop.Broken(checksums);
        return new TrialResult(reached, [.. broken, .. TooMuchRepeated(shop)]);
    }

    /// <summary>The process stands still in the middle while something is done to its connections, and then goes on by itself.</summary>
    private TrialResult Stopped(string place, int trial, Action<PostgresShop> meanwhile)
    {
        using var shop = new PostgresShop(server!, Template);
        using var night = shop.Score(string.Create(CultureInfo.InvariantCulture, $"{place}:{1 + trial % 10}:stop"));
        var reached = night.WaitUntilFrozen();
        meanwhile(shop);
        night.Continue();
        var broken = night.Wait() is var exit and not 0 ? [$"ended with {exit}: {night.Words}"] : shop.Broken(checksums);
        return new TrialResult(reached, broken);
    }

    private TrialResult UnknownCommit(int trial)
    {
        using var shop = new PostgresShop(server!, Template);
        // Claim, snapshot, then two commits a shard (claim and rows), validation, publication: each in turn.
        using var proxy = new PostgresProxy(server!.Port, cutAfterCommit: 1 + trial % 28);
        return CutOff(shop, proxy);
    }

    private int CountCalls()
    {
        using var shop = new PostgresShop(server!, Template);
        using var proxy = new PostgresProxy(server!.Port);
        using var night = shop.Score(through: shop.Through(proxy));
        night.Wait();
        return proxy.Calls;
    }

    private TrialResult NthCall(int trial)
    {
        using var shop = new PostgresShop(server!, Template);
        using var proxy = new PostgresProxy(server!.Port, cutBefore: 1 + trial);
        return CutOff(shop, proxy);
    }

    /// <summary>The process may give up with a clear message (before it has begun), or go on; the next one finishes what is left.</summary>
    private TrialResult CutOff(PostgresShop shop, PostgresProxy proxy)
    {
        using var night = shop.Score(through: shop.Through(proxy));
        var exit = night.Wait();
        var broken = new List<string>();
        if (exit is not (0 or 7) || night.Words.Contains("unexpected failure", StringComparison.Ordinal)) broken.Add($"ended with {exit}: {night.Words}");
        broken.AddRange(Finish(shop));
        return new TrialResult(proxy.Reached, broken);
    }

    private TrialResult DiskFull()
    {
        var folder = Directory.CreateTempSubdirectory("retention-campaign-disk-").FullName;
        if (!Shell($"mount -t tmpfs -o size=3m tmpfs {folder}")) return new TrialResult(false, ["a small disk cannot be mounted here (needs root)"]);
        try
        {
            using var shop = new SqliteShop(sqliteTemplate, folder);
            var filler = Path.Combine(folder, "filler");
            using var night = shop.Score("snapshot-committed:1:stop");
            if (!night.WaitUntilFrozen()) return new TrialResult(false, ["never got to the snapshot"]);
            Shell($"dd if=/dev/zero of={filler} bs=1k count=4000"); // takes what is left
            night.Continue();
            Thread.Sleep(TimeSpan.FromSeconds(3));
            var waited = !night.HasExited;
            File.Delete(filler);
            var broken = night.Wait() is var exit and not 0 ? [$"ended with {exit}: {night.Words}"] : shop.Broken(checksums);
            return new TrialResult(waited, broken);
        }
        finally
        {
            Shell($"umount {folder}");
            Directory.Delete(folder);
        }
    }

    /// <summary>The minute passes, and the next process ends what is left, without anybody's help.</summary>
    private List<string> Finish(Shop shop)
    {
        var silent = shop.Holders();
        using var next = shop.Score();
        while (!next.HasExited && next.Running < TimeSpan.FromMinutes(2))
        {
            shop.LetLeasesPass(silent);
            Thread.Sleep(200);
        }
        var exit = next.Wait();
        return exit == 0 ? shop.Broken(checksums) : [$"the next process ended with {exit}: {next.Words}"];
    }

    private static IEnumerable<string> TooMuchRepeated(Shop shop)
    {
        if (shop.Repeated() is > InHand and var repeated) yield return $"{repeated} shards were repeated";
    }

    private static bool Shell(string command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", command + " >/dev/null 2>&1"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
