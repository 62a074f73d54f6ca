using System.Text.Json;
using System.Text.Json.Serialization;
using PredictiveRetention.Insights;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>A shop's own limits of segments and figures on disk: <c>{ "segments": { "activeDays": 45 }, "figures": { "months": 24 } }</c>. What it leaves out is the default.</summary>
public sealed record DefinitionsFile
{
    public SegmentSettings Segments { get; init; } = new();
    public InsightSettings Figures { get; init; } = new();

    /// <exception cref="RetentionException">The file is missing, is no JSON, names something unknown, or has a value out of its range.</exception>
    public static DefinitionsFile Read(string path)
    {
        if (!File.Exists(path)) throw new RetentionException(Failure.NotFound, $"The file of definitions '{path}' does not exist.");
        DefinitionsFile? read;
        try
        {
            read = JsonSerializer.Deserialize<DefinitionsFile>(File.ReadAllText(path), s_json);
        }
        catch (JsonException fault)
        {
            throw new RetentionException(Failure.Usage, $"{path}, line {(fault.LineNumber ?? 0) + 1}, {fault.Path}: {fault.Message} It holds \"segments\" and \"figures\", with the names docs/figures.md lists.", fault);
        }
        if (read is null) throw new RetentionException(Failure.Usage, $"{path} is empty.");
        try
        {
            read.Segments.Checked();
            read.Figures.Checked();
        }
        catch (RetentionException fault)
        {
            throw new RetentionException(Failure.Usage, $"{path}: {fault.Message}", fault);
        }
        return read;
    }

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };
}
