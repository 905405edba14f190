using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>
/// Summarises conversations whose messages are due, also those that other processes write. It looks now and then at what changed since
/// it looked last: a summary that comes a few seconds later costs nothing, and no message is ever lost by it.
/// </summary>
public sealed partial class SummaryLoop(
    IConversationStore store, ConversationCommandHandler commands, ISummaryWriter writer, TimeProvider time, ILogger<SummaryLoop> logger)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How far the first look goes back.</summary>
    private static readonly TimeSpan s_back = TimeSpan.FromDays(1);

    /// <summary>Clocks of processes differ by so much.</summary>
    private static readonly TimeSpan s_overlap = TimeSpan.FromSeconds(10);

    /// <summary>How long it leaves a conversation alone whose summary came to nothing.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private const int Page = 100;

    /// <summary>How many conversations that are due one look takes, and about a page more; the next look finds the others.</summary>
    private const int MostDue = 500;

    /// <summary>How many conversations whose summary came to nothing wait for their time; others are tried again with the next look.</summary>
    private const int Kept = 10_000;

    private readonly Caller _caller = new(new Actor(ActorKind.Ai, writer.Name), Roles.Agent);
    private readonly Dictionary<ConversationId, DateTimeOffset> _again = [];
    private DateTimeOffset? _since;
    private DateTimeOffset _looked;

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await LookAsync(cancellationToken);
                }
                catch (StoreException e)
                {
                    // The store tells the operator why, once.
                    LogWaits(e.Message);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    // It must not stop the summaries that come later.
                    LogBroke(e);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It was told to stop.
        }
    }

    /// <summary>Looks once at what changed.</summary>
    /// <returns>How many summaries were saved.</returns>
    public async ValueTask<int> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // After a clock that was ahead, what changes now is older than what was looked at last.
        if (_since is not { } last || (now < _looked && last > now - s_back))
            _since = now - s_back;
        _looked = now;
        var filter = new ConversationFilter { UpdatedSince = _since };
        var due = new Dictionary<ConversationId, Conversation>();
        // Those that wait for their time are not counted: however many they are, a look gets past them.
        ConversationCursor? after = null;
        do
        {
            var listed = await store.ListAsync(filter, after, Page, cancellationToken);
            foreach (var c in listed.Conversations.Where(IsDue))
            {
                if (ConversationId.TryParse(c.ConversationId)!.Value is var id && !Waits(id))
                    due[id] = c;
            }

            after = listed.Next;
        }
        while (after is not null && due.Count < MostDue);
        var isComplete = after is null;

        foreach (var id in _again.Keys.Where(id => !Waits(id) && !due.ContainsKey(id)).ToList())
        {
            if (await FindAsync(id, cancellationToken) is { } c && IsDue(c))
                due[id] = c;
            else
                _again.Remove(id);
        }

        var saved = 0;
        foreach (var (id, conversation) in due)
        {
            // What is kept goes only after the try: where the store fails then, it is tried again.
            if (await SummariseAsync(id, conversation, cancellationToken))
            {
                _again.Remove(id);
                saved++;
            }
            else if (_again.ContainsKey(id) || _again.Count < Kept)
            {
                _again[id] = now + s_pause;
            }
            else
            {
                isComplete = false;
            }
        }

        // What this look left, the next one lists again.
        if (isComplete)
            _since = now - s_overlap;
        return saved;

        // Nothing waits for longer than the pause: a later time is that of a clock that was ahead.
        bool Waits(ConversationId id) => _again.TryGetValue(id, out var at) && at > now && at <= now + s_pause;
    }

    /// <summary>A conversation; null where it is gone, or cannot be read.</summary>
    private async ValueTask<Conversation?> FindAsync(ConversationId id, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.LoadAsync(id, null, cancellationToken)).Conversation is { ErasedAt: null } c ? c : null;
        }
        catch (StoreDamagedException)
        {
            // It keeps no other from its summary.
            return null;
        }
    }

    private static bool IsDue(Conversation c) => c is { ClosedAt: null, SummaryDue: not null };

    /// <summary>Summarises what is due next; false where nothing came of it.</summary>
    private async ValueTask<bool> SummariseAsync(ConversationId id, Conversation conversation, CancellationToken cancellationToken)
    {
        var due = conversation.SummaryDue!;
        try
        {
            var messages = await store.ReadMessagesAsync(id, due.To + 1, SummaryDue.Messages, cancellationToken);
            if (messages is not [var first, ..] || first.Number != due.From || await writer.WriteAsync(conversation.Summary?.Text, messages, cancellationToken) is not { } summary)
            {
                LogNothing(id.Value, "the summary is empty");
                return false;
            }

            var result = await commands.ExecuteAsync(
                new ConversationCommand.SaveSummary { Id = id, Actor = _caller.Actor, Roles = _caller.Roles, Through = due.To, Summary = summary }, cancellationToken);
            // Somebody else was quicker: there is a summary.
            if (result.TryGet(out _, out var error) || error is Errors.InvalidArgument { Argument: "through_number" } or Errors.NotFound)
                return true;
            LogNothing(id.Value, error.Code);
            return false;
        }
        catch (Exception e) when (e is LlmException or StoreDamagedException)
        {
            LogNothing(id.Value, e.Message);
            return false;
        }
        catch (Exception e) when (e is not StoreException && !cancellationToken.IsCancellationRequested)
        {
            // What nobody foresaw of one conversation keeps no other from its summary.
            LogFailed(id.Value, e);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Summaries wait for the store: {Reason}")]
    private partial void LogWaits(string reason);

    [LoggerMessage(2, LogLevel.Warning, "The messages of {Conversation} could not be summarised; they stay as they are, and it is tried again in a minute: {Reason}")]
    private partial void LogNothing(string conversation, string reason);

    [LoggerMessage(3, LogLevel.Error, "The messages of {Conversation} could not be summarised; it is tried again in a minute.")]
    private partial void LogFailed(string conversation, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "It could not be looked for messages to summarise; trying again.")]
    private partial void LogBroke(Exception exception);
}
