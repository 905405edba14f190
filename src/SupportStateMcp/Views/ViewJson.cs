using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>The views as JSON, and the arguments that tools take; the same conventions as in the stores.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConversationView))]
[JsonSerializable(typeof(ConversationDetailsView))]
[JsonSerializable(typeof(InitializeView))]
[JsonSerializable(typeof(TransitionView))]
[JsonSerializable(typeof(AddMessageView))]
[JsonSerializable(typeof(UpdateMetadataView))]
[JsonSerializable(typeof(DeleteView))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(EventsView))]
[JsonSerializable(typeof(ConversationListView))]
[JsonSerializable(typeof(BeginTurnView))]
[JsonSerializable(typeof(CompleteTurnView))]
[JsonSerializable(typeof(OwnershipView))]
[JsonSerializable(typeof(EscalateView))]
[JsonSerializable(typeof(ReopenView))]
[JsonSerializable(typeof(QueueView))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(ConversationSummaryView))]
[JsonSerializable(typeof(QueueEntryView))]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(RequestApprovalView))]
[JsonSerializable(typeof(UseApprovalView))]
[JsonSerializable(typeof(AwaitApprovalView))]
[JsonSerializable(typeof(PendingApprovalsView))]
[JsonSerializable(typeof(SampleDataView))]
[JsonSerializable(typeof(DataHealthView))]
[JsonSerializable(typeof(EventTakenView))]
[JsonSerializable(typeof(DeliveriesView))]
[JsonSerializable(typeof(RedeliveredView))]
[JsonSerializable(typeof(TicketStartedView))]
[JsonSerializable(typeof(SolutionDecidedView))]
[JsonSerializable(typeof(TicketView))]
[JsonSerializable(typeof(AnalysisView))]
[JsonSerializable(typeof(NextStepView))]
[JsonSerializable(typeof(CompleteStepView))]
[JsonSerializable(typeof(CustomerView))]
[JsonSerializable(typeof(CustomerDetailsView))]
[JsonSerializable(typeof(CustomerSavedView))]
[JsonSerializable(typeof(SystemView))]
[JsonSerializable(typeof(SystemSavedView))]
[JsonSerializable(typeof(CustomersImportedView))]
[JsonSerializable(typeof(ApplicationView[]))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(KnowledgeAnswersView))]
[JsonSerializable(typeof(ArticleView))]
[JsonSerializable(typeof(SavedArticleView))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(RecallView))]
[JsonSerializable(typeof(RememberView))]
[JsonSerializable(typeof(ForgottenView))]
[JsonSerializable(typeof(MemoryListView))]
[JsonSerializable(typeof(ForgottenCustomerView))]
[JsonSerializable(typeof(ProfileView))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(TaskChangedView))]
[JsonSerializable(typeof(TaskListView))]
[JsonSerializable(typeof(CheckpointSetView))]
[JsonSerializable(typeof(CheckpointListView))]
[JsonSerializable(typeof(RollbackView))]
[JsonSerializable(typeof(ForkView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(ContextView))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(SummaryView))]
[JsonSerializable(typeof(RecalledView))]
[JsonSerializable(typeof(KnowledgeHitView))]
[JsonSerializable(typeof(EarlierConversationView))]
[JsonSerializable(typeof(ContextTaskView))]
[JsonSerializable(typeof(TurnContextView))]
[JsonSerializable(typeof(SaveSummaryView))]
[JsonSerializable(typeof(ConsoleSessionView))]
[JsonSerializable(typeof(TicketListView))]
[JsonSerializable(typeof(ArticleListView))]
[JsonSerializable(typeof(NumbersView))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ViewJsonContext : JsonSerializerContext;

/// <summary>The one way to write a view: for MCP results and the command line's <c>--json</c> alike, with text left readable.</summary>
internal static class ViewJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    public static byte[] Bytes<T>(T view) => Utf8Json.Write(view, (JsonTypeInfo<T>)ViewJsonContext.Default.GetTypeInfo(typeof(T))!);

    public static string Text<T>(T view) => Encoding.UTF8.GetString(Bytes(view));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ViewJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly();
        return options;
    }
}
