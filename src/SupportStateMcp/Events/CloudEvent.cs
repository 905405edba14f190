using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Events;

/// <summary>An event of a conversation as other systems hear of it: CloudEvents 1.0 in the JSON format, with the extension <c>topic</c>.</summary>
public sealed record CloudEvent
{
    /// <summary>The media type of one event (CloudEvents JSON format, section 3).</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>What stands before the name of an event in <see cref="Type"/>.</summary>
    public const string TypePrefix = "supportstate.";

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    /// <summary><c>{conversation_id}:{version}</c>: who gets it twice, since the first answer was lost, knows it by this.</summary>
    public required string Id { get; init; }

    /// <summary>Which desk it comes from.</summary>
    public required string Source { get; init; }

    public required string Type { get; init; }

    /// <summary>The conversation.</summary>
    public required string Subject { get; init; }

    [JsonConverter(typeof(ExactTimeConverter))]
    public required DateTimeOffset Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    public required string Topic { get; init; }

    public required CloudEventData Data { get; init; }

    /// <summary>The id of an event.</summary>
    public static string IdOf(ConversationId id, long version) => string.Create(CultureInfo.InvariantCulture, $"{id.Value}:{version}");

    /// <summary>Takes an id of <see cref="IdOf"/> apart; null where it is none.</summary>
    public static (ConversationId Id, long Version)? ParseId(string text) =>
        text.LastIndexOf(':') is var colon and > 0
        && ConversationId.TryParse(text[..colon]) is { } id
        && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? (id, version)
            : null;

    /// <summary>An event of a conversation, without what was said in it.</summary>
    /// <param name="conversation">The conversation, as it is now.</param>
    /// <param name="e">The event.</param>
    /// <param name="source">Which desk it comes from.</param>
    public static CloudEvent Of(Conversation conversation, ConversationEvent e, string source)
    {
        var shown = EventView.Of(e.Redacted());
        // The metadata names the customer.
        _ = shown.Details.Remove("user_id") | shown.Details.Remove("customer_id");
        return new CloudEvent
        {
            Id = IdOf(ConversationId.TryParse(conversation.ConversationId)!.Value, e.Version),
            Source = source,
            Type = TypePrefix + shown.Type,
            Subject = conversation.ConversationId,
            Time = e.At,
            Topic = EventTopics.Of(e),
            Data = new CloudEventData
            {
                EventType = shown.Type,
                Agent = shown.Actor,
                Action = ActionOf(e, shown.Type),
                RequestId = conversation.TicketId,
                Timestamp = e.At,
                Metadata = new CloudEventMetadata { CustomerId = conversation.UserId, Priority = SnakeCaseEnum.Of(conversation.Priority) },
                Details = shown.Details,
            },
        };
    }

    /// <summary>What was done, in a word or two.</summary>
    private static string ActionOf(ConversationEvent e, string type) => e switch
    {
        ConversationEvent.Transitioned moved => $"{moved.From} -> {moved.To}",
        ConversationEvent.ApprovalRequested asked => asked.Action,
        ConversationEvent.ApprovalDecided decided => decided.Approved ? "approve" : "reject",
        ConversationEvent.StepEvent step => step.Step,
        ConversationEvent.MessageAdded { Visibility: Visibility.Internal } => "note",
        ConversationEvent.MessageAdded { Role: MessageRole.User } => "ask",
        ConversationEvent.MessageAdded { Role: MessageRole.Assistant } => "reply",
        ConversationEvent.OwnerChanged owned => SnakeCaseEnum.Of(owned.Cause),
        _ => type,
    };
}

/// <summary>What a <see cref="CloudEvent"/> tells.</summary>
public sealed record CloudEventData
{
    /// <summary>What happened, as <c>get_events</c> calls it.</summary>
    public required string EventType { get; init; }

    /// <summary>Who did it, as <c>kind:id</c>.</summary>
    public required string Agent { get; init; }

    public required string Action { get; init; }

    /// <summary>The ticket.</summary>
    public required string RequestId { get; init; }

    [JsonConverter(typeof(ExactTimeConverter))]
    public required DateTimeOffset Timestamp { get; init; }

    public required CloudEventMetadata Metadata { get; init; }

    /// <summary>The facts of the event; none that hold what somebody said.</summary>
    public required JsonObject Details { get; init; }

    /// <summary>What was said, where the subscription asks for it and it was not erased since.</summary>
    public string? Content { get; init; }
}

/// <summary>Whom an event concerns.</summary>
public sealed record CloudEventMetadata
{
    public required string CustomerId { get; init; }

    public required string Priority { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudEvent))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(RejectedEvent))]
internal sealed partial class EventsJson : JsonSerializerContext;
