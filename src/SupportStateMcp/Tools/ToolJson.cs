using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tools;

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
        typeof(SnakeCaseEnumConverter<Asked>),
        typeof(SnakeCaseEnumConverter<ReopenOutcome>),
        typeof(SnakeCaseEnumConverter<Roles>)])]
[JsonSerializable(typeof(CaseResult))]
[JsonSerializable(typeof(InitializeResult))]
[JsonSerializable(typeof(TransitionResult))]
[JsonSerializable(typeof(AddMessageResult))]
[JsonSerializable(typeof(UpdateMetadataResult))]
[JsonSerializable(typeof(DeleteResult))]
[JsonSerializable(typeof(HistoryResult))]
[JsonSerializable(typeof(EventsResult))]
[JsonSerializable(typeof(ListResult))]
[JsonSerializable(typeof(BeginTurnResult))]
[JsonSerializable(typeof(CompleteTurnResult))]
[JsonSerializable(typeof(OwnershipResult))]
[JsonSerializable(typeof(EscalateResult))]
[JsonSerializable(typeof(ReopenResult))]
[JsonSerializable(typeof(QueueResult))]
[JsonSerializable(typeof(ApprovalResult))]
[JsonSerializable(typeof(RequestApprovalResult))]
[JsonSerializable(typeof(UseApprovalResult))]
[JsonSerializable(typeof(AwaitApprovalResult))]
[JsonSerializable(typeof(PendingApprovalsResult))]
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
