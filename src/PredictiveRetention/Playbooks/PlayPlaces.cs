using YamlDotNet.Core;

namespace PredictiveRetention.Playbooks;

/// <summary>Where something of a play stands in its file.</summary>
internal sealed record PlayPlace(string Field, Mark At)
{
    public void Fault(PlayFaults faults, Play play, string problem) => faults.Add(play.File, At, Field, problem);
}

/// <summary>Where the file of a play says what no other play may say, too.</summary>
/// <param name="Formerly">Of each of its former ids.</param>
/// <param name="Salt">Of the id that its salt is by default where it names none.</param>
internal sealed record PlayPlaces(PlayPlace Id, IReadOnlyList<PlayPlace> Formerly, PlayPlace Salt)
{
    /// <summary>Of a play that was not read from a file.</summary>
    public static PlayPlaces Unknown { get; } = new(new("id", Mark.Empty), [], new("salt", Mark.Empty));
}
