using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>Who is who: tokens, and what the command line says.</summary>
public sealed partial class OptionsReader
{
    private const string NewToken = "SupportStateMcp token create";

    private static readonly string s_actors = $"ai:ID, human:ID or system:ID, an id of 1 to {Actor.MaxIdLength} visible characters";

    /// <summary>
    /// Reads <c>KIND:ID</c>; null where the text names nobody who may connect. A customer writes through an agent, never through a connection
    /// of their own; and nobody is what the server is where it acts by itself: the trail would not tell who it was.
    /// </summary>
    internal static Actor? ParseActor(string text) =>
        Actor.TryParse(text) is { Kind: not ActorKind.Customer } actor && Actor.ToId(actor.Id) == actor.Id && !ServerActors.Contains(actor) ? actor : null;

    internal static string NoActor(string text) => Actor.TryParse(text) is { } actor && ServerActors.Contains(actor)
        ? $"'{text}' is the server's own name, for what it does by itself; use another id."
        : $"'{text}' is not valid; use {s_actors}.";

    internal static string NoRoles(string text) => $"'{text}' is not valid; use {RoleNames.All}, with commas between them.";

    private List<AccessToken> Tokens()
    {
        var tokens = new List<AccessToken>();
        var digests = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (Given(_root["http:tokens"]) is not null)
            _violations.Add("http.tokens: it is a list of objects with sha256, actor and roles, not a text.");
        foreach (var entry in _root.GetSection("http:tokens").GetChildren())
        {
            var name = $"http.tokens.{entry.Key}";
            if (Sources(entry.Path) > 1)
                _violations.Add($"{name}: more than one source describes it, and they would mix; give each entry a number of its own.");

            var given = _settings.Http.Tokens?.GetValueOrDefault(entry.Key) ?? new TokenSettings();
            var sha256 = Digest(name, given.Sha256, digests);
            var actor = ParseActor(given.Actor ?? "");
            if (actor is null)
                _violations.Add($"{name}.actor: {NoActor(given.Actor ?? "")}");
            var roles = RolesOf(name, entry.GetSection("roles").Exists() ? given.Roles ?? [] : null, actor);
            var toolsets = ToolsetsOf($"{name}.toolsets", entry.GetSection("toolsets"), given.Toolsets);
            var expires = Given(given.Expires) is { } end ? InstantText.TryParse(end) : null;
            if (Given(given.Expires) is not null && expires is null)
                _violations.Add($"{name}.expires: '{given.Expires}' is no point in time; use one with its zone, such as 2027-01-31T09:00:00Z (RFC 3339).");
            if (sha256 is not null && actor is not null && roles != SupportStateMcp.Identity.Roles.None)
                tokens.Add(new AccessToken(sha256, new Caller(actor, roles), toolsets, expires));
        }

        return tokens;
    }

    /// <summary>How many layers of the configuration have something to say below a path.</summary>
    private int Sources(string path) => (_configuration as IConfigurationRoot)?.Providers.Count(p => p.GetChildKeys([], path).Any()) ?? 1;

    /// <summary>What is no digest is not repeated: it may be a token that was pasted in the wrong place.</summary>
    private byte[]? Digest(string name, string? text, Dictionary<string, string> seen)
    {
        if (text is null || !Sha256().IsMatch(text))
        {
            _violations.Add($"{name}.sha256: it is not the SHA-256 of a token, 64 hexadecimal digits; {NewToken} prints one.");
            return null;
        }

        if (!seen.TryAdd(text, name))
            _violations.Add($"{name}.sha256: it is that of {seen[text]}; give each client a token of its own.");
        return Convert.FromHexString(text);
    }

    private Roles RolesOf(string name, List<string>? names, Actor? actor)
    {
        if (names is null)
            return actor is null ? SupportStateMcp.Identity.Roles.None : RoleNames.DefaultFor(actor.Kind);

        var (roles, unknown) = RoleNames.Parse(names);
        foreach (var other in unknown)
            _violations.Add($"{name}.roles: '{other}' is not valid; use {RoleNames.All}.");
        if (roles == SupportStateMcp.Identity.Roles.None && unknown.Count == 0)
            _violations.Add($"{name}.roles: there is none; use at least one of {RoleNames.All}, or leave the key out.");
        return roles;
    }

    private (Actor? Actor, Roles? Roles) Identity(IdentityArguments arguments)
    {
        var actor = arguments.Actor is null ? null : ParseActor(arguments.Actor);
        if (arguments.Actor is not null && actor is null)
            _violations.Add($"--actor: {NoActor(arguments.Actor)}");

        var roles = arguments.Roles is null ? null : RoleNames.TryParse(arguments.Roles);
        if (arguments.Roles is not null && roles is null)
            _violations.Add($"--roles: {NoRoles(arguments.Roles)}");
        return (actor, roles);
    }

    /// <summary>Over HTTP only a token makes somebody a person, and only tokens let other machines in.</summary>
    private void RefuseStrangers(
        IdentityArguments arguments, Uri? url, Uri? metrics, Actor? actor, Roles? roles, List<string> hosts, List<IPNetwork> proxies)
    {
        if (!arguments.OverHttp || _runs)
            return;

        if (ConfiguresSignIn)
        {
            if ((arguments.Actor ?? arguments.Roles) is not null)
                _violations.Add("--actor, --roles: over HTTP the tokens of http.tokens say who acts and with which roles; leave these two out.");
            return;
        }

        if (actor is { Kind: ActorKind.Human })
            _violations.Add($"--actor: over HTTP anybody could then act as {actor}; make a token with {NewToken} --actor {actor}, and put its entry into http.tokens.");
        if (roles?.HasFlag(SupportStateMcp.Identity.Roles.Supervisor) is true)
            _violations.Add($"--roles: over HTTP everybody on this machine would then be a supervisor; make a token with {NewToken} --actor … --roles supervisor, and put its entry into http.tokens.");
        foreach (var host in hosts.Where(h => !IsLoopback(new Uri("http://" + h))))
            _violations.Add($"http.allowedHosts: by the name {host} others reach this server through a proxy, and without tokens anyone who does may call; configure http.tokens ({NewToken} makes one).");
        if (proxies.Count > 0)
            _violations.Add($"http.trustedProxies: through a proxy others reach this server, and without tokens anyone who does may call; configure http.tokens ({NewToken} makes one).");
        if (url is not null && !IsLoopback(url))
            _violations.Add($"http.url: other machines reach {url.GetLeftPart(UriPartial.Authority)}, and without tokens anyone who does may call; configure http.tokens ({NewToken} makes one), or use http://127.0.0.1:{url.Port}.");
        if (metrics is not null && !IsLoopback(metrics))
            _violations.Add($"telemetry.prometheus: without tokens the server serves its own machine only; configure http.tokens ({NewToken} makes one), or use http://127.0.0.1:{metrics.Port}.");
    }

    /// <summary>Any name but localhost is bound to every address.</summary>
    private static bool IsLoopback(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();

}
