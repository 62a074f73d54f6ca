using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using PredictiveRetention.Playbooks;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Tests.Playbooks;

/// <summary>The schema of plays as an editor uses it: on YAML whose plain scalars are those of the core schema of YAML 1.2.</summary>
internal static partial class PlaySchemaFile
{
    private static readonly JsonSchema s_schema = JsonSchema.FromText(PlaySchema.Text());

    public static bool Accepts(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Accepts(stream.Documents.Count == 0 ? null : Json(stream.Documents[0].RootNode));
    }

    public static bool Accepts(JsonNode? play) => s_schema.Evaluate(JsonSerializer.SerializeToElement(play)).IsValid;

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            field => KeyValuePair.Create(((YamlScalarNode)field.Key).Value!, Json(field.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        _ => ((YamlScalarNode)node).Value,
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when Number().IsMatch(text) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => text,
    };

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
