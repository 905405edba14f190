using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Hosting;

/// <summary>Prepares the search of articles and of memories beside the first requests, so that none of them waits for an index of thousands.</summary>
internal sealed partial class SearchPreparation(ArticleIndexing articles, MemoryIndexing memories, ILogger<SearchPreparation> log) : BackgroundService, IAsyncDisposable
{
    /// <summary>Waits for what runs: an application that is disposed without being stopped closes its store after this.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (ExecuteTask is { } running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await articles.PrepareAsync(stoppingToken);
            await memories.PrepareAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception e)
        {
            // A service that ends with an exception stops the server, which can do all but search.
            LogUnprepared(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "The search could not be prepared; the first search tries again.")]
    private partial void LogUnprepared(Exception exception);
}
