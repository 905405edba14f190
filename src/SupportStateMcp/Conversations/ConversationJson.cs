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
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(Conversation))]
[JsonSerializable(typeof(IReadOnlyList<Approval>))]
[JsonSerializable(typeof(Run))]
[JsonSerializable(typeof(Analysis))]
[JsonSerializable(typeof(ConversationSummary))]
[JsonSerializable(typeof(IReadOnlyList<ConversationTask>))]
[JsonSerializable(typeof(IReadOnlyList<Checkpoint>))]
[JsonSerializable(typeof(ConversationEvent))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IdempotencyRecord))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ConversationJson : JsonSerializerContext
{
    /// <summary>For reading, and for JSON that no store keeps: text is left readable. Stores write with <see cref="Utf8Json"/>.</summary>
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
