using System.Security.Claims;

namespace SupportStateMcp.Identity;

/// <summary>
/// Who makes a call, whatever the face: the user whom the transport has authenticated, else whom the server was started for,
/// else the AI behind the client.
/// </summary>
/// <param name="actor">The actor of <c>--actor</c>; null where none was given.</param>
/// <param name="roles">The roles of <c>--roles</c>; null where none were given.</param>
/// <param name="authenticates">Whether the transport authenticates its users, so that nobody else may call.</param>
public sealed class ConnectionIdentity(Actor? actor, Roles? roles, bool authenticates = false)
{
    /// <summary>
    /// The caller. A client's name is told by its host, not by its model; one that says no name is <c>ai:unknown</c>.
    /// </summary>
    /// <param name="user">The user of the request; null where the transport knows none.</param>
    /// <param name="clientName">What the client calls itself; null where it does not say.</param>
    /// <exception cref="InvalidOperationException">The transport authenticates its users, and let a request through without one.</exception>
    public Caller Of(ClaimsPrincipal? user, string? clientName)
    {
        if (authenticates)
            return CallerClaims.CallerOf(user) ?? throw new InvalidOperationException("A request came through whose caller is not known.");

        // A server without authentication may still know somebody: who opens the console of a demo.
        if (CallerClaims.CallerOf(user) is { } known)
            return known;
        var acting = actor ?? new Actor(ActorKind.Ai, Actor.ToId(clientName ?? CallerClaims.ClientNameOf(user)));
        return new Caller(acting, roles ?? RoleNames.DefaultFor(acting.Kind));
    }
}
