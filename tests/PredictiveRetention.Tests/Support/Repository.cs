using Xunit;

namespace PredictiveRetention.Tests.Support;

/// <summary>Where the project's files are, and the real data sets that lie beside a checkout where they may not be inside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>A file of ../shared/data, or the test is skipped with the reason.</summary>
    public static string SharedData(string path) => Shared("data", path);

    /// <summary>A file of ../shared/cases, likewise.</summary>
    public static string SharedCase(string path) => Shared("cases", path);

    private static string Shared(string folder, string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", folder, path));
        Assert.SkipUnless(File.Exists(full), $"needs the data set ../shared/{folder}/{path}");
        return full;
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PredictiveRetention.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside a checkout.");
    }
}
