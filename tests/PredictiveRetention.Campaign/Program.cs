using System.CommandLine;
using PredictiveRetention.Campaign;

// Injects faults into real night runs and checks the invariants after each. Exit code 1: an invariant broke, or a fault was hardly ever reached.
var times = new Option<int>("--times") { Description = "injections of each fault", DefaultValueFactory = _ => 20 };
var only = new Option<string?>("--only") { Description = "only faults whose name contains this" };
var engine = new Option<string?>("--engine") { Description = "PostgreSQL or SQLite; default both" };
var root = new RootCommand("Fault campaign of the night run.") { times, only, engine };
root.SetAction(parsed => Run(parsed.GetValue(times), parsed.GetValue(only), parsed.GetValue(engine)));
return await root.Parse(args).InvokeAsync();

static int Run(int times, string? only, string? engine)
{
    var folder = Directory.CreateTempSubdirectory("retention-campaign-");
    using var server = ThrowawayPostgres.TryStart();
    if (server is null) Console.Error.WriteLine("No PostgreSQL on this machine: SQLite only.");
    try
    {
        var (sqlite, full, checksums) = Prepare(folder.FullName, server);
        var failed = false;
        Console.Out.WriteLine($"{"fault",-46} {"engine",-10} {"injected",8} {"reached",8}  invariants");
        foreach (var fault in new Faults(server, sqlite, full, checksums).All().Where(fault =>
            (only is null || fault.Name.Contains(only, StringComparison.OrdinalIgnoreCase)) && (engine is null || fault.Engine.Equals(engine, StringComparison.OrdinalIgnoreCase))))
        {
            var injected = times < 20 ? Math.Min(times, fault.Times ?? times) : fault.Times ?? times;
            var results = new TrialResult[injected];
            var done = 0;
            Parallel.For(0, injected, new ParallelOptions { MaxDegreeOfParallelism = fault.Alone ? 1 : Environment.ProcessorCount }, trial =>
            {
                // A quick tour takes its few n-th calls from all over the run.
                results[trial] = fault.Try(fault.Times is { } all && injected < all ? trial * all / injected : trial);
                Console.Error.Write($"\r{fault.Name}: {Interlocked.Increment(ref done)}/{injected}   ");
            });
            Console.Error.Write("\r\u001b[K");
            var reached = results.Count(result => result.Reached);
            var broken = results.SelectMany(result => result.Broken).ToList();
            var rare = times >= 20 && reached < 20;
            failed |= broken.Count > 0 || rare;
            Console.Out.WriteLine($"{fault.Name,-46} {fault.Engine,-10} {injected,8} {reached,8}  {(broken.Count == 0 ? "I1-I9 held" : "BROKEN")}{(rare ? ", reached too rarely" : "")}");
            foreach (var what in broken.Distinct().Take(5)) Console.Out.WriteLine("    " + what.ReplaceLineEndings(" "));
        }
        return failed ? 1 : 0;
    }
    finally
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}

// The imported shop on both engines, the same with seven published nights, and what an undisturbed run says.
static (string Sqlite, string Full, IReadOnlyList<string> Checksums) Prepare(string folder, ThrowawayPostgres? server)
{
    var orders = Path.Combine(folder, "orders.csv");
    Shop.WriteOrders(orders);
    var (sqlite, full) = (Path.Combine(folder, "shop.db"), Path.Combine(folder, "full.db"));
    Must("import", "--orders", orders, "--store", "sqlite:" + sqlite);
    File.Copy(sqlite, full);
    Nights("sqlite:" + full);
    if (server is not null)
    {
        foreach (var name in new[] { Faults.Template, Faults.Full })
        {
            server.Execute("postgres", "CREATE DATABASE " + name);
            Must("import", "--orders", orders, "--store", server.Address(name));
        }
        Nights(server.Address(Faults.Full));
    }
    using var undisturbed = new SqliteShop(sqlite);
    using (var night = undisturbed.Score()) night.Wait();
    return (sqlite, full, undisturbed.Checksums());

    // Of days gone by, so that tonight's is the eighth and one must go.
    void Nights(string store)
    {
        using var opened = PredictiveRetention.Storage.RetentionStore.Open(store);
        var models = new PredictiveRetention.Storage.ModelRegistry(Path.Combine(folder, "no-models"));
        var tonight = PredictiveRetention.Runs.RunRequest.Tonight(opened, opened.RequireShop(), TimeProvider.System);
        for (var day = 7; day > 0; day--)
            new PredictiveRetention.Runs.NightRun(opened, models, new PredictiveRetention.Runs.RunSettings { ShardSize = 25 }).Execute(tonight with { BusinessDate = tonight.BusinessDate.AddDays(-day) }, null, default);
        Npgsql.NpgsqlConnection.ClearAllPools();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    static void Must(params string[] arguments)
    {
        using var night = new Night(null, arguments);
        if (night.Wait() != 0) throw new InvalidOperationException(night.Words);
    }
}
