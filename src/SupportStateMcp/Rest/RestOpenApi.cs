using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Rest;

/// <summary>What the OpenAPI document says beside what it reads off the routes: how to authenticate, the headers of writes.</summary>
internal static class RestOpenApi
{
    private const string Bearer = "bearer";

    public static void Configure(OpenApiOptions options, ServerDescription server, bool asksForTokens)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "SupportStateMcp",
                Version = server.Version,
                Description = "The state of a support desk over REST. Refusals are application/problem+json (RFC 9457) with a code and facts, and have changed nothing.",
            };
            if (asksForTokens)
            {
                document.Components ??= new OpenApiComponents();
                document.AddComponent(Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "A token that SupportStateMcp token create has made, or an access token of the provider of http.oauth." });
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAuthorizeData>().Any())
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            if (metadata.OfType<WriteHeaders>().Any())
                AddHeaders(operation);
            return Task.CompletedTask;
        });
    }

    private static void AddHeaders(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(Header(RestHeaders.IdempotencyKey, string.Create(CultureInfo.InvariantCulture, $"Your key for this request, 1 to {Limits.Key} characters; a repeat is done once, and answered with {RestHeaders.Replayed}: true.")));
        operation.Parameters.Add(Header(RestHeaders.IfMatch, "The ETag of an answer: refused with 412 at any other version."));
    }

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
