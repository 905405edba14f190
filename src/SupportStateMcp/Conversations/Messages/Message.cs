using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>Who speaks in a message. Who recorded it is the actor of its event.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MessageRole>))]
public enum MessageRole
{
    User,
    Assistant,
    System,
    Tool,
}

/// <summary>Who gets to see a message.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Visibility>))]
public enum Visibility
{
    /// <summary>The customer and everybody who works on the conversation.</summary>
    Public,

    /// <summary>Only who works on the conversation: a note between colleagues. It changes nothing but the history.</summary>
    Internal,
}

/// <summary>One message of a conversation's history, with its content.</summary>
public sealed record Message
{
    /// <summary>Its place in the history, from 1, without gaps.</summary>
    public required long Number { get; init; }

    public required string MessageId { get; init; }

    public required MessageRole Role { get; init; }

    public required string Content { get; init; }

    public Visibility Visibility { get; init; }

    /// <summary>True where a program sent it by itself, such as an absence notice: it opens nothing again, answers nothing, owns nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Automated { get; init; }

    /// <summary>The number of the customer's message that it answers; null where it answers none.</summary>
    public long? InReplyTo { get; init; }

    /// <summary>The id of a tool call: on the assistant's message that makes the call, and on those with its result. Null for every other message.</summary>
    public string? ToolCallId { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who put it down, as <c>kind:id</c>.</summary>
    public required string RecordedBy { get; init; }

    /// <summary>The version of the conversation that brought it.</summary>
    public required long Version { get; init; }
}
