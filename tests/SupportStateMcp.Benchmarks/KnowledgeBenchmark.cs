using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.FullText;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures the knowledge base: how well it finds, how long an index takes, and how long a query takes over 10,000 and 50,000 articles
/// that are mixed from sections of the real ones, with one word in seven replaced, so that common words stay as common as they are.
/// </summary>
internal static class KnowledgeBenchmark
{
    /// <summary>
    /// <c>--knowledge DIR [--articles N] [--random N]</c>: DIR holds <c>knowledge-base.jsonl</c> and <c>knowledge-queries.jsonl</c>; with
    /// <c>--random</c> so many queries of any characters are asked, and nothing else is measured.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var directory = args[1];
        var articles = ArticlesOf(Path.Combine(directory, "knowledge-base.jsonl"));
        var queries = QueriesOf(Path.Combine(directory, "knowledge-queries.jsonl"));
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}\n");

        await TimeIndexAsync("first, with the compiling of the code", articles);
        using (var index = await TimeIndexAsync("again", articles))
        {
            Quality(index, articles, queries);
            if (Array.IndexOf(args, "--random") is >= 0 and var random)
                return Random(index, int.Parse(args[random + 1], CultureInfo.InvariantCulture));
        }

        foreach (var count in Array.IndexOf(args, "--articles") is >= 0 and var at ? [int.Parse(args[at + 1], CultureInfo.InvariantCulture)] : (int[])[10_000, 50_000])
        {
            var database = new ProcessFullText();
            using var index = await TimeIndexAsync("mixed", Mixed(articles, count), database);
            Speed(index, database, articles, queries);
        }

        return 0;
    }

    private static async Task<FullTextIndex> TimeIndexAsync(string what, IReadOnlyList<Article> articles, ProcessFullText? database = null)
    {
        var index = new FullTextIndex(database ?? new ProcessFullText());
        var started = Stopwatch.GetTimestamp();
        foreach (var (page, i) in articles.Chunk(index.MostTogether).Select((p, i) => (p, i)))
            await index.ApplyAsync(index.Position, $"{i}", anew: false, [.. page.Select(a => new IndexChange(a.ArticleId, a))], CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"index of {articles.Count} articles, {what}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        return index;
    }

    /// <summary>Any characters at all, halves of pairs too, among words and marks that mean something to FTS5. An exception ends it.</summary>
    private static int Random(FullTextIndex index, int count)
    {
        string[] parts = ["account", "\"", "'", "*", "^", "(", ")", "AND", "OR", "NOT", "NEAR(", "title:", "-", "+", "{", "}", ":", ",", "\0", " ", "\n", "%", ";--", "é", "ß"];
        var (random, found) = (new Random(11), 0);
        var started = Stopwatch.GetTimestamp();
        for (var n = 0; n < count; n++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
                random.Next(3) == 0 ? ((char)random.Next(char.MaxValue + 1)).ToString() : parts[random.Next(parts.Length)]));
            found += index.Search(SearchQuery.Of(text), 5, []).Count > 0 ? 1 : 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} random queries, {found} of them found something, no exception, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
        return 0;
    }

    private static void Quality(FullTextIndex index, IReadOnlyList<Article> articles, List<(string Query, HashSet<string> Relevant)> queries)
    {
        var (hits, gain) = (0, 0.0);
        foreach (var (query, relevant) in queries)
        {
            var found = index.Search(SearchQuery.Of(query), 10, []);
            hits += found.Take(5).Any(f => relevant.Contains(f.ArticleId)) ? 1 : 0;
            gain += found.Index().Where(f => relevant.Contains(f.Item.ArticleId)).Sum(f => 1 / Math.Log2(f.Index + 2))
                / Enumerable.Range(0, Math.Min(10, relevant.Count)).Sum(i => 1 / Math.Log2(i + 2));
        }

        var (known, random) = (0, new Random(1));
        for (var i = 0; i < 200; i++)
        {
            var article = articles[random.Next(articles.Count)];
            var sentences = article.Content.Split(['.', '\n', '!', '?']).Select(s => s.Trim()).Where(s => s.Length >= 40).ToList();
            var sentence = sentences.Count > 0 ? sentences[random.Next(sentences.Count)] : article.Content;
            known += index.Search(SearchQuery.Of(sentence), 5, []).Any(f => f.ArticleId == article.ArticleId) ? 1 : 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"developer queries: hit@5 {(double)hits / queries.Count:0.000}, nDCG@10 {gain / queries.Count:0.000}; known items: hit@5 {known / 200.0:0.000}"));
    }

    private static void Speed(FullTextIndex index, ProcessFullText database, IReadOnlyList<Article> articles, List<(string Query, HashSet<string> Relevant)> queries)
    {
        var random = new Random(2);
        var @short = Enumerable.Range(0, 500).Select(_ => string.Join(' ', articles[random.Next(articles.Count)].Title.Split(' ').Take(4))).ToList();
        var sentences = Enumerable.Range(0, 500).Select(_ => articles[random.Next(articles.Count)].Content.Split('\n').MaxBy(l => l.Length)!).ToList();
        var prose = queries.ConvertAll(q => q.Query);
        Console.WriteLine("\n| query, k = 5 | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|");
        Row("short, each for the first time", @short);
        Row("short", @short);
        Row("one line", sentences);
        Row("prose, each for the first time", prose);
        Row("prose", [.. prose, .. prose, .. prose, .. prose]);
        Row("prose, the first of a process", [.. prose.Take(6)], () => new FullTextIndex(database));
        Row("prose, the first of a server that is prepared", [.. prose.Take(6)], () =>
        {
            var prepared = new FullTextIndex(database);
            prepared.Prepare();
            return prepared;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{GC.GetTotalMemory(true) >> 20} MB managed, {Environment.WorkingSet >> 20} MB resident\n"));

        void Row(string what, List<string> texts, Func<FullTextIndex>? of = null)
        {
            var times = new List<double>();
            foreach (var text in texts)
            {
                var asked = of?.Invoke() ?? index;
                var started = Stopwatch.GetTimestamp();
                asked.Search(SearchQuery.Of(text), 5, []);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {what} | {StoreBenchmark.At(times, 0.5):0.0} | {StoreBenchmark.At(times, 0.99):0.0} | {times.Max():0.0} |"));
        }
    }

    private static List<Article> Mixed(IReadOnlyList<Article> articles, int count)
    {
        var random = new Random(7);
        var sections = articles.SelectMany(a => MarkdownSections.Of(a.Content)).Select(s => s.Text).ToArray();
        var words = articles.SelectMany(a => a.Content.Split(' ')).ToArray();
        return [.. Enumerable.Range(0, count).Select(n => Of(
            $"mixed-{n}",
            articles[random.Next(articles.Count)].Title + " " + n,
            string.Join('\n', random.GetItems(sections, random.Next(2, 7))).Split(' ')
                .Select(w => random.Next(7) > 0 ? w : random.Next(3) > 0 ? words[random.Next(words.Length)] : $"x{random.Next(1_000_000)}")
                .Aggregate(new System.Text.StringBuilder(), (text, w) => text.Append(w).Append(' ')).ToString()))];
    }

    private static List<Article> ArticlesOf(string file) => [.. File.ReadLines(file).Select(l => JsonElement.Parse(l)).Select(a =>
        Of(a.GetProperty("id").GetString()!, a.GetProperty("title").GetString()!, a.GetProperty("content").GetString()!))];

    private static List<(string Query, HashSet<string> Relevant)> QueriesOf(string file) => [.. File.ReadLines(file).Select(l => JsonElement.Parse(l)).Select(q =>
        (q.GetProperty("query").GetString()!, q.GetProperty("relevant").EnumerateArray().Select(r => r.GetString()!).ToHashSet()))];

    private static Article Of(string id, string title, string content) => new()
    {
        ArticleId = id, Title = title, Content = content, Tags = [], Status = ArticleStatus.Published, UpdatedAt = DateTimeOffset.UnixEpoch, UpdatedBy = "human:bench", Version = 1,
    };
}
