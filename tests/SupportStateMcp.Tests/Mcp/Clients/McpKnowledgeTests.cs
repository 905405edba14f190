using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Clients;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Clients;

/// <summary>A knowledge base behind another MCP server: here a server of our own, as a process, with the sample articles.</summary>
public sealed class McpKnowledgeTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Another_server_is_asked_over_HTTP_and_again_after_it_was_gone()
    {
        await ImportAsync();
        var server = await HttpServer.StartAsync("--data", _folder.Path);
        await using var knowledge = Of(new McpKnowledgeOptions { Url = new Uri(server.Address, "/mcp"), Tool = "query_knowledge_base", Arguments = s_arguments });

        var answers = (await knowledge.QueryAsync(["certificate expired", "failed to invoke: ERR_DIRECT_INVOKE"], 2, [], Stop)).Value;

        Assert.Equal(SearchMode.Foreign, answers.Mode);
        Assert.Equal(["certificate expired", "failed to invoke: ERR_DIRECT_INVOKE"], answers.Answers.Select(a => a.Query));
        Assert.Equal(("mtls-certificates-expired", "mTLS certificates have expired"), answers.Answers[0].Hits.Select(h => (h.ArticleId, h.Title)).First());
        Assert.Equal(["service-invocation-errors"], answers.Answers[1].Hits.Take(1).Select(h => h.ArticleId));
        Assert.All(answers.Answers, a => Assert.Equal(2, a.Hits.Count));
        Assert.All(answers.Answers.SelectMany(a => a.Hits), h => Assert.InRange(h.Excerpt.Length, 1, 400));

        await server.DisposeAsync();
        var refusal = Assert.IsType<Errors.KnowledgeUnavailable>((await knowledge.QueryAsync(["sidecar"], 2, [], Stop)).Error);
        Assert.Equal("knowledge_unavailable", refusal.Code);
    }

    [Fact]
    public async Task Another_server_is_started_as_a_process()
    {
        await ImportAsync();
        await using var knowledge = Of(new McpKnowledgeOptions
        {
            Command = TestedProgram.Command, Args = ["stdio", "--toolsets", "knowledge", "--data", _folder.Path], Tool = "query_knowledge_base", Arguments = s_arguments,
        });

        Assert.Equal("actors-placement", (await knowledge.QueryAsync(["did not find address for actor"], 1, [], Stop)).Value.Answers[0].Hits[0].ArticleId);
        Assert.Equal("actors-placement", (await knowledge.QueryAsync(["sidecar"], 1, ["placement"], Stop)).Value.Answers[0].Hits[0].ArticleId);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_told()
    {
        await using var none = Of(new McpKnowledgeOptions { Command = "/nonexistent/program", Tool = "search" });
        Assert.IsType<Errors.KnowledgeUnavailable>((await none.QueryAsync(["x"], 1, [], Stop)).Error);
        Assert.Equal("tags", Assert.IsType<Errors.InvalidArgument>((await none.QueryAsync(["x"], 1, ["tag"], Stop)).Error).Argument);
        await ImportAsync();
        await using var refuses = Of(new McpKnowledgeOptions { Command = TestedProgram.Command, Args = ["stdio", "--data", _folder.Path], Tool = "get_article" });
        Assert.Contains("refused the call", Assert.IsType<Errors.KnowledgeUnavailable>((await refuses.QueryAsync(["x"], 1, [], Stop)).Error).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_refused_keeps_the_connection()
    {
        await ImportAsync();
        using var directory = new TemporaryDirectory();
        var started = Path.Combine(directory.Path, "started");
        await using var knowledge = Of(new McpKnowledgeOptions
        {
            Command = "/bin/sh", Args = ["-c", $"echo started >> '{started}'; exec '{TestedProgram.Command}' stdio --data '{_folder.Path}'"], Tool = "get_article",
        });

        for (var n = 0; n < 3; n++)
            Assert.IsType<Errors.KnowledgeUnavailable>((await knowledge.QueryAsync(["x"], 1, [], Stop)).Error);

        Assert.Single(await File.ReadAllLinesAsync(started, Stop));
    }

    [Theory]
    [InlineData("""{"documents": [{"id": 7, "name": "One", "text": "first"}, {"uri": "kb://2", "snippet": "second", "score": 0.5, "tags": ["x"]}]}""", "7 One first|kb://2 second second")]
    [InlineData("""[{"title": "Only a title"}]""", "text- Only a title ")]
    [InlineData("""{"data": {"hits": {"items": [{"doc_id": "a b", "content": "deep"}]}}}""", "a-b deep deep")]
    [InlineData("""{"count": 0, "results": []}""", "")]
    [InlineData("""{"results": ["a", "b"]}""", "")]
    // What belongs to an article is none.
    [InlineData("""{"results": [{"id": 1, "title": "A", "text": "t", "labels": [{"name": "sidecar"}]}]}""", "1 A t")]
    [InlineData("""{"results": [{"id": 1, "title": "A", "labels": [{"id": 9, "name": "sidecar"}]}, {"title": "B", "authors": [{"name": "Ann"}]}]}""", "1 A |text- B ")]
    [InlineData("""{"id": 1, "title": "A", "text": "t", "labels": [{"id": 9, "name": "sidecar"}]}""", "1 A t")]
    // Nor what stands beside the list of them, before or after.
    [InlineData("""{"facets": [{"name": "product"}], "results": [{"id": 1, "text": "t"}], "related": [{"id": 2, "text": "r"}]}""", "1 t t")]
    [InlineData("""{"title": "Found", "summary": "1 article", "results": [{"id": 1, "text": "t"}]}""", "1 t t")]
    [InlineData("""{"results": [{"score": 0.5, "document": {"id": 1, "text": "t"}}, {"score": 0.4, "document": {"id": 2, "text": "u"}}]}""", "1 t t|2 u u")]
    // Of several parts of one article the first.
    [InlineData("""{"results": [{"id": 1, "text": "a"}, {"id": 1, "text": "b"}, {"id": 2, "text": "c"}]}""", "1 a a|2 c c")]
    public void Answers_of_many_shapes_are_read(string json, string expected)
    {
        var asText = ForeignAnswer.Hits(new CallToolResult { Content = [new TextContentBlock { Text = json }] }, "x", KnowledgeLimits.Results);
        var structured = ForeignAnswer.Hits(new CallToolResult { StructuredContent = JsonElement.Parse(json) }, "x", KnowledgeLimits.Results);

        Assert.Equal(expected, Shown(structured));
        Assert.Equal(expected, Shown(asText));
    }

    [Theory]
    [InlineData("""{"id": 1, "text": "a", "labels": [{"text": "x"}]}""", """{"id": 2, "text": "b"}""")]
    [InlineData("Two articles:", """[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]""")]
    [InlineData("""{"count": 2}""", """{"results": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]}""")]
    public void Every_text_of_an_answer_is_read(params string[] texts) =>
        Assert.Equal("1 a a|2 b b", Shown(ForeignAnswer.Hits(new CallToolResult { Content = [.. texts.Select(t => new TextContentBlock { Text = t })] }, "x", KnowledgeLimits.Results)));

    /// <summary>What the Python SDK makes of functions that return a text and a list of texts, and of one that found nothing.</summary>
    [Theory]
    [InlineData("""{"result": "# A\nSome text."}""", "text- A # A Some text.")]
    [InlineData("""{"result": ["# A\nSome text.", "# B"]}""", "text- A # A Some text.")]
    [InlineData("""{"result": []}""", "")]
    [InlineData("""{"count": 0, "results": []}""", "")]
    [InlineData("""{"results": [{"id": 1, "text": "t"}]}""", "1 t t")]
    public void Structured_content_that_only_wraps_the_texts_hides_no_article(string structured, string expected)
    {
        var result = new CallToolResult { StructuredContent = JsonElement.Parse(structured), Content = [new TextContentBlock { Text = "# A\nSome text." }] };

        Assert.Equal(expected, Shown(ForeignAnswer.Hits(result, "x", KnowledgeLimits.Results)));
    }

    [Fact]
    public void As_many_articles_are_taken_as_were_asked_for()
    {
        var address = "https://example.com/" + new string('a', KnowledgeLimits.ArticleId);
        var json = JsonSerializer.Serialize(((string[])["/1", "/1", "/2", "/3"]).Select(end => new { url = address + end, text = "t" }));

        var hits = ForeignAnswer.Hits(new CallToolResult { Content = [new TextContentBlock { Text = json }] }, "x", 2);

        // Addresses that are too long for an id are still two.
        Assert.Equal(2, hits.Select(h => h.ArticleId).Distinct().Count());
        Assert.All(hits, h => Assert.Equal(KnowledgeLimits.ArticleId, h.ArticleId.Length));
    }

    [Theory]
    [InlineData(18_000, true)]
    [InlineData(21_000, false)]
    public void An_excerpt_is_looked_for_in_the_beginning_of_a_long_text(int before, bool isFound)
    {
        var text = string.Concat(Enumerable.Repeat("One. ", before / 5)) + "A zebra. " + string.Concat(Enumerable.Repeat("Two. ", 1_000));

        var hit = Assert.Single(ForeignAnswer.Hits(new CallToolResult { Content = [new TextContentBlock { Text = text }] }, "zebra", 1));

        Assert.Equal(isFound, hit.Excerpt.Contains("zebra", StringComparison.Ordinal));
    }

    private static string Shown(IReadOnlyList<KnowledgeHit> hits) => string.Join('|', hits.Select(h => $"{(h.ArticleId.StartsWith("text-", StringComparison.Ordinal) ? "text-" : h.ArticleId)} {h.Title} {h.Excerpt}"));

    [Fact]
    public void Texts_are_articles_with_a_name_that_stays()
    {
        var result = new CallToolResult { Content = [new TextContentBlock { Text = "# A title\nSome text." }, new TextContentBlock { Text = "Another." }] };

        var hits = ForeignAnswer.Hits(result, "x", KnowledgeLimits.Results);

        Assert.Equal(["A title", "Another."], hits.Select(h => h.Title));
        Assert.Equal(hits.Select(h => h.ArticleId), ForeignAnswer.Hits(result, "y", KnowledgeLimits.Results).Select(h => h.ArticleId));
        Assert.All(hits, h => Assert.Matches("^text-[0-9a-f]{12}$", h.ArticleId));
    }

    private static readonly Dictionary<string, string> s_arguments = new() { ["query"] = "{query}", ["k"] = "{limit}", ["tags"] = "{tags}" };

    private static McpKnowledge Of(McpKnowledgeOptions options) => new(options, NullLogger<McpKnowledge>.Instance);

    private async Task ImportAsync()
    {
        await _folder.CreateKnowledge().ImportAsync(KnowledgeSampleData.Articles);
        _folder.Close();
    }
}
