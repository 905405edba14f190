namespace SupportStateMcp.Mcp.Tools;

/// <summary>Descriptions of arguments that several tools take.</summary>
internal static class Describe
{
    public const string ConversationId = "The conversation, as initialize_conversation returned it, for example cs-TKT-001.";

    public const string ExpectedVersion = "Write only if the conversation is still at this version, else refuse; omit it to write in any case.";

    public const string Reason = "Why; kept in the audit trail.";

    public const string ApprovalId = "The approval, as request_approval returned it, for example ap-0f3a9c21-TKT-001.";

    public const string IdempotencyKey = "A key of your own for this call: a repeat with the same key and arguments is answered with the first outcome instead of being done again.";
}
