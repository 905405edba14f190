using Microsoft.Extensions.Configuration;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The section <c>knowledge</c>.</summary>
public class KnowledgeOptionsTests
{
    [Fact]
    public void Nothing_is_asked_where_nothing_is_configured()
    {
        var options = Read();

        Assert.Null(options.Embeddings);
        Assert.Null(options.ForeignKnowledge);
    }

    [Fact]
    public void Embeddings_take_a_model_and_a_key_or_an_endpoint()
    {
        var own = Read(("embeddings:endpoint", "http://127.0.0.1:11434/v1"), ("embeddings:model", "nomic")).Embeddings!;
        var keyed = Read(("embeddings:model", "small"), ("embeddings:apiKey", "sk-secret")).Embeddings!;

        Assert.Equal((new Uri("http://127.0.0.1:11434/v1"), "nomic", "none"), (own.Endpoint, own.Model, own.ApiKey));
        Assert.Equal((null, "small", "sk-secret"), (keyed.Endpoint, keyed.Model, keyed.ApiKey));
        Assert.DoesNotContain("sk-secret", $"{keyed}", StringComparison.Ordinal);
        Assert.Equal("sk-env", ReadWith("sk-env", ("embeddings:model", "small")).Options!.Embeddings!.ApiKey);
    }

    [Fact]
    public void Another_server_takes_an_address_or_a_program_and_a_tool()
    {
        var http = Read(("provider", "mcp"), ("mcp:url", "http://127.0.0.1:3002/mcp"), ("mcp:tool", "search"), ("mcp:arguments:q", "about {query}"), ("mcp:arguments:top", "{limit}")).ForeignKnowledge!;
        var process = Read(("provider", "mcp"), ("mcp:command", "kb"), ("mcp:args:0", "--fast"), ("mcp:tool", "search")).ForeignKnowledge!;

        Assert.Equal((new Uri("http://127.0.0.1:3002/mcp"), "search", "about {query}"), (http.Url, http.Tool, http.Arguments["q"]));
        Assert.Equal(("kb", "--fast", "{query}"), (process.Command, process.Args[0], process.Arguments["query"]));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var violations = ReadWith(null,
            ("embeddings:endpoint", "ftp://x"), ("provider", "mcp"), ("mcp:url", "http://a/mcp"), ("mcp:command", "b"), ("mcp:arguments:q", "nothing"), ("mcp:tol", "search")).Violations;

        Assert.Equal(
            [
                "knowledge.embeddings.endpoint: it is no http or https address without a name and password in it, for example http://127.0.0.1:11434/v1.",
                "knowledge.embeddings.model: embeddings need the name of a model.",
                "knowledge.mcp.arguments: none of them holds {query}, so that nothing would be asked.",
                "knowledge.mcp.tol: there is no such key; docs/configuration.md lists them all.",
                "knowledge.mcp.tool: it is missing; name the tool to search with.",
                "knowledge.mcp: it takes a url or a command, one of the two.",
            ],
            violations.Order(StringComparer.Ordinal));
        Assert.Contains("knowledge.provider: 'elastic' is none of these; use local or mcp.", ReadWith(null, ("provider", "elastic")).Violations);
        Assert.Contains("knowledge.mcp: it counts with knowledge.provider: mcp alone; set that, or leave it out.", ReadWith(null, ("mcp:tool", "search")).Violations);
        Assert.Contains(ReadWith(null, ("embeddings:model", "small")).Violations, v => v.StartsWith("knowledge.embeddings.apiKey: embeddings need a key", StringComparison.Ordinal));
    }

    private static ServerOptions Read(params (string Key, string Value)[] keys)
    {
        var (options, violations) = ReadWith(null, keys);
        Assert.Empty(violations);
        return options!;
    }

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) ReadWith(string? openAiKey, params (string Key, string Value)[] keys) => OptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(keys.Select(k => KeyValuePair.Create($"mcp:knowledge:{k.Key}", (string?)k.Value))).Build(),
        null, new IdentityArguments(), openAiKey);
}
