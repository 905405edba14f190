using SupportStateMcp.Identity;
using SupportStateMcp.Records;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// Makes the vectors that are missing, in the background, article by article, from the first search on. Where the service of embeddings does not
/// answer it tries again with a later search; two processes that make the same ones write the same.
/// </summary>
public sealed partial class VectorFilling(
    IRecordStore records, IEmbedder embedder, VectorIndex index, TimeProvider time, ILogger<VectorFilling> logger, VectorSource source) : IAsyncDisposable
{
    private const int Page = 50;
    private static readonly string s_by = ServerActors.Embeddings.ToString();

    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _beginning = new(1);
    private readonly CancellationTokenSource _ends = new();
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
        else if (_running.IsCompleted && _reason is not null)
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
        RecordChanges page;
        do
        {
            page = await records.ReadChangesAsync(source.RecordKind, _position, Page, cancellationToken);
            await index.CatchUpAsync(cancellationToken);
            foreach (var change in page.Changes)
            {
                if (TextsOf(change) is not { } texts)
                {
                    // Vectors tell something of what they were made of: they go with it.
                    if (change.Record is null && index.Has(change.Id, long.MinValue))
                        await records.DeleteAsync(source.VectorKind, change.Id, cancellationToken);
                }
                else if (!index.Has(change.Id, texts.Version))
                {
                    await WriteAsync(change.Id, texts, cancellationToken);
                }
            }

            // Only now: what failed on the way is tried again.
            _position = page.Position;
        }
        while (page.More);
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

    [LoggerMessage(LogLevel.Warning, "Vectors cannot be made now, and are made later; searches go by words meanwhile: {Reason}")]
    private partial void LogFailed(string reason);
}
