namespace SupportStateMcp.Hosting;

/// <summary>The section <c>knowledge</c>.</summary>
public sealed class KnowledgeSettings
{
    public string? Provider { get; set; }

    public EmbeddingSettings Embeddings { get; set; } = new();

    public McpKnowledgeSettings Mcp { get; set; } = new();
}

/// <summary>The section <c>knowledge.embeddings</c>.</summary>
public sealed class EmbeddingSettings
{
    public string? Endpoint { get; set; }

    public string? Model { get; set; }

    public string? ApiKey { get; set; }
}

/// <summary>The section <c>knowledge.mcp</c>.</summary>
public sealed class McpKnowledgeSettings
{
    public string? Url { get; set; }

    public string? Command { get; set; }

    public List<string>? Args { get; set; }

    public string? Tool { get; set; }

    public Dictionary<string, string>? Arguments { get; set; }
}
