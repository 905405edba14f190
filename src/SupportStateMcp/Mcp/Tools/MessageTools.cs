using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools of a conversation's history.</summary>
[McpServerToolType]
public sealed class MessageTools(
    ConversationCommandHandler commands, ConversationQueries queries, WorkflowDefinition workflow, ConnectionCaller callers, TimeProvider time)
{
    [McpServerTool(Name = "add_message", Title = "Add a message", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(AddMessageView))]
    [Description("Appends one message to a conversation's history: what the customer wrote (role user), what you answered (assistant), what a tool returned (tool), or a note on the conversation itself (system). For the customer's message and your answer to it, begin_turn and complete_turn are the safer way. While a person owns the conversation, or it waits in a queue for one, an AI's message to the customer is refused with not_owner; what the customer wrote and internal notes are always taken in. Pass a message_id of your own, so that a repeated call stores the message once.")]
    [Requires(typeof(ConversationCommand.AddMessage))]
    public async Task<CallToolResult> AddMessage(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Who speaks."), AllowedValues("user", "assistant", "system", "tool")] string role,
        [Description("What is said, as it is; only a tool may have said nothing."), StringLength(Limits.Content)] string content,
        [Description("Your id for this message, unique within the conversation; a repeat with the same content is answered with the first outcome. Made for you where you give none."), StringLength(Limits.Key, MinimumLength = 1)] string? message_id = null,
        [Description("Who gets to see it. public: the customer too. internal: a note between colleagues, which never reaches the customer and never changes who owns the conversation. Default: public for user and assistant, internal for system and tool."), AllowedValues("public", "internal")] string? visibility = null,
        [Description("True for what a program sends by itself, such as an absence notice or a receipt: it reopens nothing, answers nothing and owns nothing.")] bool automated = false,
        [Description("Custom facts about the message: up to 50 keys with any JSON values, at most 16,384 characters of JSON in all and 32 levels deep.")] Dictionary<string, JsonElement>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var id = ConversationId.TryParse(conversation_id)!.Value;
        var messageId = message_id ?? $"msg-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var speaker = SnakeCaseEnum.Parse<MessageRole>(role)!.Value;
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.AddMessage
        {
            Id = id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            MessageId = messageId,
            Role = speaker,
            Content = content,
            Visibility = SnakeCaseEnum.Parse<Visibility>(visibility) ?? UsualVisibility(speaker),
            Automated = automated,
            Metadata = metadata,
        }, cancellationToken);
        return ToolReply.Of(result, o => new AddMessageView(id, messageId, o, workflow, isOfCustomer: speaker == MessageRole.User));
    }

    [McpServerTool(Name = "get_history", Title = "Read the messages of a conversation", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(HistoryView))]
    [Description("Reads the newest messages of a conversation in chronological order, with a cursor to older ones. Call it before you answer a customer, so that you know what was said.")]
    [Requires]
    public async Task<CallToolResult> GetHistory(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("How many messages at most."), Range(1, Limits.Page)] int limit = 50,
        [Description("Only messages older than this; the before of the last answer."), Range(1, Limits.Number)] long? before = null,
        [Description("Only messages of these roles; a call looks at up to 5,000 messages in search of them."), ItemCount(1, 4), AllowedItems("user", "assistant", "system", "tool")] string[]? roles = null,
        [Description("Only messages of this visibility; public is exactly what the customer sees. Default: all."), AllowedValues("public", "internal")] string? visibility = null,
        CancellationToken cancellationToken = default)
    {
        var result = await queries.GetHistoryAsync(
            ConversationId.TryParse(conversation_id)!.Value,
            limit,
            before,
            new MessageFilter([.. (roles ?? []).Select(r => SnakeCaseEnum.Parse<MessageRole>(r)!.Value)], SnakeCaseEnum.Parse<Visibility>(visibility)),
            cancellationToken);
        return ToolReply.Of(result, page => HistoryView.Of(page, workflow));
    }

    /// <summary>What tools return and what is noted on the side is not for the customer, unless somebody says so.</summary>
    private static Visibility UsualVisibility(MessageRole speaker) =>
        speaker is MessageRole.User or MessageRole.Assistant ? Visibility.Public : Visibility.Internal;
}
