using ModelContextProtocol.Server;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// Who calls over a connection: whom the transport has identified, else whom the server was started for, else the AI
/// behind the client.
/// </summary>
/// <param name="actor">The actor of <c>--actor</c>; null where none was given.</param>
/// <param name="roles">The roles of <c>--roles</c>; null where none were given.</param>
/// <param name="identifies">Whether the transport identifies whoever makes a request, so that nobody else may call.</param>
public sealed class ConnectionCaller(Actor? actor, Roles? roles, bool identifies = false)
{
    /// <summary>Under this key a transport puts the <see cref="Caller"/> it has identified into a request's items.</summary>
    public const string Item = "caller";

    /// <summary>
    /// The caller. A client's name is told by its host, not by its model; where the transport carries none (an older
    /// client over stateless HTTP), it is <c>ai:unknown</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The transport identifies its callers, and has let one through that it did not.</exception>
    public Caller Of(MessageContext call)
    {
        if (identifies)
            return call.JsonRpcMessage.Context?.Items is { } items && items.TryGetValue(Item, out var told) && told is Caller identified
                ? identified
                : throw new InvalidOperationException("A request came through whose caller is not known.");

        var acting = actor ?? new Actor(ActorKind.Ai, Actor.ToId(call.Server.ClientInfo?.Name));
        return new Caller(acting, roles ?? RoleNames.DefaultFor(acting.Kind));
    }
}
