using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>How many queries may be recorded for one step.</summary>
    public const int MaxQueries = 200;

    private Decision.Accepted OpenTicket(Conversation? erased, ConversationCommand.OpenTicket c, DateTimeOffset now)
    {
        var opened = Open(erased, new ConversationCommand.Initialize
        {
            Id = c.Id,
            Actor = c.Actor,
            Roles = c.Roles,
            UserId = c.CustomerId,
            Priority = Priority.Medium,
            AssignedTo = c.Actor.Kind == ActorKind.Ai ? c.Actor.Id : ConversationCommand.Initialize.DefaultAssignee,
            Description = c.Description,
        }, now);
        Start(c, opened);
        return opened.Accepted;
    }

    /// <summary>The ticket of a conversation that is there already: the same again, or one that an agent opened before.</summary>
    private Decision TakeIn(Conversation current, ConversationCommand.OpenTicket c, EventRecorder recorder)
    {
        if (current.UserId != c.CustomerId)
            return Refuse(Error.TicketOfAnotherUser(c.Id));
        if (current.Description is { } description && description != c.Description)
            return Refuse(Error.TicketDiffers(c.Id));
        if (current.Run is not null)
            return new Decision.Unchanged();
        if (current.ClosedAt is not null)
            return Refuse(Error.TerminalState(current));
        Start(c, recorder);
        return recorder.Accepted;
    }

    private void Start(ConversationCommand.OpenTicket c, EventRecorder recorder)
    {
        var pipeline = pipelines.Find(tickets.Pipeline) ?? throw new InvalidOperationException($"There is no pipeline {tickets.Pipeline}.");
        // What the customer reported is the first they wrote, unless they wrote before.
        if (recorder.Current.MessageCount == 0)
            recorder.AppendMessage(new MessageDraft(MessageDraft.ReservedIdPrefix + "report", MessageRole.User, c.Description));
        recorder.Add(new ConversationEvent.RunStarted
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            InstanceId = Run.IdOf(recorder.Current, recorder.Now),
            Pipeline = pipeline.Name,
            CustomerId = c.CustomerId,
            Description = recorder.Current.Description is null ? c.Description : null,
            Steps = [.. pipeline.Steps.Select(s => new RunStepName(s.Name, s.Role))],
        });
        MakeReady(recorder, pipeline.Steps[0].Name, attempt: 1);
    }

    /// <summary>Takes the step that waits. Nothing happens where none does: somebody else was quicker, or the run pauses.</summary>
    private Decision Lease(Conversation current, ConversationCommand.LeaseStep c, EventRecorder recorder)
    {
        if (current.ReadyStep is not { } step || step.ReadyAt > recorder.Now || !c.WorkerRoles.Contains(step.Role))
            return new Decision.Unchanged();
        recorder.Add(new ConversationEvent.StepLeased
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Step = step.Name,
            Attempt = step.Attempt,
            LeaseUntil = recorder.Now + Shorter(c.Lease, StepOf(current.Run!, step.Name).Timeout),
        });
        return recorder.Accepted;
    }

    private Decision Complete(Conversation current, ConversationCommand.CompleteStep c, EventRecorder recorder)
    {
        if (LeaseViolation(current, c.Token) is { } lost)
            return Refuse(lost);
        var step = current.Run!.Current;
        switch (c.Outcome)
        {
            case StepOutcome.Failed:
                recorder.Add(new ConversationEvent.StepFailed
                {
                    Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Step = step.Name, Attempt = step.Attempt, Reason = c.Reason,
                });
                return recorder.Accepted;

            case StepOutcome.Extend:
                var until = Earlier(recorder.Now + c.Lease, step.StartedAt!.Value + StepOf(current.Run, step.Name).Timeout);
                if (until <= step.LeaseUntil)
                    return new Decision.Unchanged();
                recorder.Add(new ConversationEvent.StepLeased
                {
                    Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Step = step.Name, Attempt = step.Attempt, LeaseUntil = until, Extends = true,
                });
                return recorder.Accepted;

            default:
                return ResultViolation(current, step, c) is { } violation ? Refuse(violation) : Done(current, step, c, recorder);
        }
    }

    private static Decision Record(Conversation current, ConversationCommand.RecordQueries c, EventRecorder recorder)
    {
        if (LeaseViolation(current, c.Token) is { } lost)
            return Refuse(lost);
        var step = current.Run!.Current;
        if (step.Research.Count + c.Queries.Count > MaxQueries)
            return Refuse(Error.TooManyQueries(MaxQueries));
        recorder.Add(new ConversationEvent.QueriesRecorded
        {
            Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Step = step.Name, Attempt = step.Attempt, Queries = c.Queries,
        });
        return recorder.Accepted;
    }

    /// <summary>Why the bearer of a token may not work on its step, or null.</summary>
    internal static Error? LeaseViolation(Conversation current, StepToken token)
    {
        if (token.Life != current.Life || current.Run is not { } run)
            return Error.LeaseLost(token);
        if (current.LeasedStep is not { } step || step.Name != token.Step || step.Lease != token.Lease)
            return Error.LeaseLost(token, run.Step(token.Step));
        // A person has it now, or it waits for one: the run pauses until they hand it back.
        return current.Owner.IsMachine ? null : Error.NotOwner(current);
    }

    /// <summary>A step of a run that <see cref="Advance"/> has found to be configured.</summary>
    private PipelineStep StepOf(Run run, string name) => PipelineOf(run).Step(name)!;

    private PipelineDefinition PipelineOf(Run run) => pipelines.Find(run.Pipeline)!;

    /// <summary>True where the configuration still has the pipeline of a run, with the same steps for the same roles.</summary>
    private bool IsConfigured(Run run) => pipelines.Find(run.Pipeline) is { } pipeline && run.Steps.Select(s => (s.Name, s.Role)).SequenceEqual(pipeline.Steps.Select(s => (s.Name, s.Role)));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
