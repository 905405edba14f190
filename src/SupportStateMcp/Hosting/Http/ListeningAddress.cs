using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Where the server listens: at <c>http.url</c>, and nowhere else. A server without tokens refuses each endpoint that
/// other machines can reach, no matter who adds it.
/// </summary>
internal static class ListeningAddress
{
    /// <param name="kestrel">The server.</param>
    /// <param name="url">An address, <c>localhost</c>, or a name, which stands for every address of this machine.</param>
    /// <param name="onlyThisMachine">True where no token protects the server.</param>
    public static void Apply(KestrelServerOptions kestrel, Uri url, bool onlyThisMachine)
    {
        // Before the endpoint is added: it applies to those that follow.
        if (onlyThisMachine)
            kestrel.ConfigureEndpointDefaults(RefuseOpenEndpoint);
        if (IPAddress.TryParse(url.DnsSafeHost, out var address))
            kestrel.Listen(new IPEndPoint(address, url.Port));
        else if (url.Host == "localhost")
            kestrel.ListenLocalhost(url.Port);
        else
            kestrel.ListenAnyIP(url.Port);
    }

    /// <summary>
    /// As a middleware of a server without tokens: refuses what comes in at an address that other machines reach, however it
    /// came to be bound.
    /// </summary>
    public static Task RefuseOtherMachinesAsync(HttpContext context, RequestDelegate next) =>
        context.Connection.LocalIpAddress is { } address && !IPAddress.IsLoopback(address)
            ? HttpRefusal.WriteAsync(context, StatusCodes.Status403Forbidden, "Without http.tokens this server serves its own machine only.")
            : next(context);

    /// <summary>Why the server cannot listen there, with what to do; null where something else is wrong.</summary>
    /// <param name="failure">What listening has failed with.</param>
    /// <param name="server">Where the server listens.</param>
    /// <param name="metrics">The address of the metrics, where they have one of their own. Kestrel names an address that is in use.</param>
    public static string? WhyNot(Exception failure, Uri server, Uri? metrics = null)
    {
        var (url, setting) = metrics is not null && failure.Message.Contains(metrics.Authority, StringComparison.Ordinal) ? (metrics, "telemetry.prometheus") : (server, "--url");
        var at = url.GetLeftPart(UriPartial.Authority);
        for (var cause = failure; cause is not null; cause = cause.InnerException ?? (cause as AggregateException)?.InnerExceptions.FirstOrDefault())
        {
            // Kestrel's own exception for a port in use has no socket error in it.
            var error = cause is AddressInUseException ? SocketError.AddressAlreadyInUse : (cause as SocketException)?.SocketErrorCode;
            var reason = error switch
            {
                null => null,
                SocketError.AddressAlreadyInUse => $"another program listens there, perhaps another SupportStateMcp. Stop it, or choose another port: {setting} {Another(url)}",
                SocketError.AccessDenied => $"this user may not: ports below 1024 take a right of their own. Choose another: {setting} {Another(url)}",
                SocketError.AddressNotAvailable => $"this machine has no such address. Use one that it has, or {setting} http://127.0.0.1:{url.Port}",
                _ => cause.Message,
            };
            if (reason is not null)
                return $"SupportStateMcp cannot listen on {at}: {reason}";
        }

        return null;
    }

    /// <summary>The next port, or from a low one our usual.</summary>
    private static string Another(Uri url) =>
        string.Create(CultureInfo.InvariantCulture, $"{url.Scheme}://{url.Host}:{(url.Port is >= 1024 and < 65535 ? url.Port + 1 : 3001)}");

    /// <exception cref="InvalidOperationException">Other machines can reach it.</exception>
    private static void RefuseOpenEndpoint(ListenOptions listen)
    {
        if (listen.IPEndPoint is not { Address: var address } || !IPAddress.IsLoopback(address))
            throw new InvalidOperationException($"Other machines reach {listen}, and without http.tokens anyone who does may call.");
    }
}
