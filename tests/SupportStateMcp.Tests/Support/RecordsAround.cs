using System.Collections.Concurrent;
using SupportStateMcp.Records;

namespace SupportStateMcp.Tests.Support;

/// <summary>Records with something happening just before one is removed, and that tell a test what was read.</summary>
internal sealed class RecordsAround(IRecordStore inner) : IRecordStore
{
    private readonly ConcurrentQueue<string?> _read = new();
    private readonly ConcurrentQueue<string> _got = new();

    /// <summary>Runs before each removal: here a neighbour can be quicker.</summary>
    public Func<Task> BeforeDelete { get; init; } = () => Task.CompletedTask;

    /// <summary>The positions from which changes were read, in their order.</summary>
    public IReadOnlyList<string?> Read => [.. _read];

    /// <summary>The records that were read one by one, in their order.</summary>
    public IReadOnlyList<string> Got => [.. _got];

    public ValueTask<StoredRecord?> GetAsync(string kind, string id, CancellationToken cancellationToken)
    {
        _got.Enqueue(id);
        return inner.GetAsync(kind, id, cancellationToken);
    }

    public ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken) => inner.FindAsync(kind, lookupKey, cancellationToken);

    public ValueTask<IReadOnlyList<RecordWriteResult>> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken) =>
        inner.WriteAsync(writes, cancellationToken);

    public async ValueTask<bool> DeleteAsync(string kind, string id, CancellationToken cancellationToken)
    {
        await BeforeDelete();
        return await inner.DeleteAsync(kind, id, cancellationToken);
    }

    public async ValueTask<bool> DeleteVersionAsync(string kind, string id, long version, CancellationToken cancellationToken)
    {
        await BeforeDelete();
        return await inner.DeleteVersionAsync(kind, id, version, cancellationToken);
    }

    public ValueTask<long> CountAsync(string kind, CancellationToken cancellationToken) => inner.CountAsync(kind, cancellationToken);

    public ValueTask<RecordChanges> ReadChangesAsync(string kind, string? position, int limit, CancellationToken cancellationToken)
    {
        _read.Enqueue(position);
        return inner.ReadChangesAsync(kind, position, limit, cancellationToken);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(string kind, Action changed, CancellationToken cancellationToken) => inner.SubscribeAsync(kind, changed, cancellationToken);
}
