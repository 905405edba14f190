namespace SupportStateMcp.Storage.Redis;

/// <summary>Where and how conversations are kept in Redis.</summary>
public sealed record RedisOptions
{
    /// <summary>
    /// The Redis that holds the conversations: <c>host:port,user=…,password=…,ssl=true</c> or
    /// <c>redis://user:password@host:port/0</c>; <see cref="RedisConnectionString"/> lists all forms.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>What goes before every key and channel; default nothing. No braces: they would move keys to other slots.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>How long a conversation is kept after its last change; default 86,400 s, at least 1 s.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>How long one call may take; default 2 s, 50 ms to 1 min.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The independent Redis servers that vote on locks, one host each, as in <see cref="ConnectionString"/>; an odd number
    /// is best. None means the one that holds the conversations.
    /// </summary>
    public IReadOnlyList<string> LockEndpoints { get; init; } = [];

    /// <summary>How long a lock outlives a holder that died; default 10 s, 100 ms to 10 min.</summary>
    public TimeSpan LockTimeToLive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Everything that is wrong with these options, each saying how to mend it. Never shows a connection string.</summary>
    public IReadOnlyList<string> Violations()
    {
        var violations = new List<string>();
        if (RedisConnectionString.Parse(ConnectionString).Violation is { } data)
            violations.Add($"persistence.connectionString: {data}");
        for (var i = 0; i < LockEndpoints.Count; i++)
        {
            var (voter, violation) = RedisConnectionString.Parse(LockEndpoints[i]);
            if (voter is { EndPoints.Count: > 1 } or { ServiceName: not null })
                violation = "a voter is one server, without replicas that take over; name one host.";
            if (violation is not null)
                violations.Add($"concurrency.lockEndpoints[{i}]: {violation}");
        }

        if (KeyPrefix.AsSpan().ContainsAny('{', '}'))
            violations.Add("persistence.keyPrefix: braces would move keys to other slots of a cluster; leave them out.");
        if (TimeToLive < TimeSpan.FromSeconds(1))
            violations.Add($"persistence.ttl: {TimeToLive.TotalSeconds} s is too short; use at least 1 s.");
        if (CallTimeout < TimeSpan.FromMilliseconds(50) || CallTimeout > TimeSpan.FromMinutes(1))
            violations.Add($"redis.callTimeout: {CallTimeout.TotalMilliseconds} ms is out of range; use 50 ms to 1 min.");
        if (LockTimeToLive < TimeSpan.FromMilliseconds(100) || LockTimeToLive > TimeSpan.FromMinutes(10))
            violations.Add($"redis.lockTimeToLive: {LockTimeToLive.TotalMilliseconds} ms is out of range; use 100 ms to 10 min.");
        return violations;
    }

    /// <summary>Says nothing that could hold a password.</summary>
    public override string ToString() => $"RedisOptions {{ KeyPrefix = {KeyPrefix}, TimeToLive = {TimeToLive}, LockEndpoints = {LockEndpoints.Count} }}";
}
