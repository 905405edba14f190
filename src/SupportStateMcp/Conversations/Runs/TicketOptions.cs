namespace SupportStateMcp.Conversations;

/// <summary>How this desk works its tickets.</summary>
public sealed record TicketOptions
{
    /// <summary>True where the approval policy may let a solution pass without a person. Default: a person decides on every one.</summary>
    public bool AutoApprove { get; init; }

    /// <summary>The pipeline that tickets go through.</summary>
    public string Pipeline { get; init; } = Workflow.SupportTicketPipeline.Name;
}
