using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Finds out why a server that is there cannot be talked to: one side speaks TLS and the other does not, or its
/// certificate is not accepted. The client tells all three as a connection that is not there.
/// </summary>
internal static class RedisTlsProbe
{
    /// <summary>The fault, which stays until the configuration is changed; null where TLS is not what is wrong.</summary>
    /// <param name="configuration">How the client is configured; its first endpoint is asked.</param>
    /// <param name="patience">How long it may take.</param>
    public static async Task<RedisFault?> RunAsync(ConfigurationOptions configuration, TimeSpan patience)
    {
        using var ends = new CancellationTokenSource(patience);
        try
        {
            var endpoint = configuration.EndPoints[0];
            var host = configuration.SslHost ?? (endpoint as DnsEndPoint)?.Host ?? (endpoint as IPEndPoint)?.Address.ToString() ?? "";
            // A server that speaks plain text lets a handshake hang: it waits for the end of a line.
            if (configuration.Ssl && await SpeaksPlainTextAsync(endpoint, ends.Token))
                return Fault("the server speaks plain text, and the connection string asks for TLS; leave out ssl=true, use redis://, or name its port for TLS");
            var (speaksTls, errors) = await HandshakeAsync(endpoint, host, ends.Token);
            return (speaksTls, configuration.Ssl) switch
            {
                (true, false) => Fault("the server speaks TLS, and the connection string does not ask for it; use ssl=true or rediss://"),
                (true, true) when errors != SslPolicyErrors.None => new RedisFault("tls", $"Redis is not reachable over TLS: The remote certificate is invalid ({errors}).", Passes: false),
                _ => null,
            };
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static RedisFault Fault(string why) => new("tls", $"Redis cannot be used: {why}.", Passes: false);

#pragma warning disable CA5359 // Nothing is sent over it: it is only asked what is wrong with the certificate.
    private static async Task<(bool SpeaksTls, SslPolicyErrors Errors)> HandshakeAsync(EndPoint endpoint, string host, CancellationToken cancellationToken)
    {
        var errors = SslPolicyErrors.None;
        using var socket = await ConnectAsync(endpoint, cancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket));
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = Note }, cancellationToken);
            return (true, errors);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return (false, errors);
        }

        bool Note(object sender, System.Security.Cryptography.X509Certificates.X509Certificate? certificate, System.Security.Cryptography.X509Certificates.X509Chain? chain, SslPolicyErrors found)
        {
            errors = found;
            return true;
        }
    }
#pragma warning restore CA5359

    /// <summary>Any reply of the protocol will do, also one that asks for a password.</summary>
    private static async Task<bool> SpeaksPlainTextAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(endpoint, cancellationToken);
        try
        {
            await socket.SendAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var reply = new byte[1];
            return await socket.ReceiveAsync(reply, cancellationToken) == 1 && reply[0] is (byte)'+' or (byte)'-';
        }
        catch (SocketException)
        {
            // It has cut the connection: this is no language of its.
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = endpoint.AddressFamily == AddressFamily.Unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
