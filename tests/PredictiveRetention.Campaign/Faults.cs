using System.Globalization;

namespace PredictiveRetention.Campaign;

/// <summary>What one injection came to.</summary>
/// <param name="Reached">The fault took place, seen from outside the product: in the failpoint's log, in the process's state, in the
/// proxy.</param>
/// <param name="Broken">Invariants that do not hold afterwards, and anything else that should not be.</param>
internal sealed record TrialResult(bool Reached, IReadOnlyList<string> Broken);

/// <param name="AtOnce">How many trials may take place side by side: one where the server is stopped, many where most of the time is spent
/// waiting; null: as many as there are processors.</param>
internal sealed record Fault(string Name, string Engine, Func<int, TrialResult> Try, int? Times = null, int? AtOnce = null);

/// <summary>Every fault, for every store it makes sense on.</summary>
internal sealed partial class Faults(ThrowawayPostgres? server, string folder, IReadOnlyList<string> checksums)
{
    // The imported shop, the same after seven published nights, and an empty store.
    public const string Template = "campaign_template";
    public const string Full = "campaign_full";
    public const string Empty = "campaign_empty";

    // Two workers a process: at most two shards are in hand when it dies.
    private const int InHand = 2;

    private static readonly string[] s_places =
    [
        "run-claimed", "snapshot-begun", "snapshot-committed", "shard-claimed", "shard-read", "shard-scored", "shard-begun",
        "shard-copying", "shard-written", "shard-committed",
        "validating", "assignments-written", "publish-begun", "publish-committing", "published", "history-recording",
        "retention-dropping",
    ];

    private static readonly string[] s_frozenInside = ["shard-written", "shard-copying"];

    // Inside a transaction the frozen process keeps its locks until the server ends it, 15 s later, or in a copy another process, after 30.
    private static readonly string[] s_frozen = ["run-claimed", "snapshot-committed", "shard-claimed", "shard-scored", "shard-committed",
        "validating", .. s_frozenInside];

    private static readonly Lazy<bool> s_mayMount = new(() =>
    {
        var disk = Directory.CreateTempSubdirectory("retention-campaign-disk-").FullName;
        var may = Shell($"mount -t tmpfs -o size=1m tmpfs {disk} && umount {disk}");
        Directory.Delete(disk);
        if (!may) Console.Error.WriteLine("A small disk cannot be mounted here (it needs root): none is filled.");
        return may;
    });

