using System.Text.Json.Nodes;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    /// <summary>The step is not the bearer's of this token any more.</summary>
    /// <param name="token">The token.</param>
    /// <param name="step">The step as it stands; null where its conversation or run is gone.</param>
    public static Error LeaseLost(StepToken token, RunStep? step = null) => new Errors.LeaseLost(token.Id.TicketId, token.Step, token.Attempt, step?.State, step?.Attempt);

    public static Error InsufficientResearch(int needed, int recorded) => new Errors.InsufficientResearch(needed, recorded);

    /// <param name="citations">Those that no recorded query of the step returned.</param>
    public static Error UnknownCitation(IReadOnlyList<string> citations) => new Errors.UnknownCitation(citations);

    public static Error TicketDiffers(ConversationId id) => new Errors.TicketDiffers(id);

    public static Error TooManyQueries(int limit) => new Errors.TooManyQueries(limit);

    /// <summary>The step does not open this tool.</summary>
    public static Error ToolNotOpened(string tool, string step, IReadOnlyList<string> opened) => new Errors.ToolNotOpened(tool, step, opened);

    /// <summary>The connection has this tool for those alone who work on a step that opens it.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="toolset">The set of the tool, which would let it be called without a step.</param>
    public static Error StepTokenRequired(string tool, string toolset) => new Errors.StepTokenRequired(tool, toolset);

    /// <summary>Nobody can decide on the ticket's solution now.</summary>
    public static Error NotWaitingForApproval(string ticketId, Run? run) => new Errors.NotWaitingForApproval(ticketId, run?.Status, run?.Stage, run?.Outcome);

    /// <param name="ticketId">The ticket.</param>
    /// <param name="newest">Ids of tickets there are, the newest first.</param>
    public static Error TicketNotFound(string ticketId, IReadOnlyList<string> newest) => new Errors.TicketNotFound(ticketId, newest);
}

/// <content>What is refused about tickets and their steps.</content>
public static partial class Errors
{
    /// <param name="TicketId">The ticket.</param>
    /// <param name="Step">The step that the token names.</param>
    /// <param name="Attempt">The try that it names.</param>
    /// <param name="State">Where the step stands now; null where its conversation or run is gone.</param>
    /// <param name="Now">The try that the step is in now.</param>
    public sealed record LeaseLost(string TicketId, string Step, int Attempt, RunStepState? State, int? Now) : Error(ErrorCodes.LeaseLost)
    {
        public override JsonObject Facts => new()
        {
            ["ticket_id"] = TicketId,
            ["step"] = Step,
            ["attempt"] = Attempt,
            ["state"] = State is { } state ? SnakeCaseEnum.Of(state) : null,
        };
    }

    /// <param name="Needed">How many different queries it takes.</param>
    /// <param name="Recorded">How many there are.</param>
    public sealed record InsufficientResearch(int Needed, int Recorded) : Error(ErrorCodes.InsufficientResearch)
    {
        public override JsonObject Facts => new() { ["needed"] = Needed, ["recorded"] = Recorded };
    }

    /// <param name="Citations">Those that no recorded query of the step returned.</param>
    public sealed record UnknownCitation(IReadOnlyList<string> Citations) : Error(ErrorCodes.UnknownCitation)
    {
        public override JsonObject Facts => new() { ["citations"] = Texts(Citations) };
    }

    public sealed record TicketDiffers(ConversationId Id) : Error(ErrorCodes.TicketConflict)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id.Value, ["ticket_id"] = Id.TicketId };
    }

    public sealed record TooManyQueries(int Limit) : Error(ErrorCodes.LimitReached)
    {
        public override JsonObject Facts => new() { ["limit"] = Limit };
    }

    /// <param name="Tool">The tool.</param>
    /// <param name="Step">The step whose token was sent.</param>
    /// <param name="Opened">The tools that the step opens.</param>
    public sealed record ToolNotOpened(string Tool, string Step, IReadOnlyList<string> Opened) : Error(ErrorCodes.ToolNotOpened)
    {
        public override JsonObject Facts => new() { ["tool"] = Tool, ["step"] = Step, ["allowed_tools"] = Texts(Opened) };
    }

    /// <param name="Tool">The tool.</param>
    /// <param name="Toolset">Its own set.</param>
    public sealed record StepTokenRequired(string Tool, string Toolset) : Error(ErrorCodes.StepTokenRequired)
    {
        public override JsonObject Facts => new() { ["tool"] = Tool, ["toolset"] = Toolset };
    }

    /// <param name="TicketId">The ticket.</param>
    /// <param name="Status">Where its run stands; null where it has none.</param>
    /// <param name="Stage">The step it is at.</param>
    /// <param name="Outcome">What it came to.</param>
    public sealed record NotWaitingForApproval(string TicketId, RunStatus? Status, string? Stage, string? Outcome) : Error(ErrorCodes.NotWaitingForApproval)
    {
        public override JsonObject Facts => new()
        {
            ["ticket_id"] = TicketId,
            ["status"] = Status is { } status ? SnakeCaseEnum.Of(status) : null,
            ["stage"] = Stage,
            ["outcome"] = Outcome,
        };
    }

    /// <param name="TicketId">The ticket.</param>
    /// <param name="Newest">Ids of tickets that there are, the newest first.</param>
    public sealed record TicketNotFound(string TicketId, IReadOnlyList<string> Newest) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["ticket_id"] = TicketId, ["newest"] = Texts(Newest) };
    }
}
