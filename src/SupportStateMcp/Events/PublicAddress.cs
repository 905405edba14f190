using System.Net;
using System.Net.Sockets;

namespace SupportStateMcp.Events;

/// <summary>
/// Tells addresses of the public internet from all others, so that nobody who may name a web address can make this server call what only it
/// can reach: its own machine, its network, the metadata service of a cloud. What is in no list of public addresses is not public
/// (IANA IPv4 and IPv6 Special-Purpose Address Registries).
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] s_special4 =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
            "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_global6 = IPNetwork.Parse("2000::/3");

    // 2001::/23 holds Teredo, 2002::/16 is 6to4: both hold an IPv4 address that they lead to.
    private static readonly IPNetwork[] s_special6 = [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]).Select(IPNetwork.Parse)];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !s_special4.Any(n => n.Contains(address)),
            AddressFamily.InterNetworkV6 => s_global6.Contains(address) && !s_special6.Any(n => n.Contains(address)),
            _ => false,
        };
    }

    /// <summary>Connects to a host by an address that is public, checked at the moment of connecting: what a name leads to can change.</summary>
    /// <exception cref="HttpRequestException">The host has no public address.</exception>
    internal static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint;
        var addresses = (IPAddress.TryParse(host.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host.Host, cancellationToken)).Where(Is).ToArray();
        if (addresses.Length == 0)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The address is not public.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
