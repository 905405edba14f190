using ModelContextProtocol.Server;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// Who makes a call: the user whom the transport has authenticated, else whom the server was started for, else the AI
/// behind the client.
/// </summary>
/// <param name="actor">The actor of <c>--actor</c>; null where none was given.</param>
/// <param name="roles">The roles of <c>--roles</c>; null where none were given.</param>
/// <param name="authenticates">Whether the transport authenticates its users, so that nobody else may call.</param>
public sealed class ConnectionCaller(Actor? actor, Roles? roles, bool authenticates = false)
{
    /// <summary>
    /// The caller. A client's name is told by its host, not by its model; one that says no name is <c>ai:unknown</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The transport authenticates its users, and let a request through without one.</exception>
    public Caller Of(MessageContext call)
    {
        if (authenticates)
            return CallerClaims.CallerOf(call.User) ?? throw new InvalidOperationException("A request came through whose caller is not known.");

        var acting = actor ?? new Actor(ActorKind.Ai, Actor.ToId(call.Server.ClientInfo?.Name ?? CallerClaims.ClientNameOf(call.User)));
        return new Caller(acting, roles ?? RoleNames.DefaultFor(acting.Kind));
    }
}
