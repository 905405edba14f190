using System.Net;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Memory;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tickets;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <summary>Where conversations are kept.</summary>
public enum Backend
{
    Sqlite,
    Redis,
}

/// <summary>Which HTTP clients get a session.</summary>
public enum HttpSessions
{
    /// <summary>None: every request stands alone, and any instance answers it.</summary>
    None,

    /// <summary>
    /// Clients that begin with the initialize handshake. They can then subscribe and be asked, and have to reach the same
    /// instance each time. Clients of revision 2026-07-28 have no sessions.
    /// </summary>
    Handshake,
}

/// <summary>Everything that can be configured, read and validated.</summary>
public sealed record ServerOptions
{
    public required Backend Backend { get; init; }

    /// <summary>How long a conversation lives after its last change. Default 86,400 s; 1 s to 10 years.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How to reach Redis: <c>host:port,option=value</c> or <c>redis://</c>, <c>rediss://</c>. Default 127.0.0.1:6379.</summary>
    public string RedisConnection { get; init; } = "127.0.0.1:6379";

    /// <summary>What stands before every key in Redis. Default nothing.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>Where the embedded store keeps its database. Default: <c>supportstate</c> in the user's data folder.</summary>
    public string Directory { get; init; } = DefaultDirectory;

    public WorkflowDefinition Workflow { get; init; } = WorkflowDefinition.Default;

    /// <summary>The words of an answer that hint at a state, by state.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Suggestions { get; init; } = StateSuggestions.DefaultWords;

    /// <summary>How contexts are made.</summary>
    public ContextOptions Context { get; init; } = new();

    /// <summary>Which requests a person must approve.</summary>
    public ApprovalPolicy ApprovalPolicy { get; init; } = new();

    /// <summary>What the custom facts of conversations have to look like; null: any.</summary>
    public FactsSchema? Facts { get; init; }

    /// <summary>The pipelines that tickets can go through.</summary>
    public Pipelines Pipelines { get; init; } = Pipelines.Default;

    /// <summary>How tickets are worked.</summary>
    public TicketSetup Tickets { get; init; } = new();

    public ConcurrencyOptions Concurrency { get; init; } = ConcurrencyOptions.Default;

    /// <summary>The independent Redis endpoints that vote on a lock; none means the data's own.</summary>
    public IReadOnlyList<string> LockEndpoints { get; init; } = [];

    /// <summary>Where the HTTP server listens. Default http://127.0.0.1:3001.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:3001");

    /// <summary>Which HTTP clients get a session. Default none.</summary>
    public HttpSessions Sessions { get; init; } = HttpSessions.None;

    /// <summary>The origins of web pages that may call the HTTP server; beside them only pages of this machine may.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The names that the HTTP server is called by beside those it listens at, with or without a port. Default none.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are believed. Default none.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The tokens that HTTP clients show.</summary>
    public IReadOnlyList<AccessToken> Tokens { get; init; } = [];

    /// <summary>Where these tokens are read again while the server runs; null where they are in no file.</summary>
    public TokenFile? TokenFile { get; init; }

    /// <summary>The provider whose access tokens HTTP clients show, beside <see cref="Tokens"/>; null: none.</summary>
    public OAuthOptions? OAuth { get; init; }

    /// <summary>Whether it is known who calls over HTTP: then each request shows a token. Without, the server listens to this machine only.</summary>
    public bool HasSignIn => Tokens.Count > 0 || OAuth is not null;

    /// <summary>How much callers may do, and how large conversations get. Default: no limits.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>
    /// The toolsets of connections whose token says nothing else. Null: the usual ones, and over HTTP also each set at its own
    /// address.
    /// </summary>
    public Toolsets? Toolsets { get; init; }

    /// <summary>Who acts, whatever the client says; null leaves it to the client. Over HTTP with tokens, these say it.</summary>
    public Actor? Actor { get; init; }

    /// <summary>What the one who acts is trusted with; null means what is usual for their kind.</summary>
    public Roles? Roles { get; init; }

    /// <summary>
    /// The person in front of the host that starts this server on stdio: what they answer when an AI asks for an approval is
    /// recorded as theirs. Null: as <c>human:user-of-</c> and the AI's id.
    /// </summary>
    public Actor? Person { get; init; }

    /// <summary>The service that turns texts into vectors, so that articles and memories are found by meaning, too; null: by words alone.</summary>
    public EmbeddingOptions? Embeddings { get; init; }

    /// <summary>The model in this process that does so for memories, whatever articles are found with; null: <see cref="Embeddings"/>.</summary>
    public LocalEmbeddings? MemoryEmbeddings { get; init; }

    /// <summary>The server that is asked instead of the articles here; null: the articles here.</summary>
    public McpKnowledgeOptions? ForeignKnowledge { get; init; }

    /// <summary>Whether closed conversations that have outlived <see cref="TimeToLive"/> go to an archive. Default false.</summary>
    public bool Archive { get; init; }

    /// <summary>
    /// The PostgreSQL of the archive beside Redis: <c>Host=…;Username=…;Password=…;Database=…</c> or <c>postgresql://</c>. Null beside SQLite, whose
    /// archive is in the same file.
    /// </summary>
    public string? ArchiveConnection { get; init; }

    /// <summary>What other systems are told.</summary>
    public EventOptions Events { get; init; } = EventOptions.Default;

    /// <summary>What the server tells of itself. Default: log lines as text, nothing else but where <c>OTEL_*</c> says so.</summary>
    public TelemetryOptions Telemetry { get; init; } = TelemetryOptions.Default;

    /// <summary>What is remembered and forgotten by itself.</summary>
    public MemoryOptions Memory { get; init; } = new();

    /// <summary>True where the server is started to be tried: it loads sample data, runs a worker, and counts REST approvals as those of <c>human:support-team</c>.</summary>
    public bool Demo { get; init; }

    public static string DefaultDirectory => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "supportstate");
}
