using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// How conversations look as JSON, in the stores and on the wire: snake_case, absent for null, enumeration values by
/// name, text as it is (no escapes beyond what JSON demands).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [
        typeof(SnakeCaseEnumConverter<ActorKind>),
        typeof(SnakeCaseEnumConverter<MessageRole>),
        typeof(SnakeCaseEnumConverter<TicketStatus>),
        typeof(SnakeCaseEnumConverter<Priority>),
        typeof(SnakeCaseEnumConverter<Visibility>),
        typeof(SnakeCaseEnumConverter<OwnershipCause>),
        typeof(SnakeCaseEnumConverter<ApprovalStatus>),
        typeof(SnakeCaseEnumConverter<DecisionChannel>),
        typeof(SnakeCaseEnumConverter<Roles>)])]
[JsonSerializable(typeof(Conversation))]
[JsonSerializable(typeof(IReadOnlyList<Approval>))]
[JsonSerializable(typeof(ConversationEvent))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IdempotencyRecord))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ConversationJson : JsonSerializerContext
{
    /// <summary>The context to use: the generated one, with text left readable.</summary>
    public static ConversationJson Readable => Holder.Readable;

    // Apart, so that the generated defaults are there before it.
    private static class Holder
    {
        public static readonly ConversationJson Readable = new(new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}

/// <summary>Enumeration values by their snake_case names, and only those: no numbers, no other case.</summary>
public sealed class SnakeCaseEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && SnakeCaseEnum.Parse<T>(reader.GetString()) is { } value
            ? value
            : throw new JsonException($"Expected one of: {string.Join(", ", Enum.GetValues<T>().Select(SnakeCaseEnum.Of))}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(SnakeCaseEnum.Of(value));
}
