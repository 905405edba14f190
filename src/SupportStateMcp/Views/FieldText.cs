namespace SupportStateMcp.Views;

/// <summary>Descriptions of fields that several views have.</summary>
internal static class FieldText
{
    public const string Owner = "Who alone may answer the customer now: an actor as kind:id, or queue:name where the conversation waits for a person.";

    public const string Epoch = "How often the conversation has changed hands; a turn that began under another epoch can no longer be completed.";

    public const string Guidance = "What to do now, in a sentence or two; minds who owns the conversation.";
}
