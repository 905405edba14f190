using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>
/// What happens on the desk, as it happens, to any number of listeners in this process: all share one subscription of the store, and each event
/// is read and written as JSON once. A listener that cannot follow is told that it has missed something.
/// </summary>
/// <param name="store">Tells of changes.</param>
/// <param name="reader">Reads them.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what cannot be read.</param>
public sealed partial class EventFeed(IConversationStore store, EventReader reader, TimeProvider time, ILogger<EventFeed> logger) : IDisposable
{
    /// <summary>How many events a listener may be behind.</summary>
    public const int MostBehind = 1_000;

    /// <summary>How many notes of changes wait to be read; where there are more, listeners are told that they have missed something.</summary>
    public const int MostNotes = 10_000;

    /// <summary>How many events of one conversation are read together, and told to a listener that comes back.</summary>
    private const int Batch = 200;

    /// <summary>How many conversations are looked at for a listener that comes back.</summary>
    private const int MostConversations = 500;

    /// <summary>How far the clocks of instances, and the indexes of the store, may be apart.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    private readonly List<Listener> _listeners = [];
    private readonly SemaphoreSlim _starting = new(1);
    private IAsyncDisposable? _subscription;
    private Notes _notes = new();

    /// <summary>How many listen in this process.</summary>
    public int Listeners
    {
        get
        {
            lock (_listeners)
                return _listeners.Count;
        }
    }

    /// <summary>
    /// Events from now on, or from an event on that a listener had last. One event may come twice, known by its id; null stands for what
    /// may have been missed, so that whoever shows a state reads it again.
    /// </summary>
    /// <param name="last">The id of the last event the listener had; null for none.</param>
    /// <param name="started">Called once, when nothing from now on is missed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async IAsyncEnumerable<FeedItem?> ListenAsync(
        string? last, Action? started, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var listener = await JoinAsync(cancellationToken);
        started?.Invoke();
        if (last is not null)
        {
            var missed = await MissedAsync(last, cancellationToken);
            if (missed is null)
                yield return null;
            foreach (var item in missed ?? [])
                yield return item;
        }

