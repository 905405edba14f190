namespace SupportStateMcp.Mcp.Tools;

/// <summary>Descriptions of arguments that several tools take.</summary>
internal static class Describe
{
    public const string ConversationId = "For example cs-TKT-001.";

    public const string ExpectedVersion = "Refuse if the version is different.";

    public const string Reason = "Why, for the audit trail.";

    public const string ApprovalId = "For example ap-0f3a9c21-TKT-001.";

    public const string IdempotencyKey = "Your key for this call; a repeat is done once.";

    public const string MaxCharacters = "How long the answer may be.";

    public const string Limit = "How many at most.";

    public const string Cursor = "The next_cursor of the last answer.";

    public const string Facts = "Custom facts, by key.";
}
