using System.Net;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Keeps web pages of strangers from talking to a server on this machine under a name of their own (DNS rebinding; MCP,
/// "Streamable HTTP", security warning): the Host must be one this server was bound to or was told of, an Origin one it
/// was told of, or that of its own pages at such a Host.
/// </summary>
internal sealed class RebindingGuard
{
    private readonly bool _anyHost;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    /// <param name="url">Where the server listens.</param>
    /// <param name="allowedHosts">The names that it is called by beside those, for example through a proxy; with or without a port.</param>
    /// <param name="allowedOrigins">The origins of pages that may call it, beside those of this machine.</param>
    public RebindingGuard(Uri url, IReadOnlyList<string> allowedHosts, IEnumerable<string> allowedOrigins)
    {
        // Bound to every address, a server behind a proxy or in a container is called by names it cannot know, unless it is told.
        _anyHost = allowedHosts.Count == 0 && url.Host is ("0.0.0.0" or "[::]");
        _hosts = new HashSet<string>(["localhost", "127.0.0.1", "[::1]", url.Host, .. allowedHosts], StringComparer.OrdinalIgnoreCase);
        _origins = new HashSet<string>(allowedOrigins, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The guard as a middleware: a stranger is refused with 403.</summary>
    public Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (!AdmitsHost(context.Request.Host))
        {
            return HttpRefusal.WriteAsync(
                context, StatusCodes.Status403Forbidden, $"This server does not answer to the Host {Shown(context.Request.Host.Value)}; http.allowedHosts lists the names that it answers to beside its own.");
        }

        return context.Request.Headers.TryGetValue("Origin", out var origin) && !AdmitsOrigin(origin.ToString()) && !IsOwn(origin.ToString(), context.Request.Host)
            ? HttpRefusal.WriteAsync(
                context, StatusCodes.Status403Forbidden, $"Pages of the Origin {Shown(origin)} may not call this server; http.allowedOrigins lists the origins that may.")
            : next(context);
    }

    /// <summary>Whether pages of this origin may call: those of this machine, and those that are configured.</summary>
    public bool AdmitsOrigin(string origin) =>
        _origins.Contains(origin)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Scheme is "http" or "https"
            && (page.Host == "localhost" || (IPAddress.TryParse(page.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));

    /// <summary>Whether a page was loaded from this host, by its name and port.</summary>
    public static bool IsAt(Uri page, HostString host) => page.Scheme is "http" or "https" && string.Equals(page.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is a page of this server, at a name that it was told of: a stranger's name that leads here is none.</summary>
    private bool IsOwn(string origin, HostString host) => !_anyHost && Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsAt(page, host);

    private bool AdmitsHost(HostString host) =>
        _anyHost || (host.HasValue && (_hosts.Contains(host.Host) || _hosts.Contains(host.Value)));

    private static string Shown(string? text) => text is not { Length: > 0 and <= 100 } || !text.All(c => c is > ' ' and < '\x7f') ? "of this request" : $"'{text}'";
}
