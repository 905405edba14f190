using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tools;

/// <summary>What came of asking.</summary>
/// <param name="Found">The approval as it stands then.</param>
/// <param name="Asked">Null where nobody had to be asked.</param>
/// <param name="Detail">What that means, in one sentence.</param>
public sealed record AskedApproval(ApprovalOf Found, Asked? Asked, string? Detail);

/// <summary>
/// Asks the person in front of an AI's host for a decision, over the host's own form, and puts it down as theirs. Whether
/// they may decide is a matter of the connection's roles.
/// </summary>
public sealed class PersonAtTheHost(ConversationDesk desk, ApprovalDesk approvals, ConnectionCaller callers)
{
    /// <summary>Takes their answer, if this round of the call brings it; else asks, and ends the round.</summary>
    /// <exception cref="InputRequiredException">They are asked: the client calls again with the answer.</exception>
    public async ValueTask<Result<AskedApproval>> AskAsync(
        RequestContext<CallToolRequestParams> call, RequestedApproval request, CancellationToken cancellationToken)
    {
        var approval = request.Found.Approval;
        // An answer counts in the round that says what the question was.
        var answer = call.Params.RequestState is null ? null : ApprovalForm.Read(call.Params.InputResponses);
        if (approval.Status != ApprovalStatus.Pending)
        {
            return answer is null
                ? new AskedApproval(request.Found, null, null)
                : new AskedApproval(request.Found, Asked.Answered, $"The answer came too late and does not count: the approval is {Names.Of(approval.Status)} already.");
        }

        var caller = callers.Of(call);
        var person = new Actor(ActorKind.Human, Actor.ToId($"user-of-{caller.Actor.Id}"));
        if (WhyNot(caller, approval) is { } reason)
            return new AskedApproval(request.Found, Asked.NotAuthorized, reason);
        if (approval.Votes.Any(v => v.By == person && v.Digest == approval.Digest))
            return new AskedApproval(request.Found, Asked.Answered, $"They have said yes before; {approval.Yes} of {approval.Quorum} have.");

        return answer switch
        {
            { Action: "decline" } => new AskedApproval(request.Found, Asked.Declined, "The person would not decide; it stays pending for somebody else."),
            { Action: "cancel" } => new AskedApproval(request.Found, Asked.Cancelled, "The person closed the question; it stays pending."),
            { Approved: { } approved } => await DecideAsync(request.Found, caller, person, approved, answer.Notes, cancellationToken),
            _ when !CanAsk(call.Server) => new AskedApproval(
                request.Found, Asked.Unsupported, "This client cannot ask the person in front of it; it stays pending for somebody who decides with decide_approval."),
            _ => throw ApprovalForm.Ask(approval, request.State),
        };
    }

    private async ValueTask<Result<AskedApproval>> DecideAsync(
        ApprovalOf found, Caller caller, Actor person, bool approved, string? notes, CancellationToken cancellationToken)
    {
        var result = await desk.ExecuteAsync(new ConversationCommand.DecideApproval
        {
            Id = ConversationId.TryParse(found.Case.ConversationId)!.Value,
            Actor = person,
            Roles = caller.Roles,
            ApprovalId = found.Approval.ApprovalId,
            Approved = approved,
            Notes = notes,
            // What they were shown: a yes is to this, even if somebody changes the arguments at this moment.
            FinalArguments = approved ? found.Approval.Arguments : null,
            Via = DecisionChannel.Elicitation,
        }, cancellationToken);
        if (result.TryGet(out var outcome, out var rejection))
        {
            var decided = outcome.Conversation.Approval(found.Approval.ApprovalId)!;
            return new AskedApproval(
                new ApprovalOf(decided, outcome.Conversation), Asked.Answered,
                !approved ? $"{person} said no."
                : decided.Status == ApprovalStatus.Pending ? $"{person} said yes; {decided.Yes} of {decided.Quorum} have."
                : $"{person} said yes.");
        }

        if (rejection.Code is not (RejectionCodes.AlreadyDecided or RejectionCodes.ApprovalExpired))
            return rejection;
        var current = await approvals.GetAsync(found.Approval.ApprovalId, cancellationToken);
        return current.TryGet(out var now, out var gone)
            ? new AskedApproval(now, Asked.Answered, $"The answer came too late and does not count. {rejection.Message}")
            : gone;
    }

    /// <summary>Why the person in front of a connection may not decide, or null.</summary>
    private static string? WhyNot(Caller caller, Approval approval) =>
        caller.Actor.Kind != ActorKind.Ai ? $"Nobody was asked: {caller.Actor} is no AI that has somebody in front of it; somebody else than who asks decides, with decide_approval."
        : !caller.Has(approval.ApproverRole) ? $"Nobody was asked: this connection has not {Need.Role(approval.ApproverRole)}, so whoever sits there may not decide; it stays pending for somebody who may."
        : null;

    private static bool CanAsk(McpServer server) =>
        server.IsMrtrSupported && server.ClientCapabilities?.Elicitation is { } elicitation && (elicitation.Form is not null || elicitation.Url is null);
}
