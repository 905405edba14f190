using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>What came of asking.</summary>
/// <param name="Found">The approval as it stands then.</param>
/// <param name="Asked">Null where nobody had to be asked.</param>
/// <param name="Detail">What that means, in one sentence.</param>
public sealed record ElicitedApproval(ApprovalOf Found, ElicitationOutcome? Asked, string? Detail);

/// <summary>The person in front of the host; null where nobody has said who that is.</summary>
public sealed record HostPerson(Actor? Person);

/// <summary>
/// Asks the person in front of an AI's host for a decision, over the host's own form, and records it as theirs. Whether
/// they may decide is a matter of the connection's roles.
/// </summary>
public sealed class ElicitationService(
    ConversationCommandHandler commands, ApprovalService approvals, ConnectionCaller callers, HostPerson host)
{
    /// <summary>Takes their answer, if this round of the call brings it; else asks, and ends the round.</summary>
    /// <exception cref="InputRequiredException">They are asked: the client calls again with the answer.</exception>
    public async ValueTask<Result<ElicitedApproval>> AskAsync(
        RequestContext<CallToolRequestParams> call, RequestedApproval request, CancellationToken cancellationToken)
    {
        var approval = request.Found.Approval;
        // An answer counts in the round that says what the question was.
        var answer = call.Params.RequestState is null ? null : ApprovalForm.Read(call.Params.InputResponses);
        if (approval.Status != ApprovalStatus.Pending)
        {
            return answer is null
                ? new ElicitedApproval(request.Found, null, null)
                : new ElicitedApproval(request.Found, ElicitationOutcome.Answered, $"The answer came too late and does not count: the approval is {SnakeCaseEnum.Of(approval.Status)} already.");
        }

        var caller = callers.Of(call);
        var person = PersonOf(caller);
        if (WhyNot(caller, approval) is { } reason)
            return new ElicitedApproval(request.Found, ElicitationOutcome.NotAuthorized, reason);
        if (HasSaidYes(approval, person))
            return new ElicitedApproval(request.Found, ElicitationOutcome.Answered, $"They have said yes before; {approval.Yes} of {approval.Quorum} have.");

        return answer switch
        {
            { Action: "decline" } => new ElicitedApproval(request.Found, ElicitationOutcome.Declined, "The person would not decide; it stays pending for somebody else."),
            { Action: "cancel" } => new ElicitedApproval(request.Found, ElicitationOutcome.Cancelled, "The person closed the question; it stays pending."),
            { Approved: { } approved } => await DecideAsync(request.Found, caller, person, approved, answer.Notes, cancellationToken),
            _ when !CanAsk(call.Server) => new ElicitedApproval(
                request.Found, ElicitationOutcome.Unsupported, "This client cannot ask the person in front of it; it stays pending for somebody who decides with decide_approval."),
            _ => throw ApprovalForm.Ask(approval, request.State),
        };
    }

    /// <summary>Whether the person in front of a host may be asked, and can be.</summary>
    internal bool MayAsk(MessageContext request, Approval approval)
    {
        var caller = callers.Of(request);
        return CanElicit(request.JsonRpcMessage.Context?.ClientCapabilities ?? request.Server.ClientCapabilities)
            && WhyNot(caller, approval) is null && !HasSaidYes(approval, PersonOf(caller));
    }

    /// <summary>Records what they said, where they may decide.</summary>
    internal async ValueTask<Result<ElicitedApproval>> AnswerAsync(MessageContext request, ApprovalOf found, FormAnswer answer, CancellationToken cancellationToken)
    {
        var caller = callers.Of(request);
        return WhyNot(caller, found.Approval) is { } reason ? new ElicitedApproval(found, ElicitationOutcome.NotAuthorized, reason)
            : answer.Approved is not { } approved ? new ElicitedApproval(found, ElicitationOutcome.Declined, "The person would not decide; it stays pending for somebody else.")
            : await DecideAsync(found, caller, PersonOf(caller), approved, answer.Notes, cancellationToken);
    }

    private Actor PersonOf(Caller caller) => host.Person ?? new Actor(ActorKind.Human, Actor.ToId($"user-of-{caller.Actor.Id}"));

    private static bool HasSaidYes(Approval approval, Actor person) => approval.Votes.Any(v => v.By == person && v.Digest == approval.Digest);

    private async ValueTask<Result<ElicitedApproval>> DecideAsync(
        ApprovalOf found, Caller caller, Actor person, bool approved, string? notes, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(new ConversationCommand.DecideApproval
        {
            Id = ConversationId.TryParse(found.Conversation.ConversationId)!.Value,
            Actor = person,
            Roles = caller.Roles,
            ApprovalId = found.Approval.ApprovalId,
            Approved = approved,
            Notes = notes,
            // What they were shown: a yes is to this, even if somebody changes the arguments at this moment.
            FinalArguments = approved ? found.Approval.Arguments : null,
            Via = DecisionChannel.Elicitation,
        }, cancellationToken);
        if (result.TryGet(out var outcome, out var error))
        {
            var decided = outcome.Conversation.Approval(found.Approval.ApprovalId)!;
            return new ElicitedApproval(
                new ApprovalOf(decided, outcome.Conversation), ElicitationOutcome.Answered,
                !approved ? $"{person} said no."
                : decided.Status == ApprovalStatus.Pending ? $"{person} said yes; {decided.Yes} of {decided.Quorum} have."
                : $"{person} said yes.");
        }

        if (error.Code is not (ErrorCodes.AlreadyDecided or ErrorCodes.ApprovalExpired or ErrorCodes.NotWaitingForApproval))
            return error;
        var current = await approvals.GetAsync(found.Approval.ApprovalId, cancellationToken);
        return current.TryGet(out var now, out var gone)
            ? new ElicitedApproval(now, ElicitationOutcome.Answered, $"The answer came too late and does not count. {McpErrorMessages.Of(error)}")
            : gone;
    }

    /// <summary>Why the person in front of a connection may not decide, or null.</summary>
    private static string? WhyNot(Caller caller, Approval approval) =>
        caller.Actor.Kind != ActorKind.Ai ? $"Nobody was asked: {caller.Actor} is not an AI with a person at its host; another person must decide, with decide_approval."
        : !caller.Has(approval.ApproverRole) ? $"Nobody was asked: this connection does not have {Requirement.Role(approval.ApproverRole)}, so the person there may not decide; it stays pending for somebody who may."
        : null;

    private static bool CanAsk(McpServer server) => server.IsMrtrSupported && CanElicit(server.ClientCapabilities);

    private static bool CanElicit(ClientCapabilities? client) =>
        client?.Elicitation is { } elicitation && (elicitation.Form is not null || elicitation.Url is null);
}
