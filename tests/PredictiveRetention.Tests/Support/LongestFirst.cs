using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(PredictiveRetention.Tests.Support.LongestFirst))]

namespace PredictiveRetention.Tests.Support;

/// <summary>Classes that take minutes begin first, so that the others run beside them and nothing is waited for at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = ["CampaignTests", "RetainTests", "NotebookTests", "TrainingRecipeTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(s_long,
            name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var at and >= 0
            ? at
            : s_long.Length)];
}
