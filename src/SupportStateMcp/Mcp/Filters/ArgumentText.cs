using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>Refusals of arguments that are texts, of prompts and resources alike.</summary>
internal static class ArgumentText
{
    /// <summary>A text is no conversation's id.</summary>
    public static Error NoConversation(string sent) => Error.InvalidArgument(
        "conversation_id", "it must be " + ArgumentPattern.ConversationId.Words, SentValue.Quoted(sent), ArgumentPattern.ConversationId.Guess(sent));
}
