using System.CommandLine;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class DbVerb
{
    private static readonly Option<bool> s_citus = new("--citus") { Description = "distribute the per-customer tables by customer key (a Citus coordinator; unproven)" };
    private static readonly Option<bool> s_print = new("--print") { Description = "print the SQL of --citus and change nothing" };

    public static Command Command() => new("db", "The store's schema.\n  Example: retain db migrate --store \"Host=db;Database=shop;Username=owner\"")
    {
        Verb.Command("migrate", "Brings the schema up to date; with --citus also distributes it. Run it as the owner of the tables.\n  Example: retain db migrate --citus --print", VerbUses.Store, [s_citus, s_print], Migrate),
        Verb.Command("status", "Says which engine the store is on and which schema scripts it has.\n  Example: retain db status", VerbUses.Store, [], Status),
    };

    private static void Migrate(Verb verb)
    {
        if (verb.Value(s_print))
        {
            if (!verb.Value(s_citus)) throw new RetentionException(Failure.Usage, "--print shows the SQL of --citus: retain db migrate --citus --print");
            Console.Out.Write(StoreSchema.CitusScript);
            return;
        }
        using var store = verb.OpenStore();
        if (verb.Value(s_citus)) store.Schema.DistributeOverCitus();
        Show(verb, store);
    }

    private static void Status(Verb verb)
    {
        using var store = verb.RequireStore();
        Show(verb, store);
    }

    private static void Show(Verb verb, RetentionStore store)
    {
        var scripts = store.Schema.Scripts();
        if (verb.Json) verb.PrintJson(new { Engine = store.EngineName, Schema = scripts });
        else Console.Out.WriteLine($"{store.EngineName}, schema {string.Join(", ", scripts)}");
    }
}
