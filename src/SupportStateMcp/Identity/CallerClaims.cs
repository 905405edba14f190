using System.Security.Claims;

namespace SupportStateMcp.Identity;

/// <summary>
/// A caller as the claims of an authenticated user, and back: the actor is the user's name identifier, for example
/// <c>human:alice</c>, and each role is a role claim, for example <c>approver</c>.
/// </summary>
public static class CallerClaims
{
    // The SDK passes on users that have an authentication type alone.
    private const string SaidName = "SaidName";

    /// <summary>The user that stands for a caller.</summary>
    /// <param name="caller">Who calls, and what they are trusted with.</param>
    /// <param name="scheme">The authentication scheme that identified them.</param>
    public static ClaimsPrincipal Of(Caller caller, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, caller.Actor.ToString()),
            .. RoleNames.Of(caller.Roles).Select(r => new Claim(ClaimTypes.Role, r)),
        ],
        scheme));

    /// <summary>The user that stands for a client which has said its name, and proves nothing.</summary>
    public static ClaimsPrincipal OfClient(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], SaidName));

    /// <summary>The name of <see cref="OfClient"/>; null where there is none.</summary>
    public static string? ClientNameOf(ClaimsPrincipal? user) =>
        user is { Identity.AuthenticationType: SaidName } ? user.FindFirst(ClaimTypes.Name)?.Value : null;

    /// <summary>The caller that a user stands for; null where nobody is authenticated, or the claims name no actor and role.</summary>
    public static Caller? CallerOf(ClaimsPrincipal? user)
    {
        if (user?.Identity?.IsAuthenticated is not true
            || user.FindFirst(ClaimTypes.NameIdentifier) is not { } name
            || Actor.TryParse(name.Value) is not { } actor)
            return null;

        var (roles, unknown) = RoleNames.Parse(user.FindAll(ClaimTypes.Role).Select(c => c.Value));
        return roles != Roles.None && unknown.Count == 0 ? new Caller(actor, roles) : null;
    }
}
