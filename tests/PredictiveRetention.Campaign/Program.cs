using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Campaign;

// Injects faults into real night runs and checks the invariants after each. Exit code 1: an invariant broke, or a fault was reached too
// rarely.
var times = new Option<int>("--times") { Description = "injections of each fault", DefaultValueFactory = _ => 20 };
var only = new Option<string?>("--only") { Description = "only faults whose name contains this" };
var engine = new Option<string?>("--engine") { Description = "PostgreSQL or SQLite; default both" };
var skip = new Option<int>("--skip") { Description = "pass over this many faults, to go on with a campaign that was interrupted" };
var root = new RootCommand("Fault campaign of the night run.") { times, only, engine, skip };
root.SetAction(parsed => Run(parsed.GetValue(times), parsed.GetValue(only), parsed.GetValue(engine), parsed.GetValue(skip)));
return await root.Parse(args).InvokeAsync();

static int Run(int times, string? only, string? engine, int skip)
{
    var folder = Directory.CreateTempSubdirectory("retention-campaign-");
    using var server = ThrowawayPostgres.TryStart();
    if (Clock.Library is null) Console.Error.WriteLine("No libfaketime on this machine: clocks are left alone.");
    if (server is null) Console.Error.WriteLine("No PostgreSQL on this machine: SQLite only.");
    try
    {
        var checksums = Prepare(folder.FullName, server);
        var faults = new Faults(server, folder.FullName, checksums).All().Where(fault =>
            (only is null || fault.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
            && (engine is null || fault.Engine.Equals(engine, StringComparison.OrdinalIgnoreCase))).Skip(skip).ToList();
        var failed = false;
        Console.Out.WriteLine($"{"fault",-54} {"engine",-10} {"injected",8} {"reached",8}  invariants");
        // Where a fault has too few trials to keep the processors busy, faults take place side by side; who stops the server comes after
        // all others.
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / times) };
        Parallel.ForEach(OneByOne(faults.Where(fault => fault.AtOnce != 1)), sideBySide, Tell);
        foreach (var fault in faults.Where(fault => fault.AtOnce == 1)) Tell(fault);
        return failed ? 1 : 0;

        void Tell(Fault fault)
        {
            var results = Try(fault, times);
            var reached = results.Count(result => result.Reached);
            var broken = results.SelectMany(result => result.Broken).ToList();
            var rare = reached < Math.Min(times, Enough);
            var verdict = (broken.Count == 0 ? "I1-I10 held" : "BROKEN") + (rare ? ", reached too rarely" : "");
            lock (faults)
            {
                failed |= broken.Count > 0 || rare;
                Console.Out.WriteLine($"{fault.Name,-54} {fault.Engine,-10} {results.Count,8} {reached,8}  {verdict}");
                foreach (var what in broken.Distinct().Take(5)) Console.Out.WriteLine("    " + what.ReplaceLineEndings(" "));
            }
        }
    }
    finally
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}

// Handed out in their order, each to whoever is free.
static OrderablePartitioner<Fault> OneByOne(IEnumerable<Fault> faults) =>
    Partitioner.Create(faults, EnumerablePartitionerOptions.NoBuffering);

// As often as asked; what was not reached (the process was done before it came to the place) is tried again, up to twice as often.
static List<TrialResult> Try(Fault fault, int times)
{
    var results = new List<TrialResult>();
    var wanted = times < Enough ? Math.Min(times, fault.Times ?? times) : fault.Times ?? times;
    Round(wanted);
    while (fault.Times is null && results.Count < 2 * wanted && results.Count(result => result.Reached) is var reached && reached < wanted)
        Round(wanted - reached);
    if (!Console.IsErrorRedirected) Console.Error.Write("\r\u001b[K");
    return results;

    void Round(int trials)
    {
        var first = results.Count;
        Parallel.For(first, first + trials, new ParallelOptions { MaxDegreeOfParallelism = fault.AtOnce ?? Environment.ProcessorCount },
            trial =>
        {
            // A quick tour takes its few n-th calls from all over the run.
            var result = Guarded(fault, fault.Times is { } all && wanted < all ? trial * all / wanted : trial);
            lock (results) results.Add(result);
            if (!Console.IsErrorRedirected) Console.Error.Write($"\r{fault.Name}: {results.Count}/{first + trials}   ");
        });
    }
}

static TrialResult Guarded(Fault fault, int trial)
{
    try
    {
        return fault.Try(trial);
    }
    catch (Exception unforeseen)
    {
        return new TrialResult(false, ["the trial itself failed: " + unforeseen]);
    }
}

// Where it is about noon now: no trial sees two business dates because midnight passed, at whatever hour the campaign began.
static string ZoneOfNoon() => (12 - DateTime.UtcNow.Hour) switch
{
    0 => "Etc/GMT",
    var east => string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{-east:+0;-0}"), // its sign says how far west of Greenwich
};

// The templates of every trial's store, and what an undisturbed run says.
static IReadOnlyList<string> Prepare(string folder, ThrowawayPostgres? server)
{
    var orders = Path.Combine(folder, "orders.csv");
    Shop.WriteOrders(orders);
    string File(string name) => "sqlite:" + Path.Combine(folder, name + ".db");
    foreach (var name in new[] { Faults.Template, Faults.Full }) Import(File(name));
    foreach (var zone in Faults.Zones) Import(File(Path.GetFileName(zone)), zone);
    Must("db", "migrate", "--store", File(Faults.Empty));
    Nights(File(Faults.Full));
    if (server is not null)
    {
        foreach (var name in new[] { Faults.Empty, Faults.Template, Faults.Full }) server.Execute("postgres", "CREATE DATABASE " + name);
        Must("db", "migrate", "--store", server.Address(Faults.Empty));
        foreach (var name in new[] { Faults.Template, Faults.Full }) Import(server.Address(name));
        Nights(server.Address(Faults.Full));
    }
    using var undisturbed = new SqliteShop(Path.Combine(folder, Faults.Template + ".db"));
    using (var night = undisturbed.Score()) night.Wait();
    return undisturbed.Checksums();

    void Import(string store, string? zone = null) =>
        Must("import", "--orders", orders, "--store", store, "--time-zone", zone ?? ZoneOfNoon());

    // Of days gone by, so that tonight's is the eighth and one must go.
    void Nights(string store)
    {
        using var opened = PredictiveRetention.Storage.RetentionStore.Open(store);
        var models = new PredictiveRetention.Storage.ModelRegistry(Path.Combine(folder, "no-models"));
        var tonight = PredictiveRetention.Runs.RunRequest.Tonight(opened, opened.RequireShop(), TimeProvider.System);
        for (var day = 7; day > 0; day--)
            new PredictiveRetention.Runs.NightRun(opened, models, new PredictiveRetention.Runs.RunSettings { ShardSize = 25 })
                .Execute(tonight with { BusinessDate = tonight.BusinessDate.AddDays(-day) }, null, default);
        Npgsql.NpgsqlConnection.ClearAllPools();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    static void Must(params string[] arguments)
    {
        using var night = new Night(null, arguments);
        if (night.Wait() != 0) throw new InvalidOperationException(night.Words);
    }
}

internal static partial class Program
{
    /// <summary>What the long campaign asks of every fault.</summary>
    private const int Enough = 20;
}
