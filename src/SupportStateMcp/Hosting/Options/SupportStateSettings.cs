namespace SupportStateMcp.Hosting;

/// <summary>
/// The section <c>mcp</c> as it is written. Values are text: a binder of numbers would stop at the first one that cannot be
/// read, and <see cref="OptionsReader"/> tells them all at once.
/// </summary>
public sealed class SupportStateSettings
{
    public string? Type { get; set; }

    public string? Person { get; set; }

    public PersistenceSettings Persistence { get; set; } = new();

    public StateMachineSettings StateMachine { get; set; } = new();

    public ConcurrencySettings Concurrency { get; set; } = new();

    public ApprovalSettings Approvals { get; set; } = new();

    public KnowledgeSettings Knowledge { get; set; } = new();

    public MemorySettings Memory { get; set; } = new();

    public PluginSettings Plugins { get; set; } = new();

    public MetadataSettings Metadata { get; set; } = new();

    public RetentionSettings Retention { get; set; } = new();

    public EventSettings Events { get; set; } = new();

    public TelemetrySettings Telemetry { get; set; } = new();

    public HttpSettings Http { get; set; } = new();

    public LimitSettings Limits { get; set; } = new();

    public ToolSettings Tools { get; set; } = new();

    public ContextSettings Context { get; set; } = new();

    public TicketSettings Tickets { get; set; } = new();

    public LlmSettings Llm { get; set; } = new();

    public Dictionary<string, PipelineSettings>? Pipelines { get; set; }
}

/// <summary>The section <c>persistence</c>.</summary>
public sealed class PersistenceSettings
{
    public string? Backend { get; set; }

    public string? Ttl { get; set; }

    public string? Serialization { get; set; }

    public string? ConnectionString { get; set; }

    public string? KeyPrefix { get; set; }

    public string? Directory { get; set; }
}

/// <summary>The section <c>concurrency</c>.</summary>
public sealed class ConcurrencySettings
{
    public string? RetryAttempts { get; set; }

    public string? LockTimeout { get; set; }

    public List<string>? LockEndpoints { get; set; }
}

/// <summary>The section <c>approvals</c>.</summary>
public sealed class ApprovalSettings
{
    public string? RiskPriorityAbove { get; set; }

    public string? AmountAbove { get; set; }

    public string? ConfidenceAbove { get; set; }
}

/// <summary>The section <c>metadata</c>.</summary>
public sealed class MetadataSettings
{
    /// <summary>A JSON Schema, as JSON in one text.</summary>
    public string? Schema { get; set; }
}

/// <summary>The section <c>tools</c>.</summary>
public sealed class ToolSettings
{
    public List<string>? Sets { get; set; }
}

/// <summary>The section <c>context</c>.</summary>
public sealed class ContextSettings
{
    public string? Strategy { get; set; }

    public string? Tokenizer { get; set; }
}

/// <summary>The section <c>http</c>.</summary>
public sealed class HttpSettings
{
    public string? Url { get; set; }

    public string? Sessions { get; set; }

    public List<string>? AllowedOrigins { get; set; }

    public List<string>? AllowedHosts { get; set; }

    public List<string>? TrustedProxies { get; set; }

    /// <summary>The tokens by their place in the list.</summary>
    public Dictionary<string, TokenSettings>? Tokens { get; set; }

    public OAuthSettings? OAuth { get; set; }
}

/// <summary>An entry of <c>http.tokens</c>.</summary>
public sealed class TokenSettings
{
    public string? Sha256 { get; set; }

    public string? Actor { get; set; }

    public List<string>? Roles { get; set; }

    public List<string>? Toolsets { get; set; }

    public string? Expires { get; set; }
}

/// <summary>The parts of a workflow that a configuration can name.</summary>
public class WorkflowSettings
{
    public List<string>? States { get; set; }

    public Dictionary<string, List<string>>? Transitions { get; set; }

    public string? Initial { get; set; }

    public string? OpensTo { get; set; }

    public List<string>? Closed { get; set; }

    public Dictionary<string, string>? ReopensTo { get; set; }

    public string? EscalationState { get; set; }

    public string? HandBackTo { get; set; }

    public Dictionary<string, string>? Guidance { get; set; }
}

/// <summary>The section <c>stateMachine</c>: a profile by name, and the parts that replace its own.</summary>
public sealed class StateMachineSettings : WorkflowSettings
{
    public string? Enabled { get; set; }

    public string? ReopenWindow { get; set; }

    public Dictionary<string, List<string>>? Suggestions { get; set; }

    public string? Profile { get; set; }

    public Dictionary<string, WorkflowSettings>? Profiles { get; set; }
}
