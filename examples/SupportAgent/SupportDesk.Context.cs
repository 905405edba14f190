namespace SupportAgent;

// The tools of contexts.
internal sealed partial class SupportDesk
{
    public Task<Reply<Context>> ContextAsync(string id, int maxTokens, CancellationToken ct) =>
        CallAsync<Context>("get_context", new() { ["conversation_id"] = id, ["max_tokens"] = maxTokens }, ct);

    public Task<Reply<Summarised>> SummariseAsync(string id, long through, string summary, CancellationToken ct) =>
        CallAsync<Summarised>("save_summary", new() { ["conversation_id"] = id, ["through_number"] = through, ["summary"] = summary, ["idempotency_key"] = $"summary-{through}" }, ct);
}

/// <summary>What an answer needs, as far as there is room for it.</summary>
internal sealed record Context(IReadOnlyList<Message> Messages, Summary? Summary, Due? SummaryDue, int ContextTokens, Dropped Dropped);

internal sealed record Summary(long ThroughNumber, string Text, string By);

internal sealed record Due(long From, long To);

internal sealed record Dropped(long? Messages, long? Before);

internal sealed record Summarised(long ThroughNumber, string By, bool Replayed);
