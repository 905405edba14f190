namespace SupportStateMcp.Knowledge;

/// <summary>Articles to try the knowledge base with: how to solve common problems of applications on Dapr. They are part of the program.</summary>
public static class KnowledgeSampleData
{
    private const string Folder = "SupportStateMcp.Knowledge.SampleData.";
    private const string Extension = ".md";

    /// <summary>The articles, published, in the order of their ids.</summary>
    public static IReadOnlyList<ArticleInput> Articles { get; } = Read();

    private static List<ArticleInput> Read()
    {
        var assembly = typeof(KnowledgeSampleData).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(Extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
                return MarkdownArticle.Read(reader.ReadToEnd(), n[Folder.Length..^Extension.Length], ArticleStatus.Published).Value;
            })];
    }
}
