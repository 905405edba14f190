using System.Collections.Concurrent;
using SQLitePCL;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// What this process keeps of one state of the index, so that a query reads the lists of its own words alone, and each list once: which
/// section belongs to which article and how long it is, and the lists that were read. FTS5's own ranking looks at every word of the query
/// for every row, which takes a second for a long query over 50,000 articles.
/// </summary>
internal sealed class IndexSnapshot
{
    /// <summary>How many postings are kept, of all lists together; a posting takes 6 bytes. With one more list all are dropped, and read again as they are asked for.</summary>
    private const long KeptPostings = 8 << 20;

    // A section has a slot: its place in the order of rows. One that is gone keeps it until all is read again.
    private readonly long[] _rows;
    private readonly int[] _sizes;
    private readonly int[] _articleOf;
    private readonly IndexedArticle[] _articles;
    private readonly Dictionary<long, int> _articleByKey;
    private readonly ConcurrentDictionary<string, PostingList> _lists;
    private long _keptPostings;

    private IndexSnapshot(
        IndexState state, long[] rows, int[] sizes, int[] articleOf, IndexedArticle[] articles, Dictionary<long, int> articleByKey,
        ConcurrentDictionary<string, PostingList> lists)
    {
        (State, _rows, _sizes, _articleOf, _articles, _articleByKey, _lists) = (state, rows, sizes, articleOf, articles, articleByKey, lists);
        _keptPostings = lists.Values.Sum(l => (long)l.Slots.Length);
        var tokens = 0L;
        for (var slot = 0; slot < rows.Length; slot++)
        {
            if (articleOf[slot] < 0)
                continue;
            Sections++;
            tokens += sizes[slot];
        }

        Norms = Ranking.Norms(sizes, Sections == 0 ? 1 : Math.Max(1, (double)tokens / Sections));
    }

    public IndexState State { get; }

    /// <summary>How many sections there are.</summary>
    public int Sections { get; }

    /// <summary>How much the length of a section takes away from its score, by slot.</summary>
    public double[] Norms { get; }

    /// <summary>The place of a section's article in <see cref="Articles"/>, by slot; -1 where the section is gone.</summary>
    public ReadOnlySpan<int> ArticleOf => _articleOf;

    public ReadOnlySpan<IndexedArticle> Articles => _articles;

    /// <summary>The row of a section.</summary>
    public long RowOf(int slot) => _rows[slot];

    /// <summary>The sections that have a term.</summary>
    /// <param name="session">The index at the moment of this snapshot.</param>
    /// <param name="term">The term.</param>
    public PostingList List(IndexSession session, string term)
    {
        if (_lists.TryGetValue(term, out var list))
            return list;
        list = PostingList.Read(session, term, _rows);
        if (Interlocked.Add(ref _keptPostings, list.Slots.Length) > KeptPostings)
        {
            _lists.Clear();
            Interlocked.Exchange(ref _keptPostings, list.Slots.Length);
        }

        return _lists.GetOrAdd(term, list);
    }

    /// <summary>Reads all of it.</summary>
    public static IndexSnapshot Read(IndexSession session, IndexState state)
    {
        var articles = new List<IndexedArticle>();
        var articleByKey = new Dictionary<long, int>();
        foreach (var article in IndexedArticle.ReadAll(session))
        {
            articleByKey.Add(article.Key, articles.Count);
            articles.Add(article);
        }

        var sections = new List<(long Row, int Article)>();
        using (var found = session.Query("SELECT row, article FROM {one}_sections"))
        {
            while (found.Read())
                sections.Add((raw.sqlite3_column_int64(found.Handle, 0), articleByKey[raw.sqlite3_column_int64(found.Handle, 1)]));
        }

        sections.Sort((a, b) => a.Row.CompareTo(b.Row));
        var rows = sections.ConvertAll(s => s.Row).ToArray();
        return new IndexSnapshot(
            state, rows, SectionSizes.Read(session, rows), [.. sections.Select(s => s.Article)], [.. articles], articleByKey, new(StringComparer.Ordinal));
    }

    /// <summary>The next state, with what changed since; the lists that were read stay.</summary>
    public IndexSnapshot Next(IndexSession session, IndexState state, Terms terms)
    {
        var changes = IndexedArticle.ReadChanged(session, State.Generation);
        // Reading all of it costs less than many changes, and leaves no gaps.
        if (changes.Count > Math.Max(50, _articles.Length / 4) || _articleOf.Count(a => a < 0) > Sections + 1_000)
            return Read(session, state);

        var (articles, articleByKey) = (_articles.ToList(), new Dictionary<long, int>(_articleByKey));
        var (rows, articleOf) = (_rows.ToList(), _articleOf.ToList());
        var gone = changes.Select(c => articleByKey.GetValueOrDefault(c.Key, -1)).Where(a => a >= 0).ToHashSet();
        for (var slot = 0; slot < articleOf.Count && gone.Count > 0; slot++)
        {
            if (gone.Contains(articleOf[slot]))
                articleOf[slot] = -1;
        }

        var added = new List<(long Row, int Article, string Title, string Text)>();
        foreach (var article in changes)
        {
            if (articleByKey.TryGetValue(article.Key, out var place))
                articles[place] = article;
            else
                articleByKey.Add(article.Key, place = articles.Count);
            if (place == articles.Count)
                articles.Add(article);
            using var found = session.Query(
                "SELECT s.row, a.title, s.text FROM {one}_sections s JOIN indexed_{many} a ON a.key = s.article WHERE s.article = $article ORDER BY s.row",
                article.Key);
            while (found.Read())
                added.Add((found.GetInt64(0), place, found.GetString(1), found.GetString(2)));
        }

        added.Sort((a, b) => a.Row.CompareTo(b.Row));
        rows.AddRange(added.Select(a => a.Row));
        articleOf.AddRange(added.Select(a => a.Article));
        var (sizes, more) = Read(terms, added.ConvertAll(a => (a.Title, a.Text)), _rows.Length);
        var lists = new ConcurrentDictionary<string, PostingList>(_lists, StringComparer.Ordinal);
        foreach (var (term, postings) in more)
        {
            // A list that nobody has asked for is read whole when somebody does.
            if (lists.TryGetValue(term, out var list))
                lists[term] = list.With(postings);
        }

        return new IndexSnapshot(state, [.. rows], [.. _sizes, .. sizes], [.. articleOf], [.. articles], articleByKey, lists);
    }

    /// <summary>How long sections are, and where each of their terms comes.</summary>
    private static (int[] Sizes, Dictionary<string, List<(int Slot, int Weight)>> Postings) Read(Terms terms, List<(string Title, string Text)> sections, int firstSlot)
    {
        var sizes = new int[sections.Count];
        var counts = new Dictionary<string, SortedDictionary<int, int>>(StringComparer.Ordinal);
        terms.Read(sections, (term, section, inTitle) =>
        {
            sizes[section]++;
            if (!counts.TryGetValue(term, out var sectionsOf))
                counts.Add(term, sectionsOf = []);
            sectionsOf[firstSlot + section] = sectionsOf.GetValueOrDefault(firstSlot + section) + (inTitle ? PostingList.TitleWeight : 1);
        });
        return (sizes, counts.ToDictionary(c => c.Key, c => c.Value.Select(s => (s.Key, s.Value)).ToList(), StringComparer.Ordinal));
    }
}
