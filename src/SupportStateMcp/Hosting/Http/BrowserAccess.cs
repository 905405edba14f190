using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace SupportStateMcp.Hosting.Http;

/// <summary>What web pages and proxies need: CORS for the origins that the guard admits, and the headers of trusted proxies.</summary>
internal static class BrowserAccess
{
    /// <summary>How long a browser may keep the answer to a preflight.</summary>
    private static readonly TimeSpan s_preflightAge = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The policy (Fetch standard, "CORS protocol"). Any header may be sent: the protocol adds some for arguments of tools
    /// (<c>Mcp-Param-…</c>). The one cookie is for the pages of the console, which are of this origin, so no credentials.
    /// </summary>
    public static CorsPolicy Policy(RebindingGuard guard) => new CorsPolicyBuilder()
        .SetIsOriginAllowed(guard.AdmitsOrigin)
        .AllowAnyHeader()
        .WithMethods("GET", "POST", "DELETE")
        .WithExposedHeaders("Mcp-Session-Id", "MCP-Protocol-Version", "WWW-Authenticate", "Retry-After", "ETag", "Idempotent-Replayed")
        .SetPreflightMaxAge(s_preflightAge)
        .Build();

    /// <summary>A page of the internet that calls a server on this machine asks for this as well (Private Network Access, section 3.1).</summary>
    public static Task AllowPrivateNetworkAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey("Access-Control-Request-Private-Network"))
            context.Response.Headers["Access-Control-Allow-Private-Network"] = "true";
        return next(context);
    }

    /// <summary>Takes the client's address, scheme and host from the headers of these proxies, and of nobody else.</summary>
    public static ForwardedHeadersOptions ForwardedBy(IEnumerable<System.Net.IPNetwork> proxies)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All & ~ForwardedHeaders.XForwardedPrefix, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        return options;
    }
}
