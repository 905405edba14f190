using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Briefs;

/// <summary>Refusals in words that fit programs of every face: they name no tool, route or command.</summary>
internal static class SharedErrorMessages
{
    /// <summary>The sentence for a refusal; null where each face has its own.</summary>
    public static string? Of(Error error) => error switch
    {
        Errors.TicketConflict e =>
            $"Ticket {e.Id.TicketId} already has a conversation, and it belongs to another user. Check the ticket id and the user id; one ticket has one user.",
        Errors.LockTimeout e => string.Create(CultureInfo.InvariantCulture,
            $"The conversation is busy: its turn did not come within {e.Waited.TotalMilliseconds:0} ms. Nothing was changed; try again."),
        Errors.InvalidArgument { Others.Count: 0 } e => $"Invalid argument {Fault(e)}",
        Errors.InvalidArgument e => $"{e.Others.Count + 1} arguments are invalid. {string.Join(' ', e.Others.Prepend(e).Select(Fault))}",
        Errors.IdempotencyMismatch e =>
            $"The key {e.Key} was already used on this conversation with other arguments. Use a new key for a new call; repeat a call with exactly the same arguments.",
        Errors.NotAuthorized { Needs: [var need] } when Requirement.ActorOf(need) is { } actor =>
            $"Not authorized: this approval is for {actor} alone to use, who asked for it or was named with usable_by. Nothing was changed; leave it to them.",
        Errors.NotAuthorized e =>
            $"Not authorized: this takes a connection with {string.Join(" and ", e.Needs)}. No argument changes who you are; leave it to somebody who may.",
        Errors.StoreUnavailable { Retryable: false } =>
            "The store cannot be used until its operator changes something: trying again does not help. The server's log says what is wrong; tell the people who run it.",
        Errors.StoreDamaged e =>
            $"The stored {e.Part} of {e.Id} cannot be read. Nothing was changed. Trying again does not help: tell the people who run this server, whose log says where and why. Other conversations work.",
        Errors.NotOwner { Owner.Queue: { } queue } =>
            $"The conversation waits in the queue {queue} for a person, who alone may answer the customer now. Nothing was stored; leave the answer to them.",
        Errors.NotOwner { Owner: { IsPerson: true } owner } =>
            $"{owner} has the conversation and alone may answer the customer now. Nothing was stored; leave the answer to them until they hand the conversation back.",
        Errors.LimitReached e => $"The conversation has {e.Limit} approvals that wait for a decision, and takes no more until some are decided.",
        Errors.RateLimited { Rate: "conversations_per_day" } e =>
            $"Too many conversations: a caller opens {e.Most} in a day. Nothing was opened; try again in {Wait(e)}.",
        Errors.RateLimited { Rate: "calls_per_minute" } e => $"Too many calls: a caller makes {e.Most} in a minute. Nothing was done; wait {Wait(e)}, then make the same call again.",
        Errors.RateLimited e =>
            $"Too many changes: programs make {e.Most} in a minute to the conversations of one customer. Nothing was changed; wait {Wait(e)}, then make the same call again.",
        Errors.PersonalData e => PersonalData(e),
        Errors.SessionFull e => SessionFull(e),
        Errors.AlreadyDecided { Status: ApprovalStatus.Pending } e =>
            $"You have decided on approval {e.ApprovalId} already; {e.Yes} of {e.Quorum} have said yes, and each person counts once.",
        Errors.AlreadyDecided e => $"Approval {e.ApprovalId} is decided already: it is {SnakeCaseEnum.Of(e.Status)}.",
        Errors.ApprovalRefused e => $"Approval {e.ApprovalId} was refused by {e.RefusedBy}. That is final: do not do it.",
        Errors.ApprovalMismatch e =>
            $"Approval {e.ApprovalId} is for the action {e.Action} with exactly the approved arguments, and these are others. Do what was approved, or ask again.",
        Errors.ApprovalChanged e =>
            $"The arguments of approval {e.ApprovalId} were changed by somebody else's decision after you saw them. Nothing was decided; look at it again, and decide on what it is for now.",
        Errors.ApprovalUsed e =>
            $"The one permission of approval {e.ApprovalId} was taken by {e.UsedBy} at {Errors.Text(e.UsedAt)}. Do not do it again.",
        Errors.WhatIfCopy e =>
            $"{e.Id} is a what-if copy: it takes facts, transitions, tasks and internal notes, and nothing that reaches a customer or a colleague. Nothing was changed; do it in {e.Of}.",
        Errors.TooManyForks e => $"The conversation has {e.Limit} what-if copies, and no more are made of it.",
        Errors.ForksLeft e => $"The conversation has what-if copies that are erased with it: {string.Join(", ", e.Forks)}. Nothing was erased; try again.",
        Errors.TooManyTasks e => $"The conversation has {e.Limit} open tasks, and takes no more until one of them is done.",
        Errors.InvalidTaskEvent { Allowed.Count: 0 } e =>
            $"Task {e.TaskId} is done, and nothing happens to it any more. Take on what is left as a new task.",
        Errors.InvalidTaskEvent { Trigger: TaskTrigger.TaskComplete, OpenSteps: > 0, State: TaskState.Executing } e =>
            $"Task {e.TaskId} is not done: {(e.OpenSteps == 1 ? "1 step is" : $"{e.OpenSteps} steps are")} open. Complete each with step_complete, or plan again with what is really left, also with no steps; then task_complete.",
        Errors.InvalidTaskEvent { Trigger: TaskTrigger.StepComplete, State: TaskState.Executing } e =>
            $"Task {e.TaskId} has no open step to complete. Allowed now: {string.Join(", ", e.Allowed.Select(SnakeCaseEnum.Of))}.",
        Errors.InvalidTaskEvent e =>
            $"Task {e.TaskId} is {SnakeCaseEnum.Of(e.State)}, where {SnakeCaseEnum.Of(e.Trigger)} does not follow. Allowed now: {string.Join(", ", e.Allowed.Select(SnakeCaseEnum.Of))}.",
        _ => null,
    };

    internal static string PersonalData(Errors.PersonalData e) =>
        $"The argument {e.Argument} holds personal data ({string.Join(", ", e.Kinds)}), and a solution is read for every customer. Nothing was stored: say it without, or remember it as a fact or an episode of the customer.";

    internal static string SessionFull(Errors.SessionFull e) =>
        $"The session of the conversation is full: it holds at most {e.Limit} values, and {e.Bytes} bytes of JSON with their keys. Nothing was set; it takes more when a value has expired or is removed.";

    private static string Wait(Errors.RateLimited e) => DurationText.Exactly(TimeSpan.FromSeconds(e.RetryAfter));

    private static string Fault(Errors.InvalidArgument e)
    {
        var meant = (e.SuggestedArgument, e.Suggestion) switch
        {
            ({ } argument, { } value) => $" Did you mean {argument}: \"{value}\"?",
            ({ } argument, null) => $" Did you mean {argument}?",
            (null, { } value) => $" Did you mean \"{value}\"?",
            _ => "",
        };
        return $"{e.Argument}: {e.Rule}{(e.Sent is null ? "" : "; you sent " + e.Sent)}.{meant}";
    }
}
