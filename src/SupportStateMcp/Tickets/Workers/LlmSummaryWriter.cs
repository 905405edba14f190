using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>Lets a model summarise. It sees no more than the messages and the summary before, as data.</summary>
public sealed class LlmSummaryWriter(IChatClient client, LlmOptions options) : ISummaryWriter
{
    /// <summary>How long the model's answer may be, in tokens.</summary>
    private const int MostOut = 1_500;

    /// <summary>How much of one message the model sees, in characters.</summary>
    private const int Shown = 4_000;

    private static readonly string s_instructions = string.Create(CultureInfo.InvariantCulture,
        $"Summarise the conversation for the colleague who goes on with it, in at most {Limits.Summary - 500} characters: what the customer wants, the facts with names and numbers, what was tried, promised and decided, what is open. Keep what the summary before says, as far as it still matters. Invent nothing. Answer as {{\"summary\": \"…\"}}.");

    private static readonly JsonElement s_schema = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["summary"],"properties":{"summary":{"type":"string"}}}
        """);

    private readonly LlmClient _llm = new(client, options);

    public string Name => "llm-worker";

    public async ValueTask<string?> WriteAsync(string? before, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        var input = new JsonObject
        {
            ["summary_before"] = before,
            ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject
            {
                ["number"] = m.Number, ["role"] = SnakeCaseEnum.Of(m.Role), ["internal"] = m.Visibility == Visibility.Internal, ["content"] = ShortText.Of(m.Content, Shown),
            })]),
        };
        var (answer, _) = await _llm.AskAsync(s_instructions, input.ToJsonString(ConversationJson.Readable.Options), s_schema, MostOut, cancellationToken);
        return answer is { } found && found.TryGetProperty("summary", out var summary) && summary.ValueKind == JsonValueKind.String && summary.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
            ? ShortText.Of(text.Trim(), Limits.Summary)
            : null;
    }
}