        await foreach (var item in listener.Items.ReadAllAsync(cancellationToken))
        {
            yield return item;
            if (listener.TakeHasMissed())
                yield return null;
        }
    }

    public void Dispose() => _starting.Dispose();

    private async ValueTask<Listener> JoinAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var listener = new Listener(this);
            if (_subscription is null)
            {
                var notes = new Notes();
                _subscription = await store.SubscribeToAllAsync(notes.Add, cancellationToken);
                _notes = notes;
                _ = Task.Run(() => PumpAsync(notes), CancellationToken.None);
            }

            lock (_listeners)
                _listeners.Add(listener);
            return listener;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async ValueTask LeaveAsync(Listener listener)
    {
        await _starting.WaitAsync();
        try
        {
            lock (_listeners)
            {
                _listeners.Remove(listener);
                if (_listeners.Count > 0)
                    return;
            }

            _notes.End();
            if (_subscription is { } subscription)
                await subscription.DisposeAsync();
            _subscription = null;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task PumpAsync(Notes notes)
    {
        var lastAt = time.GetUtcNow();
        while (await notes.TakeAsync() is { } changes)
        {
            foreach (var change in changes)
                lastAt = await TellAsync(change, lastAt);
            if (notes.TakeHasMissed())
            {
                LogTooMany(MostNotes);
                Publish(null);
            }
        }
    }

    /// <summary>Tells all listeners of a change; the time of the last event that they were told of.</summary>
    private async ValueTask<DateTimeOffset> TellAsync(ConversationChange? change, DateTimeOffset lastAt)
    {
        try
        {
            IReadOnlyList<FeedItem>? items = change is null ? await SinceAsync(lastAt, CancellationToken.None) : await ReadAsync(change);
            if (items is null)
                Publish(null);
            foreach (var item in items ?? [])
            {
                Publish(item);
                lastAt = item.Event.Time > lastAt ? item.Event.Time : lastAt;
            }
        }
        catch (StoreException e)
        {
            LogMissed(e.Message);
            Publish(null);
        }
        catch (Exception e)
        {
            // What nobody foresaw of one change keeps nobody from hearing of the others.
            LogUnexpected(e);
            Publish(null);
        }

        return lastAt;
    }

    private async ValueTask<IReadOnlyList<FeedItem>> ReadAsync(ConversationChange change)
    {
        var items = await ReadAsync(change.Id, change.After, change.Version, CancellationToken.None);
        // An erasure writes the trail again: what happened before it, listeners have heard, or it is nothing to tell any more.
        return items is [.., { Event.Data.EventType: "conversation_erased" } erased] ? [erased] : items;
    }

    /// <summary>The events above one version, up to another.</summary>
    private async ValueTask<IReadOnlyList<FeedItem>> ReadAsync(ConversationId id, long after, long version, CancellationToken cancellationToken)
    {
        var items = new List<FeedItem>();
        while (after < version)
        {
            var events = await reader.ReadAsync(id, after, (int)Math.Min(Batch, version - after), cancellationToken);
            if (events.Count == 0)
                break;
            items.AddRange(events.Select(e => new FeedItem(e, EventReader.Json(e))));
            after += events.Count;
        }

        return items;
    }

    /// <summary>What happened after an event; null where that cannot be told.</summary>
    private async ValueTask<IReadOnlyList<FeedItem>?> MissedAsync(string last, CancellationToken cancellationToken)
    {
        try
        {
            if (CloudEvent.ParseId(last) is not { } id || await reader.ReadAsync(id.Id, id.Version - 1, 1, cancellationToken) is not [var e] || e.Id != last)
                return null;
            return await SinceAsync(e.Time, cancellationToken) is { } since ? [.. since.Where(i => i.Event.Id != last)] : null;
        }
        catch (StoreException e)
        {
            // What happens from now on is heard all the same.
            LogMissed(e.Message);
            return null;
        }
    }

    /// <summary>What happened since a time, and shortly before; null where it is too much to tell, or cannot be told.</summary>
    private async ValueTask<IReadOnlyList<FeedItem>?> SinceAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        // A clock was ahead: what happened since then may have an earlier time.
        if (at > time.GetUtcNow())
            return null;
        if (store.ListingLag > TimeSpan.Zero)
            await Task.Delay(store.ListingLag, time, cancellationToken);
        var (from, items, cursor, looked) = (at - s_slack, new List<FeedItem>(), (ConversationCursor?)null, 0);
        do
        {
            var page = await store.ListAsync(new ConversationFilter { UpdatedSince = from }, cursor, Limits.Page, cancellationToken);
            cursor = page.Next;
            foreach (var conversation in page.Conversations)
            {
                if (++looked > MostConversations || items.Count > MostBehind)
                    return null;
                var id = ConversationId.TryParse(conversation.ConversationId)!.Value;
                var after = Math.Max(0, conversation.Version - Batch);
                var read = await ReadAsync(id, after, conversation.Version, cancellationToken);
                // What is before the first of them may be missing, too.
                if (after > 0 && read is [var first, ..] && first.Event.Time >= from)
                    return null;
                items.AddRange(read.Where(i => i.Event.Time >= from));
            }
        }
        while (cursor is not null);

        // By time; of one conversation in the order of its trail, since its times never run backwards.
        return [.. items.OrderBy(i => i.Event.Time)];
    }

    private void Publish(FeedItem? item)
    {
        lock (_listeners)
        {
            foreach (var listener in _listeners)
                listener.Add(item);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Listeners have missed something: {Reason}")]
    private partial void LogMissed(string reason);

    [LoggerMessage(LogLevel.Warning, "Listeners have missed something: more than {Most} changes waited to be read.")]
    private partial void LogTooMany(int most);

    [LoggerMessage(LogLevel.Error, "Listeners have missed something that nobody foresaw.")]
    private partial void LogUnexpected(Exception exception);

    /// <summary>The changes that wait to be read, oldest first.</summary>
    private sealed class Notes
    {
        private readonly Channel<ConversationChange?> _changes = Channel.CreateBounded<ConversationChange?>(
            new BoundedChannelOptions(MostNotes) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

        private int _hasMissed;

        public void Add(ConversationChange? change)
        {
            if (!_changes.Writer.TryWrite(change))
                Volatile.Write(ref _hasMissed, 1);
        }

        public void End() => _changes.Writer.TryComplete();

        /// <summary>All that waits, once there is something; null at the end. Changes of one conversation that follow each other are one, and are read together.</summary>
        public async ValueTask<IReadOnlyList<ConversationChange?>?> TakeAsync()
        {
            if (!await _changes.Reader.WaitToReadAsync())
                return null;
            var (taken, places) = (new List<ConversationChange?>(), new Dictionary<ConversationId, int>());
            for (var read = 0; read < MostNotes && _changes.Reader.TryRead(out var change); read++)
            {
                if (change is not null && places.TryGetValue(change.Id, out var place) && taken[place]!.Version == change.After)
                {
                    taken[place] = change with { After = taken[place]!.After };
                    continue;
                }

                if (change is not null)
                    places[change.Id] = taken.Count;
                taken.Add(change);
            }

            return taken;
        }

        /// <summary>True once, after a change could not be kept.</summary>
        public bool TakeHasMissed() => Interlocked.Exchange(ref _hasMissed, 0) == 1;
    }

    private sealed class Listener(EventFeed feed) : IAsyncDisposable
    {
        private readonly Channel<FeedItem?> _items = Channel.CreateBounded<FeedItem?>(new BoundedChannelOptions(MostBehind) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        private int _hasMissed;

        public ChannelReader<FeedItem?> Items => _items.Reader;

        public void Add(FeedItem? item)
        {
            if (!_items.Writer.TryWrite(item))
                Volatile.Write(ref _hasMissed, 1);
        }

        /// <summary>True once, after something could not be kept.</summary>
        public bool TakeHasMissed() => Interlocked.Exchange(ref _hasMissed, 0) == 1;

        public ValueTask DisposeAsync() => feed.LeaveAsync(this);
    }
}

/// <summary>An event for listeners.</summary>
/// <param name="Event">The event.</param>
/// <param name="Json">The same as JSON, UTF-8.</param>
public sealed record FeedItem(CloudEvent Event, byte[] Json);
