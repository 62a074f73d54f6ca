using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Documents;

/// <summary>
/// docs/api.md is made from the OpenAPI document below its mark, and every address that a document names is one the service answers.
/// </summary>
public sealed partial class ApiPageTests : IDisposable
{
    private const string Page = "docs/api.md";
    private const string Mark = "<!-- Below, as the OpenAPI document has it: made by ApiPageTests. -->\n";

    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task The_page_says_what_the_OpenAPI_document_says()
    {
        using var admin = _service.Admin();
        var document = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/openapi/v1.json"));
        Assert.Equal(ProductVersion.Text, document.GetProperty("info").GetProperty("version").GetString());
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, Page));
        Assert.Contains(Mark, page, StringComparison.Ordinal);
        Approved.Equal(Page, page[..(page.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)] + Made(document));
    }

    [Fact]
    public void Every_address_of_a_document_is_answered()
    {
        using var client = _service.Stranger();
        string[] beside = ["/jobs", "/docs", "/openapi/v1.json"];
        var routes = _service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(route => "/" + route.RoutePattern.RawText?.TrimStart('/')).Concat(beside).Select(Shape).ToHashSet();
        var named = Handbook.Pages()
            .SelectMany(page => Addresses(page).Distinct().Select(address => (page.Name, Address: address))).ToList();
        Assert.True(named.Count > 40, $"{named.Count} addresses");
        Handbook.AssertNone(
            from one in named
            where one.Address != "/api/v1" && !routes.Any(route => Fits(one.Address, route) || Fits("/api/v1" + one.Address, route))
            select $"{one.Name}: {one.Address}");
    }

    /// <summary>In sentences what begins with a slash and is no folder of the machine; in code blocks what curl is called with.</summary>
    private static IEnumerable<string> Addresses(HandbookPage document) =>
        document.Spans.Select(span => Asked().Match(span)).Where(asked => asked.Success).Select(asked => asked.Groups[1].Value)
            .Concat(document.Lines.SelectMany(line => Called().Matches(line).Select(call => call.Groups[1].Value)))
            .Select(address => address.Split('?')[0]).Where(address => address.Length > 1 && !Machine().IsMatch(address));

    /// <summary>What stands in braces is any one word; a route's own word for it does not matter.</summary>
    private static string Shape(string route) => Braces().Replace(route, "{}");

    private static bool Fits(string address, string route)
    {
        var (asked, there) = (Shape(address).Split('/'), route.Split('/'));
        return asked.Length == there.Length && asked.Zip(there).All(pair => pair.First == pair.Second || pair.Second == "{}");
    }

    private static string Made(JsonElement document)
    {
        var page = new StringBuilder();
        var operations =
            from path in document.GetProperty("paths").EnumerateObject()
            from verb in path.Value.EnumerateObject()
            let tag = verb.Value.GetProperty("tags")[0].GetString()!
            select (Group: tag, Call: $"{verb.Name.ToUpperInvariant()} {path.Name}", Operation: verb.Value);
        foreach (var group in operations.GroupBy(operation => operation.Group))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n");
            foreach (var (_, call, operation) in group)
            {
                var summary = operation.GetProperty("summary").GetString();
                var answers = string.Join(", ", operation.GetProperty("responses").EnumerateObject().Select(response => response.Name));
                page.Append(CultureInfo.InvariantCulture, $"\n### `{call}`\n\n{summary}. Answers {answers}.\n");
                var asked = operation.TryGetProperty("parameters", out var parameters)
                    ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query").ToList() : [];
                if (asked.Count > 0) page.Append("\n| parameter | says |\n|---|---|\n");
                foreach (var parameter in asked)
                {
                    var name = parameter.GetProperty("name").GetString();
                    page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Meaning(parameter)} |\n");
                }
                var body = operation.TryGetProperty("requestBody", out var request)
                    && request.GetProperty("content").TryGetProperty("application/json", out var json)
                        ? Fields(document, json.GetProperty("schema"), "").ToList() : [];
                if (body.Count > 0) page.Append("\n| field of the body | is |\n|---|---|\n");
                foreach (var (name, kind) in body) page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {kind} |\n");
            }
        }
        return page.ToString();
    }

    /// <summary>Fields of what is posted, those of its lists too, such as orders[].amount.</summary>
    private static IEnumerable<(string Name, string Kind)> Fields(JsonElement document, JsonElement schema, string within)
    {
        schema = Resolved(document, schema);
        if (!schema.TryGetProperty("properties", out var properties)) yield break;
        foreach (var property in properties.EnumerateObject())
        {
            var of = Resolved(document, property.Value);
            var name = within + property.Name;
            if (of.TryGetProperty("items", out var items))
            {
                foreach (var field in Fields(document, items, name + "[].")) yield return field;
                continue;
            }
            var types = of.TryGetProperty("type", out var type)
                ? type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!]
                : [];
            // Numbers may be written as text, too, which is nobody's first choice.
            var kind = of.TryGetProperty("format", out var format) && format.GetString() == "double" ? "number"
                : types.Except(["null"]).OrderBy(one => one == "string").FirstOrDefault() ?? "";
            yield return (name, of.TryGetProperty("description", out var says) ? $"{kind}: {says.GetString()}" : kind);
        }
    }

    private static JsonElement Resolved(JsonElement document, JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var choices)) schema = choices.EnumerateArray().Last();
        return schema.TryGetProperty("$ref", out var reference)
            ? reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name)) : schema;
    }

    private static string Meaning(JsonElement parameter)
    {
        var meaning = parameter.TryGetProperty("description", out var description) ? description.GetString()! : "";
        var values = parameter.GetProperty("schema").TryGetProperty("enum", out var choices)
            ? string.Join(", ", choices.EnumerateArray().Select(choice => $"`{choice.GetString()}`")) : "";
        return (meaning + (meaning.Length > 0 && values.Length > 0 ? ": " : "") + values).Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"^(?:(?:GET|POST|PATCH) )?(/\S+)")]
    private static partial Regex Asked();

    [GeneratedRegex(@"https?://[^/\s""']+(/[^\s""'`);]*)")]
    private static partial Regex Called();

    [GeneratedRegex("^/(etc|var|srv|opt|usr|tmp|home|run|dev)(/|$)")]
    private static partial Regex Machine();
}
