using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>http</c>: where the server listens, and by which names and from which pages it is called.</content>
public sealed partial class OptionsReader
{
    private Uri? Url()
    {
        var text = Given(_settings.Http.Url) ?? "http://127.0.0.1:3001";
        // A path would promise that it is served there; a name and password would be shown in logs.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url is not { Scheme: "http", PathAndQuery: "/", Fragment: "", UserInfo: "" }
            || !(IPAddress.TryParse(url.DnsSafeHost, out var address) || HostName().IsMatch(url.Host)))
            return Violation<Uri?>(null, $"http.url: {Shown(text)} is no http address; use http://HOST:PORT without a path, with a proxy before it for TLS.");
        if (url is { Host: "localhost", Port: 0 })
            return Violation<Uri?>(null, "http.url: localhost has two addresses, which cannot share a port that is chosen at start; use http://127.0.0.1:0.");
        // An IPv4 address that is written as an IPv6 one.
        return address is { IsIPv4MappedToIPv6: true } ? new UriBuilder(url) { Host = address.MapToIPv4().ToString() }.Uri : url;
    }

    /// <summary>The text as a sentence repeats it: without what may be a password.</summary>
    private static string Shown(string text) => text.Contains('@') ? "what is configured" : $"'{text}'";

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9._-]*[a-z0-9.])?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    /// <summary>As a browser writes them: in lower case, without the usual port, without a path.</summary>
    private List<string> Origins() => Each("http.allowedOrigins", _settings.Http.AllowedOrigins, text =>
        Uri.TryCreate(text, UriKind.Absolute, out var origin)
        && origin is { UserInfo: "", Fragment: "", Host.Length: > 0, PathAndQuery: "/" or "" } && !text.Contains('*')
            ? string.Create(CultureInfo.InvariantCulture, $"{origin.Scheme}://{HostOf(origin)}{(origin.IsDefaultPort || origin.Port < 0 ? "" : $":{origin.Port}")}")
            : null,
        "is no origin; use SCHEME://HOST or SCHEME://HOST:PORT, one entry for each, without a path and without *");

    private List<string> Hosts() => Each("http.allowedHosts", _settings.Http.AllowedHosts, text =>
        Uri.TryCreate("http://" + text, UriKind.Absolute, out var url)
        && url is { UserInfo: "", Fragment: "", PathAndQuery: "/" } && !text.EndsWith('/')
        && (IPAddress.TryParse(url.DnsSafeHost, out _) || HostName().IsMatch(HostOf(url)))
            ? string.Create(CultureInfo.InvariantCulture, $"{HostOf(url)}{(url.IsDefaultPort ? "" : $":{url.Port}")}")
            : null,
        "is no host; use a name or an address, with :PORT where only that port is meant, without http:// and without *");

    private List<IPNetwork> Proxies() => Each("http.trustedProxies", _settings.Http.TrustedProxies, text =>
        IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0 ? network
        : text.AsSpan().ContainsAny(".:") && IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : (IPNetwork?)null,
        "is no proxy; use its IP address, or a network such as 10.0.0.0/8 that is not everybody")
        .ConvertAll(n => n!.Value);

    private List<T> Each<T>(string key, List<string>? texts, Func<string, T?> read, string otherwise)
    {
        var found = new List<T>();
        foreach (var text in texts ?? [])
        {
            if (read(text) is { } value)
                found.Add(value);
            else
                _violations.Add($"{key}: {Shown(text)} {otherwise}.");
        }

        return found;
    }

    private static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
}
