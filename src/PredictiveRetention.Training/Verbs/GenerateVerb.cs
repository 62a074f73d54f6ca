using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PredictiveRetention.Simulation;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class GenerateVerb
{
    private static readonly Option<int> s_customers = new("--customers")
    {
        Description = "how many customers",
        DefaultValueFactory = _ => new ShopPlan().Customers
    };
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "another number makes another shop",
        DefaultValueFactory = _ => new ShopPlan().Seed
    };
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "folder for the files",
        DefaultValueFactory = _ => "simulated-shop"
    };
    private static readonly Option<string> s_until = new("--until")
    {
        Description = "the day after the last one with data",
        DefaultValueFactory = _ => ShopPlan.DefaultUntil.ToString()
    };
    private static readonly Option<int> s_years = new("--years")
    {
        Description = "how long the shop has been open by then",
        DefaultValueFactory = _ => new ShopPlan().Years
    };

    public static Command Command() => Verb.Command(
        "generate",
        "Writes a simulated shop, every file an import takes, with the truth about each customer beside them. The same arguments give "
            + "the same bytes.\n  Example: retain generate --customers 5000 --seed 1",
        VerbUses.None,
        [s_customers, s_seed, s_out, s_until, s_years],
        Run);

    private static void Run(Verb verb)
    {
        var plan = new ShopPlan
        {
            Customers = verb.Value(s_customers), Seed = verb.Value(s_seed),
            Until = Cutoff.Parse(verb.Value(s_until)!), Years = verb.Value(s_years)
        };
        var clock = Stopwatch.StartNew();
        var summary = verb.Terminal.Follow("generating", progress => ShopFiles.Write(
            verb.Value(s_out)!, plan, progress.Adapt<int>(done => new Step(done, plan.Customers, "customers")), verb.Cancellation));
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                summary.Folder, plan.Customers, plan.Seed, From = plan.From.ToString(), Until = plan.Until.ToString(),
                plan.Years, summary.Rows
            });
            return;
        }
        Line($"A simulated shop of {plan.Customers:N0} customers, {plan.From} to {plan.Until.Minus(
            1)}, seed {plan.Seed}: {summary.Folder}");
        foreach (var (file, rows) in summary.Rows) Line($"  {rows,12:N0} {file}");
        string Path(string file) => System.IO.Path.Combine(verb.Value(s_out)!, file);
        verb.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"retain: {clock.Elapsed.TotalSeconds:F1} s. Import it into a store of its own:"));
        verb.Terminal.Say(
            $"  retain import --store sqlite:{Path("shop.db")} --orders {Path(ShopFiles.Orders)} --refunds {Path(ShopFiles.Refunds)} "
                + $"--customers {Path(ShopFiles.Customers)} --events {Path(ShopFiles.Events)} --subscriptions "
                + $"{Path(ShopFiles.Subscriptions)}");
    }
}
