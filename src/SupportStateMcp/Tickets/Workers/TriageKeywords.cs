namespace SupportStateMcp.Tickets.Workers;

/// <summary>A category, and the words that people use for it.</summary>
/// <param name="Name">As the triage names it.</param>
/// <param name="Words">Words for a query, with spaces between them.</param>
/// <param name="IsKnown">False for the category of everything else.</param>
internal sealed record TriageCategory(string Name, string Words, bool IsKnown);

/// <summary>The table by which the worker without a model sorts tickets. The category with the most words in a description wins; of equals, the first.</summary>
internal static class TriageKeywords
{
    private static readonly (TriageCategory Category, string[] Words)[] s_categories =
    [
        Of("mtls", "mtls", "tls", "certificate", "certificates", "sentry", "trust", "handshake", "expired"),
        Of("component", "component", "components", "yaml", "scope", "scopes", "secretstore", "secret", "binding", "metadata"),
        Of("pubsub", "pubsub", "subscribe", "subscription", "topic", "publish", "deadletter", "message"),
        Of("state", "state", "statestore", "etag", "redis", "transaction", "ttl"),
        Of("actors", "actor", "actors", "placement", "reminder", "timer"),
        Of("version", "version", "versions", "upgrade", "upgraded", "downgrade", "skew", "helm"),
        Of("app-port", "port", "app-port", "appport", "listen", "listening", "refused"),
        Of("invocation", "invoke", "invocation", "err_direct_invoke", "unreachable", "dns", "appid"),
        Of("sidecar", "sidecar", "daprd", "inject", "injected", "injection", "annotation", "annotations", "crashloopbackoff", "start", "starts", "restarts"),
        Of("observability", "trace", "tracing", "zipkin", "metrics", "prometheus", "log", "logs"),
        Of("billing", "invoice", "bill", "billing", "refund", "charge", "charged", "payment"),
        Of("account", "login", "password", "account", "locked", "email"),
    ];

    private static readonly TriageCategory s_other = new("general", "problem help support", IsKnown: false);

    private static readonly string[] s_urgent = ["production", "outage", "down", "urgent", "breach", "security", "emergency", "data loss"];

    private static readonly string[] s_high = ["cannot", "fails", "failing", "failed", "error", "crash", "crashes", "blocked", "broken"];

    private static readonly string[] s_low = ["question", "wondering", "cosmetic", "typo", "sometime", "curious"];

    public static TriageCategory CategoryOf(string description)
    {
        var words = Words(description);
        var best = s_categories.Select(c => (c.Category, Hits: c.Words.Count(words.Contains))).MaxBy(c => c.Hits);
        return best.Hits == 0 ? s_other : best.Category;
    }

    public static string PriorityOf(string description)
    {
        var words = Words(description);
        return s_urgent.Any(w => Has(w, words, description)) ? "urgent"
            : s_high.Any(w => Has(w, words, description)) ? "high"
            : s_low.Any(w => Has(w, words, description)) ? "low"
            : "medium";
    }

    private static bool Has(string word, HashSet<string> words, string text) => word.Contains(' ') ? text.Contains(word, StringComparison.OrdinalIgnoreCase) : words.Contains(word);

    private static HashSet<string> Words(string text) => text
        .Split([' ', '\n', '\r', '\t', '.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '/', '`'], StringSplitOptions.RemoveEmptyEntries)
        .Select(w => w.ToLowerInvariant())
        .ToHashSet(StringComparer.Ordinal);

    private static (TriageCategory, string[]) Of(string name, params string[] words) => (new TriageCategory(name, string.Join(' ', words), IsKnown: true), words);
}
