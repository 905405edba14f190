using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>
/// Tells what happened in a conversation that was closed: as a memory of the customer and, where no article covers the problem, as the draft of
/// one, which a person looks at before a search finds it.
/// </summary>
public sealed partial class Episodes
{
    /// <summary>How much of an answer is told, in characters.</summary>
    private const int Answer = 500;

    private const int Problem = 600;

    /// <summary>Of less room than this nothing more is told, in characters.</summary>
    private const int LeastLine = 40;

    /// <summary>The marks around what somebody wrote.</summary>
    private const char Start = '«';
    private const char End = '»';

    /// <summary>How many states, and articles, are told.</summary>
    private const int States = 12;
    private const int Articles = 10;

    /// <summary>How far back the answer is looked for, in messages, and how much of them is read, in bytes.</summary>
    private const int Looked = 100;
    private const long LookedBytes = 1 << 20;

    /// <summary>How many messages from the first on are looked at for what the customer wanted.</summary>
    private const int FirstLooked = 10;

    /// <summary>How far back the trail is told, in events.</summary>
    private const int EventsRead = 2_000;

    /// <summary>An answer below this length solves nothing that an article would tell, in characters.</summary>
    private const int LeastAnswer = 40;

    /// <summary>How many articles are looked at to say that one covers a problem, and how many of its words such an article has.</summary>
    private const int Candidates = 3;
    private const double Covered = 0.5;

    /// <summary>As far as words have to be the same: their ends differ.</summary>
    private const int Stem = 5;

    private readonly IConversationStore _conversations;
    private readonly IRecordStore _records;
    private readonly ArticleService _articles;
    private readonly KnowledgeSearch _knowledge;
    private readonly MemoryParts _parts;
    private readonly MemoryOptions _options;
    private readonly ILogger<Episodes> _logger;

    /// <param name="conversations">Holds trail and history.</param>
    /// <param name="records">Holds the drafts.</param>
    /// <param name="articles">Writes drafts.</param>
    /// <param name="knowledge">Says whether an article covers a problem.</param>
    /// <param name="parts">What writes memories.</param>
    /// <param name="options">What is remembered by itself.</param>
    /// <param name="logger">Hears of a conversation that nothing can be told of.</param>
    public Episodes(
        IConversationStore conversations, IRecordStore records, ArticleService articles, KnowledgeSearch knowledge, MemoryParts parts, MemoryOptions options,
        ILogger<Episodes> logger)
    {
        (_conversations, _records, _articles, _knowledge) = (conversations, records, articles, knowledge);
        (_parts, _options, _logger) = (parts, options, logger);
    }

    /// <summary>Remembers it. The same closing is remembered once, however often this is called; the next closing after a reopening supersedes it.</summary>
    internal async Task RememberAsync(ConversationId id, Conversation conversation, CancellationToken cancellationToken)
    {
        var events = await ReadEndAsync(id, conversation, cancellationToken);
        if (events.OfType<ConversationEvent.Transitioned>().LastOrDefault(e => e.Closes) is not { } closing)
        {
            LogNoClosing(id.Value, events.Count);
            return;
        }

        var messages = await _conversations.ReadMessagesAsync(id, long.MaxValue, Looked, LookedBytes, cancellationToken);
        // What the customer wanted stands at the beginning, which is not among the newest of a long conversation.
        var first = messages is [{ Number: > 1 }, ..] ? await _conversations.ReadMessagesAsync(id, FirstLooked + 1, FirstLooked, LookedBytes, cancellationToken) : [];
        var told = Told.Of(conversation, closing, events, [.. first.Concat(messages).Where(m => m.Version <= closing.Version)]);
        // First, so that the episode can name it; a draft is found by nobody, so that a repeat comes to the same.
        var draftId = _options.Drafts ? await WriteDraftAsync(id, conversation, told, cancellationToken) : null;
        // A clock that was set back gives two closings one time: each of them has its own.
        var at = closing.At.AddTicks(events.OfType<ConversationEvent.Transitioned>().Count(e => e.Closes && e.At == closing.At) - 1);
        var draft = new MemoryDraft
        {
            CustomerId = conversation.UserId,
            Kind = MemoryKind.Episode,
            Text = told.Text(draftId),
            Key = $"{conversation.ConversationId}/{conversation.Life}",
            Source = "closed conversation",
            ConversationId = conversation.ConversationId,
            Life = conversation.Life,
            By = ServerActors.Memory.ToString(),
            At = at,
        };
        // One that somebody has forgotten stays so.
        var recordId = MemoryDocument.IdOf(draft.CustomerId, draft.Kind, draft.Key, draft.Text);
        var memoryId = MemoryDocument.IdOf(recordId, new MemoryText { Text = draft.Text, At = at, By = draft.By });
        if (!(await _parts.Trail.ReadAsync(draft.CustomerId, cancellationToken)).Any(f => f.MemoryId == memoryId))
        {
            if ((await _parts.Records.RememberAsync(draft, cancellationToken)).Error is { } busy)
                throw new StoreUnavailableException($"The episode could not be written: {busy.Code}.");
            await _parts.Forgetting.TrimAsync(draft.CustomerId, recordId, cancellationToken);
        }
    }

