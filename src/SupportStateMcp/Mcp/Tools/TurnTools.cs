using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The request cycle of an agent: take in what the customer wrote, answer it.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class TurnTools(
    TurnService turns, ContextService contexts, ITokenCounter counter, StateSuggestions suggestions, WorkflowDefinition workflow, ConnectionCaller callers, TimeProvider time)
{
    [McpServerTool(Name = "begin_turn", Title = "Take in a customer's message", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(BeginTurnView))]
    [Description("Stores what the customer just wrote and returns all you need to answer it: the history before it, state, owner, guidance, and a turn_token. Call it once for each message of the customer, then complete_turn with your answer, instead of get_state, get_history, add_message and transition_state. Where may_answer is false, say nothing to the customer: a person has the conversation, or the message is answered (answer).")]
    [Requires(typeof(ConversationCommand.BeginTurn))]
    public async Task<CallToolResult> BeginTurn(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("What the customer wrote, as it is."), StringLength(Limits.Content, MinimumLength = 1)] string content,
        [Description("Your id for the customer's message, such as the mail's; a repeat begins the same turn again, or tells the answer."), StringLength(Limits.Key, MinimumLength = 1)] string? message_id = null,
        [Description("How many messages before it."), Range(0, Limits.Page)] int max_messages = 50,
        [Description("With what is known of the customer.")] bool context = true,
        [Description(Describe.Facts)] Dictionary<string, JsonElement>? metadata = null,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await turns.BeginAsync(new ConversationCommand.BeginTurn
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            MessageId = message_id ?? $"msg-{Guid.CreateVersion7(time.GetUtcNow()):N}",
            Content = content,
            Metadata = metadata,
        }, caller, max_messages, max_characters, cancellationToken);
        if (!result.TryGet(out var begun, out var refusal))
            return ToolReply.Of(refusal);

        var known = context ? TurnBrief.Of(await contexts.BriefAsync(begun.Outcome.Conversation, content, caller, cancellationToken), counter) : null;
        return ToolReply.Of(BeginTurnView.Of(begun, known, workflow, new AnswerSize(max_characters)));
    }

    [McpServerTool(Name = "complete_turn", Title = "Answer a customer's message", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CompleteTurnView))]
    [Description("Stores your answer to the message that begin_turn took in and, with new_state, moves the conversation on, in one step or not at all. Send the answer to the customer only after this succeeded. Refused with not_owner, where somebody took the conversation meanwhile: drop the answer. After a failure repeat the same call.")]
    [Requires(typeof(ConversationCommand.CompleteTurn))]
    public async Task<CallToolResult> CompleteTurn(
        RequestContext<CallToolRequestParams> call,
        [Description("The turn_token of begin_turn, as it is."), StringLength(Turn.MaxTokenLength, MinimumLength = 1)] string turn_token,
        [Description("Your answer to the customer."), StringLength(Limits.Content, MinimumLength = 1)] string content,
        [Description("The state to move to: one of allowed_transitions. Omit it to stay."), StringLength(Limits.State, MinimumLength = 1)] string? new_state = null,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        CancellationToken cancellationToken = default)
    {
        if (Turn.TryParse(turn_token) is not { } turn)
            return ToolReply.Of(Error.InvalidArgument("turn_token", Turn.TokenRule, SentValue.Quoted(turn_token)));
        if (StateArgument.Read(workflow, "new_state", new_state, out var state) is { } unknown)
            return ToolReply.Of(unknown);

        var caller = callers.Of(call);
        var command = new ConversationCommand.CompleteTurn
        {
            Id = turn.Id,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Turn = turn,
            Content = content,
            NewState = state,
            Reason = reason,
        };
        return ToolReply.Of(await turns.CompleteAsync(command, cancellationToken), o => new CompleteTurnView(command, o, workflow, suggestions));
    }
}
