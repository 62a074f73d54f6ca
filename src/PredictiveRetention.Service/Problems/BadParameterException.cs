namespace PredictiveRetention.Service.Problems;

internal sealed class BadParameterException(string parameter, string detail) : Exception(detail)
{
    private const int LongestQuoted = 60;

    public string Parameter { get; } = parameter;

    /// <summary>What was asked for, as a refusal quotes it: an address can be very long.</summary>
    public static string Quoted(string asked) => asked.Length > LongestQuoted ? asked[..LongestQuoted] + "…" : asked;
}
