using System.CommandLine;
using PredictiveRetention.Benchmarks;

// Figures of one run on one machine: rates for orientation, ratios for comparison. Nothing here passes or fails.
var customers = new Option<int>("--customers") { DefaultValueFactory = _ => 100_000 };
var orders = new Option<int>("--orders-each") { DefaultValueFactory = _ => 10 };
var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 5 };

var root = new RootCommand("Benchmarks of PredictiveRetention")
{
    Benchmark("features", "history + cutoff -> features, one thread", FeatureBenchmark.Run),
    Benchmark("scoring", "features -> churn and value, in batches", ScoringBenchmark.Run),
    Benchmark("import", "import of a CSV file against a bare read of the same file", ImportBenchmark.Run),
    Benchmark("memory", "peak memory of a night run at this many customers and at a quarter of them", MemoryBenchmark.Run),
};
return await root.Parse(args).InvokeAsync();

Command Benchmark(string name, string description, Action<SimulatedShop, int> run)
{
    var command = new Command(name, description) { customers, orders, runs };
    command.SetAction(parsed => run(new SimulatedShop(parsed.GetValue(customers), parsed.GetValue(orders), seed: 1), parsed.GetValue(runs)));
    return command;
}
