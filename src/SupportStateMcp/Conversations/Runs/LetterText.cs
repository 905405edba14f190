namespace SupportStateMcp.Conversations;

/// <summary>What the server adds to a letter, word for word.</summary>
public static class LetterText
{
    /// <summary>The approved solution, else that there is no entitlement; null where nothing may be sent.</summary>
    public static string? Of(Conversation c) => ApprovalOf(c) is { } approval
        ? approval.Arguments.TryGetProperty(ConversationDecider.SolutionArgument, out var text) ? text.GetString() : null
        : c.Run is { Entitled: false } ? ConversationDecider.NotEntitledText : null;

    /// <summary>The approval of the solution that the letter holds; null where it holds none.</summary>
    public static Approval? ApprovalOf(Conversation c) =>
        c.Run?.ApprovalId is { } id && c.Approval(id) is { Status: ApprovalStatus.Granted } approval ? approval : null;
}
