using System.CommandLine;
using PredictiveRetention.Benchmarks;

// Figures of one run on one machine: rates for orientation, ratios for comparison. Nothing here passes or fails.
var customers = new Option<int>("--customers") { DefaultValueFactory = _ => 100_000 };
var orders = new Option<int>("--orders-each") { DefaultValueFactory = _ => 10 };
var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 5 };

var total = new Option<long?>("--orders") { Description = "orders in all; default: --orders-each for every customer" };
var server =
    new Option<string?>("--server")
    {
        Description =
        "PostgreSQL connection string; default: RETENTION_TEST_POSTGRES, else a server of its own that is gone afterwards"
    };
var processes = new Option<int>("--processes")
{
    Description = "then the same run shared by this many processes",
    DefaultValueFactory = _ => 2
};
var night = new Command("night",
    "the night run on PostgreSQL against bare COPY of the same rows, stage by stage, at a tenth of the customers and at all of them") {
        customers, orders, total, server, runs, processes };
night.SetAction(parsed => OnServer(parsed,
    address => NightBenchmark.Run(parsed.GetValue(customers), OrdersEach(parsed), address, parsed.GetValue(runs),
        parsed.GetValue(processes))));
var seconds = new Option<int>("--seconds") { Description = "under nights", DefaultValueFactory = _ => 60 };
var load = new Command("load",
    "GET of one prediction against a bare read by primary key, idle and while nights repeat") { customers, orders, total, server, seconds };
load.SetAction(parsed => OnServer(parsed,
    address => LoadBenchmark.RunAsync(parsed.GetValue(customers), OrdersEach(parsed), address, parsed.GetValue(seconds))
        .GetAwaiter()
        .GetResult()));

var postgres = new Option<bool>("--postgres") { Description = "into PostgreSQL; otherwise into SQLite" };
var import = new Command("import",
    "the first import of a CSV file and that of one day, against a bare read of the file and a bare write of its rows") { customers, orders,
        total, server, postgres };
import.SetAction(parsed =>
{
    var shop = new SimulatedShop(parsed.GetValue(customers), OrdersEach(parsed), seed: 1);
    if (parsed.GetValue(postgres)) OnServer(parsed, address => ImportBenchmark.Run(shop, address));
    else ImportBenchmark.Run(shop, server: null);
});

var times = new Option<int>("--times") { Description = "requests a page", DefaultValueFactory = _ => 50 };
var pages = new Command("pages",
    "every page of the service over one published night: p50, p95 and bytes, beside their targets") { customers, orders, total, server,
        times };
pages.SetAction(parsed => OnServer(parsed,
    address => PagesBenchmark.RunAsync(parsed.GetValue(customers), OrdersEach(parsed), address, parsed.GetValue(times))
        .GetAwaiter()
        .GetResult()));

var btyd = new Command("btyd", "fits of the buy-till-you-die models, and an answer for one customer") { customers, runs };
btyd.SetAction(parsed => BtydBenchmark.Run(parsed.GetValue(customers), parsed.GetValue(runs)));

var allocation = new Command("allocation", "plays for all customers under budgets and capacities, against one pass over their offers") {
    customers, runs };
allocation.SetAction(parsed => AllocationBenchmark.Run(parsed.GetValue(customers), parsed.GetValue(runs)));

var root = new RootCommand("Benchmarks of PredictiveRetention")
{
    Benchmark("features", "history + cutoff -> features, one thread", FeatureBenchmark.Run),
    Benchmark("scoring", "features -> churn and value, in batches", ScoringBenchmark.Run),
    Benchmark("insights", "counting customers into figures against building their features, one thread", InsightsBenchmark.Run),
    import,
    Benchmark("memory", "peak memory of a night run at this many customers and at a quarter of them", MemoryBenchmark.Run),
    btyd,
    allocation,
    night,
    load,
    pages,
};
return await root.Parse(args).InvokeAsync();

int OrdersEach(ParseResult parsed) => parsed.GetValue(total) is { } all ? (int)(all / parsed.GetValue(customers)) : parsed.GetValue(orders);

void OnServer(ParseResult parsed, Action<string> run)
{
    if ((parsed.GetValue(server) ?? Environment.GetEnvironmentVariable("RETENTION_TEST_POSTGRES")) is { Length: > 0 } named)
    {
        run(named);
        return;
    }
    using var own = PredictiveRetention.Campaign.ThrowawayPostgres.TryStart("-c shared_buffers=1GB -c max_wal_size=8GB")
        ?? throw new PredictiveRetention.RetentionException(PredictiveRetention.Failure.DependencyUnavailable,
            "There is no PostgreSQL on this machine: install one, or name one with --server.");
    run(own.Address("postgres"));
}

Command Benchmark(string name, string description, Action<SimulatedShop, int> run)
{
    var command = new Command(name, description) { customers, orders, runs };
    command.SetAction(parsed => run(new SimulatedShop(parsed.GetValue(customers), parsed.GetValue(orders), seed: 1),
        parsed.GetValue(runs)));
    return command;
}
