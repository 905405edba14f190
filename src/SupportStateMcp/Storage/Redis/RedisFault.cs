using System.Net.Sockets;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Why a Redis cannot serve now. Tells a Redis that is slow, gone or not ready from a mistake of ours.</summary>
/// <param name="Word">What it is: the server's own word where it said one (<c>OOM</c>, <c>READONLY</c>), else ours in lower case.</param>
/// <param name="Sentence">What an operator reads: no key, no content, no secret.</param>
/// <param name="Passes">False where it stays until an operator changes something.</param>
internal sealed partial record RedisFault(string Word, string Sentence, bool Passes)
{
    /// <summary>True where the client has only told that there is no connection, not why.</summary>
    public bool IsUnexplained { get; private init; }

    public static RedisFault Timeout { get; } = new("timeout", "Redis did not answer in time.", Passes: true) { IsUnexplained = true };

    public static RedisFault NoCluster { get; } = new(
        "no_cluster",
        "The connection string names several servers that are no Redis Cluster. Name one of them, or the Sentinels that watch them with serviceName=.",
        Passes: false);

    public static RedisFault NoSentinels { get; } = new(
        "no_sentinels",
        "The connection string has a serviceName, and the servers that it names are no Sentinels. Name the Sentinels, or leave the serviceName out.",
        Passes: false);

    /// <summary>What an exception of the client tells of the server; null where it is a mistake of ours.</summary>
    /// <param name="exception">What a call ended in.</param>
    /// <param name="configuration">How the client is configured; tells a wrong password from a missing one.</param>
    public static RedisFault? Of(Exception exception, ConfigurationOptions configuration) => exception switch
    {
        NotAClusterException => NoCluster,
        NotSentinelsException => NoSentinels,
        TimeoutException or OperationCanceledException => Timeout,
        RedisServerException e => Said(e.Message, configuration),
        RedisConnectionException e => Unreachable(e, configuration),
        RedisCommandException e => Command(e, configuration),
        ObjectDisposedException => new("closed", "The connection to Redis is closed.", Passes: true),
        AggregateException e when e.InnerExceptions.Select(i => Of(i, configuration)).ToList() is var faults && !faults.Contains(null) => faults[0],
        _ => null,
    };

    /// <summary>Why the user may not do what was sent, in the server's words; null where the server says something else.</summary>
    public static string? MissingRight(RedisServerException exception) =>
        Bare(exception.Message) is var said && said.StartsWith("NOPERM ", StringComparison.Ordinal) ? Rest(said) : null;

    /// <summary>What a server says that cannot serve now; null where it complains of what we sent.</summary>
    private static RedisFault? Said(string message, ConfigurationOptions configuration)
    {
        var said = Bare(message);
        var word = said.Split(' ', 2)[0];
        if (said.StartsWith("max number of clients", StringComparison.Ordinal))
            word = "MAXCLIENTS";
        // The client signs in without waiting, and hears that it is not signed in. Having a password it was told why.
        if (word == "NOAUTH" && configuration.Password is not null)
            word = "WRONGPASS";

        (string Sentence, bool Passes)? known = word switch
        {
            "WRONGPASS" => ("it does not accept the user name or the password of the connection string", false),
            "NOAUTH" => ("it asks for a password, and the connection string has none", false),
            "NOPERM" => ($"the user may not do what this server needs ({Rest(said)})", false),
            "OOM" => ("its memory is full up to maxmemory, so that it takes no writes", true),
            "READONLY" => ("it is a replica, which takes no writes", true),
            "MISCONF" => ("it cannot save to its disk, and takes no writes", true),
            "NOREPLICAS" => ("it has fewer replicas than it needs to take writes", true),
            "LOADING" => ("it is loading its data", true),
            "BUSY" or "UNKILLABLE" => ("it is busy with a script", true),
            "MASTERDOWN" => ("it is a replica without its master", true),
            "CLUSTERDOWN" => ("its cluster does not serve all slots", true),
            "MAXCLIENTS" => ("it has as many clients as it takes", true),
            "MOVED" or "ASK" or "TRYAGAIN" or "UNBLOCKED" => ("its data is being moved", true),
            _ => null,
        };
        return known is var (sentence, passes) ? new RedisFault(word, $"Redis says {word}: {sentence}.", passes) : null;
    }

    /// <summary>
    /// What a server says, from its word on. Within a script some servers put ERR before the word, Redis 6 also where in the script it was, and
    /// Redis 7 puts that behind; the client puts a kind before it. Of a right that is missing within a script Redis 7 does not say the word.
    /// </summary>
    private static string Bare(string message)
    {
        var said = Suffix().Replace(Prefixes().Replace(message, ""), "");
        return said.StartsWith("The user executing the script can't", StringComparison.Ordinal) || said.StartsWith("ACL failure in script", StringComparison.Ordinal)
            ? "NOPERM " + said
            : said;
    }

    private static RedisFault Unreachable(RedisConnectionException exception, ConfigurationOptions configuration)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (ServerWords().Match(cause.Message) is { Success: true } words && Said(words.Value, configuration) is { } said)
                return said;
            if (cause.Message.Contains("not eligible for replica", StringComparison.Ordinal))
                return Said("READONLY", configuration)!;
            if (cause is SocketException { SocketErrorCode: not SocketError.OperationAborted } socket)
                return Gone(socket.Message) with { IsUnexplained = socket.SocketErrorCode == SocketError.ConnectionReset };
            if (cause is System.Security.Authentication.AuthenticationException)
                return new("tls", $"Redis is not reachable over TLS: {cause.Message}", Passes: false);
        }

        return Gone(exception.FailureType.ToString()) with { IsUnexplained = true };
    }

    // The client gives names and arguments with its own refusals: only what is known to hold none is repeated.
    private static RedisFault Command(RedisCommandException exception, ConfigurationOptions configuration) =>
        exception.Message.StartsWith("The database does not exist", StringComparison.Ordinal)
            ? new("database", $"Redis has no database {configuration.DefaultDatabase}; the connection string names it.", Passes: false)
            : Gone("no server takes this command");

    private static RedisFault Gone(string why) => new("unreachable", $"Redis is not reachable ({why}).", Passes: true);

    private static string Rest(string said) => said.Split(' ', 2) is [_, var rest] ? rest.Split(". ", 2)[0] : said;

    [GeneratedRegex(@"^(SimpleError: |BulkError: |ERR |Error running script \(call to [^)]*\): (@user_script: ?\d+: )*-?)+", RegexOptions.CultureInvariant)]
    private static partial Regex Prefixes();

    [GeneratedRegex(@",? script: [0-9a-f]+, on @user_script:\d+\.?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"(?:SimpleError|BulkError): [^\r\n]{1,200}", RegexOptions.CultureInvariant)]
    private static partial Regex ServerWords();
}

/// <summary>Several servers were named that are no cluster: which of them holds the data would be chance.</summary>
internal sealed class NotAClusterException : Exception;

/// <summary>Servers were named as Sentinels that are none: the client would take one of them for the store.</summary>
internal sealed class NotSentinelsException : Exception;
