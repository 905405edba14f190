using System.Globalization;
using System.Net;
using System.Security.Authentication;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads where a Redis is. In the client's own form, <c>host:port,password=…</c>, of which these matter here:
/// <list type="bullet">
/// <item><c>user=</c>, <c>password=</c>: an ACL user; without <c>user=</c> the user default</item>
/// <item><c>ssl=true</c>: TLS</item>
/// <item><c>serviceName=</c>: the hosts are Sentinels, and this is what they call the master</item>
/// <item><c>protocol=resp2</c> or <c>resp3</c>: else the newest that the server speaks</item>
/// <item>a path in the place of a host: a unix socket</item>
/// </list>
/// Or as a URL: <c>redis://[user[:password]@]host[:port][,host[:port]…][/database]</c>, <c>rediss://</c> for TLS,
/// <c>redis-sentinel://…/[database]#serviceName</c> for Sentinels. Several hosts without a service are nodes of one cluster.
/// </summary>
public static class RedisConnectionString
{
    private const string Forms = "use host:port,user=…,password=…,ssl=true or redis://user:password@host:port/0 (rediss:// for TLS).";

    private static readonly (string Scheme, bool Tls, bool Sentinel)[] Schemes =
        [("redis://", false, false), ("rediss://", true, false), ("redis-sentinel://", false, true)];

    /// <summary>The client's options, or one sentence on what is wrong, which never repeats the text: it may hold a password.</summary>
    public static (ConfigurationOptions? Options, string? Violation) Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, "there is none; " + Forms);

        text = text.Trim();
        var url = Schemes.FirstOrDefault(s => text.StartsWith(s.Scheme, StringComparison.OrdinalIgnoreCase));
        var parsed = url.Scheme is { } scheme ? ParseUrl(text[scheme.Length..], url.Tls, url.Sentinel)
            : text.Contains("://", StringComparison.Ordinal) ? (null, "the scheme is none of redis://, rediss:// and redis-sentinel://; " + Forms)
            : ParseNative(text);
        if (parsed.Options is not { } options)
            return parsed;
        if (options.EndPoints.Count == 0)
            return (null, "it names no host; " + Forms);
        if (options.EndPoints.Any(e => e.ToString()! is var host && (host.AsSpan().ContainsAny("${}") || host.Count(c => c == '%') > 1)))
            return (null, "a host holds a variable that nothing has replaced; write its name. " + Forms);

        // Start-up does not fail where Redis is absent, a call to a dead server fails at once, a failover is noticed
        // within seconds. What the client would keep in the data for its own use is left out: it takes rights on more keys.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConfigCheckSeconds = 2;
        options.TieBreaker = options.ConfigurationChannel = "";
        options.ClientName ??= "SupportStateMcp";
        return (options, null);
    }

    /// <summary>Where it is, for a log: hosts, database and the Sentinels' name for the master; no user, no password.</summary>
    public static string Describe(string text)
    {
        if (Parse(text).Options is not { } options)
            return "an address that cannot be read";
        var hosts = string.Join(", ", options.EndPoints.Select(e => e is DnsEndPoint { Host: var host, Port: var port } ? $"{host}:{port}" : e.ToString()));
        return hosts
            + (options.ServiceName is { } service ? $" (Sentinels of {service})" : "")
            + (options.DefaultDatabase is > 0 and { } database ? $", database {database.ToString(CultureInfo.InvariantCulture)}" : "");
    }

    private static (ConfigurationOptions? Options, string? Violation) ParseNative(string text)
    {
        // The client marks a unix socket by an exclamation mark.
        var parts = text.Split(',').Select(part => part.TrimStart().StartsWith('/') ? "!" + part.Trim() : part);
        try
        {
            return (ConfigurationOptions.Parse(string.Join(',', parts)), null);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return (null, "it cannot be read; " + Forms);
        }
    }

    private static (ConfigurationOptions? Options, string? Violation) ParseUrl(string rest, bool tls, bool sentinel)
    {
        var options = new ConfigurationOptions { Ssl = tls };
        if (tls)
            options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (sentinel)
        {
            (rest, var service) = Split(rest, '#');
            if (string.IsNullOrEmpty(service))
                return (null, "it does not say what the Sentinels call the master; use redis-sentinel://host:26379/0#serviceName.");
            options.ServiceName = Uri.UnescapeDataString(service);
        }

        if (rest.AsSpan().ContainsAny('?', '#'))
            return (null, "a redis:// URL takes no query or fragment here (percent-encode ? and # in a password); " + Forms);

        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Split(rest[..at], ':');
            // The user default needs no name, which servers before 6 do not know.
            options.User = user is "" or "default" ? null : Uri.UnescapeDataString(user);
            options.Password = password is null ? null : Uri.UnescapeDataString(password);
        }

        var (hosts, database) = Split(rest[(at + 1)..], '/');
        if (!string.IsNullOrEmpty(database))
        {
            if (!int.TryParse(database, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return (null, "what follows the host is no database number; use redis://host:port/0.");
            options.DefaultDatabase = number;
        }

        foreach (var host in hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Behind a bracketed IPv6 address, or a name, an optional port.
            var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : Split(host, ':').Left.Length;
            var port = sentinel ? 26379 : 6379;
            if (end == 0 || (end < host.Length && (host[end] != ':'
                || !int.TryParse(host.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)))
                return (null, "a host has no readable port; use host:port with a port from 1 to 65535.");
            options.EndPoints.Add(host[..end].Trim('[', ']'), port);
        }

        return (options, null);
    }

    private static (string Left, string? Right) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
