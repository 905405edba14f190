using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Views;

/// <summary>Who works at the console, and what is served to them.</summary>
public sealed record ConsoleSessionView
{
    /// <summary>False where a token has to be shown first; then nothing else is told.</summary>
    public required bool SignedIn { get; init; }

    /// <summary>Whether people sign in here at all: a server without tokens knows nobody.</summary>
    public required bool AsksForToken { get; init; }

    /// <summary>Whether the server is started to be tried, so that everybody at this machine is the same person.</summary>
    public required bool Demo { get; init; }

    /// <summary>Where people sign in at their company's provider, before they have; null where they show a token alone.</summary>
    public string? SignInAt { get; init; }

    public string? Actor { get; init; }

    /// <summary>False for an AI, which takes no conversation and decides nothing.</summary>
    public bool? IsPerson { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>The toolsets that are served, each at <c>/mcp/{set}</c>.</summary>
    public IReadOnlyList<string>? Toolsets { get; init; }

    /// <summary>The states of the workflow, to filter by.</summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>Whether searches are answered by another server, whose articles have no page here.</summary>
    public bool? ForeignKnowledge { get; init; }

    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }

    /// <summary>Of somebody who may call.</summary>
    public static ConsoleSessionView Of(
        Caller caller, IReadOnlyList<string> toolsets, IReadOnlyList<string> states, bool asksForToken, bool demo, bool foreignKnowledge, string version) => new()
    {
        SignedIn = true,
        AsksForToken = asksForToken,
        Demo = demo,
        Actor = caller.Actor.ToString(),
        IsPerson = caller.IsPerson,
        Roles = RoleNames.Of(caller.Roles),
        Toolsets = toolsets,
        States = states,
        ForeignKnowledge = foreignKnowledge,
        Version = version,
    };
}

/// <summary>Tickets, those that changed last first.</summary>
public sealed record TicketListView
{
    public required IReadOnlyList<TicketLineView> Tickets { get; init; }

    /// <summary>False where there may be more than were looked at.</summary>
    public required bool Complete { get; init; }
}

/// <summary>A ticket in a line.</summary>
public sealed record TicketLineView
{
    public required string TicketId { get; init; }

    public required string ConversationId { get; init; }

    public required string CustomerId { get; init; }

    /// <summary>As in <see cref="TicketView"/>.</summary>
    public required string Status { get; init; }

    public required string Stage { get; init; }

    public string? Outcome { get; init; }

    public required bool Paused { get; init; }

    public required Priority Priority { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The ticket of a conversation that has a run.</summary>
    public static TicketLineView Of(Conversation c) => new()
    {
        TicketId = c.TicketId,
        ConversationId = c.ConversationId,
        CustomerId = c.Run!.CustomerId,
        Status = TicketView.StatusOf(c.Run.Status),
        Stage = c.Run.Stage,
        Outcome = c.Run.Outcome,
        Paused = c.Run.IsActive && !c.Owner.IsMachine,
        Priority = c.Priority,
        StartedAt = c.Run.StartedAt,
        UpdatedAt = c.UpdatedAt,
    };
}

/// <summary>Articles of one status, without their content.</summary>
public sealed record ArticleListView
{
    public required IReadOnlyList<ArticleLineView> Articles { get; init; }

    /// <summary>False where there are more.</summary>
    public required bool Complete { get; init; }

    public static ArticleListView Of(ListedArticles listed) => new() { Articles = [.. listed.Articles.Select(ArticleLineView.Of)], Complete = listed.IsComplete };
}

/// <summary>An article in a line.</summary>
public sealed record ArticleLineView
{
    public required string ArticleId { get; init; }

    public required string Title { get; init; }

    public required ArticleStatus Status { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    public static ArticleLineView Of(Article a) => new()
    {
        ArticleId = a.ArticleId, Title = a.Title, Status = a.Status, Tags = a.Tags, UpdatedAt = a.UpdatedAt, UpdatedBy = a.UpdatedBy,
    };
}
