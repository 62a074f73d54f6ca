using System.Globalization;

namespace PredictiveRetention.Campaign;

/// <summary>Services instead of command lines: Hangfire wakes the night, and the outbox is delivered.</summary>
internal sealed partial class Faults
{
    private const string Tonight = "SELECT c.run_id FROM current_run c WHERE c.run_id > 7";

    private IEnumerable<Fault> ServiceFaults(string engine)
    {
        yield return new Fault("kill -9 at outbox-claimed", engine, _ => KillAtOutbox(engine, "outbox-claimed"));
        yield return new Fault("kill -9 at outbox-delivered", engine, _ => KillAtOutbox(engine, "outbox-delivered"));
        if (engine != "PostgreSQL") yield break; // several services need a server
        yield return new Fault("three services start after a missed night", engine, _ => ThreeServices());
        yield return new Fault("two services share a night, one killed", engine, ServicesShareAndKill);
        yield return new Fault("Hangfire's tables lost, service started again", engine, _ => HangfireLost());
    }

    private TrialResult ThreeServices()
    {
        using var shop = Copy("PostgreSQL", full: true);
        shop.MissANight();
        using var home = new TemporaryFolder();
        var services = Enumerable.Range(0, 3).Select(_ => Night.Serve(shop.Store, home.Path)).ToList();
        var broken = new List<string>();
        if (!shop.Becomes(Tonight)) broken.Add("no night was published within a minute");
        else if (!shop.Becomes("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM hangfire.job WHERE statename IN ('Enqueued', 'Processing'))"))
            broken.Add("jobs were left");
        if (services.Any(service => service.HasExited)) broken.Add("a service ended");
        foreach (var service in services) service.Kill();
        if (services.Any(service => service.Words.Contains("fail:", StringComparison.Ordinal))) broken.Add("a service logged an error");
        if (broken.Count > 0) broken.Add(string.Join(" | ", services.Select(service => service.Words)));
        else broken.AddRange(shop.Broken(checksums));
        if (shop.Query("SELECT run_id FROM run").Count != 8) broken.Add("other than one run more");
        foreach (var service in services) service.Dispose();
        return new TrialResult(true, broken);
    }

    private TrialResult ServicesShareAndKill(int trial)
    {
        using var shop = Copy("PostgreSQL", full: true);
        shop.MissANight();
        using var home = new TemporaryFolder();
        using var survivor = Night.Serve(shop.Store, home.Path, "shard-committed:1:stop");
        var shared = survivor.WaitUntilFrozen();
        var alive = shop.Holders();
        using var killed = Night.Serve(shop.Store, home.Path,
            string.Create(CultureInfo.InvariantCulture, $"shard-scored:{1 + trial % 4}:kill"));
        killed.Wait();
        var reached = shared && killed.Passed("shard-scored") > 0;
        shop.LetLeasesPass(shop.Holders().Except(alive).ToList());
        survivor.Continue();
        var published = shop.Becomes(Tonight);
        survivor.Kill();
        return new TrialResult(reached,
            published ? [.. shop.Broken(checksums), .. TooMuchRepeated(shop)] : ["the survivor did not publish: " + survivor.Words]);
    }

    /// <summary>What was claimed or delivered without being settled is delivered (again) by the next one.</summary>
    private TrialResult KillAtOutbox(string engine, string place)
    {
        using var shop = Copy(engine, full: true);
        shop.MissANight();
        using var home = new TemporaryFolder();
        shop.Execute("UPDATE outbox SET delivered_at_ms = 0");
        using var killed = Night.Serve(shop.Store, home.Path, place + ":1:kill");
        var exit = killed.Wait();
        var reached = exit == 137 && killed.Passed(place) == 1;
        var broken = new List<string>();
        if (shop.Query("SELECT run_id FROM outbox WHERE delivered_at_ms IS NULL").Count == 0)
            broken.Add("it was settled before it was delivered");
        shop.Execute("UPDATE outbox SET lease_until_ms = 0");
        using var next = Night.Serve(shop.Store, home.Path);
        if (!shop.Becomes("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE delivered_at_ms IS NULL)"))
            broken.Add("nobody delivered it");
        next.Kill();
        return new TrialResult(reached, [.. broken, .. shop.Broken(checksums)]);
    }

    private TrialResult HangfireLost()
    {
        using var shop = Copy("PostgreSQL", full: true);
        shop.MissANight();
        using var home = new TemporaryFolder();
        using var first = Night.Serve(shop.Store, home.Path, "shard-scored:3:kill");
        first.Wait();
        var reached = first.Passed("shard-scored") >= 3;
        shop.LetLeasesPass(shop.Holders());
        shop.Execute("DROP SCHEMA hangfire CASCADE");
        using var second = Night.Serve(shop.Store, home.Path);
        var published = shop.Becomes(Tonight);
        second.Kill();
        return new TrialResult(reached, published ? shop.Broken(checksums) : ["it was not published: " + second.Words]);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("retention-campaign-home-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
