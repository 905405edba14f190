using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Support;

/// <summary>Commands and commits as the desk would make them, for tests that speak to a store itself.</summary>
internal static class TestConversations
{
    private static readonly ConversationDecider Decider = new(WorkflowDefinition.Default, new ApprovalPolicy());

    public static Actor Agent { get; } = new(ActorKind.Ai, "agent-1");

    public static ConversationId Id(string ticket = "TKT-001") => ConversationId.OfTicket(ticket)!.Value;

    public static ConversationCommand.Initialize Initialize(
        ConversationId? id = null, string userId = "user-1", string assignedTo = "ai-agent", string? description = null, string? metadata = null) => new()
        {
            Id = id ?? Id(),
            Actor = Agent,
            Roles = OneConversation.Trusted,
            UserId = userId,
            Priority = Priority.Medium,
            AssignedTo = assignedTo,
            Description = description,
            Metadata = metadata is null ? null : Facts(metadata),
        };

    public static ConversationCommand.AddMessage Message(
        string messageId, string content = "Hello", ConversationId? id = null, string? metadata = null) => new()
        {
            Id = id ?? Id(),
            Actor = Agent,
            Roles = OneConversation.Trusted,
            MessageId = messageId,
            Role = MessageRole.User,
            Content = content,
            Metadata = metadata is null ? null : Facts(metadata),
        };

    public static ConversationCommand.Transition Transition(string to, string? reason = null, ConversationId? id = null, string? key = null) =>
        new() { Id = id ?? Id(), Actor = Agent, Roles = OneConversation.Trusted, NewState = to, Reason = reason, IdempotencyKey = key };

    public static ConversationCommand.UpdateMetadata Update(string metadata, ConversationId? id = null, string? key = null) =>
        new() { Id = id ?? Id(), Actor = Agent, Roles = OneConversation.Trusted, Metadata = Facts(metadata), IdempotencyKey = key };

    public static ConversationCommand.Erase Erase(ConversationId? id = null) =>
        new() { Id = id ?? Id(), Actor = Agent, Roles = OneConversation.Trusted, Reason = "the customer asked" };

    /// <summary>The commit of an accepted command.</summary>
    public static Commit Commit(Conversation? before, ConversationCommand command, DateTimeOffset now)
    {
        var decision = Decider.Decide(before, command, now);
        var accepted = Assert.IsType<Decision.Accepted>(decision);
        var after = Conversation.Fold(before, accepted.Events)!;
        return new Commit
        {
            Id = command.Id,
            Before = before,
            After = after,
            Events = accepted.Events,
            Messages = accepted.Messages,
            Key = command.StoredKey,
            IdempotencyRecord = IdempotencyRecord.Of(after, command.IdempotencyKey is null ? null : Digest.OfArguments(command)),
            Now = now,
        };
    }

    /// <summary>Custom facts, from a JSON object.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Facts(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone());
    }

    public static JsonNode Json(Conversation? conversation) =>
        JsonSerializer.SerializeToNode(conversation, ConversationJson.Readable.Conversation) ?? new JsonObject();

    public static JsonNode Json(ConversationEvent @event) =>
        JsonSerializer.SerializeToNode(@event, ConversationJson.Readable.ConversationEvent)!;

    /// <summary>Records with custom facts are the same where their JSON is.</summary>
    public static void AssertSame(Conversation? expected, Conversation? actual) => AssertSame(Json(expected), Json(actual));

    public static void AssertSame(IEnumerable<ConversationEvent> expected, IEnumerable<ConversationEvent> actual) =>
        AssertSame(new JsonArray([.. expected.Select(Json)]), new JsonArray([.. actual.Select(Json)]));

    private static void AssertSame(JsonNode expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"Expected {expected.ToJsonString()}\nActual   {actual.ToJsonString()}");
}
