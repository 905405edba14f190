using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>What AIs and people do to the one conversation of <see cref="OneConversation"/> between them.</summary>
internal static class TwoOwners
{
    public static readonly Actor Other = new(ActorKind.Ai, "other-agent");

    public static readonly Actor Alice = new(ActorKind.Human, "alice");

    public static readonly Actor Bob = new(ActorKind.Human, "bob");

    /// <summary>A supervisor.</summary>
    public static readonly Actor Sue = new(ActorKind.Human, "sue");

    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static readonly JsonElement Refund = JsonElement.Parse("""{"order":"A-1","amount":612.4}""");

    public static readonly JsonElement HalfOfIt = JsonElement.Parse("""{"order":"A-1","amount":306.2}""");

    public static ConversationCommand.BeginTurn Begin(Actor by, string messageId = "c-1") =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), MessageId = messageId, Content = "Help" };

    /// <summary>A turn of the conversation that was opened at <see cref="OneConversation.Now"/>.</summary>
    public static ConversationCommand.CompleteTurn Complete(Actor by, long number, long epoch, string? to = null) =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), Turn = new Turn(OneConversation.Id, OneConversation.Life, epoch, number), Content = "An answer", NewState = to };

    /// <summary>The same command, of a turn of this conversation.</summary>
    public static ConversationCommand Of(this ConversationCommand command, Conversation conversation) =>
        command is ConversationCommand.CompleteTurn c ? c with { Turn = c.Turn with { Life = conversation.Life } } : command;

    public static ConversationCommand.AddMessage Tell(Actor by, string messageId = "a-1") =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), MessageId = messageId, Role = MessageRole.Assistant, Content = "Told" };

    public static ConversationCommand.AddMessage Hear(string messageId) => OneConversation.Say("Help", messageId);

    public static ConversationCommand.Claim Claim(Actor by, TimeSpan? lease = null) =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), Lease = lease ?? Lease };

    public static ConversationCommand.Release Release(Actor by) => new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by) };

    public static ConversationCommand.HandBack HandBack(Actor by) => new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), Note = "Go on." };

    public static ConversationCommand.Assign Assign(Actor by, string to, string? note = null, TimeSpan? lease = null) =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), To = to, Note = note, Lease = lease ?? Lease };

    public static ConversationCommand.Escalate Escalate(Actor by, string queue = "support") =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), Reason = "stuck", Summary = "Nothing helped.", Queue = queue };

    public static ConversationCommand.Reopen Reopen(Actor by) => new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by) };

    public static ConversationCommand.ExpireOverdue Settle() => new() { Id = OneConversation.Id, Actor = Conversation.Clock, Roles = OneConversation.Trusted };

    public static ConversationCommand.RequestApproval Ask(JsonElement? arguments = null, int quorum = 1, Actor? by = null) => new()
    {
        Id = OneConversation.Id,
        Actor = by ?? OneConversation.Agent,
        Roles = OneConversation.Trusted,
        Action = "refund",
        Arguments = arguments ?? Refund,
        Reason = "The lamp came broken.",
        Quorum = quorum,
        ExpiresIn = Day,
    };

    public static ConversationCommand.DecideApproval Decide(string approvalId, Actor by, bool yes = true, JsonElement? final = null) =>
        new() { Id = OneConversation.Id, Actor = by, Roles = RolesOf(by), ApprovalId = approvalId, Approved = yes, FinalArguments = final };

    public static ConversationCommand.UseApproval Use(string approvalId, JsonElement? arguments = null, Actor? by = null, string? key = null) => new()
    {
        Id = OneConversation.Id,
        Actor = by ?? OneConversation.Agent,
        Roles = OneConversation.Trusted,
        ApprovalId = approvalId,
        Action = "refund",
        Arguments = arguments ?? Refund,
        UseKey = key,
    };

    private static Roles RolesOf(Actor actor) => actor == Sue ? Roles.Supervisor : RoleNames.DefaultFor(actor.Kind);
}
