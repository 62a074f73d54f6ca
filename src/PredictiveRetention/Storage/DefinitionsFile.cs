using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using PredictiveRetention.Insights;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>
/// A shop's own limits of segments and figures on disk: <c>{ "segments": { "activeDays": 45 }, "figures": { "months": 24 } }</c>. What it
/// leaves out is the default.
/// </summary>
public sealed partial record DefinitionsFile
{
    public SegmentSettings Segments { get; init; } = new();
    public InsightSettings Figures { get; init; } = new();

    /// <exception cref="RetentionException">The file is missing, is no JSON, names something unknown, or has a value out of its
    /// range.</exception>
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
            var unknown = Unmapped().Match(fault.Message) is { Success: true } match
                ? $"'{match.Groups[1].Value}' is no setting."
                : "This cannot be read.";
            throw new RetentionException(Failure.Usage,
                $"{path}, line {(fault.LineNumber ?? 0) + 1}, {fault.Path}: {unknown} It holds \"segments\" and \"figures\", with the "
                    + $"names docs/figures.md lists.", fault);
        }
        if (read is null) throw new RetentionException(Failure.Usage, $"{path} is empty.");
        try
        {
            read.Segments.Checked();
            read.Figures.Checked();
        }
        catch (RetentionException fault)
        {
            throw new RetentionException(Failure.Usage,
                $"{path}: {AsWritten().Replace(fault.Message, static name => char.ToLowerInvariant(name.Value[0]) + name.Value[1..])}",
                fault);
        }
        if (read.Figures.Thresholds != new InsightSettings().Thresholds)
            throw new RetentionException(Failure.Usage,
                $"{path}: thresholds belong to the file of targets (--targets, Retention:Targets).");
        return read;
    }

    [GeneratedRegex("property '([^']+)' could not be mapped")]
    private static partial Regex Unmapped();

    /// <summary>Names of settings as the code writes them.</summary>
    [GeneratedRegex(@"\b[A-Z][a-z0-9]+[A-Z]\w*")]
    private static partial Regex AsWritten();

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };
}
