using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>Commands and events of one conversation, with everything that a test does not care about filled in.</summary>
internal static class OneConversation
{
    public static readonly ConversationId Id = ConversationId.OfTicket("TKT-001")!.Value;

    public static readonly Actor Agent = TestCommandHandler.Agent;

    /// <summary>What callers of tests are trusted with where the test is not about that.</summary>
    public const Roles Trusted = Roles.Agent | Roles.Approver;

    public static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The life of the conversation that was opened then.</summary>
    public static string Life => Now.UtcTicks.ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    public static ConversationCommand.Initialize Open(string user = "user-1") => new()
    {
        Id = Id,
        Actor = Agent,
        Roles = Trusted,
        UserId = user,
        Priority = Priority.Medium,
        AssignedTo = "ai-agent-1",
    };

    public static ConversationCommand.AddMessage Say(string content, string messageId = "m-1") => new()
    {
        Id = Id,
        Actor = Agent,
        Roles = Trusted,
        MessageId = messageId,
        Role = MessageRole.User,
        Content = content,
    };

    public static ConversationCommand.Transition MoveTo(string state) => new() { Id = Id, Actor = Agent, Roles = Trusted, NewState = state };

    public static ConversationCommand.UpdateMetadata Update() => new() { Id = Id, Actor = Agent, Roles = Trusted };

    public static ConversationCommand.Erase Erase() => new() { Id = Id, Actor = Agent, Roles = Trusted };

    public static ConversationEvent.Initialized Opened(long version = 1) => new()
    {
        Version = version,
        At = Now,
        Actor = Agent,
        ConversationId = Id.Value,
        TicketId = Id.TicketId,
        UserId = "user-1",
        State = "initialized",
        TicketStatus = TicketStatus.Open,
        Priority = Priority.Medium,
        AssignedTo = "ai-agent-1",
        Owner = Owner.Of(Agent),
        Epoch = 1,
    };

    public static ConversationEvent.Transitioned Moved(long version, string from, string to, TicketStatus? status = null) => new()
    {
        Version = version,
        At = Now,
        Actor = Agent,
        From = from,
        To = to,
        TicketStatus = status,
        Closes = to == "resolved",
    };

    public static ConversationEvent.MessageAdded Said(long version, long number, string content = "Hello", string messageId = "m-1") => new()
    {
        Version = version,
        At = Now,
        Actor = Agent,
        MessageId = messageId,
        Number = number,
        Role = MessageRole.User,
        ContentDigest = Digest.OfText(content),
    };

    public static ConversationEvent.MetadataUpdated Updated(long version) => new() { Version = version, At = Now, Actor = Agent };

    public static ConversationEvent.Erased Erased(long version, long messages = 0) =>
        new() { Version = version, At = Now, Actor = Agent, Messages = messages };

    public static IReadOnlyDictionary<string, JsonElement> Facts(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);

    public static string Json(Conversation? conversation) => conversation is null ? "null" : JsonSerializer.Serialize(conversation, ConversationJson.Readable.Conversation);

    public static string Json(IEnumerable<ConversationEvent> events) =>
        string.Join('\n', events.Select(e => JsonSerializer.Serialize(e, ConversationJson.Readable.ConversationEvent)));

    public static string Json(JsonObject facts) => facts.ToJsonString(ConversationJson.Readable.Options);
}
