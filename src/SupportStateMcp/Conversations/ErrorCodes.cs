namespace SupportStateMcp.Conversations;

/// <summary>
/// The codes of refusals. Stable API: callers branch on them. The summary of each says when it comes, the remarks what to
/// do; <c>docs/errors.md</c> is written from both.
/// </summary>
public static class ErrorCodes
{
    /// <summary>There is no such conversation, turn, approval, task or memory: never there, expired, erased or forgotten. Or nothing is recorded about the system of a customer.</summary>
    /// <remarks>Check the id. A ticket gets its conversation with initialize_conversation. Without a system, ask the customer.</remarks>
    public const string NotFound = "not_found";

    /// <summary>The workflow has no transition from the state of the conversation to the state asked for.</summary>
    /// <remarks>Move to one of the states in allowed, which are those that the workflow permits now.</remarks>
    public const string InvalidTransition = "invalid_transition";

    /// <summary>The conversation is closed and does not take this.</summary>
    /// <remarks>reopen_conversation opens it again where that is possible, else a linked follow-up conversation. What the customer writes is taken in all the same.</remarks>
    public const string TerminalState = "terminal_state";

    /// <summary>The expected version is not the version of the conversation or record: somebody has changed it since.</summary>
    /// <remarks>Read it again, and decide again.</remarks>
    public const string VersionConflict = "version_conflict";

    /// <summary>The ticket already has a conversation of another user, or was reported with another description.</summary>
    /// <remarks>Check the ticket id and the user id.</remarks>
    public const string TicketConflict = "ticket_conflict";

    /// <summary>The conversation was too busy: its turn did not come within concurrency.lockTimeout. Nothing was changed.</summary>
    /// <remarks>Try again.</remarks>
    public const string LockTimeout = "lock_timeout";

    /// <summary>An argument breaks a rule, which is named. The rules of tools are those of their input schemas.</summary>
    /// <remarks>Correct the argument.</remarks>
    public const string InvalidArgument = "invalid_argument";

    /// <summary>The message id or idempotency key was used on this conversation with other arguments.</summary>
    /// <remarks>Use a new key for a new call; repeat a call with exactly the same arguments.</remarks>
    public const string IdempotencyMismatch = "idempotency_mismatch";

    /// <summary>The store does not answer, or not in time. A write may have been applied.</summary>
    /// <remarks>Try again in a moment; repeat a write under the same key, so that it is applied once.</remarks>
    public const string StoreUnavailable = "store_unavailable";

    /// <summary>What is stored of the conversation or record cannot be read: it is damaged, or a newer version of the server wrote it.</summary>
    /// <remarks>Do not try again. The server's log names the place and the reason; an operator restores a backup, updates the server, lets the conversation expire, or writes the record again. Everything else works.</remarks>
    public const string StoreDamaged = "store_damaged";

    /// <summary>There is no customer with this id, or with this e-mail address.</summary>
    /// <remarks>Check it. Where there are no customers at all, load the sample data (sample-data load), import your own (customers import) or record the customer (save_customer).</remarks>
    public const string CustomerNotFound = "customer_not_found";

    /// <summary>Lines of a file that was to be imported cannot be read, or break a rule. Nothing was imported.</summary>
    /// <remarks>Correct the lines and import the file again: what is the same already stays as it is.</remarks>
    public const string InvalidImport = "invalid_import";

    /// <summary>The caller may not do this, whatever the arguments. Kind and roles belong to the connection.</summary>
    /// <remarks>Leave it to somebody who has what needs names.</remarks>
    public const string NotAuthorized = "not_authorized";

    /// <summary>The tool, prompt or resource is there, in a toolset that this connection does not have.</summary>
    /// <remarks>Go without it, or have the set switched on: limited_by says whether the address (endpoint), the token or the server decides.</remarks>
    public const string ToolsetNotEnabled = "toolset_not_enabled";

    /// <summary>Somebody else owns the conversation and may answer the customer now.</summary>
    /// <remarks>Leave the answer to the owner. Where an AI owns it now, another AI begins a new turn, and a person claims it.</remarks>
    public const string NotOwner = "not_owner";

    /// <summary>The message of the turn is answered: by somebody else, or with other words than these.</summary>
    /// <remarks>Read the history; say nothing twice.</remarks>
    public const string AlreadyAnswered = "already_answered";

    /// <summary>The conversation is closed, and the workflow or the time does not permit to reopen it.</summary>
    /// <remarks>Reopening opens a linked follow-up conversation.</remarks>
    public const string ReopenWindowOver = "reopen_window_over";

    /// <summary>As many approvals of the conversation wait for a decision, as many of its tasks are open, or as many values are in its session, as may; or it has as many what-if copies.</summary>
    /// <remarks>Wait until some are decided, or have expired; finish a task.</remarks>
    public const string LimitReached = "limit_reached";

