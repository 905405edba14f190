using System.Text.RegularExpressions;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>http.oauth</c>: whose access tokens are accepted.</content>
public sealed partial class OptionsReader
{
    private const string NoRole = "none";

    /// <summary>Whether anything is configured that says who calls over HTTP.</summary>
    private bool ConfiguresSignIn => _root.GetSection("http:tokens").GetChildren().Any() || _root.GetSection("http:oauth").GetChildren().Any();

    private OAuthOptions? OAuth()
    {
        var section = _root.GetSection("http:oauth");
        if (!section.GetChildren().Any())
            return null;

        var given = _settings.Http.OAuth ?? new OAuthSettings();
        var issuer = Issuer(Given(given.Issuer));
        var audience = Given(given.Audience) ?? Violation<string?>(
            null, "http.oauth.audience: it is required; name this server as the provider writes it into the aud of its tokens, such as https://desk.example/mcp.");
        var scopes = Each("http.oauth.requiredScopes", given.RequiredScopes, s => Scope().IsMatch(s) ? s : null, "is no scope; use visible characters without quotes and blanks, one entry for each");
        var browser = Browser(given, scopes);
        var options = new OAuthOptions(issuer ?? "", audience ?? "")
        {
            Browser = browser,
            PersonClaim = Given(given.PersonClaim),
            RequiredScopes = scopes,
            DefaultRoles = DefaultRoles(section.GetSection("defaultRoles").Exists() ? given.DefaultRoles ?? [] : null),
        };
        return issuer is null || audience is null ? null : options with
        {
            ActorClaim = Given(given.ActorClaim) ?? options.ActorClaim,
            RolesClaim = Given(given.RolesClaim) ?? options.RolesClaim,
        };
    }

    /// <summary>An issuer has no query and no fragment (RFC 8414, section 2). What is not https anybody on the way could replace.</summary>
    private string? Issuer(string? text)
    {
        if (text is null)
            return Violation<string?>(null, "http.oauth.issuer: it is required; name the provider as its tokens do in iss, such as https://login.example.");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var issuer) || issuer.Scheme is not ("https" or "http") || issuer is not { Query: "", Fragment: "", UserInfo: "" })
            return Violation<string?>(null, $"http.oauth.issuer: {Shown(text)} is no issuer; use https://HOST or https://HOST/PATH, exactly as the tokens name it in iss.");
        return issuer.Scheme == "https" || issuer.IsLoopback
            ? text
            : Violation<string?>(null, $"http.oauth.issuer: {Shown(text)} is not https, and its keys could be replaced on the way; only a provider on this machine may be http.");
    }

    private BrowserSignInOptions? Browser(OAuthSettings given, IReadOnlyList<string> required)
    {
        var asked = Each("http.oauth.scopes", given.Scopes, s => Scope().IsMatch(s) ? s : null, "is no scope; use visible characters without quotes and blanks, one entry for each");
        switch (Given(given.ClientId), Given(given.ClientSecret))
        {
            case (null, null):
                return asked.Count == 0 ? null : Violation<BrowserSignInOptions?>(null, "http.oauth.scopes: they are asked for when people sign in with a browser; that takes http.oauth.clientId and http.oauth.clientSecret.");
            case ({ } id, { } secret):
                // Without openid it is no sign-in (OpenID Connect Core 1.0, section 3.1.2.1).
                return new BrowserSignInOptions(id, secret, [.. ((string[])["openid", .. asked.Count > 0 ? asked : required]).Distinct(StringComparer.Ordinal)]);
            default:
                return Violation<BrowserSignInOptions?>(null, "http.oauth.clientId, http.oauth.clientSecret: people sign in with a browser where both are there; leave both out, or add the other (the secret best as SUPPORTSTATE__HTTP__OAUTH__CLIENTSECRET).");
        }
    }

    private Roles DefaultRoles(List<string>? names)
    {
        if (names is null)
            return SupportStateMcp.Identity.Roles.Agent;
        if (names is [NoRole])
            return SupportStateMcp.Identity.Roles.None;
        var (roles, unknown) = RoleNames.Parse(names);
        foreach (var other in unknown)
            _violations.Add($"http.oauth.defaultRoles: '{other}' is not valid; use {RoleNames.All}, or {NoRole} alone.");
        if (names.Count == 0)
            _violations.Add($"http.oauth.defaultRoles: there is none; use at least one of {RoleNames.All}, {NoRole} to refuse tokens without a role, or leave the key out.");
        return roles;
    }

    /// <summary>RFC 6749, appendix A.4.</summary>
    [GeneratedRegex(@"^[\x21\x23-\x5B\x5D-\x7E]{1,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scope();
}
