using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>What is known of a client whose network disappears.</summary>
public class KeepAliveTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:0")]
    public async Task A_connection_that_is_quiet_is_tried_until_it_is_known_to_be_gone(string url)
    {
        await using var server = await ConsoleServer.StartAsync(o => o with { Url = new Uri(url) }, routes: app => app.MapGet("/socket", TellAsync));

        using var answer = await server.SendAsync(HttpMethod.Get, "/socket");

        Assert.Equal(
            $"True {KeepAlive.Idle} {KeepAlive.Interval} {KeepAlive.Tries}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>As the system has it for the connection that the request came over.</summary>
    private static Task TellAsync(HttpContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()!.Socket;
        return context.Response.WriteAsync(
            $"{Option(SocketOptionLevel.Socket, SocketOptionName.KeepAlive) != 0} {Option(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)} {Option(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)} {Option(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)}");

        int Option(SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;
    }
}
