namespace SupportStateMcp.Identity;

/// <summary>
/// Who acts where the server does something by itself. No limit is for them: nobody would do later what was refused. So no
/// connection gets one of these names.
/// </summary>
public static class ServerActors
{
    /// <summary>Where time does: leases and approvals that ran out.</summary>
    public static readonly Actor Clock = new(ActorKind.System, "clock");

    /// <summary>Where a pipeline does: it asks for approvals, and uses them.</summary>
    public static readonly Actor Pipeline = new(ActorKind.System, "pipeline");

    /// <summary>Where the policy decides on an approval.</summary>
    public static readonly Actor ApprovalPolicy = new(ActorKind.System, "approval-policy");

    /// <summary>Where something is remembered of a conversation that has ended.</summary>
    public static readonly Actor Memory = new(ActorKind.System, "memory");

    /// <summary>Who brings what comes by a log: whoever can write to it.</summary>
    public static readonly Actor Events = new(ActorKind.System, "events");

    /// <summary>Who loads the sample data.</summary>
    public static readonly Actor Demo = new(ActorKind.System, "demo");

    /// <summary>Where the vectors of articles are made.</summary>
    public static readonly Actor Embeddings = new(ActorKind.System, "embeddings");

    private static readonly HashSet<Actor> s_all = [Clock, Pipeline, ApprovalPolicy, Memory, Events, Demo, Embeddings];

    /// <summary>Whether it is one of these, and no system that calls from outside.</summary>
    public static bool Contains(Actor actor) => s_all.Contains(actor);
}
