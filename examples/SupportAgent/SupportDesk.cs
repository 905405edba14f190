using System.Text.Json;

namespace SupportAgent;

/// <summary>The server's tools as an agent calls them. Every write carries a key, so that it can be repeated.</summary>
internal sealed partial class SupportDesk(Connection connection)
{
    private const int Page = 500;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.General) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Task<Reply<Opened>> OpenAsync(string ticket, string user, string priority, string description, CancellationToken ct) =>
        CallAsync<Opened>("initialize_conversation", new() { ["ticket_id"] = ticket, ["user_id"] = user, ["priority"] = priority, ["description"] = description }, ct);

    public Task<Reply<Opened>> OpenAsync(string ticket, string user, CancellationToken ct) =>
        CallAsync<Opened>("initialize_conversation", new() { ["ticket_id"] = ticket, ["user_id"] = user }, ct);

    public Task<Reply<Case>> ReadAsync(string id, CancellationToken ct) =>
        CallAsync<Case>("get_state", new() { ["conversation_id"] = id }, ct);

    public Task<Reply<Added>> AddAsync(string id, string messageId, string role, string content, CancellationToken ct) =>
        CallAsync<Added>("add_message", new() { ["conversation_id"] = id, ["message_id"] = messageId, ["role"] = role, ["content"] = content }, ct);

    /// <param name="seen">The version the decision was made on: if the conversation has changed since, the move is refused.</param>
    public Task<Reply<Written>> MoveAsync(string id, string state, string reason, long seen, string key, CancellationToken ct) =>
        CallAsync<Written>("transition_state", new() { ["conversation_id"] = id, ["new_state"] = state, ["reason"] = reason, ["expected_version"] = seen, ["idempotency_key"] = key }, ct);

    public Task<Reply<Written>> NoteAsync(string id, string fact, string value, string key, CancellationToken ct) =>
        CallAsync<Written>("update_metadata", new() { ["conversation_id"] = id, ["metadata"] = new Dictionary<string, string> { [fact] = value }, ["idempotency_key"] = key }, ct);

    /// <summary>The whole history, oldest first, page by page from its end.</summary>
    public async Task<List<Message>> HistoryAsync(string id, CancellationToken ct)
    {
        var all = new List<Message>();
        long? before = null;
        do
        {
            var arguments = new Dictionary<string, object?> { ["conversation_id"] = id, ["limit"] = Page };
            if (before is not null)
                arguments["before"] = before;
            var page = (await CallAsync<HistoryPage>("get_history", arguments, ct)).Expected();
            all.InsertRange(0, page.Messages);
            before = page.Before;
        }
        while (before is not null);
        return all;
    }

    /// <summary>The whole audit trail, oldest first.</summary>
    public async Task<List<Event>> EventsAsync(string id, CancellationToken ct)
    {
        var all = new List<Event>();
        long? after = 0;
        do
        {
            var page = (await CallAsync<EventsPage>("get_events", new() { ["conversation_id"] = id, ["limit"] = Page, ["after"] = after }, ct)).Expected();
            all.AddRange(page.Events);
            after = page.After;
        }
        while (after is not null);
        return all;
    }

    private async Task<Reply<T>> CallAsync<T>(string tool, Dictionary<string, object?> arguments, CancellationToken ct) where T : class
    {
        var result = await connection.CallAsync(tool, arguments, ct);
        if (result.StructuredContent is not { } content)
            throw new UnexpectedException($"{tool} answered without structured content.");
        return result.IsError == true
            ? new Reply<T>(null, content.Deserialize<Refusal>(s_json))
            : new Reply<T>(content.Deserialize<T>(s_json), null);
    }
}
