using System.CommandLine;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class DbVerb
{
    private static readonly Option<bool> s_citus =
        new("--citus") { Description = "distribute the per-customer tables by customer key (a Citus coordinator; unproven)" };
    private static readonly Option<bool> s_print = new("--print") { Description = "print the SQL of --citus and change nothing" };

    private static readonly Option<string?> s_hangfire =
        new("--hangfire-schema")
        {
            Description =
            "where the service's jobs are (default: the variable Retention__HangfireSchema, else beside the store's schema)"
        };

    public static Command Command() =>
        new("db", "The store's schema.\n  Example: retain db migrate --store \"Host=db;Database=shop;Username=owner\"")
    {
        Verb.Command("migrate",
            "Brings the schema up to date, and on PostgreSQL the tables of the service's jobs; with --citus also distributes it. Run it "
                + "as the owner of the tables.\n"
            + "  Example: retain db migrate --citus --print", VerbUses.Store, [s_citus, s_print, s_hangfire], Migrate),
        Verb.Command("status",
            "Says which engine the store is on and which schema scripts it has; changes nothing.\n  Example: retain db status",
            VerbUses.Store, [], Status),
    };

    private static void Migrate(Verb verb)
    {
        if (verb.Value(s_print))
        {
            if (!verb.Value(s_citus))
                throw new RetentionException(Failure.Usage, "--print shows the SQL of --citus: retain db migrate --citus --print");
            Console.Out.Write(StoreSchema.CitusScript);
            return;
        }
        var option = verb.Value(s_hangfire);
        var asked = option ?? ServiceSetting.HangfireSchema;
        var isOnPostgres = StoreAddress.IsOnPostgres(verb.StoreName);
        if (option is not null && !isOnPostgres)
            throw new RetentionException(Failure.Usage, "--hangfire-schema is of PostgreSQL: an embedded store has no tables of jobs.");
        if (isOnPostgres && asked is not null && !JobTables.IsSchemaName(asked))
            throw new RetentionException(Failure.Usage,
                $"{(option is null ? "Retention__HangfireSchema" : "--hangfire-schema")} '{asked}' is no name of a schema: small letters, "
                    + "digits and _, at most 63.");
        using var store = verb.OpenStore();
        if (isOnPostgres)
            verb.Terminal.Say($"retain: the service's jobs are in the schema {JobTables.Create(verb.StoreName, asked)}.");
        if (verb.Value(s_citus)) store.Schema.DistributeOverCitus();
        Show(verb, store.Schema.Status());
    }

    private static void Status(Verb verb) => Show(verb, RetentionStore.FindSchema(verb.StoreName) ?? throw verb.NoStore());

    private static void Show(Verb verb, SchemaStatus schema)
    {
        if (verb.Json)
        {
            verb.PrintJson(new { Engine = schema.EngineName, Schema = schema.Scripts, schema.Missing, schema.Unknown });
            return;
        }
        Console.Out.WriteLine($"{schema.EngineName}, schema {string.Join(", ", schema.Scripts)}");
        if (schema.Missing.Count > 0)
            Console.Out.WriteLine(
                $"of an earlier version: {string.Join(", ", schema.Missing)} is to come; retain db migrate brings it up to date");
        if (schema.Unknown.Count > 0)
            Console.Out.WriteLine($"of a later version: this one does not know {string.Join(", ", schema.Unknown)}");
    }
}
