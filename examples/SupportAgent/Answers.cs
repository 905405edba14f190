using System.Text.Json;

namespace SupportAgent;

/// <summary>What a tool answered: a value, or why it refused.</summary>
internal sealed record Reply<T>(T? Value, Refusal? Refusal) where T : class
{
    /// <summary>The value, where no refusal is expected.</summary>
    public T Expected() => Value ?? throw new UnexpectedException($"{Refusal!.Code}: {Refusal.Message}");
}

/// <summary>A refusal: its code to branch on, its sentence for a model or a person, and its facts.</summary>
/// <param name="Allowed">Of an invalid transition: the states that are allowed instead.</param>
internal sealed record Refusal(string Code, string Message, IReadOnlyList<string>? Allowed = null);

/// <summary>Where a conversation stands.</summary>
internal record Case(string ConversationId, string State, string TicketStatus, long Version, long MessageCount, IReadOnlyDictionary<string, JsonElement> Metadata)
{
    /// <summary>A fact noted about the conversation; null where it is not known.</summary>
    public string? Fact(string name) => Metadata.TryGetValue(name, out var value) ? value.ToString() : null;
}

internal sealed record Opened(string ConversationId, string State, string TicketStatus, long Version, long MessageCount, IReadOnlyDictionary<string, JsonElement> Metadata, bool Created)
    : Case(ConversationId, State, TicketStatus, Version, MessageCount, Metadata);

internal sealed record Written(string State, long Version, bool Replayed);

internal sealed record Added(string MessageId, long Number, long MessageCount, long Version, bool Replayed);

internal sealed record Message(long Number, string MessageId, string Role, string Content, DateTimeOffset At);

internal sealed record HistoryPage(IReadOnlyList<Message> Messages, long? Before);

internal sealed record Event(long Version, string Type, DateTimeOffset At, string Actor, string? Reason, JsonElement Details);

internal sealed record EventsPage(IReadOnlyList<Event> Events, long? After);
