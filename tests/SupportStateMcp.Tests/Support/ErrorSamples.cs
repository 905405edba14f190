using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Support;

/// <summary>Each refusal there is at least once, with the factory that makes it; those whose sentence varies more often.</summary>
internal static class ErrorSamples
{
    private static readonly ConversationId s_id = ConversationId.OfTicket("TKT-001")!.Value;
    private static readonly DateTimeOffset s_at = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly Actor s_alice = new(ActorKind.Human, "alice");
    private static readonly Actor s_bot = new(ActorKind.Ai, "claude");
    private const string Approval = "ap-1a2b3c4d-TKT-001";

    private static ConversationTask Task(TaskState state, params string[] open) => new()
    {
        TaskId = "task-1a2b3c4d-TKT-001", Goal = "Restore the login", State = state, Open = open, CreatedBy = s_bot, CreatedAt = s_at, ChangedAt = s_at, ChangedIn = 3,
    };

    public static IReadOnlyList<(string Factory, Error Error)> All { get; } =
    [
        (nameof(Error.NotFound), Error.NotFound(s_id)),
        (nameof(Error.NotFound), Error.NotFound(s_id, s_at)),
        (nameof(Error.TurnOfAnotherLife), Error.TurnOfAnotherLife(s_id)),
        (nameof(Error.NoSuchApproval), Error.NoSuchApproval(Approval)),
        (nameof(Error.NoSuchTask), Error.NoSuchTask("task-1a2b3c4d-TKT-001")),
        (nameof(Error.TooManyTasks), Error.TooManyTasks(TaskLimits.Tasks)),
        (nameof(Error.InvalidTaskEvent), Error.InvalidTaskEvent(Task(TaskState.Planning), TaskTrigger.StepComplete)),
        (nameof(Error.InvalidTaskEvent), Error.InvalidTaskEvent(Task(TaskState.Executing, "Send a link"), TaskTrigger.TaskComplete)),
        (nameof(Error.InvalidTaskEvent), Error.InvalidTaskEvent(Task(TaskState.Executing), TaskTrigger.StepComplete)),
        (nameof(Error.InvalidTaskEvent), Error.InvalidTaskEvent(Task(TaskState.Done), TaskTrigger.NeedsInput)),
        (nameof(Error.WhatIfCopy), Error.WhatIfCopy("cs-TKT-001-w1", "cs-TKT-001")),
        (nameof(Error.TooManyForks), Error.TooManyForks(Conversation.MaxForks)),
        (nameof(Error.ForksLeft), Error.ForksLeft(["cs-TKT-001-w1"])),
        (nameof(Error.NoWayBack), Error.NoWayBack("processing", "gathering_info", ["awaiting_confirmation", "escalated"])),
        (nameof(Error.NoSuchCheckpoint), Error.NoSuchCheckpoint("before-refund", ["start"])),
        (nameof(Error.NoSuchCheckpoint), Error.NoSuchCheckpoint("before-refund", [])),
        (nameof(Error.InvalidTransition), Error.InvalidTransition("gathering_info", "resolved", ["processing", "escalated"])),
        (nameof(Error.InvalidTransition), Error.InvalidTransition("resolved", "processing", [], ["gathering_info (reopen, within 7 days)"])),
        (nameof(Error.InvalidTransition), Error.InvalidTransition("resolved", "processing", [])),
        (nameof(Error.TerminalState), new Errors.TerminalState("resolved", null)),
        (nameof(Error.TerminalState), new Errors.TerminalState("resolved", s_at)),
        (nameof(Error.VersionConflict), Error.VersionConflict(3, 5)),
        (nameof(Error.TicketOfAnotherUser), Error.TicketOfAnotherUser(s_id)),
        (nameof(Error.LockTimeout), Error.LockTimeout(TimeSpan.FromSeconds(5))),
        (nameof(Error.InvalidArgument), Error.InvalidArgument("limit", "it must be a whole number from 1 to 500", "\"ten\"")),
        (nameof(Error.InvalidArgument), Error.InvalidArgument("conversation_id", "it must be " + ConversationId.Words, "\"TKT-001\"", "cs-TKT-001")),
        (nameof(Error.InvalidArgument), new Errors.InvalidArgument("ticket_id", "there is no such argument")
        {
            SuggestedArgument = "conversation_id",
            Suggestion = "cs-TKT-001",
            Others = [new Errors.InvalidArgument("limit", "it must be a whole number from 1 to 500") { Sent = "the number 0" }],
        }),
        (nameof(Error.ReservedMessageId), Error.ReservedMessageId()),
        (nameof(Error.NothingSaid), Error.NothingSaid()),
        (nameof(Error.IdempotencyMismatch), Error.IdempotencyMismatch("key-1")),
        (nameof(Error.StoreUnavailable), Error.StoreUnavailable(new StoreUnavailableException("Redis did not answer in time."))),
        (nameof(Error.StoreUnavailable), Error.StoreUnavailable(new StoreUnavailableException("Redis says NOAUTH: it asks for a password, and the connection string has none.", passes: false))),
        (nameof(Error.StoreDamaged), Error.StoreDamaged(s_id, "history")),
        (nameof(Error.RecordDamaged), Error.RecordDamaged("customer", "CUST001")),
        (nameof(Error.RecordConflict), Error.RecordConflict("customer", "CUST001", 3, 5)),
        (nameof(Error.RecordConflict), Error.RecordConflict("system", "CUST001", 3, 5)),
        (nameof(Error.RecordConflict), Error.RecordConflict("customer", "CUST001", 3, 0)),
        (nameof(Error.RecordConflict), Error.RecordConflict("article", "mtls", 0, 5)),
        (nameof(Error.CustomerNotFound), Error.CustomerNotFound("CUST999")),
        (nameof(Error.NoCustomerWithEmail), Error.NoCustomerWithEmail("maria@example.com")),
        (nameof(Error.NoSuchSystem), Error.NoSuchSystem("CUST001")),
        (nameof(Error.LinesRefused), Error.LinesRefused([new RefusedLine(3, "customer_id: it is required")])),
        (nameof(Error.LinesRefused), Error.LinesRefused([.. Enumerable.Range(3, 2).Select(n => new RefusedLine(n, "name: it is required"))])),
        (nameof(Error.NotAuthorized), Error.NotAuthorized([Requirement.Kind(ActorKind.Human), Requirement.Role(Roles.Approver)])),
        (nameof(Error.NotAuthorized), Error.NotAuthorized(["other_than:human:alice"])),
        (nameof(Error.NotAuthorized), Error.NotAuthorized([Requirement.OneActor("ai:claude")])),
        (nameof(Error.ToolsetNotEnabled), Error.ToolsetNotEnabled("lookup_customer", "crm", ["knowledge"], ToolsetLimit.Endpoint)),
        (nameof(Error.ToolsetNotEnabled), Error.ToolsetNotEnabled("lookup_customer", "crm", ["conversations", "tickets", "knowledge"], ToolsetLimit.Token)),
        (nameof(Error.ToolsetNotEnabled), Error.ToolsetNotEnabled("lookup_customer", "crm", ["conversations", "knowledge"], ToolsetLimit.Server)),
        (nameof(Error.NotOwner), new Errors.NotOwner(Owner.InQueue("support"), 2)),
        (nameof(Error.NotOwner), new Errors.NotOwner(Owner.Of(s_alice), 3)),
        (nameof(Error.NotOwner), new Errors.NotOwner(Owner.Of(s_bot), 4)),
        (nameof(Error.TurnIsOver), new Errors.NotOwner(Owner.Of(s_bot), 4) { IsOfTurn = true }),
        (nameof(Error.AlreadyAnswered), Error.AlreadyAnswered(7, new Answer(8, "~reply-7-1", s_bot, s_at))),
        (nameof(Error.AlreadyAnswered), Error.AlreadyAnswered(7)),
        (nameof(Error.ReopenWindowOver), new Errors.ReopenWindowOver("resolved", s_at, s_at.AddDays(7), "within 7 days", "cs-TKT-001-f1")),
        (nameof(Error.ReopenWindowOver), new Errors.ReopenWindowOver("resolved", s_at, null, null, null)),
        (nameof(Error.TooManyApprovals), Error.TooManyApprovals(ConversationDecider.MaxPendingApprovals)),
        (nameof(Error.RateLimited), Error.RateLimited("calls_per_minute", 600, 1)),
        (nameof(Error.RateLimited), Error.RateLimited("writes_per_minute_per_customer", 60, 12)),
        (nameof(Error.RateLimited), Error.RateLimited("conversations_per_day", 1_000, 7_200)),
        (nameof(Error.ConversationFull), Error.ConversationFull(s_id, 5_000)),
        (nameof(Error.AlreadyDecided), new Errors.AlreadyDecided(Approval, ApprovalStatus.Granted, true, [s_alice], s_at, 1, 1)),
        (nameof(Error.AlreadyDecided), new Errors.AlreadyDecided(Approval, ApprovalStatus.Pending, true, [s_alice], null, 1, 2)),
        (nameof(Error.ApprovalExpired), new Errors.ApprovalExpired(Approval, s_at)),
        (nameof(Error.ApprovalPending), new Errors.ApprovalPending(Approval, s_at)),
        (nameof(Error.ApprovalRefused), new Errors.ApprovalRefused(Approval, s_alice, "not ours")),
        (nameof(Error.ApprovalMismatch), new Errors.ApprovalMismatch(Approval, "refund", JsonElement.Parse("""{"order":"A-17","amount":612.40}"""), "1a2b3c4d")),
        (nameof(Error.ApprovalChanged), new Errors.ApprovalChanged(Approval, "refund", JsonElement.Parse("""{"order":"A-17","amount":612.40}"""), "1a2b3c4d")),
        (nameof(Error.NoSuchMemory), Error.NoSuchMemory("mem-0f3a9c2155d04c1e77aa-9ab31c70")),
        (nameof(Error.PersonalData), Error.PersonalData("text", ["email", "phone"])),
        (nameof(Error.SessionFull), Error.SessionFull(50, 40_960)),
        (nameof(Error.ArticleNotFound), Error.ArticleNotFound("sidecar-not-starting")),
        (nameof(Error.KnowledgeUnavailable), Error.KnowledgeUnavailable("It did not answer in time.")),
        (nameof(Error.ArticleProtected), Error.ArticleProtected("sidecar-not-starting", [Requirement.Kind(ActorKind.Human), Requirement.Role(Roles.Supervisor)])),
        (nameof(Error.ApprovalUsed), new Errors.ApprovalUsed(Approval, s_bot, s_at)),
        (nameof(Error.TicketDiffers), Error.TicketDiffers(s_id)),
        (nameof(Error.TicketNotFound), Error.TicketNotFound("TKT-009", ["TKT-001", "TKT-002"])),
        (nameof(Error.TicketNotFound), Error.TicketNotFound("TKT-009", [])),
        (nameof(Error.LeaseLost), new Errors.LeaseLost("TKT-001", "triage", 1, RunStepState.Ready, 2)),
        (nameof(Error.LeaseLost), new Errors.LeaseLost("TKT-001", "triage", 1, null, null)),
        (nameof(Error.InsufficientResearch), Error.InsufficientResearch(ConversationDecider.LeastQueries, 1)),
        (nameof(Error.UnknownCitation), Error.UnknownCitation(["mtls-expired"])),
        (nameof(Error.TooManyQueries), Error.TooManyQueries(ConversationDecider.MaxQueries)),
        (nameof(Error.ToolNotOpened), Error.ToolNotOpened("query_knowledge_base", "triage", ["lookup_customer", "lookup_system_info"])),
        (nameof(Error.ToolNotOpened), Error.ToolNotOpened("query_knowledge_base", "notification", [])),
        (nameof(Error.StepTokenRequired), Error.StepTokenRequired("lookup_customer", "crm")),
        (nameof(Error.NotWaitingForApproval), new Errors.NotWaitingForApproval("TKT-001", RunStatus.Running, "triage", null)),
        (nameof(Error.NotWaitingForApproval), new Errors.NotWaitingForApproval("TKT-001", RunStatus.Completed, "notification", "solution_sent")),
        (nameof(Error.NotWaitingForApproval), new Errors.NotWaitingForApproval("TKT-001", null, null, null)),
    ];
}
