using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Tells a Redis that is slow, gone or not ready from a mistake of ours.</summary>
internal static class RedisFaults
{
    // What a server says that cannot serve now but may in a moment, or once an operator has looked after it.
    private static readonly string[] NotNow =
    [
        "LOADING", "READONLY", "CLUSTERDOWN", "NOREPLICAS", "OOM", "MASTERDOWN", "TRYAGAIN", "BUSY", "MISCONF",
        "MOVED", "ASK", "NOAUTH", "WRONGPASS", "NOPERM", "UNKILLABLE", "UNBLOCKED",
    ];

    public static bool IsUnavailable(Exception exception) => exception switch
    {
        TimeoutException or RedisConnectionException or ObjectDisposedException or OperationCanceledException => true,
        // How the client says that no node serves a slot, or that none is left.
        RedisCommandException => true,
        RedisServerException e => NotNow.Any(word => Starts(e.Message, word)),
        AggregateException e => e.InnerExceptions.All(IsUnavailable),
        _ => false,
    };

    public static bool IsNoScript(RedisServerException exception) => Starts(exception.Message, "NOSCRIPT");

    // Within a script some servers put ERR before the word.
    private static bool Starts(string message, string word) =>
        message.StartsWith(word, StringComparison.Ordinal)
        || (message.StartsWith("ERR ", StringComparison.Ordinal) && message.AsSpan(4).StartsWith(word, StringComparison.Ordinal));
}
