using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace SupportStateMcp.Storage.Postgres;

/// <summary>
/// Reads where a PostgreSQL is: in Npgsql's own form, <c>Host=db;Port=5432;Username=support;Password=…;Database=support;SSL Mode=VerifyFull</c>,
/// or as a URL, <c>postgresql://user:password@host:5432/database?sslmode=verify-full</c>.
/// </summary>
public static class PostgresConnectionString
{
    private const string Forms = "use Host=…;Username=…;Password=…;Database=… or postgresql://user:password@host:5432/database.";

    private static readonly string[] s_schemes = ["postgresql://", "postgres://"];

    // How long things may take, in seconds, where the text does not say it. A hung server costs a caller no longer.
    private const int ConnectSeconds = 3;
    private const int CommandSeconds = 5;

    /// <summary>How long a command that takes too long is given to end by itself, in milliseconds.</summary>
    private const int CancellationMilliseconds = 500;

    /// <summary>How many connections a process has at most.</summary>
    private const int Connections = 10;

    /// <summary>The client's options, or one sentence on what is wrong, which never repeats the text: it may hold a password.</summary>
    public static (NpgsqlConnectionStringBuilder? Options, string? Violation) Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, "there is none; " + Forms);

        text = text.Trim();
        try
        {
            var options = s_schemes.Any(s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase)) ? OfUrl(text) : new NpgsqlConnectionStringBuilder(text);
            if (options is null)
                return (null, "it cannot be read; " + Forms);
            if (string.IsNullOrEmpty(options.Host))
                return (null, "it names no host; " + Forms);
            if (options.Host.AsSpan().ContainsAny("${}"))
                return (null, "a host holds a variable that nothing has replaced; write its name. " + Forms);
            return (WithDefaults(options), null);
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or FormatException or OverflowException or InvalidCastException)
        {
            return (null, "it cannot be read; " + Forms);
        }
    }

    /// <summary>Where it is, for a log: hosts and database; no user, no password.</summary>
    public static string Describe(string text) => Parse(text).Options is { } options
        ? string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}, database {options.Database ?? options.Username}")
        : "an address that cannot be read";

    private static NpgsqlConnectionStringBuilder WithDefaults(NpgsqlConnectionStringBuilder options)
    {
        if (!options.ShouldSerialize("Timeout"))
            options.Timeout = ConnectSeconds;
        if (!options.ShouldSerialize("Command Timeout"))
            options.CommandTimeout = CommandSeconds;
        if (!options.ShouldSerialize("Cancellation Timeout"))
            options.CancellationTimeout = CancellationMilliseconds;
        if (!options.ShouldSerialize("Maximum Pool Size"))
            options.MaxPoolSize = Math.Max(Connections, options.MinPoolSize);
        options.ApplicationName ??= "SupportStateMcp";
        // Errors of the client would repeat what a document holds.
        options.IncludeErrorDetail = false;
        options.IncludeFailedBatchedCommand = false;
        return options;
    }

    /// <summary>Percent-encoded parts are decoded. Other parameters than <c>sslmode</c> are those of Npgsql.</summary>
    private static NpgsqlConnectionStringBuilder? OfUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            return null;
        var options = new NpgsqlConnectionStringBuilder { Host = url.IdnHost };
        if (url.Port > 0)
            options.Port = url.Port;
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            options.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            options.Password = Uri.UnescapeDataString(user[1]);
        if (url.AbsolutePath is { Length: > 1 } path)
            options.Database = Uri.UnescapeDataString(path[1..]);
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = parameter.Split('=', 2) is [var left, var right] ? (Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)) : (parameter, "");
            // libpq writes verify-full, Npgsql VerifyFull.
            ((DbConnectionStringBuilder)options)[name] = name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return options;
    }
}
