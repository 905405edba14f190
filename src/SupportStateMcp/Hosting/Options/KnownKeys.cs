namespace SupportStateMcp.Hosting;

/// <summary>Every key of the configuration, so that a misspelt one is refused by name. <c>*</c> stands for any name, <c>#</c> for a number.</summary>
internal static class KnownKeys
{
    private static readonly string[][] s_keys =
    [
        .. Keys("", "type", "person"),
        .. Keys("persistence:", "backend", "ttl", "serialization", "connectionString", "keyPrefix", "directory"),
        .. Keys("concurrency:", "retryAttempts", "lockTimeout", "lockEndpoints", "lockEndpoints:#"),
        .. Keys("approvals:", "riskPriorityAbove", "amountAbove", "confidenceAbove"),
        .. Keys("http:", "url", "sessions", "allowedOrigins", "allowedOrigins:#", "allowedHosts", "allowedHosts:#", "trustedProxies", "trustedProxies:#"),
        .. Keys("http:tokens", "", ":#", ":#:sha256", ":#:actor", ":#:roles", ":#:roles:#", ":#:toolsets", ":#:toolsets:#", ":#:expires"),
        .. Keys("http:oauth:", "issuer", "audience", "actorClaim", "rolesClaim", "personClaim", "clientId", "clientSecret", "scopes", "scopes:#", "requiredScopes", "requiredScopes:#", "defaultRoles", "defaultRoles:#"),
        .. Keys("limits:", "callsPerMinute", "writesPerMinutePerCustomer", "conversationsPerCallerAndDay", "messagesPerConversation", "streamsPerCaller"),
        .. Keys("metadata:", "schema"),
        .. Keys("tools:", "sets", "sets:#"),
        .. Keys("context:", "strategy", "tokenizer"),
        .. Keys("tickets:", "autoApprove", "pipeline", "worker", "workers", "lease"),
        .. Keys("knowledge:", "provider"),
        .. Keys("knowledge:embeddings:", "endpoint", "model", "apiKey"),
        .. Keys("knowledge:mcp:", "url", "command", "args", "args:#", "tool", "arguments:*"),
        .. Keys("memory:", "maxAgeDays", "maxIdleDays", "maxPerCustomer", "maxSolutions", "episodes", "drafts", "embeddings"),
        .. Keys("plugins:", "directory"),
        .. Keys("retention:", "archive", "connectionString"),
        .. Keys("events:", "source", "intake", "sinks"),
        .. Keys("events:sinks:#:", "name", "type", "url", "secrets", "secrets:#", "topics", "topics:#", "content", "allowPrivate", "stream", "maxLength"),
        .. Keys("events:sinks:#:", "brokers", "topic", "settings:*", "host", "port", "security", "user", "password", "from", "subject"),
        .. Keys("events:kafka:", "brokers", "intake", "settings:*"),
        .. Keys("events:sinks:", "#"),
        .. Keys("telemetry:", "prometheus", "logs"),
        .. Keys("llm:", "endpoint", "model", "timeout", "tokensPerRun"),
        .. Keys("pipelines:*:steps", "", ":#"),
        .. Keys("pipelines:*:steps:#:", "name", "role", "tools", "tools:#", "requires", "requires:#", "result_schema", "timeout", "attempts", "state", "instructions", "next", "next:#:when", "next:#:to"),
        .. Keys("stateMachine:", "enabled", "profile", "reopenWindow", "suggestions", "suggestions:*", "suggestions:*:#"),
        .. Workflow("stateMachine:"),
        // A profile without anything in it is known too, so that it is told what it lacks.
        .. Keys("stateMachine:profiles:", "*"),
        .. Workflow("stateMachine:profiles:*:"),
    ];

    /// <summary>The keys that hold a list, which an environment variable may give in one, with commas.</summary>
    public static readonly IReadOnlyList<string> Lists = [.. s_keys.Where(k => k[^1] == "#").Select(k => string.Join(':', k[..^1])).Where(k => k != "http:tokens")];

    public static bool Contains(string key) => s_keys.Any(k => Matches(k, key.Split(':')));

    /// <summary>True where a key is one of <see cref="Lists"/>.</summary>
    public static bool IsList(string key) => Lists.Any(l => Matches(l.Split(':'), key.Split(':')));

    private static bool Matches(string[] known, string[] parts) => known.Length == parts.Length
        && known.Zip(parts).All(p => p.First switch
        {
            "*" => true,
            "#" => p.Second.All(char.IsAsciiDigit),
            var name => name.Equals(p.Second, StringComparison.OrdinalIgnoreCase),
        });

    private static IEnumerable<string[]> Keys(string prefix, params string[] names) => names.Select(n => (prefix + n).Split(':'));

    private static IEnumerable<string[]> Workflow(string prefix) => Keys(
        prefix, "states", "states:#", "transitions:*", "transitions:*:#", "initial", "opensTo", "closed", "closed:#", "reopensTo:*",
        "escalationState", "handBackTo", "guidance:*");
}
