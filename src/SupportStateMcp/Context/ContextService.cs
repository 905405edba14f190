using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Context;

/// <summary>What somebody wants to know who is about to work on a conversation.</summary>
public sealed record ContextRequest
{
    public required ConversationId Id { get; init; }

    /// <summary>What memories and articles are looked for; null: what the customer wrote last, else the conversation's description.</summary>
    public string? Query { get; init; }

    /// <summary>How many memories, articles and earlier conversations at most, 1 to <see cref="ContextLimits.Found"/>.</summary>
    public int Found { get; init; } = ContextLimits.DefaultFound;

    /// <summary>How much room there is, in tokens.</summary>
    public int Tokens { get; init; } = ContextLimits.DefaultTokens;

    /// <summary>Which parts; none means all.</summary>
    public IReadOnlyCollection<ContextPart> Include { get; init; } = [];

    /// <summary>The first bound that it breaks; null where it breaks none.</summary>
    public Error? Violation() =>
        Bounds.Text("query", Query, ContextLimits.Query, 1)
        ?? Bounds.Range("k", Found, 1, ContextLimits.Found)
        ?? Bounds.Range("max_tokens", Tokens, ContextLimits.LeastTokens, ContextLimits.MostTokens);
}

/// <summary>
/// Gathers what an answer needs, from all tiers, in two rounds of reads. What it reads is bounded by what has room, so that it costs
/// the same however long the conversation is.
/// </summary>
public sealed class ContextService(ConversationQueries conversations, KnowledgeSearch knowledge, IMemory memory, ContextOptions options)
{
    /// <summary>How many characters of messages are read for a token of room: no more than a token has, save in runs of blanks.</summary>
    private const int CharactersPerToken = 6;

    /// <summary>How many of the newest messages are read where only what the customer wrote last is wanted.</summary>
    private const int NewestRead = 10;

    private static readonly MessageFilter s_ofTheCustomer = new([MessageRole.User], Visibility.Public);

    private readonly KnowledgeSearch _knowledge = knowledge;
    private readonly IMemory _memory = memory;

    private static readonly IReadOnlySet<ContextPart> s_all = new HashSet<ContextPart>(Enum.GetValues<ContextPart>());

    /// <summary>Gathers what a context is made of.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="caller">Who asks; any role may.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<ContextMaterial>> GatherAsync(ContextRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.Violation() is { } violation)
            return violation;
        var included = request.Include.Count == 0 ? s_all : request.Include.ToHashSet();
        var looks = included.Contains(ContextPart.Memories) || included.Contains(ContextPart.Articles);
        var (current, messages, error) = await ReadAsync(request, included.Contains(ContextPart.Messages), looks && request.Query is null, cancellationToken);
        if (current is null)
            return error!;

        var query = request.Query;
        if (query is null && looks)
        {
            var last = LastOfTheCustomer(messages);
            // Tool calls and answers since then may fill all that was read.
            if (last is null && messages is [{ Number: > 1 and var oldest }, ..])
            {
                var older = await conversations.GetHistoryAsync(request.Id, NewestRead, oldest, s_ofTheCustomer, Limits.AnswerCharacters, cancellationToken);
                if (!older.TryGet(out var page, out error))
                    return error;
                last = LastOfTheCustomer(page.Messages);
            }

            query = Short(last ?? current.Description);
        }

