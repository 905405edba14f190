using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace SupportStateMcp.Storage.Postgres;

/// <summary>Why a PostgreSQL cannot serve now. Tells a server that is slow, gone or not ready from a mistake of ours.</summary>
/// <param name="Word">What it is: the server's own code (SQLSTATE) where it said one, else ours in lower case.</param>
/// <param name="Sentence">What an operator reads: no content, no secret.</param>
/// <param name="Passes">False where it stays until an operator changes something.</param>
internal sealed record PostgresFault(string Word, string Sentence, bool Passes)
{
    /// <summary>True where the connection was one that the server had closed before: a second try has a new one.</summary>
    public bool WasConnection { get; private init; }

    public static PostgresFault Timeout { get; } = new("timeout", "PostgreSQL did not answer in time.", Passes: true);

    /// <summary>What an exception of the client tells of the server; null where it is a mistake of ours.</summary>
    public static PostgresFault? Of(Exception exception) => exception switch
    {
        PostgresException e => Said(e),
        NpgsqlException e => Unreachable(e),
        TimeoutException or OperationCanceledException => Timeout,
        SocketException e => Gone(e.Message),
        AuthenticationException e => Tls(e.Message),
        ObjectDisposedException => new("closed", "The connection to PostgreSQL is closed.", Passes: true),
        _ => null,
    };

    private static PostgresFault Said(PostgresException exception)
    {
        var (advice, passes) = exception.SqlState switch
        {
            "28P01" or "28000" => ("it does not accept the user or the password of the connection string", false),
            "3D000" => ("it has no database of the name that the connection string gives", false),
            "42501" => ("the user may not do what the archive needs", false),
            "3F000" => ("there is no schema in which the user may make the table archived_conversations", false),
            "42703" or "42P10" or "42804" or "42809" => ("its table archived_conversations is not that of this server", false),
            "42P01" => ("its table archived_conversations is gone", true),
            "25006" => ("it is a standby, which takes no writes", true),
            "57P01" or "57P02" or "57P03" or "57P05" => ("it is starting or stopping", true),
            "57014" or "55P03" or "40001" or "40P01" => ("it ended a statement that waited too long", true),
            { } state when state.StartsWith("08", StringComparison.Ordinal) => ("the connection is lost", true),
            { } state when state.StartsWith("53", StringComparison.Ordinal) => ("it has no memory, disk or connections left", true),
            { } state when state.StartsWith("58", StringComparison.Ordinal) || state.StartsWith("XX", StringComparison.Ordinal) => ("it has a fault of its own", true),
            _ => ("the archive does not expect that", false),
        };
        return new PostgresFault(exception.SqlState, $"PostgreSQL says {exception.SqlState}: {advice}.", passes)
        {
            WasConnection = exception.SqlState is "57P01" or "57P02" or "57P05",
        };
    }

    private static PostgresFault Unreachable(NpgsqlException exception)
    {
        for (Exception? cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException said:
                    return Said(said);
                case SocketException { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.OperationAborted or SocketError.Shutdown) } socket:
                    return Gone(socket.Message);
                case AuthenticationException tls:
                    return Tls(tls.Message);
                case TimeoutException or OperationCanceledException:
                    return Timeout;
                case IOException or SocketException:
                    return Gone("the connection is lost") with { WasConnection = true };
            }
        }

        // The client gives no more than these sentences.
        if (exception.Message.StartsWith("No password", StringComparison.Ordinal))
            return new("password", "PostgreSQL asks for a password, and the connection string has none.", Passes: false);
        if (exception.Message.StartsWith("SSL connection requested", StringComparison.Ordinal))
            return new("tls", "PostgreSQL cannot be used: it speaks no TLS, and the connection string asks for it.", Passes: false);
        return Gone("the connection is lost") with { WasConnection = true };
    }

    private static PostgresFault Gone(string why) => new("unreachable", $"PostgreSQL is not reachable ({why}).", Passes: true);

    private static PostgresFault Tls(string why) => new("tls", $"PostgreSQL is not reachable over TLS: {why}", Passes: false);
}

/// <summary>Tells operators why the archive does not serve: each fault once when it begins, and once that it is over.</summary>
internal sealed partial class PostgresFaultLog(ILogger logger)
{
    private readonly Lock _gate = new();
    private string? _current;

    public void Failed(PostgresFault fault)
    {
        lock (_gate)
        {
            if (_current == fault.Word)
                return;
            _current = fault.Word;
        }

        if (fault.Passes)
            LogPassing(fault.Sentence);
        else
            LogLasting(fault.Sentence);
    }

    public void Answered()
    {
        if (Volatile.Read(ref _current) is null)
            return;
        lock (_gate)
        {
            if (_current is null)
                return;
            _current = null;
        }

        LogOver();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Sentence} Closed conversations wait in Redis until it serves again; calls that need the archive are refused. This is logged once.")]
    private partial void LogPassing(string sentence);

    [LoggerMessage(2, LogLevel.Error, "{Sentence} This stays until it is changed: until then closed conversations wait in Redis, and calls that need the archive are refused. This is logged once.")]
    private partial void LogLasting(string sentence);

    [LoggerMessage(3, LogLevel.Information, "PostgreSQL serves again.")]
    private partial void LogOver();
}
