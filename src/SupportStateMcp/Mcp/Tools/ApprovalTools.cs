using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that ask for a permission, decide on it and take it.</summary>
[McpServerToolType]
[Toolset(Toolsets.Conversations)]
public sealed class ApprovalTools(
    ConversationCommandHandler commands, ApprovalRequests requests, ElicitationService person, ConnectionCaller callers)
{
    [McpServerTool(Name = "request_approval", Title = "Ask for an approval", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(RequestApprovalView))]
    [Description("Asks for the permission to do exactly this action with exactly these arguments. Call it before anything that costs money or cannot be undone, such as a refund. The policy grants it at once, or a person decides: then await_approval; once granted, use_approval, then do it. An open approval for the same is returned with created: false.")]
    [Requires(typeof(ConversationCommand.RequestApproval))]
    [ShownIn(AppResources.ApprovalUri)]
    public async Task<CallToolResult> RequestApproval(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("The name of the action, for example refund."), StringLength(Limits.Action, MinimumLength = 1)] string action,
        [Description("All that the action is done with; people decide on exactly this.")] Dictionary<string, JsonElement> arguments,
        [Description("Why it should be done; shown to anyone who decides."), StringLength(Limits.Reason, MinimumLength = 1)] string reason,
        [Description("What is at stake, in the desk's currency; amounts among the arguments count as well."), Range(0d, Limits.Amount)] decimal? amount = null,
        [Description("Severity times likelihood, as your desk counts it."), Range(0d, Limits.RiskPriority)] decimal? risk_priority = null,
        [Description("How sure you are that it is right, from 0 to 1."), Range(0d, 1d)] decimal? confidence = null,
        [Description("Who has to decide."), AllowedValues("approver", "supervisor")] string approver_role = "approver",
        [Description("How many different people have to say yes."), Range(1, Limits.Quorum)] int quorum = 1,
        [Description("Seconds until it expires undecided."), Range(1, Limits.ApprovalLifetime)] int expires_in = 86_400,
        [Description("True asks the person in front of your host right now, if your client can.")] bool ask = false,
        [Description("Who may use it in your place, such as ai:payments, or anyone; else you alone."), StringLength(Limits.Actor, MinimumLength = 1)] string? usable_by = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var command = new ConversationCommand.RequestApproval
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Action = action,
            Arguments = Json(arguments),
            Reason = reason,
            Amount = amount,
            RiskPriority = risk_priority,
            Confidence = confidence,
            ApproverRole = SnakeCaseEnum.Parse<Roles>(approver_role)!.Value,
            Quorum = quorum,
            ExpiresIn = TimeSpan.FromSeconds(expires_in),
            UsableBy = usable_by,
            IdempotencyKey = idempotency_key,
        };
        var requested = ask && call.Params.RequestState is { } state
            ? await requests.ResumeAsync(state, command, cancellationToken)
            : await requests.OpenAsync(command, cancellationToken);
        if (!ask || !requested.TryGet(out var request, out _))
            return ToolReply.Of(requested, r => new RequestApprovalView(r));

        var asked = await person.AskAsync(call, request, cancellationToken);
        return ToolReply.Of(asked, a => new RequestApprovalView(request with { Found = a.Found }) { Asked = a.Asked, AskedDetail = a.Detail });
    }

    [McpServerTool(Name = "decide_approval", Title = "Decide on an approval", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ApprovalView))]
    [Description("Says yes or no to a pending approval, for a person who may: an approver who did not ask for it. Each person counts once; one no refuses it for good. With final_arguments the yes is to other arguments than those proposed, which then are the only ones that may be used. Look at it with get_approval first.")]
    [Requires(typeof(ConversationCommand.DecideApproval))]
    public async Task<CallToolResult> DecideApproval(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ApprovalId), RegularExpression(Approval.Pattern)] string approval_id,
        [Description("True for yes, false for no.")] bool approved,
        [Description("Why; shown to the one who asked, and kept in the audit trail."), StringLength(Limits.Reason)] string? notes = null,
        [Description("All arguments, in the place of the proposed ones; only with approved: true.")] Dictionary<string, JsonElement>? final_arguments = null,
        [Description("That of get_approval; where the arguments are others by now, nothing is decided."), StringLength(Limits.Key, MinimumLength = 1)] string? digest = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.DecideApproval
        {
            Id = Approval.ConversationOf(approval_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            ApprovalId = approval_id,
            Approved = approved,
            Notes = notes,
            FinalArguments = final_arguments is null ? null : Json(final_arguments),
            SeenDigest = digest,
            Via = DecisionChannel.Connection,
        }, cancellationToken);
        return ToolReply.Of(result, o => new ApprovalView(o.Conversation.Approval(approval_id)!, o.Conversation));
    }

    [McpServerTool(Name = "use_approval", Title = "Take a permission", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(UseApprovalView))]
    [Description("Takes the one permission of a granted approval that you asked for, or that names you in usable_by. Call it right before you do what was approved, with exactly its action and arguments, and do it only if the answer says granted: true. Pass an idempotency_key, so that a repeat of your own call is told from another's.")]
    [Requires(typeof(ConversationCommand.UseApproval))]
    public async Task<CallToolResult> UseApproval(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ApprovalId), RegularExpression(Approval.Pattern)] string approval_id,
        [Description("The action, as it was approved."), StringLength(Limits.Action, MinimumLength = 1)] string action,
        [Description("Those of the approval, unchanged.")] Dictionary<string, JsonElement> arguments,
        [Description("Your key for this call; a repeat is replayed."), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await commands.ExecuteAsync(new ConversationCommand.UseApproval
        {
            Id = Approval.ConversationOf(approval_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            ApprovalId = approval_id,
            Action = action,
            Arguments = Json(arguments),
            UseKey = idempotency_key,
        }, cancellationToken);
        return ToolReply.Of(result, o => UseApprovalView.Of(o.Conversation.Approval(approval_id)!, o.Conversation, replayed: !o.Changed));
    }

    private static JsonElement Json(Dictionary<string, JsonElement> arguments) =>
        JsonSerializer.SerializeToElement(arguments, ToolJson.TypeInfo<Dictionary<string, JsonElement>>());
}
