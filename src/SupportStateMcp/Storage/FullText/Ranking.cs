using System.Buffers;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// Ranks sections by Okapi BM25 (Robertson et al., TREC-3, with the weight of a query's own words from TREC-4): the sum over the terms of the
/// query of how rare a term is, how often it comes in the section for its length, and how often in the query. Of an article the best
/// section counts.
/// </summary>
internal static class Ranking
{
    /// <summary>How soon one more occurrence in a section adds nothing; as FTS5 has it.</summary>
    private const double K1 = 1.2;

    /// <summary>How much the length of a section counts; as FTS5 has it.</summary>
    private const double B = 0.75;

    /// <summary>How soon one more occurrence in the query adds nothing. A question of several sentences repeats what it is about.</summary>
    private const double K3 = 8;

    /// <summary>What is added to the weight of a term before it divides.</summary>
    public static double[] Norms(int[] sizes, double average) => Array.ConvertAll(sizes, s => K1 * (1 - B + (B * s / average)));

    /// <summary>The best sections, each of another article, the best first; of equal ones the article whose id comes first.</summary>
    /// <param name="index">The index.</param>
    /// <param name="terms">The terms of the query with how often each comes in it, always in the same order.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="isWanted">Which articles are wanted.</param>
    public static IReadOnlyList<(int Slot, double Score)> Best(
        IndexSnapshot index, IReadOnlyList<(PostingList List, int Count)> terms, int limit, Func<IndexedArticle, bool> isWanted)
    {
        var scores = ArrayPool<double>.Shared.Rent(index.ArticleOf.Length);
        var best = ArrayPool<(double Score, int Slot)>.Shared.Rent(index.Articles.Length);
        try
        {
            Array.Clear(scores, 0, index.ArticleOf.Length);
            Array.Clear(best, 0, index.Articles.Length);
            foreach (var (list, count) in terms)
                Add(index, list, count, scores);
            return Top(index, scores, best, limit, isWanted);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scores);
            ArrayPool<(double, int)>.Shared.Return(best);
        }
    }

    private static void Add(IndexSnapshot index, PostingList list, int count, double[] scores)
    {
        var slots = list.Slots;
        var weights = list.Weights;
        var articleOf = index.ArticleOf;
        var norms = index.Norms;
        var sections = 0;
        foreach (var slot in slots)
            sections += articleOf[slot] >= 0 ? 1 : 0;
        if (sections == 0)
            return;

        // The form that is positive also for a term that more than half of the sections have: few articles have few words.
        var rarity = Math.Log(1 + ((index.Sections - sections + 0.5) / (sections + 0.5)));
        var weight = rarity * (K1 + 1) * (K3 + 1) * count / (K3 + count);
        for (var i = 0; i < slots.Length; i++)
        {
            var (slot, frequency) = (slots[i], (double)weights[i]);
            scores[slot] += weight * frequency / (frequency + norms[slot]);
        }
    }

    private static List<(int Slot, double Score)> Top(
        IndexSnapshot index, double[] scores, (double Score, int Slot)[] best, int limit, Func<IndexedArticle, bool> isWanted)
    {
        var articleOf = index.ArticleOf;
        var articles = index.Articles;
        for (var slot = 0; slot < articleOf.Length; slot++)
        {
            if (articleOf[slot] is >= 0 and var article && scores[slot] > best[article].Score)
                best[article] = (scores[slot], slot);
        }

        var top = new List<(int Slot, double Score)>(limit + 1);
        for (var article = 0; article < articles.Length; article++)
        {
            var (score, slot) = best[article];
            if (score <= 0 || (top.Count == limit && score < top[^1].Score) || !isWanted(articles[article]))
                continue;
            var place = top.Count;
            while (place > 0 && Precedes(index, score, articles[article], top[place - 1]))
                place--;
            top.Insert(place, (slot, score));
            if (top.Count > limit)
                top.RemoveAt(limit);
        }

        return top;
    }

    private static bool Precedes(IndexSnapshot index, double score, IndexedArticle article, (int Slot, double Score) other) =>
        score > other.Score
        || (score == other.Score && string.CompareOrdinal(article.ArticleId, index.Articles[index.ArticleOf[other.Slot]].ArticleId) < 0);
}
