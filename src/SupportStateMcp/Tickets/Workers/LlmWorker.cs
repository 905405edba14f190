using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>How a worker uses a model.</summary>
public sealed record LlmOptions
{
    /// <summary>Where an OpenAI-compatible server is; null: OpenAI's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The model, by the name that the server knows.</summary>
    public required string Model { get; init; }

    /// <summary>The key, of the variable <c>OPENAI_API_KEY</c>; never written to a log.</summary>
    public required string ApiKey { get; init; }

    /// <summary>How long one answer may take. Default 60 s; 1 s to 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many tokens one run may use in this process, in and out. Default 50,000; 1,000 to 10 million.</summary>
    public int TokensPerRun { get; init; } = 50_000;

    /// <summary>Hides the key.</summary>
    public override string ToString() => $"{Model} at {Endpoint?.ToString() ?? "OpenAI"}";
}

/// <summary>
/// The worker that asks a model. The model gets what an agent gets, and its answers pass the same rules: it may propose, a person decides. What it
/// says that is no result is a try that failed.
/// </summary>
public sealed class LlmWorker(IChatClient client, LlmOptions options, TicketResearch research) : IStepWorker
{
    /// <summary>How many articles each query returns.</summary>
    private const int Found = 5;

    /// <summary>How long one answer of the model may be, in tokens.</summary>
    private const int MostOut = 4_000;

    /// <summary>How many runs are counted; of more, the oldest are forgotten with their count.</summary>
    private const int Counted = 10_000;

    private const string QueriesSchema = """
        {"type":"object","additionalProperties":false,"required":["queries"],"properties":{"queries":{"type":"array","items":{"type":"string"}}}}
        """;

    private readonly LlmClient _llm = new(client, options);
    private readonly OrderedDictionary<string, long> _used = new(StringComparer.Ordinal);

    public string Name => "llm-worker";

    public async ValueTask<StepAnswer> WorkAsync(TakenStep taken, CancellationToken cancellationToken)
    {
        try
        {
            return taken.Definition.Has(StepRequirement.Research)
                ? await AnalyseAsync(taken, cancellationToken)
                : StepAnswer.Done(await AskAsync(taken, taken.Definition.Instructions, StepInput.Of(taken), taken.Definition.ResultSchema?.Json, cancellationToken));
        }
        catch (LlmException e)
        {
            return StepAnswer.Failed(e.Message);
        }
    }

    private async ValueTask<StepAnswer> AnalyseAsync(TakenStep taken, CancellationToken cancellationToken)
    {
        var input = StepInput.Of(taken);
        var asked = await AskAsync(
            taken,
            string.Create(CultureInfo.InvariantCulture, $"Name {ConversationDecider.LeastQueries} to {KnowledgeLimits.Queries} different queries to a knowledge base that would help to solve this ticket, as {{\"queries\": [\"…\"]}}."),
            input, JsonElement.Parse(QueriesSchema), cancellationToken);
        string[] queries = asked.TryGetProperty("queries", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(q => q.ValueKind == JsonValueKind.String).Select(q => q.GetString()!.Trim()).Where(q => q.Length is > 0 and <= KnowledgeLimits.Query)
                .DistinctBy(q => ResearchEntry.Of(q, []).Digest).Take(KnowledgeLimits.Queries)]
            : [];
        if (queries.Length == 0)
            throw new LlmException("the model named no query");

        var found = await research.QueryAsync(taken, queries, Found, cancellationToken);
        if (!found.TryGet(out var answers, out var error))
            return StepAnswer.Failed($"the knowledge base did not answer: {error.Code}");
        input["found"] = new JsonArray([.. answers.Answers.Select(a => (JsonNode)new JsonObject
        {
            ["query"] = a.Query,
            ["articles"] = new JsonArray([.. a.Hits.Select(h => (JsonNode)new JsonObject
            {
                ["article_id"] = h.ArticleId, ["title"] = h.Title, ["heading"] = h.Heading, ["excerpt"] = h.Excerpt,
            })]),
        })]);
        return StepAnswer.Done(await AskAsync(taken, taken.Definition.Instructions, input, taken.Definition.ResultSchema?.Json, cancellationToken));
    }

    /// <exception cref="LlmException">The model did not answer in time, or with something that is no object, or the run has used up its tokens.</exception>
    private async ValueTask<JsonElement> AskAsync(TakenStep taken, string instructions, JsonObject input, JsonElement? schema, CancellationToken cancellationToken)
    {
        var run = taken.Conversation.Run!.InstanceId;
        var left = options.TokensPerRun - Used(run);
        if (left <= 0)
            throw new LlmException(string.Create(CultureInfo.InvariantCulture, $"the run has used up its {options.TokensPerRun} tokens"));

        var text = input.ToJsonString(ConversationJson.Readable.Options);
        // A question that is not answered costs as well: what it takes is counted before, and put right by the answer.
        var asked = (instructions.Length + text.Length) / 4;
        Count(run, asked);
        var (answer, tokens) = await _llm.AskAsync(instructions, text, schema, (int)Math.Min(left, MostOut), cancellationToken);
        Count(run, tokens - asked);
        return answer ?? throw new LlmException("the model answered with something that is no JSON object");
    }

    private long Used(string run)
    {
        lock (_used)
            return _used.GetValueOrDefault(run);
    }

    private void Count(string run, long tokens)
    {
        lock (_used)
        {
            if (_used.TryGetValue(run, out var before))
            {
                _used[run] = before + tokens;
                return;
            }

            if (_used.Count >= Counted)
                _used.RemoveAt(0);
            _used.Add(run, tokens);
        }
    }
}
