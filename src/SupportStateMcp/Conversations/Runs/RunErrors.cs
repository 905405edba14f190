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

    /// <summary>Nobody can decide on the ticket's solution now.</summary>
    public static Error NotWaitingForApproval(string ticketId, Run? run) => new Errors.NotWaitingForApproval(ticketId, run?.Status, run?.Stage, run?.Outcome);

    /// <param name="ticketId">The ticket.</param>
    /// <param name="newest">Ids of tickets there are, the newest first.</param>
    public static Error TicketNotFound(string ticketId, IReadOnlyList<string> newest) => new Errors.TicketNotFound(ticketId, newest);
}
