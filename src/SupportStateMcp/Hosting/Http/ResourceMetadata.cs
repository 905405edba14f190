using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Views;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The metadata of the protected resource (RFC 9728): which provider gives tokens for it. Each address of MCP is a resource of its own, with a
/// document at the well-known path that has its path behind it (section 3.1); what is at the root stands for REST. They are read without a token.
/// </summary>
internal static class ResourceMetadata
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";
    private const string McpPath = "/mcp";

    private static readonly string[] s_paths = ["", McpPath, .. ToolsetNames.Of(ToolsetNames.Every).Select(s => $"{McpPath}/{s}")];

    /// <summary>
    /// What the provider may write into <c>aud</c>. An audience that is the address of MCP stands for every address that has a document here, since a
    /// client asks for a token for the one that it calls (RFC 8707, section 2).
    /// </summary>
    public static IEnumerable<string> AudiencesOf(string audience) =>
        Uri.TryCreate(audience, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address.AbsolutePath.EndsWith(McpPath, StringComparison.Ordinal) && audience.EndsWith(McpPath, StringComparison.Ordinal)
            ? s_paths.Select(path => audience[..^McpPath.Length] + path)
            : [audience];

    /// <summary>Adds the documents.</summary>
    public static void MapResourceMetadata(this IEndpointRouteBuilder app, OAuthOptions oauth)
    {
        foreach (var path in s_paths)
            app.MapGet(WellKnown + path, context => WriteAsync(context, path, oauth));
    }

    /// <summary>Where the metadata of the resource is that a request was for.</summary>
    public static string AddressFor(HttpRequest request) => Origin(request) + WellKnown + PathOf(request.Path);

    private static string PathOf(PathString path) =>
        path.StartsWithSegments(McpPath, out var rest) ? rest.Value is { Length: > 1 } set && ToolsetNames.TryParse(set[1..]) is not null ? McpPath + set : McpPath : "";

    private static Task WriteAsync(HttpContext context, string path, OAuthOptions oauth)
    {
        var metadata = new JsonObject
        {
            ["resource"] = Origin(context.Request) + path,
            ["resource_name"] = "SupportStateMcp",
            ["authorization_servers"] = new JsonArray(oauth.Issuer),
            ["bearer_methods_supported"] = new JsonArray("header"),
        };
        if (oauth.RequiredScopes.Count > 0)
            metadata["scopes_supported"] = new JsonArray([.. oauth.RequiredScopes.Select(s => (JsonNode)s)]);
        var json = ViewJson.Bytes(metadata);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>As the client knows it: the guard admits hosts, and trusted proxies say scheme and host.</summary>
    public static string Origin(HttpRequest request) => $"{request.Scheme}://{request.Host.ToUriComponent()}";
}
