using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// YAML text as a tree. The parser's events are looked at first: a tree is built, and its keys compared, by a call within a call for every
/// level, and a stack that overflows there ends the process.
/// </summary>
internal static class YamlText
{
    private const int DepthMax = 64;

    /// <summary>The documents of a text; null after a fault.</summary>
    public static IList<YamlDocument>? Load(string file, string text, PlayFaults faults)
    {
        try
        {
            if (Fault(new Parser(new StringReader(text))) is { } found)
            {
                faults.Add(file, found.At, "", found.Problem);
                return null;
            }
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents;
        }
        catch (YamlException fault)
        {
            faults.Add(file, fault.Start, "", $"is not YAML: {ForeignText.Shown(fault.Message, 400)}");
            return null;
        }
    }

    private static (Mark At, string Problem)? Fault(Parser parser)
    {
        // By level: whether it is a mapping, and how many keys and values it has so far.
        var open = new Stack<(bool IsMapping, int Nodes)>();
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingEnd or SequenceEnd:
                    open.Pop();
                    break;
                case NodeEvent or AnchorAlias:
                    var node = parser.Current;
                    if (open.TryPop(out var level))
                    {
                        open.Push((level.IsMapping, level.Nodes + 1));
                        if (level.IsMapping && level.Nodes % 2 == 0 && node is not Scalar)
                            return (node.Start, "has a list, a mapping or an alias where the name of a field belongs");
                    }
                    if (node is not (MappingStart or SequenceStart)) break;
                    open.Push((node is MappingStart, 0));
                    if (open.Count > DepthMax) return (node.Start, $"is nested deeper than {DepthMax} levels");
                    break;
            }
        }
        return null;
    }
}
