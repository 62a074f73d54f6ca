using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class DefinitionsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_the_file_leaves_out_is_the_default()
    {
        var read =
            Read("""
                { "segments": { "activeDays": 45, "frequencyCuts": { "p20": 1, "p40": 2, "p60": 3, "p80": 5 } }, "figures": { "months": 24 } }
                """);
        Assert.Equal((45, 90, 3.0, 24, 365),
            (read.Segments.ActiveDays, read.Segments.AtRiskDays, read.Segments.FrequencyCuts!.Value.P60, read.Figures.Months,
                read.Figures.Days));
    }

    [Theory]
    [InlineData("""{ "segments": { "activDays": 45 } }""", "activDays", "line 1")]
    [InlineData("""{ "segments": { "activeDays": 120 } }""", "atRiskDays is 90, allowed 121 to 3650")]
    [InlineData("""{ "figures": { "months": 0 } }""", "Months is 0, allowed 1 to 60")]
    [InlineData("{\n  \"segments\": 3\n}", "$.segments", "line 2")]
    [InlineData("null", "is empty")]
    public void A_mistake_is_named_with_its_place(string text, params string[] said)
    {
        var refusal = Assert.Throws<RetentionException>(() => Read(text));
        Assert.Equal(Failure.Usage, refusal.Failure);
        Assert.All(said.Append(_path), word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_is_not_found() =>
        Assert.Equal(Failure.NotFound, Assert.Throws<RetentionException>(() => DefinitionsFile.Read(_path + ".not")).Failure);

    private DefinitionsFile Read(string text)
    {
        File.WriteAllText(_path, text);
        return DefinitionsFile.Read(_path);
    }
}
