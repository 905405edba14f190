using SupportStateMcp.Conversations;

namespace SupportStateMcp.Knowledge;

/// <summary>A knowledge base elsewhere, which is asked instead of the articles here.</summary>
public interface IForeignKnowledge
{
    /// <inheritdoc cref="KnowledgeSearch.QueryAsync"/>
    ValueTask<Result<KnowledgeAnswers>> QueryAsync(IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken);
}

/// <summary>Another MCP server that has a tool to search with.</summary>
public sealed record McpKnowledgeOptions
{
    /// <summary>Its endpoint over HTTP; null where it is started as a process.</summary>
    public Uri? Url { get; init; }

    /// <summary>The program to start; null where it is reached over HTTP.</summary>
    public string? Command { get; init; }

    /// <summary>What the program is started with.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>The tool to search with.</summary>
    public required string Tool { get; init; }

    /// <summary>The arguments of the tool by name; <c>{query}</c>, <c>{limit}</c> and <c>{tags}</c> in a value stand for what is asked.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string> { ["query"] = "{query}" };
}
