using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>A machine whose environment names a proxy, which here does not answer.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly TemporaryDirectory _other = new();

    public static Dictionary<string, string> Environment(params (string Name, string Value)[] more)
    {
        var proxy = $"http://127.0.0.1:{RedisServer.FreePort()}";
        return new(more.Select(m => KeyValuePair.Create(m.Name, m.Value)))
        {
            ["http_proxy"] = proxy, ["HTTP_PROXY"] = proxy, ["all_proxy"] = proxy, ["ALL_PROXY"] = proxy, ["no_proxy"] = "", ["NO_PROXY"] = "",
        };
    }

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_knowledge_base_on_this_machine_is_asked_without_it()
    {
        await ImportAsync();
        await using var knowledge = await HttpServer.StartAsync("--data", _folder.Path);
        await using var server = await HttpServer.StartAsync(["--data", _other.Path], Environment(
            ("SUPPORTSTATE__KNOWLEDGE__PROVIDER", "mcp"),
            ("SUPPORTSTATE__KNOWLEDGE__MCP__URL", new Uri(knowledge.Address, "/mcp").ToString()),
            ("SUPPORTSTATE__KNOWLEDGE__MCP__TOOL", "query_knowledge_base")));

        var answer = await server.CallAsync("query_knowledge_base", new { query = "certificate expired" });

        Assert.Null(answer.Code);
        Assert.Equal("foreign", answer.Content.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task Embeddings_of_this_machine_are_made_without_it()
    {
        await ImportAsync();
        await using var embeddings = await EmbeddingServer.StartAsync();
        await using var server = await HttpServer.StartAsync(["--data", _folder.Path], Environment(
            ("SUPPORTSTATE__KNOWLEDGE__EMBEDDINGS__ENDPOINT", embeddings.Endpoint.ToString()), ("SUPPORTSTATE__KNOWLEDGE__EMBEDDINGS__MODEL", "small")));

        await server.CallAsync("query_knowledge_base", new { query = "certificate expired" });

        await Eventually.TrueAsync(() => embeddings.Texts.Count > 0, () => server.Log);
    }

    private async Task ImportAsync()
    {
        await _folder.CreateKnowledge().ImportAsync(KnowledgeSampleData.Articles);
        _folder.Close();
    }
}
