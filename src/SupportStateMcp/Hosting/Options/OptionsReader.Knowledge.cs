using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>knowledge</c>.</content>
public sealed partial class OptionsReader
{
    private EmbeddingOptions? Embeddings()
    {
        var given = _settings.Knowledge.Embeddings;
        if ((Given(given.Endpoint) ?? Given(given.Model) ?? Given(given.ApiKey)) is null)
            return null;
        var endpoint = Address("knowledge.embeddings.endpoint", given.Endpoint, "http://127.0.0.1:11434/v1");
        var key = Given(given.ApiKey) ?? (string.IsNullOrWhiteSpace(_openAiKey) ? null : _openAiKey);
        if (Given(given.Model) is null)
            _violations.Add("knowledge.embeddings.model: embeddings need the name of a model.");
        if (endpoint is null && key is null && Given(given.Endpoint) is null)
            _violations.Add("knowledge.embeddings.apiKey: embeddings need a key, here or in the variable OPENAI_API_KEY, or knowledge.embeddings.endpoint for a server of your own.");
        // A server of one's own may ask for no key; the client wants one in any case.
        return new EmbeddingOptions { Endpoint = endpoint, Model = given.Model ?? "", ApiKey = key ?? "none" };
    }

    private McpKnowledgeOptions? ForeignKnowledge()
    {
        var given = _settings.Knowledge.Mcp;
        var isUsed = Given(_settings.Knowledge.Provider) switch
        {
            null or "local" => false,
            "mcp" => true,
            var other => Violation(false, $"knowledge.provider: '{other}' is none of these; use local or mcp."),
        };
        if (!isUsed)
        {
            if (Given(_settings.Knowledge.Provider) is null && (Given(given.Url) ?? Given(given.Command) ?? Given(given.Tool)) is not null)
                _violations.Add("knowledge.mcp: it counts with knowledge.provider: mcp alone; set that, or leave it out.");
            return null;
        }

        var url = Address("knowledge.mcp.url", given.Url, "http://127.0.0.1:3002/mcp");
        if (Given(given.Url) is null == Given(given.Command) is null)
            _violations.Add("knowledge.mcp: it takes a url or a command, one of the two.");
        if (Given(given.Tool) is null)
            _violations.Add("knowledge.mcp.tool: it is missing; name the tool to search with.");
        var arguments = given.Arguments ?? [];
        if (arguments.Count > 0 && !arguments.Values.Any(v => v.Contains("{query}", StringComparison.Ordinal)))
            _violations.Add("knowledge.mcp.arguments: none of them holds {query}, so that nothing would be asked.");
        var options = new McpKnowledgeOptions { Url = url, Command = Given(given.Command), Args = given.Args ?? [], Tool = given.Tool ?? "" };
        return arguments.Count > 0 ? options with { Arguments = arguments } : options;
    }

    private Uri? Address(string key, string? text, string example) =>
        Given(text) is not { } given ? null
        : Uri.TryCreate(given, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Fragment: "" } ? url
        : Violation<Uri?>(null, $"{key}: it is no http or https address without a name and password in it, for example {example}.");
}
