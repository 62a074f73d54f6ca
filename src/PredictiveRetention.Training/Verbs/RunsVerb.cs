using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>What there is of night runs, and what a person may decide about them.</summary>
internal static class RunsVerb
{
    private static readonly Argument<long> s_run = new("run") { Description = "number of the run" };
    private static readonly Option<int> s_limit = new("--limit") { Description = "how many, newest first", DefaultValueFactory = _ => 20 };
    private static readonly Option<string> s_by = new("--by")
    {
        Description = "who decides, for the record",
        DefaultValueFactory = _ => Environment.UserName
    };

    public static Command Command() =>
        new("runs",
            "Night runs: what there is, whether it is whole, and what becomes of a run that is held.\n  Example: retain runs verify")
    {
        Verb.Command("list", "Lists runs, newest first.\n  Example: retain runs list --limit 5", VerbUses.Store, [s_limit], ListAsync),
        Verb.Command("show",
            "Shows one run: how far it is, its numbers, what happened to it and who did it.\n  Example: retain runs show 12",
            VerbUses.Store, [s_run], ShowAsync),
        Verb.Command("verify",
            "Checks the invariants of every run whose rows are there, from the rows themselves; exit code 6 when one is broken.\n  "
                + "Example: retain runs verify", VerbUses.Store, [], Verify),
        Verb.Command("publish", "Publishes a held run although it is outside its guard bands.\n  Example: retain runs publish 12 --by anna",
            VerbUses.Store, [s_run, s_by], PublishAsync),
        Verb.Command("discard", "Gives a held run up; readers keep what they have.\n  Example: retain runs discard 12 --by anna",
            VerbUses.Store, [s_run, s_by], DiscardAsync),
        Verb.Command("rollback", "Shows readers an earlier night again.\n  Example: retain runs rollback 11 --by anna", VerbUses.Store,
            [s_run, s_by], RollBackAsync),
        Verb.Command("resume", "Goes on with nights that were begun and not ended.\n  Example: retain runs resume",
            VerbUses.Store | VerbUses.Models, [], Resume),
    };

