using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting;

/// <summary>The section <c>http.oauth</c>.</summary>
public sealed class OAuthSettings
{
    public string? Issuer { get; set; }

    public string? Audience { get; set; }

    public string? ActorClaim { get; set; }

    public string? RolesClaim { get; set; }

    public string? PersonClaim { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    public List<string>? Scopes { get; set; }

    public List<string>? RequiredScopes { get; set; }

    public List<string>? DefaultRoles { get; set; }
}

/// <summary>The provider whose access tokens are accepted, and what is read off them.</summary>
/// <param name="Issuer">Its name, exactly as its tokens and its discovery document write it; <c>https</c>, or <c>http</c> on this machine.</param>
/// <param name="Audience">The name of this server in the <c>aud</c> of its tokens.</param>
public sealed record OAuthOptions(string Issuer, string Audience)
{
    /// <summary>The claim that is the id of a person. Default <c>sub</c>.</summary>
    public string ActorClaim { get; init; } = "sub";

    /// <summary>The claim that lists roles, or a path to it such as <c>realm_access.roles</c>. Default <c>roles</c>.</summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>A claim that only the tokens of people have; null where <c>sub</c> and the client's id tell people and programs apart.</summary>
    public string? PersonClaim { get; init; }

    /// <summary>The scopes that each token has to have (RFC 6749, section 3.3). Default none.</summary>
    public IReadOnlyList<string> RequiredScopes { get; init; } = [];

    /// <summary>How people sign in with a browser; null: they do not.</summary>
    public BrowserSignInOptions? Browser { get; init; }

    /// <summary>The roles of a token that names none of ours; <see cref="Roles.None"/> refuses it. Default <see cref="Roles.Agent"/>.</summary>
    public Roles DefaultRoles { get; init; } = Roles.Agent;
}

/// <summary>What the provider knows this server as, where people sign in with a browser (OpenID Connect Core 1.0, section 3.1).</summary>
/// <param name="ClientId">Its id there.</param>
/// <param name="ClientSecret">Its secret there; what a sign-in keeps in the browser meanwhile is sealed with it as well, so that any instance can finish it.</param>
/// <param name="Scopes">What is asked for.</param>
public sealed record BrowserSignInOptions(string ClientId, string ClientSecret, IReadOnlyList<string> Scopes)
{
    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => $"BrowserSignInOptions {{ ClientId = {ClientId} }}";
}
