using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// Who may answer the customer now: an actor, or a queue in which the conversation waits for a person. Written as the actor's
/// <c>kind:id</c> or as <c>queue:name</c>.
/// </summary>
[JsonConverter(typeof(OwnerConverter))]
public sealed partial record Owner
{
    private const string QueuePrefix = "queue:";

    /// <summary>Where a conversation waits when nobody names a queue.</summary>
    public const string DefaultQueue = "support";

    /// <summary>What the name of a queue looks like.</summary>
    public const string QueuePattern = "^[a-z0-9][a-z0-9._-]{0,49}$";

    /// <summary>The same in words.</summary>
    public const string QueueWords = "the name of a queue: 1 to 50 lower-case letters, digits, dots, underscores and hyphens, the first a letter or a digit, for example support";

    private Owner(Actor? actor, string? queue) => (Actor, Queue) = (actor, queue);

    /// <summary>The one who owns it; null while it waits in a queue.</summary>
    public Actor? Actor { get; }

    /// <summary>The queue it waits in; null while somebody owns it.</summary>
    public string? Queue { get; }

    /// <summary>True where a person owns it.</summary>
    public bool IsPerson => Actor is { Kind: ActorKind.Human };

    /// <summary>True where an AI or another program owns it.</summary>
    public bool IsMachine => Actor is not null && !IsPerson;

    /// <summary>The owner as <see cref="Conversation.AssignedTo"/> names it: an AI by its bare id, anybody else as <see cref="ToString"/> does.</summary>
    public string Assignee => Actor is { Kind: ActorKind.Ai } ai ? ai.Id : ToString();

    public static Owner Of(Actor actor) => new(actor, null);

    /// <summary>A queue as owner.</summary>
    public static Owner InQueue(string queue) => new(null, queue);

    public static bool IsQueueName(string name) => QueueRegex().IsMatch(name);

    /// <summary>The name of a queue that somebody probably means with an invalid text; null where nobody can tell.</summary>
    public static string? GuessQueueName(string text)
    {
        var name = text.Trim(' ', '"', '\'', '`').ToLowerInvariant().Replace(' ', '-');
        if (name.StartsWith(QueuePrefix, StringComparison.Ordinal))
            name = name[QueuePrefix.Length..];
        return IsQueueName(name) ? name : null;
    }

    /// <summary>Reads what <see cref="ToString"/> writes; null where the text is not of that form.</summary>
    public static Owner? TryParse(string? text)
    {
        if (text is null)
            return null;
        if (text.StartsWith(QueuePrefix, StringComparison.Ordinal))
            return IsQueueName(text[QueuePrefix.Length..]) ? InQueue(text[QueuePrefix.Length..]) : null;
        return SupportStateMcp.Identity.Actor.TryParse(text) is { } actor ? Of(actor) : null;
    }

    /// <summary>
    /// Reads an owner that a caller names: a person, a queue or an AI. A name without its kind may mean several, so it is
    /// refused, and the error says how to write each.
    /// </summary>
    /// <param name="argument">What the argument is called.</param>
    /// <param name="text">What the caller wrote.</param>
    public static Result<Owner> Read(string argument, string text)
    {
        if (TryParse(text) is { } owner && owner.Actor is null or { Kind: ActorKind.Human or ActorKind.Ai } && (owner.Actor is not { } who || Identity.Actor.ToId(who.Id) == who.Id))
            return owner;
        return Error.InvalidArgument(argument, IsQueueName(text)
            ? $"it says of which kind the name is: human:{text} for a person, queue:{text} for a queue, ai:{text} for an AI"
            : "it is human:ID for a person, queue:NAME for a queue or ai:ID for an AI, for example human:bob or queue:billing; the name of a queue has 1 to 50 lower-case letters, digits, dots, underscores and hyphens");
    }

    /// <summary>The same, where <c>me</c> is the caller.</summary>
    public static Result<Owner> Read(string argument, string text, Actor me) => text == "me" ? Of(me) : Read(argument, text);

    public bool Is(Actor actor) => Actor == actor;

    /// <inheritdoc/>
    public override string ToString() => Actor?.ToString() ?? QueuePrefix + Queue;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex QueueRegex();
}

/// <summary>An owner as text.</summary>
public sealed class OwnerConverter : JsonConverter<Owner>
{
    public override Owner Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Owner.TryParse(reader.GetString()) ?? throw new JsonException("An owner is kind:id or queue:name.");

    public override void Write(Utf8JsonWriter writer, Owner value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Why a conversation changed hands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<OwnershipCause>))]
public enum OwnershipCause
{
    /// <summary>Another AI began a turn.</summary>
    TurnBegun,

    /// <summary>The one who answered the customer took it.</summary>
    Replied,

    /// <summary>A person claimed it.</summary>
    Claimed,

    /// <summary>The person gave it back to the queue.</summary>
    Released,

    /// <summary>The person gave it back to the AI.</summary>
    HandedBack,

    /// <summary>It was handed to people.</summary>
    Escalated,

    /// <summary>The lease ran out without a reply.</summary>
    LeaseExpired,

    /// <summary>A closed conversation was opened again: the AI starts again.</summary>
    Reopened,

    /// <summary>Somebody gave it to a person, a queue or an AI by name.</summary>
    Assigned,
}

/// <summary>The last time a person had the conversation, by the numbers of the messages that came meanwhile.</summary>
/// <param name="By">The person, as <c>human:id</c>.</param>
/// <param name="From">The number of the first message of the takeover, whether it has come or not.</param>
/// <param name="Since">When it began.</param>
/// <param name="To">The number of its last message; null while it lasts.</param>
/// <param name="Until">When it ended; null while it lasts.</param>
public sealed record HumanTakeover(string By, long From, DateTimeOffset Since, long? To = null, DateTimeOffset? Until = null);

/// <summary>A message of the customer that nobody has answered.</summary>
public sealed record Unanswered(long Number, DateTimeOffset At);
