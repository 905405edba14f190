using System.Collections.Concurrent;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// Makes the vectors that are missing, in the background, article by article, from the first search on. Where the service of embeddings does not
/// answer it tries again with a later search; one text that the service does not take keeps no other from its vectors, and is tried again later
/// and later. Two processes that make the same ones write the same.
/// </summary>
public sealed partial class VectorFilling(
    IRecordStore records, IEmbedder embedder, VectorIndex index, TimeProvider time, ILogger<VectorFilling> logger, VectorSource source) : IAsyncDisposable
{
    private const int Page = 50;

    /// <summary>After so many records in a row whose vectors could not be made, it is the service that does not answer.</summary>
    private const int MostInARow = 3;

    /// <summary>How long a record is left alone whose vectors could not be made: twice as long after each try.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    private static readonly string s_by = ServerActors.Embeddings.ToString();

    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _beginning = new(1);
    private readonly CancellationTokenSource _ends = new();

    /// <summary>The records whose vectors could not be made, by their ids.</summary>
    private readonly ConcurrentDictionary<string, FailedRecord> _failed = new(StringComparer.Ordinal);

    /// <summary>Those of the last tries, one after the other.</summary>
    private readonly List<string> _inARow = [];

    private IAsyncDisposable? _subscription;
    private Task _running = Task.CompletedTask;
    private string? _position;
    private string? _reason;

    /// <summary>Those of the articles.</summary>
    public VectorFilling(IRecordStore records, IEmbedder embedder, VectorIndex index, TimeProvider time, ILogger<VectorFilling> logger)
        : this(records, embedder, index, time, logger, VectorSource.Articles)
    {
    }

    /// <summary>Begins, or goes on, unless it is at it.</summary>
    public async ValueTask GoOnAsync(CancellationToken cancellationToken)
    {
        if (_subscription is null)
        {
            await _beginning.WaitAsync(cancellationToken);
            try
            {
                if (_subscription is not null)
                    return;
                _subscription = await records.SubscribeAsync(source.RecordKind, Run, cancellationToken);
                Run();
            }
            finally
            {
                _beginning.Release();
            }
        }
        else if (_running.IsCompleted && (_reason is not null || _failed.Values.Any(IsDue)))
        {
            Run();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run() => _running = Task.Run(async () =>
    {
        try
        {
            await _turn.WaitAsync(_ends.Token);
            try
            {
                await FillAsync(_ends.Token);
                Note(null);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        catch (Exception e) when (e is EmbeddingException or Conversations.StoreException)
        {
            Note(e.Message);
        }
    });

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        _inARow.Clear();
        RecordChanges page;
        do
        {
            page = await records.ReadChangesAsync(source.RecordKind, _position, Page, cancellationToken);
            await index.CatchUpAsync(cancellationToken);
            foreach (var change in page.Changes)
                await TakeAsync(change, again: false, cancellationToken);

            // Only now: what the store refused on the way is tried again.
            _position = page.Position;
        }
        while (page.More);

        foreach (var id in _failed.Where(f => IsDue(f.Value)).OrderBy(f => f.Value.Failed.At + f.Value.Pause).Select(f => f.Key).ToList())
        {
            if (await FindAsync(id, cancellationToken) is { } record)
                await TakeAsync(new RecordChange(id, record), again: true, cancellationToken);
            else
                _failed.TryRemove(id, out _);
        }

        LogInARow();
    }

    /// <summary>Makes the vectors of a record, where they are missing.</summary>
    /// <param name="change">The record.</param>
    /// <param name="again">Whether those that could not be made before are tried again: not before all others were tried.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EmbeddingException">The service does not answer.</exception>
    private async Task TakeAsync(RecordChange change, bool again, CancellationToken cancellationToken)
    {
        if (TextsOf(change) is not { } texts)
        {
            _failed.TryRemove(change.Id, out _);
            // Vectors tell something of what they were made of: they go with it.
            if (change.Record is null && index.HasAny(change.Id))
                await records.DeleteAsync(source.VectorKind, change.Id, cancellationToken);
            return;
        }

        var failed = _failed.GetValueOrDefault(change.Id);
        if (index.Has(change.Id, texts.Version))
        {
            // Another process may have made them.
            _failed.TryRemove(change.Id, out _);
            return;
        }

        if (!again && failed?.Version == texts.Version)
            return;
        try
        {
            await WriteAsync(change.Id, texts, cancellationToken);
            _failed.TryRemove(change.Id, out _);
            // The service answers: those before could not be made.
            LogInARow();
        }
        catch (EmbeddingException e)
        {
            var tries = failed?.Version == texts.Version ? failed.Tries + 1 : 1;
            var pause = s_firstPause * Math.Pow(2, Math.Min(tries - 1, 10));
            _failed[change.Id] = new FailedRecord(texts.Version, tries, Instant.Now(time), pause < s_longestPause ? pause : s_longestPause, e.Message);
            _inARow.Add(change.Id);
            // The next run gets past those that have failed so far.
            if (_inARow.Count == MostInARow)
                throw;
        }
    }

    private bool IsDue(FailedRecord record) => record.Failed.Age(time) >= record.Pause;

    private async ValueTask<StoredRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await records.GetAsync(source.RecordKind, id, cancellationToken);
        }
        catch (RecordDamagedException)
        {
            return null;
        }
    }

    private async Task WriteAsync(string id, VectorTexts texts, CancellationToken cancellationToken)
    {
        var vectors = await embedder.EmbedAsync(texts.Texts, cancellationToken);
        await records.WriteAsync(
            [
                new RecordWrite
                {
                    Kind = source.VectorKind,
                    Id = id,
                    By = s_by,
                    Now = time.GetUtcNow(),
                    Content = ArticleVectors.Write(embedder.Model, texts.Version, vectors),
                },
            ],
            cancellationToken);
    }

    private VectorTexts? TextsOf(RecordChange change)
    {
        try
        {
            return change.Record is { } record ? source.Texts(record) : null;
        }
        catch (RecordDamagedException)
        {
            return null;
        }
    }

    private void Note(string? reason)
    {
        if (Interlocked.Exchange(ref _reason, reason) != reason && reason is not null)
            LogFailed(reason);
    }

    /// <summary>Tells the operator of records whose vectors could not be made while the service answers.</summary>
    private void LogInARow()
    {
        foreach (var id in _inARow)
        {
            if (_failed.TryGetValue(id, out var failed))
                LogRecordFailed(source.RecordKind, id, failed.Reason);
        }

        _inARow.Clear();
    }

    [LoggerMessage(LogLevel.Warning, "The vectors of the record {Id} ({Kind}) cannot be made, and are tried again later; it is found by its words meanwhile: {Reason}")]
    private partial void LogRecordFailed(string kind, string id, string reason);

    [LoggerMessage(LogLevel.Warning, "Vectors cannot be made now, and are made later; searches go by words meanwhile: {Reason}")]
    private partial void LogFailed(string reason);

    /// <summary>A record whose vectors could not be made.</summary>
    /// <param name="Version">The version of its texts.</param>
    /// <param name="Tries">How often it was tried.</param>
    /// <param name="Failed">When that was last.</param>
    /// <param name="Pause">How long it is left alone after that.</param>
    /// <param name="Reason">Why the last try failed.</param>
    private sealed record FailedRecord(long Version, int Tries, Instant Failed, TimeSpan Pause, string Reason);
}