    /// <summary>The caller makes more calls in a minute, or opens more conversations in a day, than limits allows; or programs write more in a minute to the conversations of one customer.</summary>
    /// <remarks>Wait retry_after seconds, then make the same call again: it passes, unless others use up the same limit.</remarks>
    public const string RateLimited = "rate_limited";

    /// <summary>The conversation has as many messages as it takes of programs (limits.messagesPerConversation). People may still write, and a turn that began is still answered.</summary>
    /// <remarks>Hand it over to a person, or close it and go on in a follow-up conversation.</remarks>
    public const string ConversationFull = "conversation_full";

    /// <summary>The approval is decided, or the caller has decided on it already.</summary>
    /// <remarks>Read its status.</remarks>
    public const string AlreadyDecided = "already_decided";

    /// <summary>The approval expired before it was decided. It grants nothing.</summary>
    /// <remarks>Request a new approval.</remarks>
    public const string ApprovalExpired = "approval_expired";

    /// <summary>The approval is not decided yet, and was to be used.</summary>
    /// <remarks>Wait for the decision, and do nothing before.</remarks>
    public const string ApprovalPending = "approval_pending";

    /// <summary>The approval was refused, and was to be used.</summary>
    /// <remarks>Do not do it.</remarks>
    public const string ApprovalRefused = "approval_refused";

    /// <summary>The action or its arguments are not those that were approved.</summary>
    /// <remarks>Do what was approved, or request a new approval.</remarks>
    public const string ApprovalMismatch = "approval_mismatch";

    /// <summary>The arguments of the approval were changed after the caller saw them. Nothing was decided.</summary>
    /// <remarks>Look at what it is for now, and decide on that.</remarks>
    public const string ApprovalChanged = "approval_changed";

    /// <summary>The one permission of the approval was taken already, by another use.</summary>
    /// <remarks>Do not do it again.</remarks>
    public const string ApprovalUsed = "approval_used";

    /// <summary>The step is not the bearer's any more: its lease ran out, it was completed, or its run ended.</summary>
    /// <remarks>Drop the work, and take the next step.</remarks>
    public const string LeaseLost = "lease_lost";

    /// <summary>The analysis rests on fewer different recorded queries than it has to.</summary>
    /// <remarks>Query the knowledge base with the step's token and other words, then complete the step.</remarks>
    public const string InsufficientResearch = "insufficient_research";

    /// <summary>The analysis cites articles that no recorded query of the step returned.</summary>
    /// <remarks>Cite what was found, or query the knowledge base with the step's token again.</remarks>
    public const string UnknownCitation = "unknown_citation";

    /// <summary>The step whose token was sent does not open this tool.</summary>
    /// <remarks>Use the tools that allowed_tools names.</remarks>
    public const string ToolNotOpened = "tool_not_opened";

    /// <summary>This connection has the tool for those alone who send the token of a step that opens it.</summary>
    /// <remarks>Take a step with next_step, and send its step_token; or have the tool's own toolset switched on.</remarks>
    public const string StepTokenRequired = "step_token_required";

    /// <summary>The ticket has no solution that waits for a decision: it is too early, it is decided already, or its run has ended.</summary>
    /// <remarks>Read the ticket's status.</remarks>
    public const string NotWaitingForApproval = "not_waiting_for_approval";

    /// <summary>A solution, which is remembered for all customers, holds an e-mail address, a telephone number, a card number or an IBAN. Nothing was stored.</summary>
    /// <remarks>Say it without, or remember it as a fact or an episode of the customer.</remarks>
    public const string PersonalData = "personal_data";

    /// <summary>The event does not follow where the task stands: a task is planned before it is executed, and done when no step is open.</summary>
    /// <remarks>Send one of the events in allowed. Steps that are open are completed one by one, or replaced with plan_task.</remarks>
    public const string InvalidTaskEvent = "invalid_task_event";

    /// <summary>A what-if copy takes facts, transitions, tasks and internal notes only; or a conversation that has such copies was to be erased without them.</summary>
    /// <remarks>Do it in the conversation that fork_of names. delete_conversation erases a conversation together with its copies.</remarks>
    public const string WhatIfCopy = "what_if_copy";

    /// <summary>There is no article with this id.</summary>
    /// <remarks>Find the article with query_knowledge_base, whose answers name ids. An id is exact, in upper and lower case.</remarks>
    public const string ArticleNotFound = "article_not_found";

    /// <summary>The knowledge base elsewhere, which this server asks (knowledge.provider), does not answer, or not with articles.</summary>
    /// <remarks>Try again in a moment; where it stays so, the server's log says why.</remarks>
    public const string KnowledgeUnavailable = "knowledge_unavailable";
}
