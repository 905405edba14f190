using System.Text.Json;

namespace SupportStateMcp.Conversations;

/// <summary>Who speaks in a message. Who recorded it is the actor of its event.</summary>
public enum MessageRole
{
    User,
    Assistant,
    System,
    Tool,
}

/// <summary>One message of a case's history, with its content.</summary>
public sealed record Message
{
    /// <summary>Its place in the history, from 1, without gaps.</summary>
    public required long Number { get; init; }

    public required string MessageId { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who put it down, as <c>kind:id</c>.</summary>
    public required string RecordedBy { get; init; }

    /// <summary>The version of the conversation that brought it.</summary>
    public required long Version { get; init; }
}
