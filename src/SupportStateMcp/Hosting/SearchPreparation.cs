using Microsoft.Extensions.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Hosting;

/// <summary>Prepares the search of articles and of memories beside the first requests, so that none of them waits for an index of thousands.</summary>
internal sealed class SearchPreparation(ArticleIndexing articles, MemoryIndexing memories) : BackgroundService, IAsyncDisposable
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
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
