using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting;

/// <summary>The person in front of the host.</summary>
public sealed partial class OptionsReader
{
    private Actor? Person()
    {
        if (Given(_settings.Person) is not { } name)
            return null;
        if (_identity.OverHttp)
            return Violation<Actor?>(null, "person: over HTTP each connection has a person of its own; leave the key out.");
        // A form asks for it, in words: what cannot stand in an id is replaced, as in the name of a client.
        return new Actor(ActorKind.Human, Actor.ToId(name));
    }
}
