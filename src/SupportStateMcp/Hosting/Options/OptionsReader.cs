using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Validates the settings and makes the options of them. Every key is optional; an unknown one is refused by name. All
/// violations are found at once.
/// </summary>
public sealed partial class OptionsReader : IValidateOptions<SupportStateSettings>
{
    private readonly IConfiguration _configuration;
    private readonly IConfigurationSection _root;
    private readonly string? _redisUrl;
    private readonly string? _openAiKey;
    private readonly IdentityArguments _identity;
    private readonly List<string> _violations = [];
    private bool _runs;
    private SupportStateSettings _settings = new();
    private ServerOptions? _options;

    private OptionsReader(IConfiguration configuration, string? redisUrl, IdentityArguments identity, string? openAiKey)
    {
        _openAiKey = openAiKey;
        (_configuration, _root) = (configuration, configuration.GetSection(OptionsSources.Root));
        (_redisUrl, _identity) = (redisUrl, identity);
    }

    /// <summary>The options, or everything that is wrong with them.</summary>
    /// <param name="configuration">The layered configuration, whose section <c>mcp</c> is read.</param>
    /// <param name="redisUrl">The value of <c>REDIS_URL</c>, used where nothing else names a connection.</param>
    /// <param name="identity">What the command line says about who acts.</param>
    /// <param name="openAiKey">The value of <c>OPENAI_API_KEY</c>.</param>
    public static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(
        IConfiguration configuration, string? redisUrl, IdentityArguments? identity = null, string? openAiKey = null) =>
        Read(new OptionsReader(configuration, redisUrl, identity ?? new IdentityArguments(), openAiKey));

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(OptionsReader reader)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IValidateOptions<SupportStateSettings>>(reader);
        services.AddOptions<SupportStateSettings>().Bind(OptionsSources.ListsExpanded(reader._configuration).GetSection(OptionsSources.Root));
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<SupportStateSettings>>().Value;
            return (reader._options, []);
        }
        catch (OptionsValidationException e)
        {
            return (null, [.. e.Failures]);
        }
    }

    /// <summary>
    /// The tokens alone, for a server that runs over HTTP; where anything else of the configuration cannot be used, nothing is taken. Plug-ins are looked for
    /// and not loaded again. The server asks for tokens whatever the list holds, so that a list without entries is none that lets strangers in.
    /// </summary>
    /// <param name="configuration">The layered configuration, read again.</param>
    /// <param name="redisUrl">The value of <c>REDIS_URL</c>.</param>
    /// <param name="openAiKey">The value of <c>OPENAI_API_KEY</c>.</param>
    public static (IReadOnlyList<AccessToken>? Tokens, IReadOnlyList<string> Violations) ReadTokens(IConfiguration configuration, string? redisUrl, string? openAiKey)
    {
        var (options, violations) = Read(new OptionsReader(configuration, redisUrl, new IdentityArguments(OverHttp: true), openAiKey) { _runs = true });
        return (options?.Tokens, violations);
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SupportStateSettings options)
    {
        _settings = options;
        _options = Read();
        return _violations.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_violations);
    }

    private ServerOptions? Read()
    {
        var (p, concurrency, http) = (_settings.Persistence, _settings.Concurrency, _settings.Http);
        RefuseUnknownKeys();
        Require("type", _settings.Type, "state", "the type of this server is state");
        Require("persistence.serialization", p.Serialization, "json", "json is the one serialization");

        var connection = Given(p.ConnectionString) ?? (string.IsNullOrWhiteSpace(_redisUrl) ? null : _redisUrl);
        var backend = Given(p.Backend) switch
        {
            null => connection is null ? Backend.Sqlite : Backend.Redis,
            "redis" => Backend.Redis,
            "sqlite" => Backend.Sqlite,
            "files" => Violation(Backend.Sqlite, "persistence.backend: 'files' is not supported; use sqlite, which keeps everything in one file in persistence.directory."),
            var other => Violation(Backend.Sqlite, $"persistence.backend: '{other}' is not valid; use redis or sqlite."),
        };

        var ttl = Number("persistence.ttl", p.Ttl, 86_400, 1, 315_360_000, "seconds");
        var retries = Number("concurrency.retryAttempts", concurrency.RetryAttempts, 3, 0, 100, "tries");
        var lockTimeout = Number("concurrency.lockTimeout", concurrency.LockTimeout, 5_000, 1, 600_000, "milliseconds");
        var directory = DataFolder();
        if (Given(p.KeyPrefix) is { } prefix && PathText.HoldsVariable(prefix))
            _violations.Add($"persistence.keyPrefix: '{prefix}' holds a variable that nothing has replaced; write its value.");
        var workflow = Workflow();
        var suggestions = Suggestions(workflow);
        var context = Context();
        var approvals = Approvals();
        var facts = Facts();
        var pipelines = PipelinesOf(workflow);
        var tickets = Tickets(pipelines);
        var (embeddings, memoryEmbeddings, foreignKnowledge) = (Embeddings(), MemoryEmbeddings(), ForeignKnowledge());
        var memory = Memory();
        var (archive, archiveConnection) = Archive(backend);
        var url = Url();
        var telemetry = TelemetryOf(url);
        var events = EventsOf(backend);
        var sessions = Given(http.Sessions) switch
        {
            null or "none" => HttpSessions.None,
            "handshake" => HttpSessions.Handshake,
            var other => Violation(HttpSessions.None, $"http.sessions: '{other}' is none of these; use none or handshake."),
        };
        var (tokens, oauth, limits) = (Tokens(), OAuth(), LimitsOf());
        var (actor, roles) = Identity(_identity);
        var person = Person();
        var toolsets = ToolsetsOf("tools.sets", _root.GetSection("tools:sets"), _settings.Tools.Sets);
        var (origins, hosts, proxies) = (Origins(), Hosts(), Proxies());
        RefuseStrangers(_identity, url, telemetry.MetricsUrl, actor, roles, hosts, proxies);
        if (_identity.Demo && ConfiguresSignIn)
            _violations.Add("--demo: it lets anybody on this machine approve, so it goes without tokens; leave one of the two out.");
        if (_violations.Count > 0 || workflow is null || url is null || directory is null || pipelines is null)
            return null;

        var options = new ServerOptions
        {
            Backend = backend,
            TimeToLive = TimeSpan.FromSeconds(ttl),
            RedisConnection = connection ?? "127.0.0.1:6379",
            KeyPrefix = Given(p.KeyPrefix) ?? "",
            Directory = directory,
            Workflow = workflow,
            Suggestions = suggestions,
            Context = context,
            ApprovalPolicy = approvals,
            Facts = facts,
            Pipelines = pipelines,
            Tickets = _identity.Demo && tickets.Worker == SupportStateMcp.Tickets.WorkerKind.None ? tickets with { Worker = SupportStateMcp.Tickets.WorkerKind.Rules } : tickets,
            Demo = _identity.Demo,
            Concurrency = new ConcurrencyOptions(retries, TimeSpan.FromMilliseconds(lockTimeout)),
            LockEndpoints = concurrency.LockEndpoints ?? [],
            Url = url,
            Sessions = sessions,
            AllowedOrigins = origins,
            AllowedHosts = hosts,
            TrustedProxies = proxies,
            Tokens = tokens,
            OAuth = oauth,
            Limits = limits,
            Toolsets = toolsets,
            Memory = memory,
            Archive = archive,
            ArchiveConnection = archiveConnection,
            Embeddings = embeddings,
            MemoryEmbeddings = memoryEmbeddings,
            ForeignKnowledge = foreignKnowledge,
            Actor = actor,
            Roles = roles,
            Person = person,
            Telemetry = telemetry,
            Events = events,
        };
        if (backend == Backend.Redis)
            _violations.AddRange(Composition.RedisOptionsOf(options).Violations());
        return options;
    }

    private string? DataFolder()
    {
        if (Given(_settings.Persistence.Directory) is { } text)
        {
            var (path, violation) = PathText.Read(text);
            return path ?? Violation<string?>(null, $"persistence.directory: {violation}");
        }

        return Path.IsPathRooted(ServerOptions.DefaultDirectory)
            ? ServerOptions.DefaultDirectory
            : Violation<string?>(null, "persistence.directory: this user has no home, so there is no usual data folder; name one (--data).");
    }

    private void RefuseUnknownKeys()
    {
        foreach (var (key, value) in _root.AsEnumerable(makePathsRelative: true))
        {
            // A section has no value of its own; an empty list has an empty one.
            if (key.Length == 0 || (value is null && _root.GetSection(key).GetChildren().Any()))
                continue;
            if (!KnownKeys.Contains(key))
                _violations.Add($"{Dotted(key)}: there is no such key; docs/configuration.md lists them all.");
        }
    }

    private void Require(string key, string? text, string expected, string why)
    {
        if (Given(text) is { } given && given != expected)
            _violations.Add($"{key}: '{given}' is not supported; {why}.");
    }

    private int Number(string key, string? text, int fallback, int least, int most, string unit)
    {
        if (Given(text) is not { } given)
            return fallback;
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : Violation(fallback, string.Create(CultureInfo.InvariantCulture, $"{key}: '{given}' is out of range; use {least} to {most} {unit}."));
    }

    /// <summary>An empty text says nothing.</summary>
    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    private static string Dotted(string key) => key.Replace(':', '.');

    private T Violation<T>(T fallback, string sentence)
    {
        _violations.Add(sentence);
        return fallback;
    }
}
