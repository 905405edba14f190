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
[Toolset(Toolsets.Conversations)]
public sealed class MessageTools(
    ConversationCommandHandler commands, ConversationQueries queries, WorkflowDefinition workflow, ConnectionCaller callers, TimeProvider time)
{
    [McpServerTool(Name = "add_message", Title = "Add a message", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(AddMessageView))]
    [Description("Appends one message: what the customer wrote (role user), what you answered (assistant), what a tool returned (tool), or a note (system). For the customer's message and your answer, begin_turn and complete_turn are safer. While a person owns the conversation, or it waits for one, an AI's public message is refused with not_owner; what the customer writes, internal notes and, while it waits, automated messages are taken.")]
    [Requires(typeof(ConversationCommand.AddMessage))]
    public async Task<CallToolResult> AddMessage(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Who speaks."), AllowedValues("user", "assistant", "system", "tool")] string role,
        [Description("What is said, as it is; only a tool may say nothing."), StringLength(Limits.Content)] string content,
        [Description("Your id for this message, such as the mail's; a repeat gets the first outcome."), StringLength(Limits.Key, MinimumLength = 1)] string? message_id = null,
        [Description("internal: never reaches the customer. Default: public for user and assistant, but not for tool calls."), AllowedValues("public", "internal")] string? visibility = null,
        [Description("True for what a program sends by itself, such as an absence notice: it answers and reopens nothing.")] bool automated = false,
        [Description("Of a tool call (assistant) and its result (tool)."), StringLength(Limits.Key, MinimumLength = 1)] string? tool_call_id = null,
        [Description(Describe.Facts)] Dictionary<string, JsonElement>? metadata = null,
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
            Visibility = SnakeCaseEnum.Parse<Visibility>(visibility) ?? UsualVisibility(speaker, tool_call_id),
            Automated = automated,
            ToolCallId = tool_call_id,
            Metadata = metadata,
        }, cancellationToken);
        return ToolReply.Of(result, o => new AddMessageView(id, messageId, o, workflow, isOfCustomer: speaker == MessageRole.User));
    }

    [McpServerTool(Name = "get_history", Title = "Read messages", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(HistoryView))]
    [Description("Reads the newest messages in chronological order, with a cursor to older ones. A long content is shortened: rest says how to read on; a time is left out within the minute of the one before. Call it before you answer a customer.")]
    [Requires]
    public async Task<CallToolResult> GetHistory(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string? conversation_id = null,
        [Description("Instead: of this customer."), StringLength(Limits.UserId, MinimumLength = 1)] string? user_id = null,
        [Description("With user_id: its next_cursor."), StringLength(Limits.Cursor, MinimumLength = 1)] string? cursor = null,
        [Description(Describe.Limit), Range(1, Limits.Page)] int limit = 50,
        [Description("The before of the last answer."), Range(1, Limits.Number)] long? before = null,
        [Description("Only these roles."), ItemCount(1, 4), AllowedItems("user", "assistant", "system", "tool")] string[]? roles = null,
        [Description("public: what the customer sees; internal: notes."), AllowedValues("public", "internal")] string? visibility = null,
        [Description("full: also ids, who recorded it, version, exact times."), AllowedValues("brief", "full")] string detail = "brief",
        [Description("Role and content."), AllowedValues("openai")] string? format = null,
        [Description("Only this message."), Range(1, Limits.Number)] long? number = null,
        [Description("With number: from this character on."), Range(0, Limits.Content)] int offset = 0,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        var size = new AnswerSize(max_characters, detail == "full") { IsPlain = format == "openai" };
        var filter = new MessageFilter([.. (roles ?? []).Select(r => SnakeCaseEnum.Parse<MessageRole>(r)!.Value)], SnakeCaseEnum.Parse<Visibility>(visibility));
        if (user_id is not null)
        {
            if ((conversation_id, before, number, offset) is not (null, null, null, 0))
                return ToolReply.Of(Error.InvalidArgument("user_id", "it goes without conversation_id, before, number and offset: cursor leads to more messages of the customer"));
            if (!CustomerHistoryCursorText.TryDecode(cursor, out var after))
                return ToolReply.Of(Error.InvalidArgument("cursor", "it must be the next_cursor of an earlier answer, unchanged; leave it out for the first page", SentValue.Quoted(cursor!)));
            return ToolReply.Of(
                await queries.GetHistoryOfCustomerAsync(user_id, limit, after, filter, max_characters, cancellationToken), page => HistoryView.Of(page, size));
        }

        if (cursor is not null)
            return ToolReply.Of(Error.InvalidArgument("cursor", "it goes with user_id; within a conversation, before leads to older messages"));
        if (ConversationId.TryParse(conversation_id) is not { } id)
            return ToolReply.Of(Error.InvalidArgument("conversation_id", "it is required where user_id is not given"));
        if (number is not null && (before, roles, visibility) is not (null, null, null))
            return ToolReply.Of(Error.InvalidArgument("number", "it goes without before, roles and visibility: it names one message, whoever wrote it and whoever may see it"));
        if (number is { } one)
            return ToolReply.Of(await queries.GetMessageAsync(id, one, offset, cancellationToken), page => HistoryView.OfOne(page, offset, workflow, size));
        if (offset > 0)
            return ToolReply.Of(Error.InvalidArgument("number", "it is required where offset is given: the message whose content is read on"));

        var result = await queries.GetHistoryAsync(
            id,
            limit,
            before,
            filter,
            max_characters,
            cancellationToken);
        return ToolReply.Of(result, page => HistoryView.Of(page, workflow, size));
    }

    /// <summary>What tools are asked and return, and what is noted on the side, is not for the customer, unless somebody says so.</summary>
    private static Visibility UsualVisibility(MessageRole speaker, string? toolCallId) =>
        speaker == MessageRole.User || (speaker == MessageRole.Assistant && toolCallId is null) ? Visibility.Public : Visibility.Internal;
}
