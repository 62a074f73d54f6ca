using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PredictiveRetention.Service.Problems;

namespace PredictiveRetention.Service.Documents;

/// <summary>
/// What the generated OpenAPI document cannot know: the title, the key, and what is read from an address by hand.
/// </summary>
internal static class ApiDocument
{
    private const string Scheme = "AdminKey";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "PredictiveRetention",
                Version = ProductVersion.Text,
                Description =
                    "Who is about to stop buying, what customers are still worth, and the action worth its cost, from one published run. "
                    + "Refusals are problem details (RFC 9457) whose type begins with " + Problem.TypePrefix + ".",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = "bearer",
                    Description = "The admin key; the service prints at its start which file has it.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var path = context.Description.RelativePath ?? "";
            if (!path.StartsWith("health", StringComparison.Ordinal))
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme,
                    context.Document)] = [] }];
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryContract>().FirstOrDefault() is { } contract)
                operation.Parameters = [.. operation.Parameters ?? [], .. contract.Parameters.Select(Parameter)];
            if (operation.Responses is { } answers)
            {
                // What all endpoints may answer would stand before what this one does.
                var inOrder = answers.OrderBy(answer => answer.Key, StringComparer.Ordinal).ToList();
                answers.Clear();
                foreach (var (status, answer) in inOrder) answers.Add(status, answer);
            }
            return Task.CompletedTask;
        });
    });

    private static OpenApiParameter Parameter((string Name, string Meaning, IReadOnlyList<string> Values) known) => new()
    {
        Name = known.Name,
        In = ParameterLocation.Query,
        Description = known.Meaning,
        Schema = new OpenApiSchema
        {
            Type = known.Name == "limit" ? JsonSchemaType.Integer
                : known.Name.StartsWith("min_", StringComparison.Ordinal) || known.Name.StartsWith("max_", StringComparison.Ordinal)
                ? JsonSchemaType.Number : JsonSchemaType.String,
            Enum = known.Values.Count == 0 ? null : [.. known.Values.Select(value => (JsonNode)JsonValue.Create(value)!)],
        },
    };
}
