using Microsoft.Extensions.Hosting;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Hosting;

/// <summary>Prepares the search of articles beside the first requests, so that none of them waits for an index of thousands of articles.</summary>
internal sealed class KnowledgePreparation(ArticleIndexing indexing) : BackgroundService, IAsyncDisposable
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
            await indexing.PrepareAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
