using System.CommandLine;
using PredictiveRetention.Benchmarks;

// Figures of one run on one machine: rates for orientation, ratios for comparison. Nothing here passes or fails.
var customers = new Option<int>("--customers") { DefaultValueFactory = _ => 100_000 };
var orders = new Option<int>("--orders-each") { DefaultValueFactory = _ => 10 };
var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 5 };

var total = new Option<long?>("--orders") { Description = "orders in all; default: --orders-each for every customer" };
var server = new Option<string?>("--server") { Description = "PostgreSQL connection string; default: RETENTION_TEST_POSTGRES" };
var processes = new Option<int>("--processes") { Description = "then the same run shared by this many processes", DefaultValueFactory = _ => 1 };
var night = new Command("night", "the night run on PostgreSQL against bare COPY of the same rows, stage by stage") { customers, orders, total, server, runs, processes };
night.SetAction(parsed => NightBenchmark.Run(parsed.GetValue(customers), OrdersEach(parsed), Server(parsed), parsed.GetValue(runs), parsed.GetValue(processes)));
var seconds = new Option<int>("--seconds") { Description = "under nights", DefaultValueFactory = _ => 60 };
var load = new Command("load", "GET of one prediction against a bare read by primary key, idle and while nights repeat") { customers, orders, total, server, seconds };
load.SetAction(parsed => LoadBenchmark.RunAsync(parsed.GetValue(customers), OrdersEach(parsed), Server(parsed), parsed.GetValue(seconds)));

var root = new RootCommand("Benchmarks of PredictiveRetention")
{
    Benchmark("features", "history + cutoff -> features, one thread", FeatureBenchmark.Run),
    Benchmark("scoring", "features -> churn and value, in batches", ScoringBenchmark.Run),
    Benchmark("import", "import of a CSV file against a bare read of the same file", ImportBenchmark.Run),
    Benchmark("memory", "peak memory of a night run at this many customers and at a quarter of them", MemoryBenchmark.Run),
    night,
    load,
};
return await root.Parse(args).InvokeAsync();

int OrdersEach(ParseResult parsed) => parsed.GetValue(total) is { } all ? (int)(all / parsed.GetValue(customers)) : parsed.GetValue(orders);

string Server(ParseResult parsed) => parsed.GetValue(server) ?? Environment.GetEnvironmentVariable("RETENTION_TEST_POSTGRES")
    ?? throw new PredictiveRetention.RetentionException(PredictiveRetention.Failure.Usage, "Name a PostgreSQL server: --server, or RETENTION_TEST_POSTGRES.");

Command Benchmark(string name, string description, Action<SimulatedShop, int> run)
{
    var command = new Command(name, description) { customers, orders, runs };
    command.SetAction(parsed => run(new SimulatedShop(parsed.GetValue(customers), parsed.GetValue(orders), seed: 1), parsed.GetValue(runs)));
    return command;
}
