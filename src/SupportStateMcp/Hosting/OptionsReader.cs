using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Reads options from a layered configuration (file, environment, command line) whose root is the section <c>mcp</c>.
/// Every key is optional; an unknown one is refused by name. All violations are found at once.
/// </summary>
public sealed partial class OptionsReader
{
    private static readonly Regex[] s_known =
    [
        KnownScalars(),
        KnownWorkflow(),
        KnownApprovals(),
        KnownLists(),
        KnownTokens(),
    ];

    private readonly IConfiguration _configuration;
    private readonly IConfigurationSection _root;
    private readonly List<string> _violations = [];

    private OptionsReader(IConfiguration configuration) =>
        (_configuration, _root) = (configuration, configuration.GetSection(OptionsSources.Root));

    /// <summary>The options, or everything that is wrong with them.</summary>
    /// <param name="configuration">The layered configuration.</param>
    /// <param name="redisUrl">The value of <c>REDIS_URL</c>, used where nothing else names a connection.</param>
    /// <param name="identity">What the command line says about who acts.</param>
    public static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(
        IConfiguration configuration, string? redisUrl, IdentityArguments? identity = null)
    {
        var reader = new OptionsReader(configuration);
        var options = reader.Read(redisUrl, identity ?? new IdentityArguments());
        return reader._violations.Count == 0 ? (options, []) : (null, reader._violations);
    }

    private ServerOptions? Read(string? redisUrl, IdentityArguments identity)
    {
        RefuseUnknownKeys();
        Require("type", "state", "the type of this server is state");
        Require("persistence:serialization", "json", "json is the one serialization");

        var connection = Text("persistence:connectionString") ?? (string.IsNullOrWhiteSpace(redisUrl) ? null : redisUrl);
        var backend = Text("persistence:backend") switch
        {
            null => connection is null ? Backend.Sqlite : Backend.Redis,
            "redis" => Backend.Redis,
            "sqlite" => Backend.Sqlite,
            "files" => Violation(Backend.Sqlite, "persistence.backend: 'files' is not supported; use sqlite, which keeps everything in one file in persistence.directory."),
            var other => Violation(Backend.Sqlite, $"persistence.backend: '{other}' is none; use redis or sqlite."),
        };

        var ttl = Number("persistence:ttl", 86_400, 1, 315_360_000, "seconds");
        var retries = Number("concurrency:retryAttempts", 3, 0, 100, "tries");
        var lockTimeout = Number("concurrency:lockTimeout", 5_000, 1, 600_000, "milliseconds");
        var workflow = Workflow();
        var approvals = Approvals();
        var url = Url();
        var tokens = Tokens();
        var (actor, roles) = Identity(identity);
        RefuseStrangers(identity, url, actor);
        if (_violations.Count > 0 || workflow is null || url is null)
            return null;

        var options = new ServerOptions
        {
            Backend = backend,
            TimeToLive = TimeSpan.FromSeconds(ttl),
            RedisConnection = connection ?? "127.0.0.1:6379",
            KeyPrefix = Text("persistence:keyPrefix") ?? "",
            Directory = Path.GetFullPath(Text("persistence:directory") ?? ServerOptions.DefaultDirectory),
            Workflow = workflow,
            ApprovalPolicy = approvals,
            Concurrency = new ConcurrencyOptions(retries, TimeSpan.FromMilliseconds(lockTimeout)),
            LockEndpoints = List("concurrency:lockEndpoints") ?? [],
            Url = url,
            AllowedOrigins = List("http:allowedOrigins") ?? [],
            Tokens = tokens,
            Actor = actor,
            Roles = roles,
        };
        if (backend == Backend.Redis)
            _violations.AddRange(Composition.RedisOptionsOf(options).Violations());
        return options;
    }

    private Uri? Url()
    {
        var text = Text("http:url") ?? "http://127.0.0.1:3001";
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http", AbsolutePath: "/" })
            return url;
        return Violation<Uri?>(null, $"http.url: '{text}' is no http address; use http://HOST:PORT, with a proxy before it for TLS.");
    }

    private void RefuseUnknownKeys()
    {
        foreach (var (key, value) in _root.AsEnumerable(makePathsRelative: true))
        {
            // A section has no value of its own; an empty list has an empty one.
            if (key.Length == 0 || (value is null && _root.GetSection(key).GetChildren().Any()))
                continue;
            if (!s_known.Any(k => k.IsMatch(key)))
                _violations.Add($"{Dotted(key)}: there is no such key; the README lists them all.");
        }
    }

    private void Require(string key, string expected, string why)
    {
        if (Text(key) is { } text && text != expected)
            _violations.Add($"{Dotted(key)}: '{text}' is not supported; {why}.");
    }

    private int Number(string key, int fallback, int least, int most, string unit)
    {
        if (Text(key) is not { } text)
            return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : Violation(fallback, string.Create(CultureInfo.InvariantCulture, $"{Dotted(key)}: '{text}' is out of range; use {least} to {most} {unit}."));
    }

    private string? Text(string key) => _root[key] is { Length: > 0 } text ? text : null;

    private IConfigurationSection? Section(string key) => _root.GetSection(key) is var section && section.Exists() ? section : null;

    private List<string>? List(string key) => Section(key) is { } section ? Items(section) : null;

    /// <summary>
    /// The items of a list. An environment variable may give them in one, separated by commas; since a file cannot, that
    /// goes over the items of a file.
    /// </summary>
    private static List<string> Items(IConfigurationSection section) => section.Value is { Length: > 0 } inOne
        ? [.. inOne.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
        : [.. section.GetChildren().Select(c => c.Value ?? "")];

    private static string Dotted(string key) => key.Replace(':', '.');

    private T Violation<T>(T fallback, string sentence)
    {
        _violations.Add(sentence);
        return fallback;
    }

    [GeneratedRegex(@"^(type|persistence:(backend|ttl|serialization|connectionString|keyPrefix|directory)|stateMachine:enabled|concurrency:(lockTimeout|retryAttempts)|http:url)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KnownScalars();

    [GeneratedRegex(@"^(concurrency:lockEndpoints|http:allowedOrigins)(:\d+)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KnownLists();
}
