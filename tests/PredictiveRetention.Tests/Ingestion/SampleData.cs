using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Public data sets kept beside the project; a test that needs one is skipped where they are missing.</summary>
internal static class SampleData
{
    public static string File(string relativePath)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !System.IO.File.Exists(Path.Combine(root.FullName, "PredictiveRetention.sln"))) root = root.Parent;
        var path = root?.Parent is null ? null : Path.Combine(root.Parent.FullName, "shared", "data", relativePath);
        if (path is null || !System.IO.File.Exists(path)) Assert.Skip($"../shared/data/{relativePath} is not there.");
        return path;
    }
}
