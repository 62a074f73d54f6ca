using Xunit;

namespace PredictiveRetention.Tests.Support;

/// <summary>
/// A page that is made from the code and kept in the repository. Where the two differ, the test names the lines; with RETENTION_APPROVE=1
/// the page is written anew, to be looked at before it is committed.
/// </summary>
internal static class Approved
{
    /// <param name="page">From the root of the repository.</param>
    /// <param name="made">What the code makes of it now.</param>
    public static void Equal(string page, string made)
    {
        var path = Path.Combine(Repository.Root, page);
        if (Environment.GetEnvironmentVariable("RETENTION_APPROVE") == "1") File.WriteAllText(path, made);
        var kept = File.Exists(path) ? File.ReadAllText(path) : "";
        if (kept == made) return;
        var (before, now) = (kept.Split('\n'), made.Split('\n'));
        var differences = before.Except(now).Select(line => "- " + line).Concat(now.Except(before).Select(line => "+ " + line)).ToList();
        Assert.Fail($"{page} is not what the code makes of it; RETENTION_APPROVE=1 writes it anew.{Environment.NewLine}"
            + string.Join(Environment.NewLine, differences.Count > 0 ? differences : ["The same lines in another order."]));
    }
}
