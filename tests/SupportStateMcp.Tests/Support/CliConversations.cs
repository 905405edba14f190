using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>What an AI does to a conversation before people come to it.</summary>
internal static class CliConversations
{
    public static readonly Actor Ai = new(ActorKind.Ai, "desk-agent");

    public static ConversationId Id(string ticket) => ConversationId.OfTicket(ticket)!.Value;

    public static ConversationCommand.Initialize Open(string ticket, Priority priority = Priority.Medium) =>
        new() { Id = Id(ticket), Actor = Ai, Roles = OneConversation.Trusted, UserId = "user-1", Priority = priority, AssignedTo = "ai-agent-1" };

    public static ConversationCommand.BeginTurn Asks(string ticket, string content, string messageId = "m-1") =>
        new() { Id = Id(ticket), Actor = Ai, Roles = OneConversation.Trusted, MessageId = messageId, Content = content };

    public static ConversationCommand.Escalate Escalate(string ticket, string reason = "a refund above the limit", string queue = "support") => new()
    {
        Id = Id(ticket),
        Actor = Ai,
        Roles = OneConversation.Trusted,
        Reason = reason,
        Summary = "Paid twice for order A-17.",
        Queue = queue,
        CustomerMessage = "A colleague will look at it.",
        OpenQuestion = "When does the money come?",
        Promises = ["an answer today"],
        Tried = ["a new invoice"],
    };

    public static ConversationCommand.RequestApproval AskFor(
        string ticket, string action = "refund", string arguments = """{"order": "A-17", "amount": 612.40}""",
        int quorum = 1, TimeSpan? expiresIn = null, Actor? by = null) => new()
        {
            Id = Id(ticket),
            Actor = by ?? Ai,
            Roles = OneConversation.Trusted,
            Action = action,
            Arguments = JsonElement.Parse(arguments),
            Reason = "paid twice",
            Quorum = quorum,
            ExpiresIn = expiresIn ?? TimeSpan.FromDays(1),
        };
}
