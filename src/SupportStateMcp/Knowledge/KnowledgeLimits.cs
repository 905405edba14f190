namespace SupportStateMcp.Knowledge;

/// <summary>The bounds of articles and of questions about them. Characters are UTF-16 code units.</summary>
public static class KnowledgeLimits
{
    /// <summary>An article's id, in characters.</summary>
    public const int ArticleId = 200;

    /// <summary>An article's title, in characters.</summary>
    public const int Title = 300;

    /// <summary>An article's content, in characters.</summary>
    public const int Content = 50_000;

    /// <summary>The most tags of an article.</summary>
    public const int Tags = 20;

    /// <summary>One tag, in characters.</summary>
    public const int Tag = 50;

    /// <summary>The name of a section, in characters.</summary>
    public const int Section = 500;

    /// <summary>The most queries of one call.</summary>
    public const int Queries = 8;

    /// <summary>One query, in characters.</summary>
    public const int Query = 10_000;

    /// <summary>The most articles that one query returns.</summary>
    public const int Results = 20;

    /// <summary>How many articles a query returns that does not say.</summary>
    public const int DefaultResults = 5;

    /// <summary>The excerpt of an article, in characters.</summary>
    public const int Excerpt = 400;

    /// <summary>The answer to all queries of one call, in tokens.</summary>
    public const int AnswerTokens = 2_000;
}
