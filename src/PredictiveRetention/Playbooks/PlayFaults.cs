using System.Globalization;
using YamlDotNet.Core;

namespace PredictiveRetention.Playbooks;

/// <summary>Collects every fault of a playbook, or of another file a shop writes, so that it is mended in one go.</summary>
internal sealed class PlayFaults(string what = "the playbook")
{
    private readonly List<string> _faults = [];

    /// <param name="file">Of the play.</param>
    /// <param name="at">Where it was found; lines and columns count from 1.</param>
    /// <param name="field">Dotted path, e.g. audience.lifecycle; empty for the file as a whole.</param>
    /// <param name="problem">What was found and what is allowed.</param>
    public void Add(string file, Mark at, string field, string problem) => _faults.Add(string.Create(
        CultureInfo.InvariantCulture,
        $"{file}:{at.Line}:{at.Column}: {field}{(field.Length == 0 ? "" : ": ")}{problem}"));

    /// <exception cref="RetentionException">There are faults; the message has a line for each.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count > 0)
        {
            var heading = _faults.Count == 1 ? $"1 fault in {what}:" : $"{_faults.Count} faults in {what}:";
            throw new RetentionException(Failure.Usage, string.Join("\n  ", _faults.Prepend(heading)));
        }
    }
}
