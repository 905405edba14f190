namespace SupportStateMcp.Knowledge;

/// <summary>Reciprocal rank fusion (Cormack et al., SIGIR 2009): one ranking of several whose scores do not compare.</summary>
internal static class RankFusion
{
    /// <summary>How little the first places count more than those behind them.</summary>
    private const double K = 60;

    /// <summary>All that are ranked anywhere, the best first; of equal ones the id that comes first.</summary>
    public static IReadOnlyList<(string Id, double Score)> Of(params ReadOnlySpan<IEnumerable<string>> rankings)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var ranking in rankings)
        {
            foreach (var (place, id) in ranking.Index())
                scores[id] = scores.GetValueOrDefault(id) + (1 / (K + place + 1));
        }

        return [.. scores.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))];
    }
}
