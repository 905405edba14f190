using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// Who may write which article. What a search finds is read by every agent as true, so it takes a person's eyes first: an AI
/// writes drafts, a supervisor publishes.
/// </summary>
internal static class ArticleRules
{
    /// <summary>Why somebody may not write this over what is there; null where they may.</summary>
    public static Error? Refusal(SaveArticle command, Article? current)
    {
        if (MaySupervise(command.Actor, command.Roles))
            return null;
        if (current is { Status: not ArticleStatus.Draft })
            return Error.ArticleProtected(current.ArticleId, NeedsOf(command.Actor));
        return command.Article.Status == ArticleStatus.Draft ? null : Error.NotAuthorized(NeedsOf(command.Actor));
    }

    /// <summary>Why somebody may not import; null where they may.</summary>
    public static Error? Refusal(ImportArticles command) =>
        command.Actor.Kind == ActorKind.Ai ? Error.NotAuthorized([Requirement.Kind(ActorKind.Human)]) : null;

    private static bool MaySupervise(Actor actor, Roles roles) =>
        actor.Kind != ActorKind.Ai && new Caller(actor, roles).Has(Roles.Supervisor);

    private static IReadOnlyList<string> NeedsOf(Actor actor) => actor.Kind == ActorKind.Ai
        ? [Requirement.Kind(ActorKind.Human), Requirement.Role(Roles.Supervisor)]
        : [Requirement.Role(Roles.Supervisor)];
}
