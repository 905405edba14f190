using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Who shows an access token, read off its claims once they are proven. A person is <c>human:{actorClaim}</c>, a program <c>ai:{client_id}</c>.
/// What cannot be told apart is a program, since a program decides nothing.
/// </summary>
internal static class OAuthCaller
{
    /// <summary>Where providers name the client: RFC 9068, section 2.2; OpenID Connect Core 1.0, section 2; two large providers.</summary>
    private static readonly string[] s_clientClaims = ["client_id", "azp", "cid", "appid"];

    /// <summary>
    /// What no program has: an AI with one of these may have the person before its host asked, and nobody is before a program that the provider
    /// knows.
    /// </summary>
    private const Roles Deciding = Roles.Approver | Roles.Supervisor;

    /// <summary>The caller, or why the token names none.</summary>
    public static (Caller? Caller, BearerRefusal? Refusal) Read(JsonElement claims, OAuthOptions oauth)
    {
        if (IsIdToken(claims))
            return (null, BearerRefusal.Invalid("The token is an ID token", $"The token is an ID token, which says who signed in to a client and is for that client alone: send the access token that {oauth.Issuer} gives for this server."));
        if (MissingScopes(claims, oauth) is { Count: > 0 } missing)
        {
            return (null, new BearerRefusal(403, "The token lacks a scope", $"The token lacks {(missing.Count == 1 ? "the scope" : "the scopes")} {string.Join(' ', missing)}: ask {oauth.Issuer} for one that has {(missing.Count == 1 ? "it" : "them")}.") { LacksScope = true });
        }

        var actor = ActorOf(claims, oauth);
        if (actor is null)
        {
            return (null, BearerRefusal.Invalid("The token names nobody", $"The token names nobody who can act here: for a person the claim {oauth.ActorClaim}, for a program client_id, azp or sub has to be 1 to {Actor.MaxIdLength} visible characters."));
        }

        var given = RolesOf(claims, oauth);
        var roles = actor.Kind == ActorKind.Ai ? given & ~Deciding : given;
        return roles != Roles.None ? (new Caller(actor, roles), null)
            : given != Roles.None ? (null, new BearerRefusal(403, "The token has no role that a program may have", $"The token of {actor} is a program's and has only roles of who decides, which no program does: ask the people who run {oauth.Issuer} to give it another of the roles {RoleNames.All} in its claim {oauth.RolesClaim}."))
            : (null, new BearerRefusal(403, "The token has no role", $"The token of {actor} names none of the roles {RoleNames.All} in its claim {oauth.RolesClaim}, and this server takes no token without one: ask the people who run {oauth.Issuer} for a role."));
    }

    /// <summary>By what only ID tokens have (OpenID Connect Core 1.0, section 3.1.3.6), or how two large providers mark them.</summary>
    private static bool IsIdToken(JsonElement claims) => claims.TryGetProperty("at_hash", out _) || claims.Text("typ") == "ID" || claims.Text("token_use") == "id";

    private static Actor? ActorOf(JsonElement claims, OAuthOptions oauth)
    {
        var subject = claims.Text("sub");
        var clients = s_clientClaims.Select(name => claims.Text(name)).OfType<string>().ToList();
        return subject is not null && !clients.Contains(subject) && !IsProgram(claims, subject)
            && (oauth.PersonClaim is { } only ? claims.TryGetProperty(only, out var mark) && Texts(mark).Any(t => !string.IsNullOrWhiteSpace(t)) : clients.Count > 0)
            && claims.Text(oauth.ActorClaim) is { } id
            ? OptionsReader.ParseActor($"human:{id}")
            : OptionsReader.ParseActor($"ai:{clients.FirstOrDefault() ?? subject}");
    }

    /// <summary>
    /// The marks that some providers put on tokens of client credentials, whose <c>sub</c> is not the id of the client (at Microsoft Entra it is the
    /// <c>oid</c>); and that a program acts for the person (RFC 8693, section 4.1).
    /// </summary>
    private static bool IsProgram(JsonElement claims, string subject) =>
        claims.TryGetProperty("act", out _) || claims.Text("oid") == subject
        || claims.Text("gty") == "client-credentials" || claims.Text("grant_type") == "client_credentials" || claims.Text("idtyp") == "app"
        || subject.EndsWith("@clients", StringComparison.Ordinal)
        || claims.Text("preferred_username")?.StartsWith("service-account-", StringComparison.Ordinal) is true;

    /// <summary>The roles of ours that the claim names; those of other programs are not ours to judge.</summary>
    private static Roles RolesOf(JsonElement claims, OAuthOptions oauth)
    {
        var (roles, _) = RoleNames.Parse(Texts(At(claims, oauth.RolesClaim)));
        return roles == Roles.None ? oauth.DefaultRoles : roles;
    }

    /// <summary>The claim of this name, else what a path with dots leads to.</summary>
    private static JsonElement? At(JsonElement claims, string path)
    {
        if (claims.TryGetProperty(path, out var whole))
            return whole;
        JsonElement? at = claims;
        foreach (var name in path.Split('.'))
            at = at is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var inner) ? inner : null;
        return at;
    }

    /// <summary>Scopes are in one text with blanks between them (RFC 8693, section 4.2), or in <c>scp</c>, at some providers as a list.</summary>
    private static List<string> MissingScopes(JsonElement claims, OAuthOptions oauth)
    {
        if (oauth.RequiredScopes.Count == 0)
            return [];
        var scopes = Texts(At(claims, "scope")).Concat(Texts(At(claims, "scp"))).ToHashSet(StringComparer.Ordinal);
        return [.. oauth.RequiredScopes.Where(s => !scopes.Contains(s))];
    }

    private static IEnumerable<string> Texts(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!),
        _ => [],
    };
}
