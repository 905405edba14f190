using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>Descriptions of arguments that several tools take.</summary>
internal static class Describe
{
    public const string ConversationId = "The conversation, as initialize_conversation returned it, for example cs-TKT-001.";

    public const string ExpectedVersion = "Write only if the conversation is still at this version, else refuse; omit it to write in any case.";

    public const string Reason = "Why; kept in the audit trail.";

    public const string Owner = "Who alone may answer the customer now: an actor as kind:id, or queue:name where the conversation waits for a person.";

    public const string Epoch = "How often the conversation has changed hands; a turn that began under another epoch can no longer be completed.";

    public const string Guidance = "What to do now, in a sentence or two; minds who owns the conversation.";

    public const string ApprovalId = "The approval, as request_approval returned it, for example ap-0f3a9c21-TKT-001.";

    public const string IdempotencyKey = "A key of your own for this call: a repeat with the same key and arguments is answered with the first outcome instead of being done again.";
}

/// <summary>The values the items of an array argument may have; becomes <c>items.enum</c> in the schema.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AllowedItemsAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>
/// How many items an array argument may have; becomes <c>minItems</c> and <c>maxItems</c> in the schema. The attributes of
/// the base class library for this are not made for native programs.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemCountAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}

/// <summary>How long the items of an array argument may be; becomes <c>items.minLength</c> and <c>items.maxLength</c> in the schema.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemLengthAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}
