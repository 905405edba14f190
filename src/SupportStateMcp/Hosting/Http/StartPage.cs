using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// What a person sees who opens the server in a browser: what this is, and how to connect. Shown at <c>/</c>, and at
/// <c>/mcp</c> and the addresses of toolsets to who asks for HTML and not for an event stream. It tells nothing of what is
/// stored.
/// </summary>
internal static class StartPage
{
    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return next(context);

        var accept = request.Headers.Accept.ToString();
        var wantsPage = accept.Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var isRoot = request.Path == "/" || !request.Path.HasValue;
        if (!isRoot && !(wantsPage && IsEndpoint(request.Path)))
            return next(context);

        var endpoint = $"{request.Scheme}://{request.Host.Value}/mcp";
        return WriteAsync(context, wantsPage ? "text/html" : "text/plain", wantsPage ? Html(endpoint) : Text(endpoint));
    }

    private static bool IsEndpoint(PathString path) => path.StartsWithSegments("/mcp", out var rest)
        && (!rest.HasValue || rest == "/" || ToolsetNames.TryParse(rest.Value.Trim('/')) is not null);

    private static async Task WriteAsync(HttpContext context, string type, string body)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = type + "; charset=utf-8";
        headers.CacheControl = "no-store";
        headers.Vary = "Accept";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static string Text(string endpoint) => $"""
        SupportStateMcp {McpServerSetup.Version}: keeps the state of a support desk, for programs that speak the Model Context Protocol (MCP).

        Connect an MCP client (Claude Code, VS Code, MCP Inspector, ...) to {endpoint}
          claude mcp add --transport http support-state {endpoint}
          npx @modelcontextprotocol/inspector --cli {endpoint} --transport http --method tools/list
        Where the server asks for tokens, send the header "Authorization: Bearer <token>".
        One set of tools alone, as a server of its own:
        {string.Join('\n', Toolset(endpoint))}

        People work on the same conversations in a browser, at /console, and with the command line: SupportStateMcp queue
        Programs call the same desk over REST: /openapi/v1.json
        Is it ready? /health/ready

        """;

    private static IEnumerable<string> Toolset(string endpoint) => ToolsetNames.Of(ToolsetNames.Every).Select(s => $"  {endpoint}/{s}");

    private static string Html(string endpoint)
    {
        var at = HtmlEncoder.Default.Encode(endpoint);
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>SupportStateMcp</title></head>
            <body>
            <h1>SupportStateMcp {HtmlEncoder.Default.Encode(McpServerSetup.Version)}</h1>
            <p>This server keeps the state of a support desk, for programs that speak the Model Context Protocol (MCP).</p>
            <p>People work in the <a href="/console">console</a>.</p>
            <p>Connect an MCP client (Claude Code, VS Code, MCP Inspector, …) to <code>{at}</code>:</p>
            <pre>claude mcp add --transport http support-state {at}
            npx @modelcontextprotocol/inspector --cli {at} --transport http --method tools/list</pre>
            <p>Where the server asks for tokens, send the header <code>Authorization: Bearer &lt;token&gt;</code>.</p>
            <p>One set of tools alone, as a server of its own:</p>
            <pre>{string.Join('\n', Toolset(at))}</pre>
            <p>People work on the same conversations with the command line: <code>SupportStateMcp queue</code></p>
            <p>Programs call the same desk over REST: <a href="/openapi/v1.json">/openapi/v1.json</a></p>
            <p>Is it ready? <a href="/health/ready">/health/ready</a></p>
            </body>
            </html>
            """;
    }
}