    /// <summary>The end of the trail, without what is of an earlier conversation of the ticket: how a conversation was closed stands there, however long it is.</summary>
    private async Task<List<ConversationEvent>> ReadEndAsync(ConversationId id, Conversation conversation, CancellationToken cancellationToken)
    {
        var events = new List<ConversationEvent>();
        var after = Math.Max(0, conversation.Version - EventsRead);
        while (await _conversations.ReadEventsAsync(id, after, EventsRead, ConversationStoreReading.StepBytes, cancellationToken) is [.., var last] some)
        {
            events.AddRange(some);
            after = last.Version;
        }

        // What came before was erased, and may be another customer's.
        return events[Math.Max(0, events.FindLastIndex(e => e is ConversationEvent.Initialized))..];
    }

    /// <summary>Removes the draft that came from a conversation, unless a person has taken it over.</summary>
    internal async Task RemoveDraftAsync(ConversationId id, string life, CancellationToken cancellationToken)
    {
        var articleId = DraftId(id, life);
        if (await _records.GetAsync(Article.Kind, articleId, cancellationToken) is { } record && record.UpdatedBy == ServerActors.Memory.ToString())
            await _records.DeleteVersionAsync(Article.Kind, articleId, record.Version, cancellationToken);
    }

    /// <summary>Writes a draft where none is there and no article covers the problem; its id, or null.</summary>
    private async Task<string?> WriteDraftAsync(ConversationId id, Conversation conversation, Told told, CancellationToken cancellationToken)
    {
        var problem = PersonalData.Redacted(told.Problem);
        if (told.Answer is not { Length: >= LeastAnswer } answer || string.IsNullOrWhiteSpace(problem) || told.Articles.Count > 0 || await IsCoveredAsync(problem, cancellationToken))
            return null;
        var title = ShortText.Of(string.Join(' ', problem.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), 120);
        var command = new SaveArticle
        {
            Actor = ServerActors.Memory,
            Roles = Roles.Agent,
            ExpectedVersion = 0,
            Article = new ArticleInput
            {
                ArticleId = DraftId(id, conversation.Life),
                Title = string.Concat(title.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)),
                Content = $"## Problem\n\n{Plain(problem)}\n\n## Solution\n\n{Plain(PersonalData.Redacted(answer))}\n",
                Tags = ["draft-from-conversation"],
                Status = ArticleStatus.Draft,
            },
        };
        // One that is there already was written before, and may have been changed or published since.
        return (await _articles.SaveAsync(command, cancellationToken)).Error switch
        {
            Errors.StoreUnavailable fault => throw new StoreUnavailableException(fault.Reason, null, fault.Retryable),
            null or Errors.RecordConflict or Errors.ArticleProtected => command.Article.ArticleId,
            _ => null,
        };
    }

    /// <summary>
    /// True where one of the best articles has half of the words of the problem: then somebody has written it down already. True as well where
    /// the knowledge base cannot tell, so that it does not fill with drafts of what it has while it does not answer.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store of this server does not answer: all of it is done later.</exception>
    private async Task<bool> IsCoveredAsync(string problem, CancellationToken cancellationToken)
    {
        var query = ShortText.Of(problem, KnowledgeLimits.Query);
        var wanted = StemsOf(SearchQuery.Of(query).Words);
        if (wanted.Count == 0)
            return false;
        if (!(await _knowledge.QueryAsync([query], Candidates, [], cancellationToken)).TryGet(out var found, out var error))
            return error is Errors.StoreUnavailable fault ? throw new StoreUnavailableException(fault.Reason, null, fault.Retryable) : true;
        foreach (var hit in found.Answers[0].Hits)
        {
            // An article of another server is known by its excerpt alone.
            var text = (await _articles.GetAsync(hit.ArticleId, cancellationToken)).TryGet(out var article, out _)
                ? $"{article.Title}\n{article.Content}"
                : $"{hit.Title}\n{hit.Excerpt}";
            var has = StemsOf(SearchQuery.WordsOf(text));
            if (wanted.Count(has.Contains) >= wanted.Count * Covered)
                return true;
        }

        return false;
    }

    [LoggerMessage(LogLevel.Warning, "Nothing is remembered of {ConversationId}: the last {Events} events of its trail do not say how it was closed.")]
    private partial void LogNoClosing(string conversationId, int events);

    private static HashSet<string> StemsOf(IEnumerable<string> words) =>
        words.Select(w => w.ToLowerInvariant()).Select(w => w.Length <= Stem ? w : w[..Stem]).ToHashSet(StringComparer.Ordinal);

    private static string DraftId(ConversationId id, string life) => $"draft-{id.TicketId}-{life}";

    /// <summary>Text of a conversation as text of an article: no line of it is a heading.</summary>
    private static string Plain(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimStart().StartsWith('#') ? "\\" + l.TrimStart() : l)).Trim();

    /// <summary>What is told of a conversation.</summary>
    /// <param name="Problem">What it was about.</param>
    /// <param name="Answer">The last answer to the customer; null where there was none.</param>
    /// <param name="Articles">The articles that its analysis cites.</param>
    /// <param name="Way">What led from the problem to the answer, in lines.</param>
    /// <param name="Outcome">How it ended.</param>
    private sealed record Told(string Problem, string? Answer, IReadOnlyList<string> Articles, IReadOnlyList<string> Way, string Outcome)
    {
        public static Told Of(
            Conversation conversation, ConversationEvent.Transitioned closing, IReadOnlyList<ConversationEvent> events, IReadOnlyList<Message> messages)
        {
            var until = events.Where(e => e.Version <= closing.Version).ToList();
            var asked = messages.FirstOrDefault(m => m is { Role: MessageRole.User, Visibility: Visibility.Public, Automated: false })?.Content;
            var problem = (conversation.Description is { Length: > 0 } description ? description : asked ?? "").Trim();
            var answer = messages.LastOrDefault(m => m is { Role: MessageRole.Assistant, Visibility: Visibility.Public, Automated: false })?.Content.Trim();
            var moves = until.OfType<ConversationEvent.Transitioned>().ToList();
            var path = moves.Select(m => m.From).Take(1).Concat(moves.Select(m => m.To)).ToList();
            var escalated = until.OfType<ConversationEvent.Escalated>().LastOrDefault();
            var articles = CitedIn(conversation);

            var way = new List<string>();
            if (conversation.Description is { Length: > 0 } && asked is not null && asked.Trim() != problem)
                Add(way, "Customer", Quoted(asked, 300));
            Add(way, "Path", string.Join(" → ", path.Count <= States ? path : [.. path.Take(States / 2), "…", .. path.TakeLast(States / 2)]));
            if (escalated?.Reason is { Length: > 0 } reason)
                Add(way, "Handed to people", Quoted(reason, 200));
            if (escalated is { Tried.Count: > 0 })
                Add(way, "Tried", Quoted(string.Join("; ", escalated.Tried), 300));
            if (articles.Count > 0)
                Add(way, "Articles", string.Join(", ", articles.Take(Episodes.Articles).Select(a => Quoted(a, 60))));
            var outcome = string.Create(CultureInfo.InvariantCulture, $"{closing.To}, by {closing.Actor}{(closing.Reason is { Length: > 0 } why ? ": " + Quoted(why, 150) : "")}");
            return new Told(problem, answer, articles, way, outcome);
        }

        /// <summary>All of it in words. How it ended always stands, with the problem and the answer: of what is too long, the way is shortened.</summary>
        /// <param name="draftId">The draft of an article that it led to; null where there is none.</param>
        public string Text(string? draftId)
        {
            var lines = new List<string>();
            Add(lines, "Problem", Quoted(Problem, Episodes.Problem));
            var before = lines.Count;
            if (Answer is not null)
                Add(lines, "Answer", Quoted(Answer, Episodes.Answer));
            Add(lines, "Outcome", Outcome);
            if (draftId is not null)
                Add(lines, "Draft article", draftId);
            var room = MemoryLimits.Text - lines.Sum(l => l.Length + 1);
            foreach (var line in Way)
            {
                if (room <= LeastLine)
                    break;
                var shown = line.Length < room ? line : Cut(line, room - 1);
                lines.Insert(before++, shown);
                room -= shown.Length + 1;
            }

            return string.Join('\n', lines);
        }

        /// <summary>
        /// What somebody wrote, in one line between marks that nothing in it can close: it cannot pass for a line of the server's. The marks are
        /// safe too where the whole text is quoted once more, with other marks in their place.
        /// </summary>
        private static string Quoted(string text, int most)
        {
            var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            line = string.Concat(line.Select(c => c is '«' or '»' or '‹' or '›' ? '"' : char.IsControl(c) ? ' ' : c));
            return line.Length == 0 ? "" : $"{Start}{ShortText.Of(line, most)}{End}";
        }

        /// <summary>The beginning of a line; marks that it opens are closed.</summary>
        private static string Cut(string line, int most)
        {
            var cut = ShortText.Of(line, most - 1);
            return cut.LastIndexOf(Start) > cut.LastIndexOf(End) ? cut + End : cut;
        }

        private static void Add(List<string> lines, string what, string value)
        {
            if (value.Length > 0)
                lines.Add($"{what}: {value}");
        }

        private static List<string> CitedIn(Conversation conversation) =>
            conversation.Analysis?.Result is { ValueKind: System.Text.Json.JsonValueKind.Object } result
            && result.TryGetProperty("citations", out var cited) && cited.ValueKind == System.Text.Json.JsonValueKind.Array
                ? [.. cited.EnumerateArray().Select(c => c.ToString()).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal)]
                : [];
    }
}