    public IEnumerable<Fault> All()
    {
        foreach (var engine in server is null ? new[] { "SQLite" } : ["PostgreSQL", "SQLite"])
        {
            foreach (var place in s_places) yield return new Fault("kill -9 at " + place, engine, trial => Kill(engine, place, trial));
            foreach (var place in s_frozen.Where(place => engine == "PostgreSQL" || !s_frozenInside.Contains(place)))
                yield return new Fault("frozen past its lease at " + place, engine, trial => Freeze(engine, place, trial),
                    AtOnce: s_frozenInside.Contains(place) ? 7 : null);
            yield return new Fault("three started at once", engine, _ => Three(engine));
            yield return new Fault("started again after it was published", engine, _ => Again(engine));
            yield return new Fault("two share a run, one killed", engine, trial => ShareAndKill(engine, trial));
            yield return new Fault("a newer version migrates the schema meanwhile", engine, _ => NewerSchema(engine));
            yield return new Fault("import killed before its commit, started again", engine, _ => ImportKilled(engine));
            foreach (var fault in ClockFaults(engine).Concat(ServiceFaults(engine))) yield return fault;
        }
        if (s_mayMount.Value) yield return new Fault("disk full, then space again", "SQLite", _ => DiskFull());
        if (server is null) yield break;
        if (s_mayMount.Value) yield return new Fault("disk full, then space again", "PostgreSQL", ServerDiskFull);
        yield return new Fault("connections ended in mid-COPY", "PostgreSQL",
            trial => Stopped("shard-copying", trial,
                shop => server.Execute("postgres",
                    $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{shop.Database}'")));
        yield return new Fault("connections ended before a commit", "PostgreSQL",
            trial => Stopped("shard-written", trial,
                shop => server.Execute("postgres",
                    $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{shop.Database}'")));
        yield return new Fault("COMMIT arrives, its answer does not", "PostgreSQL", UnknownCommit);
        yield return new Fault("n-th call to the database cut off, every n", "PostgreSQL", NthCall, Times: CountCalls());
        yield return new Fault("server stopped at once and started again", "PostgreSQL", trial => Stopped("shard-scored", trial, _ =>
        {
            server.Crash();
            server.Start();
        }), AtOnce: 1);
    }

    private Shop Copy(string engine, bool full = false) =>
        Copy(engine, full ? Full : Template);

    private Shop Copy(string engine, string template) =>
        engine == "SQLite" ? new SqliteShop(Path.Combine(folder, template + ".db")) : new PostgresShop(server!, template);

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
        // On SQLite a second worker frozen in the middle of its commit would keep the whole file locked.
        var failpoint = string.Create(CultureInfo.InvariantCulture, $"{place}:{pass}:stop");
        using var zombie = engine == "SQLite" ? shop.ScoreWithOneWorker(failpoint) : shop.Score(failpoint);
        var reached = zombie.WaitUntilFrozen();
        var broken = Finish(shop);
        var before = shop.Query("SELECT max(run_id) FROM run")[0] + " " + shop.Query("SELECT sum(fence) FROM run_shard")[0];
        zombie.Continue();
        var exit = zombie.Wait();
        // It finds the night published, or is refused; either way it changes nothing.
        if (exit is not (0 or 5)) broken.Add($"the frozen process ended with {exit}: {zombie.Words}");
        if (shop.Query("SELECT max(run_id) FROM run")[0] + " " + shop.Query("SELECT sum(fence) FROM run_shard")[0] != before)
            broken.Add("the frozen process changed the ledger after it was overtaken");
        broken.AddRange(shop.Broken(checksums));
        return new TrialResult(reached, broken);
    }

    private TrialResult Three(string engine)
    {
        using var shop = Copy(engine);
        var nights = new[] { shop.Score(), shop.Score(), shop.Score() };
        var exits = nights.Select(night => night.Wait()).ToList();
        var broken = shop.Broken(checksums);
        if (exits.Any(exit => exit != 0))
            broken.Add($"exit codes {string.Join(", ", exits)}: {string.Join(" | ", nights.Select(night => night.Words))}");
        if (shop.Query("SELECT run_id FROM run").Count != 1) broken.Add("more than one run");
        foreach (var night in nights) night.Dispose();
        return new TrialResult(true, broken);
    }

    private TrialResult Again(string engine)
    {
        using var shop = Copy(engine);
        for (var time = 0; time < 2; time++)
        {
            using var night = shop.Score();
            if (night.Wait() is var exit and not 0) return new TrialResult(true, [$"time {time} ended with {exit}: {night.Words}"]);
        }
        return new TrialResult(true,
            [.. shop.Broken(checksums),
                .. shop.Query("SELECT run_id FROM run").Count == 1 ? Array.Empty<string>() : ["more than one run"]]);
    }

    /// <summary>The older process works on; none of its kind starts any more; the newer one ends the night if the older did not.</summary>
    private TrialResult NewerSchema(string engine)
    {
        const string Later = "PredictiveRetention.Storage.Schema.9999_later.sql";
        using var shop = Copy(engine);
        using var older = shop.Score("snapshot-committed:1:stop"); // in no transaction: a change of the schema waits for those
        var reached = older.WaitUntilFrozen();
        shop.Execute("ALTER TABLE run_shard ADD COLUMN later text");
        shop.Execute("ALTER TABLE prediction ADD COLUMN later text");
        shop.Execute($"INSERT INTO schemaversions (scriptname, applied) VALUES ('{Later}', CURRENT_TIMESTAMP)");
        var broken = new List<string>();
        using (var refused = shop.Score())
        {
            if (refused.Wait() != 7 || !refused.Words.Contains("newer", StringComparison.Ordinal))
                broken.Add("an older process started on a newer schema: " + refused.Words);
        }
        older.Continue();
        var exit = older.Wait();
        if (exit != 0) broken.Add($"the older process ended with {exit}: {older.Words}");
        shop.Execute($"DELETE FROM schemaversions WHERE scriptname = '{Later}'"); // so that this version may look again
        broken.AddRange(shop.Broken(checksums));
        return new TrialResult(reached, broken);
    }

    private TrialResult ImportKilled(string engine)
    {
        using var shop = Copy(engine, Empty);
        var import = new[] { "import", "--orders", Path.Combine(folder, "orders.csv"), "--rejects",
            Path.Combine(folder, Guid.NewGuid().ToString("N")), "--store", shop.Store };
        using var killed = new Night("import-merged:1:kill", import);
        killed.Wait();
        var reached = killed.Passed("import-merged") == 1;
        var broken = new List<string>();
        if (shop.Query("SELECT count(*) FROM orders")[0] != "0") broken.Add("a killed import left orders");
        using (var again = new Night(null, import))
        {
            if (again.Wait() is var exit and not 0) broken.Add($"the second import ended with {exit}: {again.Words}");
        }
        return new TrialResult(reached, [.. broken, .. Finish(shop)]);
    }

    private TrialResult ShareAndKill(string engine, int trial)
    {
        using var shop = Copy(engine);
        // Frozen once the shards are there, until the other is dead, so that both have some.
        using var survivor = shop.Score("snapshot-committed:1:stop");
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
        if (exit is not (0 or 7) || night.Words.Contains("unexpected failure", StringComparison.Ordinal))
            broken.Add($"ended with {exit}: {night.Words}");
        broken.AddRange(Finish(shop));
        return new TrialResult(proxy.Reached, broken);
    }

    private TrialResult DiskFull() => OnSmallDisk("size=24m", disk =>
    {
        using var shop = new SqliteShop(Path.Combine(folder, Template + ".db"), disk);
        return FillMeanwhile(shop, "snapshot-committed:1:stop", disk);
    });

    private TrialResult ServerDiskFull(int trial) => OnSmallDisk("size=32m,mode=777", disk =>
    {
        var space = "full_" + Path.GetFileName(disk)[^6..].ToLowerInvariant();
        var place = Path.Combine(disk, "space");
        Shell($"mkdir {place} && chown postgres {place}");
        server!.Execute("postgres", $"CREATE TABLESPACE {space} LOCATION '{place}'");
        try
        {
            using var shop = new PostgresShop(server, Template, space);
            return FillMeanwhile(shop, string.Create(CultureInfo.InvariantCulture, $"shard-claimed:{1 + trial % 8}:stop"), disk);
        }
        finally
        {
            server.Execute("postgres", "CHECKPOINT"); // what was dropped is unlinked then
            server.Execute("postgres", "DROP TABLESPACE " + space);
        }
    });

    /// <summary>The disk has no room left for three seconds of the run, which waits.</summary>
    private TrialResult FillMeanwhile(Shop shop, string failpoint, string disk)
    {
        var filler = Path.Combine(disk, "filler");
        using var night = shop.Score(failpoint);
        if (!night.WaitUntilFrozen()) return new TrialResult(false, ["it ended before the disk was full: " + night.Words]);
        Shell($"dd if=/dev/zero of={filler} bs=1k count=40000"); // takes what is left
        night.Continue();
        Thread.Sleep(TimeSpan.FromSeconds(3));
        var waited = !night.HasExited;
        File.Delete(filler);
        var broken = night.Wait() is var exit and not 0 ? [$"ended with {exit}: {night.Words}"] : shop.Broken(checksums);
        return new TrialResult(waited, broken);
    }

    private static TrialResult OnSmallDisk(string options, Func<string, TrialResult> trial)
    {
        var disk = Directory.CreateTempSubdirectory("retention-campaign-disk-").FullName;
        if (!Shell($"mount -t tmpfs -o {options} tmpfs {disk}")) return new TrialResult(false, ["the small disk was not mounted"]);
        try
        {
            return trial(disk);
        }
        finally
        {
            Shell($"umount {disk}");
            Directory.Delete(disk);
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
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh",
            ["-c", command + " >/dev/null 2>&1"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
