using System.Globalization;
using System.Security.Authentication;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Reads where a Redis is: in the client's own form (<c>host:port,password=…</c>) or as a URL,
/// <c>redis://[:password@]host[:port][,host[:port]…][/database]</c>, <c>rediss://</c> for TLS.
/// </summary>
public static class RedisConnectionString
{
    private const string Forms = "use host:port,password=…,ssl=true or redis://:password@host:port/0 (rediss:// for TLS).";

    /// <summary>The client's options, or one sentence on what is wrong, which never repeats the text: it may hold a password.</summary>
    public static (ConfigurationOptions? Options, string? Violation) Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, "there is none; " + Forms);

        text = text.Trim();
        var parsed = text.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) ? ParseUrl(text["redis://".Length..], tls: false)
            : text.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase) ? ParseUrl(text["rediss://".Length..], tls: true)
            : text.Contains("://", StringComparison.Ordinal) ? (null, "the scheme is neither redis:// nor rediss://; " + Forms)
            : ParseNative(text);
        if (parsed.Options is not { } options)
            return parsed;
        if (options.EndPoints.Count == 0)
            return (null, "it names no host; " + Forms);

        // Start-up does not fail where Redis is absent, and a failover is noticed within seconds.
        options.AbortOnConnectFail = false;
        options.ConfigCheckSeconds = 2;
        options.ClientName ??= "SupportStateMcp";
        return (options, null);
    }

    private static (ConfigurationOptions? Options, string? Violation) ParseNative(string text)
    {
        if (text.Split(',').Any(part => part.TrimStart().StartsWith("user=", StringComparison.OrdinalIgnoreCase)))
            return (null, "the client cannot sign in under a user name; leave user= out and give the password of the user default.");
        try
        {
            return (ConfigurationOptions.Parse(text), null);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return (null, "it cannot be read; " + Forms);
        }
    }

    private static (ConfigurationOptions? Options, string? Violation) ParseUrl(string rest, bool tls)
    {
        if (rest.AsSpan().ContainsAny('?', '#'))
            return (null, "a redis:// URL takes no query or fragment here (percent-encode ? and # in a password); " + Forms);

        var options = new ConfigurationOptions { Ssl = tls };
        if (tls)
            options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;

        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Split(rest[..at], ':');
            if (user is not ("" or "default"))
                return (null, "the client cannot sign in under a user name; use redis://:password@host with the password of the user default.");
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
            var port = 6379;
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
