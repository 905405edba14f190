using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(SnakeCaseEnumConverter<MessageRole>),
        typeof(SnakeCaseEnumConverter<TicketStatus>),
        typeof(SnakeCaseEnumConverter<Priority>),
        typeof(SnakeCaseEnumConverter<Visibility>),
        typeof(SnakeCaseEnumConverter<ApprovalStatus>),
        typeof(SnakeCaseEnumConverter<DecisionChannel>),
        typeof(SnakeCaseEnumConverter<ReopenOutcome>),
        typeof(SnakeCaseEnumConverter<Roles>)])]
[JsonSerializable(typeof(QueueFacts))]
[JsonSerializable(typeof(ConversationFacts))]
[JsonSerializable(typeof(ChangeFacts))]
[JsonSerializable(typeof(ApprovalsFacts))]
[JsonSerializable(typeof(ApprovalFacts))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CliJsonContext : JsonSerializerContext;

/// <summary>What <c>--json</c> prints; the same conventions as of the tools.</summary>
internal static class CliJson
{
    private static readonly JsonSerializerOptions s_readable = new(CliJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>How to write a kind of facts, with text left readable.</summary>
    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)s_readable.GetTypeInfo(typeof(T));
}
