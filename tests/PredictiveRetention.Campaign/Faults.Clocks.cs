using System.Globalization;

namespace PredictiveRetention.Campaign;

/// <summary>Wall clocks that are wrong, that jump, and nights of 23 and 25 hours.</summary>
internal sealed partial class Faults
{
    public static readonly string[] Zones = ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata"];

    // The hours around a change of the clocks, the first half in spring, the second in autumn; in Kolkata nothing changes.
    private static readonly Dictionary<string, DateTime[]> s_changes = new()
    {
        ["Europe/Berlin"] = [Utc(2026, 3, 29, 1, 0), Utc(2026, 10, 25, 1, 0)],
        ["Australia/Lord_Howe"] = [Utc(2026, 10, 3, 15, 30), Utc(2026, 4, 4, 15, 0)],
        ["America/New_York"] = [Utc(2026, 3, 8, 7, 0), Utc(2026, 11, 1, 6, 0)],
        ["Asia/Kolkata"] = [Utc(2026, 3, 29, 1, 0), Utc(2026, 10, 25, 1, 0)],
    };

    private static readonly TimeSpan[] s_jumps = [TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(1),
        TimeSpan.FromDays(-1), TimeSpan.FromSeconds(-1)];

    private IEnumerable<Fault> ClockFaults(string engine)
    {
        if (Clock.Library is null) yield break;
        yield return new Fault("clock jumps in the middle", engine, trial => ClockJumps(engine, trial));
        // On SQLite the database's clock is the machine's: two processes have the same.
        if (engine == "PostgreSQL") yield return new Fault("two share a run, clocks two hours apart", engine, _ => ClocksApart());
        if (engine == "SQLite") yield return new Fault("night in which the clocks change, run every half hour", engine, ClocksChange);
    }

    private static DateTime Utc(int year, int month, int day, int hour, int minute) =>
        new(year, month, day, hour, minute, 0, DateTimeKind.Utc);

    private TrialResult ClockJumps(string engine, int trial)
    {
        using var shop = Copy(engine);
        using var clock = new Clock(TimeSpan.Zero);
        using var night = shop.Score(clock, string.Create(CultureInfo.InvariantCulture, $"shard-scored:{1 + trial % 10}:stop"));
        var reached = night.WaitUntilFrozen();
        clock.JumpTo(s_jumps[trial % s_jumps.Length]);
        night.Continue();
        var broken = night.Wait() is var exit and not 0 ? [$"ended with {exit}: {night.Words}"] : shop.Broken(checksums);
        return new TrialResult(reached, [.. broken, .. TooMuchRepeated(shop)]);
    }

    /// <summary>Neither may take the other for dead: only the database's clock counts.</summary>
    private TrialResult ClocksApart()
    {
        using var shop = Copy("PostgreSQL");
        using var slow = new Clock(TimeSpan.FromHours(-1));
        using var fast = new Clock(TimeSpan.FromHours(1));
        // Frozen once the shards are there, so that the other has some of them too.
        using var first = shop.Score(slow, "snapshot-committed:1:stop");
        var reached = first.WaitUntilFrozen();
        using var second = shop.Score(fast);
        reached &= shop.Becomes("SELECT 1 FROM run_shard WHERE state <> 'open'");
        first.Continue();
        var exits = new[] { first.Wait(), second.Wait() };
        var broken = exits.All(exit => exit == 0)
            ? shop.Broken(checksums)
            : [$"ended with {string.Join(", ", exits)}: {first.Words} | {second.Words}"];
        reached &= shop.Query("SELECT DISTINCT substr(owner, 1, length(owner) - 2) FROM run_shard").Count == 2;
        if (shop.Query("SELECT run_id FROM run").Count != 1) broken.Add("more than one run"); // it is noon in the shop: both see one date
        if (shop.Repeated() > 0) broken.Add("a shard was taken from a living worker");
        return new TrialResult(reached, broken);
    }

    /// <summary>From three hours before the change to three after it: one run for each local date, whatever the wall says.</summary>
    private TrialResult ClocksChange(int trial)
    {
        var zone = Zones[trial % Zones.Length];
        var change = s_changes[zone][trial / Zones.Length % 2];
        using var shop = new SqliteShop(Path.Combine(folder, Path.GetFileName(zone) + ".db"));
        var place = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var broken = new List<string>();
        var dates = new HashSet<string>();
        for (var minutes = -180; minutes <= 180; minutes += 30)
        {
            var now = change.AddMinutes(minutes);
            dates.Add(TimeZoneInfo.ConvertTimeFromUtc(now, place).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            using var clock = new Clock(now);
            using var night = shop.Score(clock);
            if (night.Wait() is var exit and not 0) broken.Add($"{now:u} ended with {exit}: {night.Words}");
        }
        var runs = shop.Query("SELECT business_date FROM run ORDER BY run_id");
        if (!runs.SequenceEqual(dates)) broken.Add($"{zone}: runs of {string.Join(", ", runs)}, not of {string.Join(", ", dates)}");
        return new TrialResult(place.GetUtcOffset(change.AddHours(-3)) != place.GetUtcOffset(change.AddHours(3)) || zone == "Asia/Kolkata",
            broken);
    }
}
