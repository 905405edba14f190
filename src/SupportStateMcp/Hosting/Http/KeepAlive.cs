using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// TCP keep-alive on every connection: a client whose network disappears says no goodbye, and a stream on which nothing happens writes nothing
/// that would fail. Without it such a stream counts among those that are open until the server is restarted.
/// </summary>
internal static class KeepAlive
{
    /// <summary>How long a connection is quiet before it is tried, in seconds.</summary>
    public const int Idle = 60;

    /// <summary>How long each try waits for an answer, in seconds.</summary>
    public const int Interval = 15;

    /// <summary>After so many tries without an answer the connection is closed.</summary>
    public const int Tries = 4;

    /// <summary>Listens as Kestrel does. What is set here holds for the connections that are accepted.</summary>
    public static void Apply(SocketTransportOptions options) => options.CreateBoundListenSocket = endpoint =>
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is not IPEndPoint)
            return socket;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Idle);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Interval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Tries);
        return socket;
    };
}
