using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>How many approvals of one conversation may be pending at a time.</summary>
    public const int MaxPendingApprovals = 20;

    private Decision Request(Conversation current, ConversationCommand.RequestApproval c, EventRecorder recorder)
    {
        var digest = Digest.OfAction(c.Action, c.Arguments);
        if (current.OpenApproval(digest) is { } open)
            return new Decision.Unchanged(open.ApprovalId);
        if (current.PendingApprovals.Count() >= MaxPendingApprovals
            || current.Approvals.Count(a => a.IsOpen) >= Conversation.MaxApprovals)
            return Refuse(Error.TooManyApprovals(MaxPendingApprovals));

        var amounts = AmountsAtStake.Of(c.Arguments, c.Amount);
        var ruling = policy.Rule(amounts, c.RiskPriority, c.Confidence);
        var requested = new ConversationEvent.ApprovalRequested
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            ApprovalId = Approval.IdOf(current, digest, recorder.Now),
            Action = c.Action,
            Arguments = c.Arguments,
            Digest = digest,
            Amount = amounts.Largest,
            RiskPriority = c.RiskPriority,
            Confidence = c.Confidence,
            Policy = ruling.Why,
            ApproverRole = c.ApproverRole,
            Quorum = c.Quorum,
            UsableBy = c.UsableBy,
            Deadline = recorder.Now + c.ExpiresIn,
        };
        recorder.Add(requested);
        if (ruling.Automatic)
            GrantByPolicy(recorder, requested);
        return recorder.Accepted;
    }

    /// <summary>The policy says yes, for the reason that the request has from it.</summary>
    private static void GrantByPolicy(EventRecorder recorder, ConversationEvent.ApprovalRequested requested) => recorder.Add(new ConversationEvent.ApprovalDecided
    {
        Version = recorder.Next,
        At = recorder.Now,
        Actor = ServerActors.ApprovalPolicy,
        Reason = requested.Policy,
        ApprovalId = requested.ApprovalId,
        Approved = true,
        Status = ApprovalStatus.Granted,
        Digest = requested.Digest,
        Via = DecisionChannel.Policy,
    });

    private Decision Decide(Conversation current, ConversationCommand.DecideApproval c, EventRecorder recorder)
    {
        if (current.Approval(c.ApprovalId) is not { } approval)
            return Refuse(Error.NoSuchApproval(c.ApprovalId));
        if ((DecisionViolation(current, approval, c) ?? SolutionViolation(current, approval, c)) is { } violation)
            return Refuse(violation);

        var digest = c.FinalArguments is { } final ? Digest.OfAction(approval.Action, final) : approval.Digest;
        var yes = approval.SaidYesTo(digest).Append(c.Actor).Distinct().Count();
        recorder.Add(new ConversationEvent.ApprovalDecided
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Reason = c.Notes,
            ApprovalId = c.ApprovalId,
            Approved = c.Approved,
            Status = !c.Approved ? ApprovalStatus.Refused : yes >= approval.Quorum ? ApprovalStatus.Granted : ApprovalStatus.Pending,
            Digest = digest,
            FinalArguments = digest == approval.Digest ? null : c.FinalArguments,
            Via = c.Via,
        });
        return recorder.Accepted;
    }

    private static Decision Use(Conversation current, ConversationCommand.UseApproval c, EventRecorder recorder)
    {
        if (current.Approval(c.ApprovalId) is not { } approval)
            return Refuse(Error.NoSuchApproval(c.ApprovalId));
        if (UseViolation(approval, c) is { } violation)
            return Refuse(violation);
        if (approval.Status == ApprovalStatus.Used)
            return new Decision.Unchanged();

        recorder.Add(new ConversationEvent.ApprovalUsed
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            ApprovalId = c.ApprovalId,
            Digest = approval.Digest,
            UseKey = c.UseKey,
        });
        return recorder.Accepted;
    }

    private static Error? DecisionViolation(Conversation current, Approval approval, ConversationCommand.DecideApproval c)
    {
        if (c.Actor.Kind != ActorKind.Human || !new Caller(c.Actor, c.Roles).Has(approval.ApproverRole))
            return Error.NotAuthorized([Requirement.Kind(ActorKind.Human), Requirement.Role(approval.ApproverRole)]);
        if (approval.RequestedBy == c.Actor)
            return Error.NotAuthorized([$"other_than:{approval.RequestedBy}"]);
        return approval.Status switch
        {
            _ when IsOfEndedRun(current, approval) => Error.NotWaitingForApproval(current.TicketId, current.Run),
            ApprovalStatus.Expired => Error.ApprovalExpired(approval),
            not ApprovalStatus.Pending => Error.AlreadyDecided(approval),
            _ when c.SeenDigest is { } seen && seen != approval.Digest => Error.ApprovalChanged(approval),
            _ when approval.Votes.Any(v => v.By == c.Actor && v.Digest == approval.Digest) => Error.AlreadyDecided(approval),
            _ when c is { Approved: false, FinalArguments: not null } =>
                Error.InvalidArgument("final_arguments", "it goes with approved: true; a refusal changes no arguments"),
            _ => null,
        };
    }

    /// <summary>True for the solution of a run that ended before anybody decided on it: a grant would send nothing.</summary>
    private static bool IsOfEndedRun(Conversation current, Approval approval) =>
        approval.Action == SendSolution && approval.UsableBy == ServerActors.Pipeline.ToString() && current.Run is not { IsActive: true }
        && (approval.Status == ApprovalStatus.Pending || (approval.Status == ApprovalStatus.Expired && approval.DecidedAt < approval.Deadline));

    /// <summary>What is special about the approval of a run's solution.</summary>
    private Error? SolutionViolation(Conversation current, Approval approval, ConversationCommand.DecideApproval c)
    {
        var isOfRun = current.Run is { IsActive: true } run && run.ApprovalId == approval.ApprovalId;
        if (c.Revise && !isOfRun)
            return Error.InvalidArgument("revise", "it goes with the solution of a ticket that is under way");
        if (c.Revise && NextOf(current.Run!, StepOf(current.Run!, current.Run!.Stage), new PipelineContext(current.Run!.Entitled, ApprovalVerdict.Revise)) is not { Step: not null })
            return Error.InvalidArgument("revise", $"the pipeline {current.Run!.Pipeline} sends no solution back; refuse it without revise");
        if (c.Revise && current.Run!.Revisions >= Run.MaxRevisions)
            return Error.InvalidArgument("revise", $"a solution is sent back at most {Run.MaxRevisions} times; refuse it without revise, and people take over");
        if (approval.Action != SendSolution || c.FinalArguments is not { } final)
            return null;
        return TextOf(final, "ticket_id") == current.TicketId && TextOf(final, SolutionArgument) is { Length: > 0 and <= MaxSolution } text && !string.IsNullOrWhiteSpace(text) && final.EnumerateObject().Count() == 2
            ? null
            : Error.InvalidArgument("final_arguments", $"they are ticket_id, which stays {current.TicketId}, and {SolutionArgument}, the text for the customer, 1 to {MaxSolution} characters");
    }

    /// <summary>The longest solution, in characters.</summary>
    private const int MaxSolution = 10_000;

    private static Error? UseViolation(Approval approval, ConversationCommand.UseApproval c) => approval.Status switch
    {
        ApprovalStatus.Pending => Error.ApprovalPending(approval),
        ApprovalStatus.Refused => Error.ApprovalRefused(approval),
        ApprovalStatus.Expired => Error.ApprovalExpired(approval),
        _ when Digest.OfAction(c.Action, c.Arguments) != approval.Digest => Error.ApprovalMismatch(approval),
        ApprovalStatus.Used when approval.UsedBy != c.Actor || approval.UseKey != c.UseKey => Error.ApprovalUsed(approval),
        ApprovalStatus.Granted when !approval.IsUsableBy(c.Actor) => Error.NotAuthorized([Requirement.OneActor(approval.User)]),
        _ => null,
    };
}
