using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tools;

/// <summary>Who acts over a connection: the actor the server was started for, else the AI behind the client.</summary>
/// <param name="fixedActor">The actor of <c>--actor</c>; null where none was given.</param>
public sealed class ConnectionActor(Actor? fixedActor)
{
    /// <summary>
    /// The actor of a call. A client's name is told by its host, not by its model; where the transport carries none
    /// (an older client over stateless HTTP), it is <c>ai:unknown</c>.
    /// </summary>
    public Actor Of(MessageContext call) => fixedActor ?? new Actor(ActorKind.Ai, Actor.ToId(call.Server.ClientInfo?.Name));
}
