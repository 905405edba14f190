using System.Collections.Concurrent;

namespace SupportStateMcp.Storage.FullText;

/// <summary>The names of the tables of one index: a database holds one of articles and one of memories, which share nothing.</summary>
/// <param name="One">What one document is called.</param>
/// <param name="Many">What several are called.</param>
internal sealed record IndexTables(string One, string Many)
{
    private readonly ConcurrentDictionary<string, string> _statements = new(StringComparer.Ordinal);

    public static IndexTables Articles { get; } = new("article", "articles");

    public static IndexTables Memories { get; } = new("memory", "memories");

    /// <summary>A statement on these tables: <c>{one}</c> and <c>{many}</c> in it stand for their names.</summary>
    public string Sql(string statement) => _statements.GetOrAdd(
        statement,
        static (s, names) => s.Replace("{one}", names.One, StringComparison.Ordinal).Replace("{many}", names.Many, StringComparison.Ordinal),
        this);
}