        var reads = new Reads(this, caller, current, query, request.Query is null, request.Found, cancellationToken);
        await reads.RunAsync(included);
        return reads.Error is { } refused ? refused : new ContextMaterial
        {
            Conversation = current,
            Included = included,
            Strategy = options.Strategy,
            Messages = included.Contains(ContextPart.Messages) ? messages : [],
            Profile = reads.Profile,
            Memories = reads.Memories,
            Articles = reads.Articles,
            EarlierConversations = reads.Earlier,
            Session = reads.Session,
            Unavailable = reads.Unavailable,
        };
    }

    /// <summary>
    /// What a turn begins with: the customer's profile, and a few memories that fit what they wrote. A turn begins without them too:
    /// what cannot be read now is named, and keeps nobody from answering.
    /// </summary>
    public async ValueTask<ContextMaterial> BriefAsync(Conversation current, string content, Caller caller, CancellationToken cancellationToken)
    {
        var reads = new Reads(this, caller, current, Short(content), isImplied: true, ContextLimits.BriefMemories, cancellationToken) { GoesWithout = true };
        var included = new HashSet<ContextPart> { ContextPart.Profile, ContextPart.Memories };
        await reads.RunAsync(included);
        return new ContextMaterial
        {
            Conversation = current, Included = included, Strategy = options.Strategy, Profile = reads.Profile, Memories = reads.Memories, Unavailable = reads.Unavailable,
        };
    }

    /// <summary>The conversation, with the newest messages where they are wanted.</summary>
    private async ValueTask<(Conversation? Conversation, IReadOnlyList<Message> Messages, Error? Error)> ReadAsync(
        ContextRequest request, bool messages, bool newest, CancellationToken cancellationToken)
    {
        if (!messages && !newest)
        {
            var found = await conversations.GetAsync(request.Id, cancellationToken);
            return found.TryGet(out var loaded, out var missing) ? (loaded.Conversation, [], null) : (null, [], missing);
        }

        var (limit, characters) = messages ? (Limits.Page, Math.Min((long)request.Tokens * CharactersPerToken, Limits.AnswerCharacters)) : (NewestRead, Limits.AnswerCharacters);
        var read = await conversations.GetHistoryAsync(request.Id, limit, null, null, characters, cancellationToken);
        return read.TryGet(out var page, out var error) ? (page.Conversation, page.Messages, null) : (null, [], error);
    }

    private static string? LastOfTheCustomer(IReadOnlyList<Message> messages) =>
        messages.LastOrDefault(m => s_ofTheCustomer.Takes(m) && !m.Automated && !string.IsNullOrWhiteSpace(m.Content))?.Content;

    private static string? Short(string? text) => string.IsNullOrWhiteSpace(text) ? null : ShortText.Of(text, ContextLimits.ImpliedQuery);

    /// <summary>The reads that need to know the conversation, side by side.</summary>
    private sealed class Reads(ContextService service, Caller caller, Conversation current, string? query, bool isImplied, int most, CancellationToken cancellationToken)
    {
        private readonly ConversationId _id = ConversationId.TryParse(current.ConversationId)!.Value;
        private readonly List<ContextPart> _unavailable = [];

        /// <summary>True where the answer goes without what cannot be read, whatever the reason; false where it does without another server alone.</summary>
        public bool GoesWithout { get; init; }

        public Error? Error { get; private set; }

        public CustomerProfile? Profile { get; private set; }

        public IReadOnlyList<MemoryItem> Memories { get; private set; } = [];

        public IReadOnlyList<KnowledgeHit> Articles { get; private set; } = [];

        public IReadOnlyList<Conversation> Earlier { get; private set; } = [];

        public IReadOnlyList<SessionValue> Session { get; private set; } = [];

        public IReadOnlyList<ContextPart> Unavailable => _unavailable;

        public async Task RunAsync(IReadOnlySet<ContextPart> included)
        {
            var profile = included.Contains(ContextPart.Profile) ? service._memory.ProfileAsync(current.UserId, cancellationToken).AsTask() : null;
            var memories = included.Contains(ContextPart.Memories)
                ? service.RecallAsync(caller, current.UserId, query, isImplied, most, cancellationToken) : null;
            var articles = included.Contains(ContextPart.Articles) && query is not null
                ? service._knowledge.QueryAsync([query], most, [], cancellationToken).AsTask() : null;
            var earlier = included.Contains(ContextPart.EarlierConversations) ? service.EarlierAsync(current, most, cancellationToken) : null;
            var session = included.Contains(ContextPart.Session) ? service._memory.SessionAsync(_id, cancellationToken).AsTask() : null;
            await Task.WhenAll(new Task?[] { profile, memories, articles, earlier, session }.OfType<Task>());

            Profile = Take(ContextPart.Profile, profile);
            Memories = Take(ContextPart.Memories, memories)?.Memories ?? [];
            Articles = Take(ContextPart.Articles, articles)?.Answers[0].Hits ?? [];
            Earlier = Take(ContextPart.EarlierConversations, earlier) ?? [];
            Session = Take(ContextPart.Session, session)?.Values ?? [];
        }

        /// <summary>What was read. What the answer goes without is named, and the rest is there all the same.</summary>
        private T? Take<T>(ContextPart part, Task<Result<T>>? read)
            where T : class
        {
            if (read is null)
                return null;
            if (read.Result.TryGet(out var value, out var error))
                return value;
            if (GoesWithout || error is Errors.KnowledgeUnavailable)
                _unavailable.Add(part);
            // A conversation in the archive is read, and nothing is shared in it any more.
            else if (part != ContextPart.Session || error is not Errors.NotFound)
                Error ??= error;
            return null;
        }
    }

    /// <summary>The memories that fit; where nobody asked and none fits ("And now?"), the newest.</summary>
    private async Task<Result<Recalled>> RecallAsync(Caller caller, string customerId, string? query, bool isImplied, int most, CancellationToken cancellationToken)
    {
        var fitting = await _memory.RecallAsync(caller, customerId, query, [], most, null, cancellationToken);
        return isImplied && query is not null && fitting is { Error: null, Value.Memories.Count: 0 }
            ? await _memory.RecallAsync(caller, customerId, null, [], most, null, cancellationToken)
            : fitting;
    }

    private async Task<Result<List<Conversation>>> EarlierAsync(Conversation current, int most, CancellationToken cancellationToken)
    {
        var listed = await conversations.ListAsync(new ConversationFilter(UserId: current.UserId), null, most + 1, cancellationToken);
        return listed.TryGet(out var page, out var error)
            ? page.Conversations.Where(c => c.ConversationId != current.ConversationId).Take(most).ToList()
            : error;
    }
}