    private static async Task ListAsync(Verb verb)
    {
        if (verb.Value(s_limit) < 1) throw new RetentionException(Failure.Usage, "--limit: it is a number from 1 on.");
        using var store = verb.RequireStore();
        var runs = await store.Runs.NewestAsync(verb.Value(s_limit), verb.Cancellation);
        var current = (await store.Nights.CurrentAsync(verb.Cancellation))?.RunId;
        if (verb.Json)
        {
            verb.PrintJson(runs.Select(run => new
            {
                run.RunId,
                Purpose = run.Purpose.Word(),
                BusinessDate = run.BusinessDate.ToIso(),
                run.Attempt,
                AsOf = run.AsOf.ToString(),
                State = run.State.Word(),
                Current = run.RunId == current,
                run.ExpectedCount,
                run.ModelVersion,
                PublishedAt = Time(run.PublishedAtMs),
                run.Error,
            }));
            return;
        }
        if (runs.Count == 0) Console.Out.WriteLine("No run yet: retain score makes one.");
        else Line($"{"run",6}  {"purpose",-7} {"date",-10} {"try",3}  {"as of",-10}  {"state",-11} {"customers",11}  model");
        foreach (var run in runs)
            Line($"{run.RunId,6}  {run.Purpose.Word(),-7} {run.BusinessDate.ToIso(),-10} {run.Attempt,3}  {run.AsOf,-10}  "
                + $"{run.State.Word(),-11} {run.ExpectedCount,11:N0}  "
                + $"{run.ModelVersion}{(run.RunId == current
                    ? "  <- readers see this"
                    : "")}{(run.Error is null ? "" : "  " + run.Error)}");
    }

    private static async Task ShowAsync(Verb verb)
    {
        using var store = verb.RequireStore();
        var run = await RequireAsync(store, verb);
        var shards = await store.Shards.ProgressAsync(run.RunId, verb.Cancellation);
        var quarantine = store.Shards.Quarantined(run.RunId, 20);
        var quarantined = await store.Shards.QuarantinedCountAsync(run.RunId, verb.Cancellation);
        var events = await store.Runs.EventsAsync(run.RunId, verb.Cancellation);
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                Run = Row(run),
                run.Headline,
                Shards = shards,
                Quarantined = quarantined,
                Quarantine = quarantine.Select(customer => new { customer.CustomerId, customer.Reason }),
                Events = events,
            });
            return;
        }
        Line($"Run {run.RunId}: {run.Purpose.Word()} of {run.BusinessDate.ToIso()}, attempt {run.Attempt}, as of {run.AsOf}: "
            + $"{run.State.Word()}{(run.Error is null ? "" : ": " + run.Error)}");
        Line($"  model {run.ModelVersion ?? "not chosen yet"}; {shards.Done:N0} of {shards.All:N0} shards done, {shards.Customers:N0} of "
            + $"{shards.Expected:N0} customers{Pace(run, shards)}");
        if (run.Headline is { } headline)
            Line($"  mean churn probability {headline.MeanPChurn:F3}, CLV {headline.Clv:N2}, {headline.Actions:N0} actions");
        if (quarantined > 0) Line($"  {quarantined:N0} customers could not be scored:");
        foreach (var (customer, reason) in quarantine) Line($"    {customer}: {reason}");
        foreach (var happened in events)
            Line($"  {DateTimeOffset.FromUnixTimeMilliseconds(happened.AtMs):yyyy-MM-dd HH:mm:ss}Z  {happened.What,-12} "
                + $"{happened.Actor}{(happened.Detail is null ? "" : "  " + happened.Detail)}");
        if (run.State == RunState.Held) Line($"Decide: retain runs publish {run.RunId}, or retain runs discard {run.RunId}");
    }

    private static void Verify(Verb verb)
    {
        using var store = verb.RequireStore();
        var shop = store.RequireShop();
        var checks = verb.Terminal.Follow("verifying",
            progress => store.Verifier.Verify(shop,
                run => progress.Report(new Step(0, 0, string.Create(CultureInfo.InvariantCulture, $"run {run.RunId}"))),
                verb.Cancellation));
        if (verb.Json) verb.PrintJson(checks);
        foreach (var check in verb.Json ? [] : checks)
        {
            Line($"{check.Name}  {(check.Holds ? "holds " : "BROKEN")}  {check.Says} ({check.Checked:N0} checked)");
            foreach (var broken in check.Broken.Take(20)) Line($"      {broken}");
            if (check.Broken.Count > 20) Line($"      and {check.Broken.Count - 20:N0} more");
        }
        if (checks.Any(check => !check.Holds)) throw new RetentionException(Failure.QualityGate, "An invariant is broken: see above.");
    }

    private static Task PublishAsync(Verb verb) =>
        DecideAsync(verb, (decisions, run, by) => decisions.PublishAsync(run, by, verb.Cancellation), "published: readers see it");

    private static Task DiscardAsync(Verb verb) =>
        DecideAsync(verb, (decisions, run, by) => decisions.DiscardAsync(run, by, verb.Cancellation), "discarded");

    private static Task RollBackAsync(Verb verb) =>
        DecideAsync(verb, (decisions, run, by) => decisions.RollBackAsync(run, by, verb.Cancellation), "what readers see again");

    private static async Task DecideAsync(Verb verb, Func<RunDecisions, long, string, Task> decide, string became)
    {
        using var store = verb.RequireStore();
        await decide(store.Decisions, verb.Value(s_run), verb.Value(s_by)!);
        var run = await RequireAsync(store, verb);
        if (verb.Json) verb.PrintJson(new { run.RunId, State = run.State.Word(), By = verb.Value(s_by) });
        else Line($"Run {run.RunId} ({run.Purpose.Word()} of {run.BusinessDate.ToIso()}) is {became}; recorded for {verb.Value(s_by)}.");
    }

    private static void Resume(Verb verb)
    {
        using var store = verb.RequireStore();
        var unfinished = store.Runs.UnfinishedNights();
        if (unfinished.Count == 0) verb.Terminal.Say("retain: no night is unfinished.");
        foreach (var night in unfinished)
        {
            var request = new RunRequest(RunPurpose.Night, night.BusinessDate, night.AsOf);
            var settings = new RunSettings { Faults = verb.Faults, WaitForOthers = WorkerLease.Length + TimeSpan.FromSeconds(30) };
            var run = new NightRun(store, verb.Models, settings);
            var result = verb.Terminal.Follow(string.Create(CultureInfo.InvariantCulture, $"run {night.RunId}"),
                progress => run.Execute(request, ScoreVerb.Steps(progress), verb.Cancellation));
            if (verb.Json) verb.PrintJson(new { result.Outcome, result.Run.RunId, State = result.Run.State.Word() });
            else Line($"Run {result.Run.RunId} ({result.Run.BusinessDate.ToIso()}): {result.Run.State.Word()}");
        }
    }

    /// <summary>As it lies in the ledger; its headline is said beside it.</summary>
    private static object Row(Run run) => new
    {
        run.RunId,
        Purpose = run.Purpose.Word(),
        BusinessDate = run.BusinessDate.ToIso(),
        run.Attempt,
        AsOf = run.AsOf.ToString(),
        State = run.State.Word(),
        run.Fence,
        run.Owner,
        run.LeaseUntilMs,
        run.ExpectedCount,
        run.ModelVersion,
        run.SchemaHash,
        Settings = (object?)null,
        Headline = (object?)null,
        run.InputImport,
        run.CreatedAtMs,
        run.FinishedAtMs,
        run.PublishedAtMs,
        run.Error,
    };

    private static async Task<Run> RequireAsync(RetentionStore store, Verb verb) =>
        await store.Runs.FindAsync(verb.Value(s_run), verb.Cancellation)
        ?? throw new RetentionException(Failure.NotFound, $"There is no run {verb.Value(s_run).ToString(CultureInfo.InvariantCulture)}.");

    private static string Pace(Run run, ShardProgress shards) => (run.State, shards) switch
    {
        (RunState.Scoring, { AtWork: false }) =>
            $"; nobody is at work on "
                + $"it"
                + $"{(Time(shards.LastMs ?? shards.SinceMs) is { } last
                    ? string.Create(CultureInfo.InvariantCulture, $" since {last:yyyy-MM-dd HH:mm:ss}Z")
                    : "")}: a worker, or retain runs resume, goes on with it",
        (RunState.Scoring, { Rate: { } rate }) =>
            string.Create(CultureInfo.InvariantCulture, $", {rate:N0} customers/s, {shards.RemainingSeconds:N0} s left"),
        _ => "",
    };

    private static DateTimeOffset? Time(long? ms) => ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
}
