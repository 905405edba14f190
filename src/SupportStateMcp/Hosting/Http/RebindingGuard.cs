using System.Net;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Keeps web pages of strangers from talking to a server on this machine under a name of their own (DNS rebinding; MCP,
/// "Streamable HTTP", security warning): the Host must be one this server was bound to, an Origin one it was told of.
/// </summary>
internal sealed class RebindingGuard
{
    private readonly bool _anyHost;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    /// <param name="url">Where the server listens.</param>
    /// <param name="allowedOrigins">The origins of pages that may call it, beside those of this machine.</param>
    public RebindingGuard(Uri url, IEnumerable<string> allowedOrigins)
    {
        // Bound to every address, a server behind a proxy or in a container is called by names it cannot know.
        _anyHost = url.Host is "0.0.0.0" or "[::]" or "*" or "+";
        _hosts = new HashSet<string>(["localhost", "127.0.0.1", "[::1]", url.Host], StringComparer.OrdinalIgnoreCase);
        _origins = new HashSet<string>(allowedOrigins.Select(o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The guard as a middleware: a stranger is refused with 403.</summary>
    public Task ApplyAsync(HttpContext context, RequestDelegate next) => Admits(context.Request)
        ? next(context)
        : HttpRefusal.WriteAsync(
            context, StatusCodes.Status403Forbidden, "This Host or Origin may not call this server; http.allowedOrigins lists the origins that may.");

    private bool Admits(HttpRequest request) =>
        (_anyHost || (request.Host.HasValue && _hosts.Contains(request.Host.Host)))
        && (!request.Headers.TryGetValue("Origin", out var origin) || AdmitsOrigin(origin.ToString()));

    private bool AdmitsOrigin(string origin) =>
        _origins.Contains(origin)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Scheme is "http" or "https"
            && (page.Host == "localhost" || (IPAddress.TryParse(page.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));
}
