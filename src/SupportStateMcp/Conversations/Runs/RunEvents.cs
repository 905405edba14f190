using System.Text.Json;
using System.Text.Json.Serialization;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationEvent
{
    /// <summary>Something happened to the run of the conversation's ticket.</summary>
    public abstract record RunEvent : ConversationEvent;

    /// <summary>A ticket began its way through a pipeline.</summary>
    public sealed record RunStarted : RunEvent
    {
        public required string InstanceId { get; init; }
        public required string Pipeline { get; init; }
        public required string CustomerId { get; init; }

        /// <summary>What the customer reported, where the conversation was opened without it; null otherwise, and after an erasure.</summary>
        public string? Description { get; init; }

        /// <summary>The steps of the pipeline, each with the role that does it.</summary>
        public required IReadOnlyList<RunStepName> Steps { get; init; }

        public override ConversationEvent Redacted() => this with { CustomerId = Conversation.ErasedMark, Description = null };
    }

    /// <summary>Something happened to one step.</summary>
    public abstract record StepEvent : RunEvent
    {
        public required string Step { get; init; }

        /// <summary>The number of the try, from 1.</summary>
        public required int Attempt { get; init; }
    }

    /// <summary>A worker may take the step; why, where a person sent the solution back.</summary>
    public sealed record StepReady : StepEvent
    {
        /// <summary>From when.</summary>
        public required DateTimeOffset ReadyAt { get; init; }

        /// <summary>True where a person sent the solution back.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Revises { get; init; }

        public override ConversationEvent Redacted() => this with { Reason = null };
    }

    /// <summary>A worker has the step.</summary>
    public sealed record StepLeased : StepEvent
    {
        public required DateTimeOffset LeaseUntil { get; init; }

        /// <summary>True where the worker had it already, and keeps it longer.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Extends { get; init; }
    }

    /// <summary>The knowledge base was asked for the step.</summary>
    public sealed record QueriesRecorded : StepEvent
    {
        public required IReadOnlyList<ResearchEntry> Queries { get; init; }

        public override ConversationEvent Redacted() => this with { Queries = [.. Queries.Select(q => q with { Query = null })] };
    }

    /// <summary>The step is done.</summary>
    public sealed record StepCompleted : StepEvent
    {
        /// <summary>What came of it; null for an approval, for an analysis (<see cref="SolutionReady"/>) and after an erasure.</summary>
        public JsonElement? Result { get; init; }

        /// <summary>Whether the customer is entitled to support; null where the step did not look.</summary>
        public bool? Entitled { get; init; }

        /// <summary>The customer's record; null where the step did not look, where there is none, and after an erasure.</summary>
        public JsonElement? Customer { get; init; }

        /// <summary>The record of the customer's system; null as for the customer.</summary>
        public JsonElement? System { get; init; }

        public override ConversationEvent Redacted() => this with { Result = null, Customer = null, System = null };
    }

    /// <summary>A try of the step failed; why.</summary>
    public sealed record StepFailed : StepEvent
    {
        public override ConversationEvent Redacted() => this with { Reason = null };
    }

    /// <summary>The worker did not complete the step in time.</summary>
    public sealed record StepLeaseExpired : StepEvent
    {
        /// <summary>When the lease ran out.</summary>
        public required DateTimeOffset ExpiredAt { get; init; }
    }

    /// <summary>There is an analysis with a solution.</summary>
    public sealed record SolutionReady : RunEvent
    {
        /// <summary>The analysis; null after an erasure.</summary>
        public JsonElement? Analysis { get; init; }

        public override ConversationEvent Redacted() => this with { Analysis = null };
    }

    /// <summary>A person has to decide on the solution.</summary>
    public sealed record RunWaitingApproval : RunEvent
    {
        public required string Step { get; init; }
        public required string ApprovalId { get; init; }
        public required DateTimeOffset Deadline { get; init; }
    }

    /// <summary>The run came to an end that its pipeline knows.</summary>
    public sealed record RunCompleted : RunEvent
    {
        public required string Outcome { get; init; }

        public override ConversationEvent Redacted() => this with { Reason = null };
    }

    /// <summary>A step failed as often as it may be tried; why.</summary>
    public sealed record RunFailed : RunEvent
    {
        public override ConversationEvent Redacted() => this with { Reason = null };
    }

    /// <summary>The conversation was closed while the run was under way.</summary>
    public sealed record RunTerminated : RunEvent;
}

/// <summary>A step of a pipeline, as a run begins with it.</summary>
public sealed record RunStepName(string Name, string Role);
