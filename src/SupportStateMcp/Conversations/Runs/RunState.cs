using System.Text.Json.Serialization;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>The way of the ticket through a pipeline; null where the conversation has none.</summary>
    public Run? Run { get; init; }

    /// <summary>What the expert found; null before.</summary>
    public Analysis? Analysis { get; init; }

    /// <summary>
    /// The step that a worker may take, from its time on; null where there is none. While a person has the conversation, or it waits for one,
    /// the run pauses.
    /// </summary>
    [JsonIgnore]
    public RunStep? ReadyStep =>
        Run is { Status: RunStatus.Running, Current: { State: RunStepState.Ready } step } && ClosedAt is null && Owner.IsMachine ? step : null;

    /// <summary>The step that a worker has; null where there is none.</summary>
    [JsonIgnore]
    public RunStep? LeasedStep => Run is { Status: RunStatus.Running, Current: { State: RunStepState.Leased } step } && ClosedAt is null ? step : null;

    private static Conversation After(Conversation before, ConversationEvent.RunEvent @event)
    {
        var after = @event is ConversationEvent.RunStarted started
            ? before with { Description = before.Description ?? started.Description, Run = Started(started), Analysis = null }
            : before with { Run = After(before.Run ?? throw new InvalidOperationException($"{@event.GetType().Name} needs a run."), @event) };
        if (@event is ConversationEvent.SolutionReady { Analysis: { } found })
            after = after with { Analysis = new Analysis(found, @event.Actor, @event.At, after.Run!.Revisions) };
        return after with { UpdatedAt = @event.At, Version = @event.Version };
    }

    private static Run Started(ConversationEvent.RunStarted e) => new()
    {
        InstanceId = e.InstanceId,
        Pipeline = e.Pipeline,
        Status = RunStatus.Running,
        Stage = e.Steps[0].Name,
        CustomerId = e.CustomerId,
        Steps = [.. e.Steps.Select(s => new RunStep { Name = s.Name, Role = s.Role, State = RunStepState.Waiting })],
        StartedBy = e.Actor,
        StartedAt = e.At,
    };

    private static Run After(Run run, ConversationEvent.RunEvent @event) => @event switch
    {
        ConversationEvent.StepReady e => (run with { Status = RunStatus.Running, Stage = e.Step, Revisions = run.Revisions + (e.Revises ? 1 : 0) })
            .With(e.Step, s => s with
            {
                State = RunStepState.Ready,
                Attempt = e.Attempt,
                ReadyAt = e.ReadyAt,
                ReadyVersion = e.Version,
                Lease = null,
                LeaseUntil = null,
                StartedAt = null,
                EndedAt = null,
                Notes = e.Revises ? e.Reason : s.Notes,
            }),
        ConversationEvent.StepLeased { Extends: true } e => run.With(e.Step, s => s with { LeaseUntil = e.LeaseUntil }),
        ConversationEvent.StepLeased e => run.With(e.Step, s => s with
        {
            State = RunStepState.Leased,
            Lease = e.Version,
            LeaseUntil = e.LeaseUntil,
            Actor = e.Actor,
            StartedAt = e.At,
        }),
        ConversationEvent.QueriesRecorded e => run.With(e.Step, s => s with { Research = [.. s.Research, .. e.Queries] }),
        ConversationEvent.StepCompleted e => (run with { Entitled = e.Entitled ?? run.Entitled, Customer = e.Customer ?? run.Customer, System = e.System ?? run.System })
            .With(e.Step, s => s with { State = RunStepState.Done, Actor = e.Actor, LeaseUntil = null, EndedAt = e.At, Result = e.Result, Reason = null }),
        ConversationEvent.StepFailed e => run.With(e.Step, s => s with { State = RunStepState.Failed, LeaseUntil = null, EndedAt = e.At, Reason = e.Reason }),
        ConversationEvent.StepLeaseExpired e => run.With(e.Step, s => s with
        {
            State = RunStepState.Failed,
            LeaseUntil = null,
            EndedAt = e.ExpiredAt,
            Reason = "the worker did not complete it in time",
        }),
        ConversationEvent.SolutionReady => run,
        ConversationEvent.RunWaitingApproval e => (run with { Status = RunStatus.WaitingForApproval, Stage = e.Step, ApprovalId = e.ApprovalId })
            .With(e.Step, s => s with { State = RunStepState.Ready, Attempt = 1, ReadyAt = e.At, StartedAt = e.At, EndedAt = null }),
        ConversationEvent.RunCompleted e => Ended(run, RunStatus.Completed, e) with { Outcome = e.Outcome },
        ConversationEvent.RunFailed e => Ended(run, RunStatus.Failed, e),
        ConversationEvent.RunTerminated e => Ended(run, RunStatus.Terminated, e),
        _ => throw new InvalidOperationException($"No rule says what {@event.GetType().Name} changes."),
    };

    private static Run Ended(Run run, RunStatus status, ConversationEvent @event) => run with
    {
        Status = status,
        Reason = @event.Reason,
        EndedAt = @event.At,
        Steps = [.. run.Steps.Select(s => s.State is RunStepState.Waiting or RunStepState.Ready or RunStepState.Leased
            ? s with { State = RunStepState.Skipped, LeaseUntil = null }
            : s)],
    };
}
