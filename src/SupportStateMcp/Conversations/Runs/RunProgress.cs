using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>The action that a person approves before a solution reaches a customer.</summary>
    public const string SendSolution = "send_solution";

    /// <summary>The argument of <see cref="SendSolution"/> that holds the text.</summary>
    public const string SolutionArgument = "final_solution";

    /// <summary>The queue that gets what a pipeline cannot finish.</summary>
    private const string EscalationQueue = Owner.DefaultQueue;

    /// <summary>How long a step waits before each try.</summary>
    private static readonly TimeSpan[] s_backOff = [TimeSpan.Zero, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)];

    /// <summary>
    /// Brings a run up to date with what happened to its conversation: an approval that was decided or expired, a try that failed, a
    /// conversation that was closed. It follows every decision, so that no way of changing a conversation can forget it.
    /// </summary>
    /// <param name="recorder">What happened.</param>
    /// <param name="by">The command.</param>
    private void Advance(EventRecorder recorder, ConversationCommand by)
    {
        var current = recorder.Current;
        if (current is not { ErasedAt: null, Run: { IsActive: true } run })
            return;
        if (current.ClosedAt is not null)
        {
            EndApproval(recorder, run);
            recorder.Add(new ConversationEvent.RunTerminated { Version = recorder.Next, At = recorder.Now, Actor = recorder.Actor, Reason = "the conversation was closed" });
        }
        else if (!IsConfigured(run))
        {
            End(recorder, $"the pipeline {run.Pipeline} is configured no longer, or with other steps");
        }
        else if (run.Current.State == RunStepState.Failed)
        {
            TryAgain(recorder, run, run.Current);
        }
        else if (run.Status == RunStatus.WaitingForApproval && Verdict(current, by) is { } verdict)
        {
            var step = StepOf(run, run.Stage);
            recorder.Add(new ConversationEvent.StepCompleted
            {
                Version = recorder.Next, At = recorder.Now, Actor = recorder.Actor, Step = run.Stage, Attempt = run.Attempt,
            });
            Follow(recorder, step, new PipelineContext(run.Entitled, verdict));
        }
    }

    private static ApprovalVerdict? Verdict(Conversation current, ConversationCommand by) => current.Approval(current.Run!.ApprovalId!)?.Status switch
    {
        ApprovalStatus.Granted => ApprovalVerdict.Granted,
        ApprovalStatus.Refused => by is ConversationCommand.DecideApproval { Revise: true } ? ApprovalVerdict.Revise : ApprovalVerdict.Refused,
        ApprovalStatus.Expired => ApprovalVerdict.Expired,
        _ => null,
    };

    /// <summary>Goes where the pipeline leads from a step.</summary>
    private void Follow(EventRecorder recorder, PipelineStep step, PipelineContext context)
    {
        var run = recorder.Current.Run!;
        var to = NextOf(run, step, context) ?? throw new InvalidOperationException($"No branch leads on from the step {step.Name} of {run.Pipeline}.");
        if (to.Step is { } name)
        {
            if (StepOf(run, name).Has(StepRequirement.Approval))
                Ask(recorder, StepOf(run, name));
            else
                MakeReady(recorder, name, attempt: 1, notes: context.Verdict == ApprovalVerdict.Revise ? NotesOf(recorder.Current) : null, revises: context.Verdict == ApprovalVerdict.Revise);
            return;
        }

        if (to.Escalates)
            HandOver(recorder, $"the run ended with {to.Outcome}", NotesOf(recorder.Current));
        recorder.Add(new ConversationEvent.RunCompleted { Version = recorder.Next, At = recorder.Now, Actor = recorder.Actor, Outcome = to.Outcome! });
    }

    private PipelineTarget? NextOf(Run run, PipelineStep step, PipelineContext context) => pipelines.Next(PipelineOf(run), step, context);

    /// <summary>Lets workers take a step; each try waits longer than the one before.</summary>
    private static void MakeReady(EventRecorder recorder, string step, int attempt, string? notes = null, bool revises = false) =>
        recorder.Add(new ConversationEvent.StepReady
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = notes,
            Step = step,
            Attempt = attempt,
            ReadyAt = recorder.Now + s_backOff[Math.Min(attempt, s_backOff.Length) - 1],
            Revises = revises,
        });

    /// <summary>Asks people for permission to send the solution: always, unless the desk lets its policy decide.</summary>
    private void Ask(EventRecorder recorder, PipelineStep step)
    {
        var (current, analysis) = (recorder.Current, recorder.Current.Analysis ?? throw new InvalidOperationException($"The step {step.Name} has no analysis to decide on."));
        var arguments = JsonSerializer.SerializeToElement(
            new JsonObject { ["ticket_id"] = current.TicketId, [SolutionArgument] = analysis.Solution }, ConversationJson.Readable.JsonObject);
        var digest = Digest.OfAction(SendSolution, arguments);
        var ruling = tickets.AutoApprove
            // What the expert did not say, the policy cannot judge: a person does.
            ? analysis is { RiskPriority: not null, Amount: not null }
                ? policy.Rule(AmountsAtStake.Of(arguments, analysis.Amount), analysis.RiskPriority, analysis.Confidence)
                : new ApprovalRuling(true, "the analysis does not say its risk_priority and its amount")
            : new ApprovalRuling(true, "a person decides on every solution");
        var requested = new ConversationEvent.ApprovalRequested
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = $"Send this solution to the customer of ticket {current.TicketId}.",
            ApprovalId = Approval.IdOf(current, digest, recorder.Now),
            Action = SendSolution,
            Arguments = arguments,
            Digest = digest,
            Amount = analysis.Amount,
            RiskPriority = analysis.RiskPriority,
            Confidence = analysis.Confidence,
            Policy = ruling.Why,
            ApproverRole = Roles.Approver,
            Quorum = 1,
            UsableBy = ServerActors.Pipeline.ToString(),
            Deadline = recorder.Now + step.Timeout,
        };
        recorder.Add(requested);
        recorder.Add(new ConversationEvent.RunWaitingApproval
        {
            Version = recorder.Next, At = recorder.Now, Actor = recorder.Actor, Step = step.Name, ApprovalId = requested.ApprovalId, Deadline = requested.Deadline,
        });
        if (!ruling.Automatic)
            return;
        GrantByPolicy(recorder, requested);
        // Advance, which follows every decision, takes it from there.
    }

    /// <summary>A try failed: another one, later, or the end of the run. While a person has the conversation, no try is counted.</summary>
    private void TryAgain(EventRecorder recorder, Run run, RunStep step)
    {
        var paused = !recorder.Current.Owner.IsMachine;
        if (paused || step.Attempt < StepOf(run, step.Name).Attempts)
        {
            MakeReady(recorder, step.Name, paused ? step.Attempt : step.Attempt + 1);
            return;
        }

        End(recorder, $"{step.Name} failed {step.Attempt} times: {step.Reason}");
    }

    /// <summary>The run has failed, and people take over.</summary>
    private void End(EventRecorder recorder, string reason)
    {
        EndApproval(recorder, recorder.Current.Run!);
        recorder.Add(new ConversationEvent.RunFailed { Version = recorder.Next, At = recorder.Now, Actor = recorder.Actor, Reason = reason });
        HandOver(recorder, reason, null);
    }

    /// <summary>Nobody has to decide on a solution that is not sent any more.</summary>
    private static void EndApproval(EventRecorder recorder, Run run)
    {
        if (run.ApprovalId is { } id && recorder.Current.Approval(id) is { Status: ApprovalStatus.Pending })
        {
            recorder.Add(new ConversationEvent.ApprovalExpired
            {
                Version = recorder.Next, At = recorder.Now, Actor = ServerActors.Pipeline, ApprovalId = id, ExpiredAt = recorder.Now,
            });
        }
    }

    /// <summary>Hands the conversation to people as a run ends without a letter. Where a person has it, they keep it, with a note.</summary>
    private void HandOver(EventRecorder recorder, string reason, string? notes)
    {
        var current = recorder.Current;
        var summary = SummaryOf(current, notes);
        if (current.Owner.IsPerson)
        {
            LeaveNote(recorder, $"{reason}.\n{summary}");
            return;
        }

        if (current.Owner.Queue is null)
            recorder.ChangeOwner(Owner.InQueue(EscalationQueue), OwnershipCause.Escalated);
        var context = new WorkflowContext(recorder.Now, false, null, IsLockedByHuman: false);
        if (workflow.EscalationState is { } escalated && current.State != escalated && workflow.Ask(current.State, WorkflowTrigger.Escalate, context) is { IsPermitted: true })
            Move(recorder, escalated, "escalated");
        recorder.Add(new ConversationEvent.Escalated
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = recorder.Actor,
            Reason = ShortText.Of(reason, Limits.Reason),
            Queue = recorder.Current.Owner.Queue!,
            Summary = summary,
            Promises = [],
            Tried = [],
            PendingApprovals = [.. current.PendingApprovals.Select(a => a.ApprovalId)],
            TicketStatus = TicketStatus.Pending,
        });
    }

    /// <summary>Moves the conversation to a state, where the workflow has that transition.</summary>
    private void MoveTo(string? state, ConversationCommand by, EventRecorder recorder)
    {
        var current = recorder.Current;
        if (state is not null && current.State != state && workflow.Ask(current.State, state, ContextOf(current, by, recorder.Now)) is { IsPermitted: true })
            Move(recorder, state, "the run went on");
    }

    private static string SummaryOf(Conversation current, string? notes) => ShortText.Of(
        string.Join('\n', ((string?[])
        [
            $"Reported: {current.Description}",
            current.Analysis is { } analysis ? $"Proposed solution: {analysis.Solution}" : null,
            notes is null ? null : $"Notes of the person who decided: {notes}",
        ]).OfType<string>()),
        Limits.Summary);

    /// <summary>What the person wrote who decided on the solution.</summary>
    private static string? NotesOf(Conversation current) =>
        current.Run?.ApprovalId is { } id && current.Approval(id) is { Votes: [.., { Notes: { Length: > 0 } notes }] } ? notes : null;
}
