using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Knowledge;

/// <summary>Writes an article. An AI writes drafts; what is published or archived is a supervisor's to change (<see cref="ArticleRules"/>).</summary>
[Requires(Roles = Roles.Agent)]
public sealed record SaveArticle
{
    /// <summary>Who writes it; from the connection.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What they may do; from the connection.</summary>
    public Roles Roles { get; init; }

    public required ArticleInput Article { get; init; }

    /// <summary>Refuse unless the article stands at this version, 0: unless there is none; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>The first bound that the arguments break; null where they break none.</summary>
    public Error? Violation() => Article.Violation() ?? Bounds.Range("expected_version", ExpectedVersion, 0, Limits.Number);
}

/// <summary>
/// Writes many articles at once, whatever their status: what a person or program does who has the whole knowledge base before them. No AI
/// does, and no tool offers it.
/// </summary>
[Requires(Roles = Roles.Agent)]
public sealed record ImportArticles
{
    public required Actor Actor { get; init; }

    public Roles Roles { get; init; }

    /// <summary>Of each id the last one counts.</summary>
    public required IReadOnlyList<ArticleInput> Articles { get; init; }

    /// <summary>The first bound that an article breaks; null where none breaks one.</summary>
    public Error? Violation() => Articles.Select(a => a.Violation()).FirstOrDefault(e => e is not null);
}
