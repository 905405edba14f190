using System.Text.Json;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tests.Support;

/// <summary>The real data beside the repository, in <c>shared/data</c> of a folder above it. Tests that need it are skipped where it is absent.</summary>
internal static class SharedData
{
    /// <summary>A support knowledge base of 698 articles.</summary>
    public static IReadOnlyList<ArticleInput> Articles() => [.. Lines("knowledge-base.jsonl").Select(a => new ArticleInput
    {
        ArticleId = a.GetProperty("id").GetString()!,
        Title = a.GetProperty("title").GetString()!,
        Content = a.GetProperty("content").GetString()!,
        Status = ArticleStatus.Published,
    })];

    /// <summary>Long questions, each with the articles that an agent needs for it.</summary>
    public static IReadOnlyList<(string Query, IReadOnlySet<string> Relevant)> Queries() => [.. Lines("knowledge-queries.jsonl").Select(q => (
        q.GetProperty("query").GetString()!,
        (IReadOnlySet<string>)q.GetProperty("relevant").EnumerateArray().Select(r => r.GetString()!).ToHashSet()))];

    /// <summary>The path of a file; the test is skipped where it is absent.</summary>
    public static string Path(string name)
    {
        for (var folder = new DirectoryInfo(Repository.Root); folder is not null; folder = folder.Parent)
        {
            if (System.IO.Path.Combine(folder.FullName, "shared", "data", name) is var path && File.Exists(path))
                return path;
        }

        Assert.Skip($"shared/data/{name} is nowhere above the repository.");
        return "";
    }

    private static IEnumerable<JsonElement> Lines(string name) => File.ReadLines(Path(name)).Select(l => JsonElement.Parse(l));
}
