using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Views;

/// <summary>What tools answer, as JSON; the same conventions as in the stores.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(SnakeCaseEnumConverter<ActorKind>),
        typeof(SnakeCaseEnumConverter<MessageRole>),
        typeof(SnakeCaseEnumConverter<TicketStatus>),
        typeof(SnakeCaseEnumConverter<Priority>),
        typeof(SnakeCaseEnumConverter<Visibility>),
        typeof(SnakeCaseEnumConverter<OwnershipCause>),
        typeof(SnakeCaseEnumConverter<ApprovalStatus>),
        typeof(SnakeCaseEnumConverter<DecisionChannel>),
        typeof(SnakeCaseEnumConverter<ElicitationOutcome>),
        typeof(SnakeCaseEnumConverter<ReopenOutcome>),
        typeof(SnakeCaseEnumConverter<Roles>)])]
[JsonSerializable(typeof(ConversationView))]
[JsonSerializable(typeof(InitializeView))]
[JsonSerializable(typeof(TransitionView))]
[JsonSerializable(typeof(AddMessageView))]
[JsonSerializable(typeof(UpdateMetadataView))]
[JsonSerializable(typeof(DeleteView))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(EventsView))]
[JsonSerializable(typeof(ListView))]
[JsonSerializable(typeof(BeginTurnView))]
[JsonSerializable(typeof(CompleteTurnView))]
[JsonSerializable(typeof(OwnershipView))]
[JsonSerializable(typeof(EscalateView))]
[JsonSerializable(typeof(ReopenView))]
[JsonSerializable(typeof(QueueView))]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(RequestApprovalView))]
[JsonSerializable(typeof(UseApprovalView))]
[JsonSerializable(typeof(AwaitApprovalView))]
[JsonSerializable(typeof(PendingApprovalsView))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ToolJsonContext : JsonSerializerContext;

/// <summary>The serializer of tool arguments and results.</summary>
internal static class ToolJson
{
    /// <summary>Tool arguments and results first, then the protocol's own types.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ToolJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.TypeInfoResolverChain.Add(McpJsonUtilities.DefaultOptions.TypeInfoResolver!);
        options.MakeReadOnly();
        return options;
    }
}
