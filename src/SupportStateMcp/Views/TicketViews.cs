using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>What <c>create_ticket</c> and <c>POST /support/ticket</c> answer.</summary>
public sealed record TicketStartedView
{
    [Description("The run of the ticket through its pipeline.")]
    public required string InstanceId { get; init; }

    public required string TicketId { get; init; }

    public required string Status { get; init; }

    public static TicketStartedView Of(Conversation c) => new() { InstanceId = c.Run!.InstanceId, TicketId = c.TicketId, Status = "workflow_started" };
}

/// <summary>What a decision on a ticket's solution answers.</summary>
public sealed record SolutionDecidedView
{
    public required string Status { get; init; }

    public required string TicketId { get; init; }

    public required string InstanceId { get; init; }

    public static SolutionDecidedView Of(Conversation c) => new() { Status = "approval_sent", TicketId = c.TicketId, InstanceId = c.Run!.InstanceId };
}

/// <summary>What <c>ticket_status</c> and <c>GET /support/status/{ticket_id}</c> answer.</summary>
public sealed record TicketView
{
    public required string TicketId { get; init; }

    public required string InstanceId { get; init; }

    [Description("RUNNING, WAITING_FOR_APPROVAL, COMPLETED, FAILED or TERMINATED.")]
    public required string Status { get; init; }

    public required TicketOutputView Output { get; init; }

    /// <param name="c">The conversation of the ticket.</param>
    /// <param name="timeline">What happened to its run, oldest first.</param>
    public static TicketView Of(Conversation c, IReadOnlyList<ConversationEvent> timeline) => new()
    {
        TicketId = c.TicketId,
        InstanceId = c.Run!.InstanceId,
        Status = StatusOf(c.Run.Status),
        Output = TicketOutputView.Of(c, c.Run, timeline),
    };

    public static string StatusOf(RunStatus status) => SnakeCaseEnum.Of(status).ToUpperInvariant();
}

/// <summary>What is known of a ticket.</summary>
public sealed record TicketOutputView
{
    [Description("The step it is at, or was at when it ended.")]
    public required string Stage { get; init; }

    [Description("What the run came to; absent before, and where it failed or was terminated.")]
    public string? Outcome { get; init; }

    [Description("Why it failed or was terminated.")]
    public string? Reason { get; init; }

    [Description("Whether a person has the conversation, or it waits for one, so that no step is given out.")]
    public required bool Paused { get; init; }

    [Description("Whether the customer is entitled to support, by the server's records; absent before triage.")]
    public bool? Entitled { get; init; }

    [Description("The result of the triage.")]
    public JsonObject? Triage { get; init; }

    [Description("The expert's analysis.")]
    public JsonObject? Analysis { get; init; }

    public SolutionApprovalView? Approval { get; init; }

    [Description("The message that went to the customer before the approved text.")]
    public JsonObject? Notification { get; init; }

    public required IReadOnlyList<RunStepView> Steps { get; init; }

    [Description("What happened, oldest first.")]
    public required IReadOnlyList<TimelineEntryView> Timeline { get; init; }

    internal static TicketOutputView Of(Conversation c, Run run, IReadOnlyList<ConversationEvent> timeline) => new()
    {
        Stage = run.Stage,
        Outcome = run.Outcome,
        Reason = run.Reason,
        Paused = run.IsActive && !c.Owner.IsMachine,
        Entitled = run.Entitled,
        Triage = ObjectOf(run.Step(SupportTicketPipeline.Triage)?.Result),
        Analysis = ObjectOf(c.Analysis?.Result),
        Approval = run.ApprovalId is { } id && c.Approval(id) is { } approval ? SolutionApprovalView.Of(approval) : null,
        Notification = ObjectOf(run.Step(SupportTicketPipeline.Notification)?.Result),
        Steps = [.. run.Steps.Select(RunStepView.Of)],
        Timeline = [.. timeline.TakeLast(MostEntries).Select(TimelineEntryView.Of)],
    };

    private const int MostEntries = 100;

    internal static JsonObject? ObjectOf(JsonElement? result) => result is { } element ? JsonObject.Create(element) : null;
}

/// <summary>A person's decision on a solution, or that it is awaited.</summary>
public sealed record SolutionApprovalView
{
    public required string ApprovalId { get; init; }

    public required ApprovalStatus Status { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset Deadline { get; init; }

    [Description("The text for the customer, as it was proposed or as the person changed it.")]
    public string? FinalSolution { get; init; }

    public string? DecidedBy { get; init; }

    public string? Notes { get; init; }

    internal static SolutionApprovalView Of(Approval a) => new()
    {
        ApprovalId = a.ApprovalId,
        Status = a.Status,
        Deadline = a.Deadline,
        FinalSolution = a.Arguments.TryGetProperty(ConversationDecider.SolutionArgument, out var text) ? text.GetString() : null,
        DecidedBy = a.Votes is [.., var last] ? last.By.ToString() : null,
        Notes = a.Votes is [.., { Notes: { } notes }] ? notes : null,
    };
}

/// <summary>A step of a run.</summary>
public sealed record RunStepView
{
    public required string Name { get; init; }

    public required string Role { get; init; }

    public required RunStepState State { get; init; }

    public required int Attempt { get; init; }

    public string? Actor { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? LeaseUntil { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? EndedAt { get; init; }

    [Description("Why the last try failed.")]
    public string? Reason { get; init; }

    [Description("How many queries to the knowledge base are recorded for it.")]
    public int? Queries { get; init; }

    [Description("What came of a step that output does not name.")]
    public JsonObject? Result { get; init; }

    internal static RunStepView Of(RunStep s) => new()
    {
        Name = s.Name,
        Role = s.Role,
        State = s.State,
        Attempt = s.Attempt,
        Actor = s.Actor?.ToString(),
        LeaseUntil = s.LeaseUntil,
        StartedAt = s.StartedAt,
        EndedAt = s.EndedAt,
        Reason = s.Reason,
        Queries = s.Research.Count > 0 ? s.Research.Count : null,
        Result = s.Name is SupportTicketPipeline.Triage or SupportTicketPipeline.Notification ? null : TicketOutputView.ObjectOf(s.Result),
    };
}

/// <summary>Something that happened to a run.</summary>
public sealed record TimelineEntryView
{
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    [Description("As get_events names it.")]
    public required string Event { get; init; }

    public string? Step { get; init; }

    public int? Attempt { get; init; }

    public required string By { get; init; }

    internal static TimelineEntryView Of(ConversationEvent e) => new()
    {
        At = e.At,
        Event = EventNames.Of(e),
        Step = (e as ConversationEvent.StepEvent)?.Step ?? (e as ConversationEvent.RunWaitingApproval)?.Step,
        Attempt = (e as ConversationEvent.StepEvent)?.Attempt,
        By = e.Actor.ToString(),
    };
}

/// <summary>What the resource <c>support://tickets/{ticket_id}/analysis</c> shows.</summary>
public sealed record AnalysisView
{
    public required string TicketId { get; init; }

    public required JsonObject Analysis { get; init; }

    public required string By { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset At { get; init; }

    public required int Revision { get; init; }

    public static AnalysisView Of(Conversation c, Analysis analysis) => new()
    {
        TicketId = c.TicketId, Analysis = JsonObject.Create(analysis.Result)!, By = analysis.By.ToString(), At = analysis.At, Revision = analysis.Revision,
    };
}
