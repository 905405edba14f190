namespace SupportStateMcp.Conversations;

/// <content>Refusals of what is asked of the knowledge base.</content>
public abstract partial record Error
{
    public static Error ArticleNotFound(string articleId) => new Errors.ArticleNotFound(articleId);

    /// <summary>The article is published or archived, and not everybody's to change.</summary>
    /// <param name="articleId">The article.</param>
    /// <param name="needs">All that it takes, as <see cref="Identity.Requirement"/> words it.</param>
    public static Error ArticleProtected(string articleId, IReadOnlyList<string> needs) => new Errors.ArticleProtected(articleId, needs);

    /// <summary>The knowledge base elsewhere, which this server asks, does not answer or not as it should.</summary>
    /// <param name="reason">Why, for an operator: no content, no secret.</param>
    public static Error KnowledgeUnavailable(string reason) => new Errors.KnowledgeUnavailable(reason);
}
