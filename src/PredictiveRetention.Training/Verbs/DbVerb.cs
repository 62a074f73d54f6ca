using System.CommandLine;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class DbVerb
{
    private static readonly Option<bool> s_citus = new("--citus") { Description = "distribute the per-customer tables by customer key (a Citus coordinator; unproven)" };
    private static readonly Option<bool> s_print = new("--print") { Description = "print the SQL of --citus and change nothing" };

    private static readonly Option<string?> s_hangfire = new("--hangfire-schema") { Description = "where the service's jobs are (default: the variable Retention__HangfireSchema, else beside the store's schema)" };

    public static Command Command() => new("db", "The store's schema.\n  Example: retain db migrate --store \"Host=db;Database=shop;Username=owner\"")
    {
        Verb.Command("migrate", "Brings the schema up to date, and on PostgreSQL the tables of the service's jobs; with --citus also distributes it. Run it as the owner of the tables.\n"
            + "  Example: retain db migrate --citus --print", VerbUses.Store, [s_citus, s_print, s_hangfire], Migrate),
        Verb.Command("status", "Says which engine the store is on and which schema scripts it has.\n  Example: retain db status", VerbUses.Store, [], Status),
    };

    private static void Migrate(Verb verb)
    {
        if (verb.Value(s_print))
        {
            if (!verb.Value(s_citus)) throw new RetentionException(Failure.Usage, "--print shows the SQL of --citus: retain db migrate --citus --print");
            Console.Out.Write(RetentionStore.CitusScript);
            return;
        }
        var asked = verb.Value(s_hangfire) ?? ServiceSetting.HangfireSchema;
        if (asked is not null && !JobTables.IsSchemaName(asked))
            throw new RetentionException(Failure.Usage, $"--hangfire-schema '{asked}' is no name of a schema: small letters, digits and _, at most 63.");
        using var store = verb.OpenStore();
        if (store.IsOnPostgres) verb.Terminal.Say($"retain: the service's jobs are in the schema {JobTables.Make(verb.StoreName, asked)}.");
        if (verb.Value(s_citus)) store.DistributeOverCitus();
        Show(verb, store);
    }

    private static void Status(Verb verb)
    {
        using var store = verb.RequireStore();
        Show(verb, store);
    }

    private static void Show(Verb verb, RetentionStore store)
    {
        var scripts = store.SchemaScripts();
        if (verb.Json) verb.PrintJson(new { Engine = store.EngineName, Schema = scripts });
        else Console.Out.WriteLine($"{store.EngineName}, schema {string.Join(", ", scripts)}");
    }
}
