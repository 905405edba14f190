namespace SupportStateMcp.Conversations;

/// <summary>What the server adds to a letter, word for word.</summary>
public static class LetterText
{
    /// <summary>The approved solution, or that there is no entitlement; null where nothing may be sent.</summary>
    public static string? Of(Conversation c) => c.Run switch
    {
        { Entitled: false } => ConversationDecider.NotEntitledText,
        { ApprovalId: { } id } when c.Approval(id) is { Status: ApprovalStatus.Granted } approval
            && approval.Arguments.TryGetProperty(ConversationDecider.SolutionArgument, out var text) => text.GetString(),
        _ => null,
    };
}
